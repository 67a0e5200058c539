package io.countersign.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.statusBars
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.composed
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp

/**
 * A screen of the flow: what it is about, what there is to read and to fill in, and at its foot what
 * can be done. All of it scrolls, so that nothing is cut off where letters are large.
 */
@Composable
fun Page(
    title: String,
    icon: ImageVector? = null,
    text: String? = null,
    tint: Color = MaterialTheme.colorScheme.primary,
    modifier: Modifier = Modifier,
    content: @Composable ColumnScope.() -> Unit = {},
    actions: @Composable ColumnScope.() -> Unit,
) {
    Scrolling(modifier) {
        val centred = icon != null
        if (icon != null) Badge(icon, tint)
        Text(
            title,
            Modifier.reading().semantics { heading() },
            style = MaterialTheme.typography.run { if (largeLetters()) headlineSmall else headlineMedium },
            textAlign = if (centred) TextAlign.Center else TextAlign.Start,
        )
        if (text != null) {
            Text(
                text,
                Modifier.reading().padding(top = 12.dp),
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                style = MaterialTheme.typography.bodyLarge,
                textAlign = if (centred) TextAlign.Center else TextAlign.Start,
            )
        }
        Column(
            Modifier.reading().padding(top = 24.dp),
            Arrangement.spacedBy(16.dp),
            Alignment.CenterHorizontally,
            content = content,
        )
        Spacer(Modifier.weight(1f))
        Column(Modifier.reading().padding(top = 24.dp), Arrangement.spacedBy(8.dp), Alignment.CenterHorizontally, content = actions)
    }
}

/** At least as high as the screen, so that what has weight in it pushes the rest to the foot. */
@Composable
private fun Scrolling(modifier: Modifier, content: @Composable ColumnScope.() -> Unit) {
    BoxWithConstraints(modifier.fillMaxSize().safeDrawingPadding().imePadding()) {
        Column(
            Modifier.verticalScroll(rememberScrollState()).heightIn(min = maxHeight).fillMaxWidth().padding(24.dp),
            horizontalAlignment = Alignment.CenterHorizontally,
            content = content,
        )
    }
}

/** Letters are so large that a long word fills a line. */
@Composable
fun largeLetters(): Boolean = LocalDensity.current.fontScale > 1.3f

/** As wide as a line that is still read with ease. */
fun Modifier.reading(): Modifier = widthIn(max = 480.dp).fillMaxWidth()

/** A large surface that does something, and says what. */
fun Modifier.tappable(action: String, onClick: () -> Unit): Modifier =
    clickable(onClickLabel = action, role = Role.Button, onClick = onClick)

fun Modifier.statusBars(): Modifier = composed { windowInsetsPadding(WindowInsets.statusBars) }

@Composable
private fun Badge(icon: ImageVector, tint: Color) {
    Box(
        Modifier.padding(top = 40.dp, bottom = 24.dp).size(88.dp).background(tint.copy(alpha = 0.12f), CircleShape),
        Alignment.Center,
    ) {
        Icon(icon, null, Modifier.size(40.dp), tint)
    }
}

@Composable
fun MainButton(text: String, enabled: Boolean = true, icon: ImageVector? = null, onClick: () -> Unit) {
    Button(onClick, Modifier.fillMaxWidth().heightIn(min = 56.dp), enabled) {
        if (icon != null) Icon(icon, null, Modifier.padding(end = 8.dp).size(20.dp))
        Text(text, textAlign = TextAlign.Center)
    }
}

@Composable
fun SecondButton(text: String, onClick: () -> Unit) {
    OutlinedButton(onClick, Modifier.fillMaxWidth().heightIn(min = 56.dp)) {
        Text(text, color = MaterialTheme.colorScheme.primary, textAlign = TextAlign.Center)
    }
}

@Composable
fun QuietButton(text: String, modifier: Modifier = Modifier, onClick: () -> Unit) {
    TextButton(onClick, modifier.heightIn(min = 48.dp)) { Text(text, textAlign = TextAlign.Center) }
}

@Composable
fun NamedIcon(icon: ImageVector, name: String, tint: Color = LocalContentColor.current, onClick: () -> Unit) {
    IconButton(onClick, Modifier.size(48.dp)) { Icon(icon, name, tint = tint) }
}

/** Asks before something is done. A name in the question may be long, and all of it scrolls. */
@Composable
fun Question(title: String, text: String, action: String, close: () -> Unit, act: () -> Unit) {
    val answer = {
        act()
        close()
    }
    AlertDialog(
        close,
        { QuietButton(action, onClick = answer) },
        dismissButton = { QuietButton(say(Word.cancel), onClick = close) },
        icon = { Icon(Icons.Warning, null, tint = MaterialTheme.colorScheme.error) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(16.dp)) {
                Text(title, color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleLarge)
                Text(text)
            }
        },
    )
}

/** Something to be read, and read out where it comes up. */
@Composable
fun Notice(text: String, urgent: Boolean = false) {
    val colors = MaterialTheme.colorScheme
    Surface(
        Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite },
        MaterialTheme.shapes.medium,
        if (urgent) colors.errorContainer else colors.tertiaryContainer,
        if (urgent) colors.onErrorContainer else colors.onTertiaryContainer,
    ) {
        Row(Modifier.padding(16.dp), Arrangement.spacedBy(12.dp)) {
            Icon(Icons.Warning, null, Modifier.size(20.dp))
            Text(text, style = MaterialTheme.typography.bodyMedium)
        }
    }
}
