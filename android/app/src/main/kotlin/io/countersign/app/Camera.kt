package io.countersign.app

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.hardware.camera2.params.OutputConfiguration
import android.hardware.camera2.params.SessionConfiguration
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import android.view.Surface
import java.nio.ByteBuffer
import kotlin.math.abs

/** A frame: its luma plane where it lies, width, height, row stride, and by how much to turn it until it stands upright. */
typealias OnFrame = (luma: ByteBuffer, width: Int, height: Int, rowStride: Int, rotation: Int) -> Unit

/**
 * The camera at the back, or whichever there is: its picture goes to a surface, its luma planes one
 * after the other to [onFrame] on a thread of its own. A frame that comes while the last is still
 * looked at is dropped by the reader.
 */
class Camera(context: Context, private val displayDegrees: Int, private val onFrame: OnFrame) : AutoCloseable {
    private val manager = context.system<CameraManager>()
    private val id = chosen()
    private val known = id?.let(manager::getCameraCharacteristics)

    /** Of the picture and of the frames; upright it is as wide as this is high where [turned]. */
    val size: Size = known?.let(::sizeNear) ?: Size(1280, 720)

    val rotation: Int = known?.let { degreesOf(it) } ?: 0
    val turned: Boolean get() = rotation % 180 != 0

    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val reader = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, FRAMES)
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private var request: CaptureRequest.Builder? = null
    private var torch = false
    private var closed = false

    init {
        reader.setOnImageAvailableListener({ from ->
            from.acquireLatestImage()?.use { image ->
                val plane = image.planes[0]
                onFrame(plane.buffer, image.width, image.height, plane.rowStride, rotation)
            }
        }, handler)
    }

    /** Begins to show itself on [surface], where it may. */
    @SuppressLint("MissingPermission") // Whoever makes this has asked.
    fun start(surface: Surface): Boolean = handler.post {
        if (id == null || closed || device != null) return@post
        try {
            manager.openCamera(id, Opening(surface), handler)
        } catch (_: CameraAccessException) {
            // Another app has it, or it is switched off; the values can be typed.
        } catch (_: SecurityException) {
            // The permission was taken away meanwhile.
        }
    }

    fun setTorch(on: Boolean): Boolean = handler.post {
        torch = on
        repeat()
    }

    /** The surface is gone; [start] begins again on another. */
    fun stop(): Boolean = handler.post { release() }

    override fun close() {
        handler.post {
            closed = true
            release()
            reader.close()
            thread.quitSafely()
        }
    }

    private fun release() {
        session?.close()
        device?.close()
        session = null
        device = null
        request = null
    }

    private inner class Opening(private val surface: Surface) : CameraDevice.StateCallback() {
        override fun onOpened(camera: CameraDevice) {
            if (closed) return camera.close()
            device = camera
            val outputs = listOf(OutputConfiguration(surface), OutputConfiguration(reader.surface))
            try {
                request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
                    addTarget(surface)
                    addTarget(reader.surface)
                    set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
                }
                camera.createCaptureSession(
                    SessionConfiguration(SessionConfiguration.SESSION_REGULAR, outputs, { handler.post(it) }, Running()),
                )
            } catch (_: CameraAccessException) {
                camera.close()
            } catch (_: IllegalArgumentException) {
                camera.close() // The surface is gone.
            }
        }

        override fun onDisconnected(camera: CameraDevice) = lose(camera)

        override fun onError(camera: CameraDevice, error: Int) = lose(camera)

        private fun lose(camera: CameraDevice) {
            if (camera === device) release() else camera.close()
        }
    }

    private inner class Running : CameraCaptureSession.StateCallback() {
        override fun onConfigured(configured: CameraCaptureSession) {
            session = configured
            repeat()
        }

        override fun onConfigureFailed(failed: CameraCaptureSession) = failed.close()
    }

    private fun repeat() {
        val request = request ?: return
        val mode = if (torch) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF
        request.set(CaptureRequest.FLASH_MODE, mode)
        try {
            session?.setRepeatingRequest(request.build(), null, handler)
        } catch (_: CameraAccessException) {
            // It was taken away; what is shown stays.
        } catch (_: IllegalStateException) {
            // The session was closed meanwhile.
        }
    }

    private fun chosen(): String? = try {
        manager.cameraIdList.maxByOrNull { id ->
            val facing = manager.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING)
            if (facing == CameraCharacteristics.LENS_FACING_BACK) 1 else 0
        }
    } catch (_: CameraAccessException) {
        null
    }

    /** A code of a screen is read well at this size, and read fast. */
    private fun sizeNear(known: CameraCharacteristics): Size? = known.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
        ?.getOutputSizes(ImageFormat.YUV_420_888)
        ?.minByOrNull { abs(it.width - 1280) + abs(it.height - 720) }

    private fun degreesOf(known: CameraCharacteristics): Int {
        val sensor = known.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0
        val back = known.get(CameraCharacteristics.LENS_FACING) != CameraCharacteristics.LENS_FACING_FRONT
        return (sensor + (if (back) 360 - displayDegrees else displayDegrees)) % 360
    }

    private companion object {
        /** One that is looked at, one that comes in. */
        const val FRAMES = 2
    }
}
