package io.countersign.ui

import androidx.compose.animation.core.animateOffsetAsState
import androidx.compose.animation.core.spring
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import io.countersign.core.Event
import io.countersign.core.Point
import io.countersign.core.ScanNotice

/** Dark by day too: a camera's picture is. */
@Composable
fun ScanQr(notice: ScanNotice?, sighting: Sighting?, taps: FlowTaps, camera: @Composable (torch: Boolean) -> Unit) {
    var torch by remember { mutableStateOf(false) }
    Box(Modifier.fillMaxSize().background(Color.Black)) {
        camera(torch)
        Brackets(sighting)
        Column(Modifier.fillMaxSize().safeDrawingPadding().padding(16.dp), Arrangement.SpaceBetween) {
            Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween) {
                OnPicture { NamedIcon(Icons.Close, say(Word.cancel)) { taps.on(Event.CANCEL) } }
                OnPicture {
                    val lit = if (torch) Night.tertiary else Color.White
                    NamedIcon(Icons.Lamp, say(if (torch) Word.torch_off else Word.torch_on), lit) { torch = !torch }
                }
            }
            Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterHorizontally) {
                val hint = sighting?.sight?.hint?.let(::wordOf)
                Surface(
                    Modifier.reading().semantics { liveRegion = LiveRegionMode.Polite },
                    MaterialTheme.shapes.large,
                    Color.Black.copy(alpha = 0.72f),
                    if (notice != null && hint == null) Night.tertiary else Color.White,
                ) {
                    val word = hint ?: notice?.let(::wordOf) ?: Word.scan_text
                    Text(say(word), Modifier.padding(16.dp), style = MaterialTheme.typography.titleMedium, textAlign = TextAlign.Center)
                }
                OnPicture(Modifier.reading()) {
                    Column(Modifier.padding(4.dp), horizontalAlignment = Alignment.CenterHorizontally) {
                        PictureButton(say(Word.choose_picture), taps.choosePicture)
                        PictureButton(say(Word.enter_values)) { taps.on(Event.ENTER_MANUALLY) }
                    }
                }
            }
        }
    }
}

@Composable
private fun OnPicture(modifier: Modifier = Modifier, content: @Composable () -> Unit) {
    Surface(modifier, MaterialTheme.shapes.extraLarge, Color.Black.copy(alpha = 0.72f), Color.White, content = content)
}

@Composable
private fun PictureButton(text: String, onClick: () -> Unit) {
    TextButton(onClick, Modifier.fillMaxWidth().heightIn(min = 48.dp)) {
        Text(text, color = Color.White, textAlign = TextAlign.Center)
    }
}

/** Four brackets that wait in the middle, and go to the corners of a code as soon as one is seen. */
@Composable
private fun Brackets(sighting: Sighting?) {
    BoxWithConstraints(Modifier.fillMaxSize()) {
        val view = Size(constraints.maxWidth.toFloat(), constraints.maxHeight.toFloat())
        val seen = sighting?.let { it.placed(view) }
        val corners = (seen ?: waiting(view)).map { corner ->
            val place by animateOffsetAsState(corner, spring(stiffness = 900f))
            place
        }
        val color = if (seen == null) Color.White else Night.primary
        Canvas(Modifier.fillMaxSize()) {
            val stroke = Stroke(5.dp.toPx(), cap = StrokeCap.Round, join = StrokeJoin.Round)
            corners.forEachIndexed { i, corner ->
                val before = corners[(i + 3) % 4]
                val after = corners[(i + 1) % 4]
                val path = Path()
                val from = corner + (before - corner) * ARM
                val to = corner + (after - corner) * ARM
                path.moveTo(from.x, from.y)
                path.lineTo(corner.x, corner.y)
                path.lineTo(to.x, to.y)
                drawPath(path, color, style = stroke)
            }
        }
    }
}

private fun waiting(view: Size): List<Offset> {
    val half = minOf(view.width, view.height) * 0.34f
    val middle = Offset(view.width / 2, view.height * 0.42f)
    return listOf(Offset(-half, -half), Offset(half, -half), Offset(half, half), Offset(-half, half)).map { middle + it }
}

/** The corners of the code where the camera's picture, upright and filling the view, shows them. */
fun Sighting.placed(view: Size): List<Offset>? {
    val corners = sight.corners ?: return null
    return listOf(corners.upperLeft, corners.upperRight, corners.lowerRight, corners.lowerLeft).map { place(it, view) }
}

private fun Sighting.place(point: Point, view: Size): Offset {
    val (x, y) = when (rotation) {
        90 -> height - point.y to point.x
        180 -> width - point.x to height - point.y
        270 -> point.y to width - point.x
        else -> point.x to point.y
    }
    val upright = if (rotation % 180 == 0) Size(width.toFloat(), height.toFloat()) else Size(height.toFloat(), width.toFloat())
    val scale = maxOf(view.width / upright.width, view.height / upright.height)
    return Offset(
        view.width / 2 + (x - upright.width / 2) * scale,
        view.height / 2 + (y - upright.height / 2) * scale,
    )
}

private const val ARM = 0.22f
