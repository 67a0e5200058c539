package io.countersign.app

import android.view.Surface
import android.view.SurfaceHolder
import android.view.SurfaceView
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.requiredSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.key
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clipToBounds
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.times
import androidx.compose.ui.viewinterop.AndroidView
import io.countersign.ui.Word
import io.countersign.ui.say

/** The camera's picture, which fills its place and is cut off where it is too large, as the brackets take it. */
@Composable
fun CameraPicture(torch: Boolean, onFrame: OnFrame) {
    val context = LocalContext.current
    if (!mayUseCamera(context)) return
    val camera = remember(LocalConfiguration.current) { Camera(context, degrees(context.display?.rotation), onFrame) }
    LaunchedEffect(camera, torch) { camera.setTorch(torch) }
    DisposableEffect(camera) { onDispose(camera::close) }
    val name = say(Word.camera_picture)
    BoxWithConstraints(Modifier.fillMaxSize().clipToBounds().semantics { contentDescription = name }, Alignment.Center) {
        val (wide, high) = camera.size.run { if (camera.turned) height to width else width to height }
        val scale = maxOf(maxWidth / wide.toFloat(), maxHeight / high.toFloat())
        key(camera) {
            AndroidView(
                { SurfaceView(it).apply { showing(camera) } },
                Modifier.requiredSize(wide.toFloat() * scale, high.toFloat() * scale),
            )
        }
    }
}

private fun SurfaceView.showing(camera: Camera) {
    setSecure(true)
    // The system turns what is shown on such a surface upright by itself.
    holder.setFixedSize(camera.size.width, camera.size.height)
    holder.addCallback(object : SurfaceHolder.Callback {
        override fun surfaceCreated(holder: SurfaceHolder) = Unit

        override fun surfaceChanged(holder: SurfaceHolder, format: Int, width: Int, height: Int) {
            camera.start(holder.surface)
        }

        override fun surfaceDestroyed(holder: SurfaceHolder) {
            camera.stop()
        }
    })
}

private fun degrees(rotation: Int?): Int = when (rotation) {
    Surface.ROTATION_90 -> 90
    Surface.ROTATION_180 -> 180
    Surface.ROTATION_270 -> 270
    else -> 0
}
