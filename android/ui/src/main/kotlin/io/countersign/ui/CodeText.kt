package io.countersign.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.State
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.runtime.withFrameMillis
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import io.countersign.core.Code
import kotlinx.coroutines.delay
import kotlin.math.ceil

/** The device's clock in milliseconds since 1970, which moves on by itself. */
val LocalNow = staticCompositionLocalOf<State<Long>> { error("nobody has given the time") }

/** The time for what moves, some twenty times a second while something is drawn: a system that draws no frame wakes nobody. */
@Composable
fun ticking(clock: () -> Long): State<Long> = produceState(clock()) { whileDrawn { value = clock() } }

suspend fun whileDrawn(tick: () -> Unit): Nothing {
    while (true) {
        withFrameMillis { tick() }
        delay(50)
    }
}

/** In two groups, of which the second comes below the first where letters are large. */
@Composable
fun CodeText(code: String, style: TextStyle, color: Color, modifier: Modifier = Modifier) {
    // Digits run from left to right in Arabic too, and so do their groups.
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        FlowRow(modifier.clearAndSetSemantics { }, Arrangement.spacedBy(12.dp)) {
            groupsOf(code).forEach { Text(it, color = color, maxLines = 1, style = style.merge(CodeStyle)) }
        }
    }
}

/** 123 456, 1234 567, 1234 5678; what has no six characters stays whole. */
fun groupsOf(code: String): List<String> =
    if (code.length < 6) listOf(code) else listOf(code.take((code.length + 1) / 2), code.drop((code.length + 1) / 2))

/** Digit by digit, as somebody would read it out. */
fun spoken(code: String): String = code.toList().joinToString(" ")

/** How a code that is shown now passes. */
class Passing(private val code: Code, private val now: State<Long>) {
    private val left get() = code.validUntil.toLong() * 1000 - now.value
    private val whole = (code.validUntil - code.validFrom).toLong() * 1000

    /** Of its time, what is left: 1 to 0. */
    val share: Float get() = (left.toFloat() / whole).coerceIn(0f, 1f)

    val seconds: Int by derivedStateOf { ceil(left / 1000.0).toInt().coerceAtLeast(0) }

    /** It is past and not to be shown, until the next is here. */
    val over: Boolean by derivedStateOf { left <= 0 || left > whole }

    /** There is hardly time to type it. */
    val ending: Boolean by derivedStateOf { left <= minOf(ENDING, whole / 3) }

    private companion object {
        const val ENDING = 8_000L
    }
}

@Composable
fun passing(code: Code): Passing {
    val now = LocalNow.current
    return remember(code.validFrom, code.validUntil, now) { Passing(code, now) }
}

/** Empties as the code passes. Only drawing follows the time: nothing is composed or computed anew. */
@Composable
fun Ring(passing: Passing, modifier: Modifier = Modifier) {
    val colors = MaterialTheme.colorScheme
    val color = if (passing.ending) colors.tertiary else colors.primary
    val track = colors.outlineVariant
    Canvas(modifier.size(32.dp)) {
        val stroke = Stroke(3.5.dp.toPx(), cap = StrokeCap.Round)
        val inset = Offset(stroke.width / 2, stroke.width / 2)
        val area = Size(size.width - stroke.width, size.height - stroke.width)
        drawArc(track, 0f, 360f, false, inset, area, style = stroke)
        drawArc(color, -90f, 360f * passing.share, false, inset, area, style = stroke)
    }
}
