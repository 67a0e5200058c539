package io.countersign.core

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.receiveAsFlow
import kotlinx.coroutines.withContext
import java.nio.ByteBuffer
import java.time.Instant

/** What only the app can do for the flow. */
public sealed interface ShellEffect {
    /** Ask for the camera, and send [Event.CAMERA_GRANTED] or [Event.CAMERA_DENIED]. */
    public data object RequestCamera : ShellEffect

    /** Open the system's settings of this app. */
    public data object OpenSettings : ShellEffect

    /** Start the camera and send its frames. */
    public data object StartCamera : ShellEffect

    /** Send no more. */
    public data object StopCamera : ShellEffect

    /** Send [request], following no redirect, and give the answer, or [Event.UNREACHABLE] where there is none in time. */
    public data class Ask(val request: Request) : ShellEffect

    /** Close the flow. */
    public data object Close : ShellEffect
}

/**
 * One enrollment: Verify device, Scan QR, the code and Continue, Device registered.
 *
 * Draw [view], carry out [effects], send what happened. The vault is saved by itself. Where a call
 * fails the vault was locked or another enrollment was begun: begin it again, and it goes on from
 * what the disk has.
 */
public class EnrollmentSession internal constructor(
    private val enrollment: Enrollment,
    private val save: () -> Event,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    private val mutableView = MutableStateFlow(enrollment.view())
    private val queue = Channel<ShellEffect>(Channel.UNLIMITED)

    @Volatile
    private var closed = false

    /** It took up an enrollment that was not ended, be it behind a sign-in: show it to whoever did not ask for it too. */
    public val takenUp: Boolean = enrollment.isTakenUp()

    /** What is to be seen. */
    public val view: StateFlow<View> = mutableView.asStateFlow()

    /**
     * What is to be done, each once and in its order. What comes while nobody collects waits; collect
     * it where a turned screen does not end it, as in a view model.
     */
    public val effects: Flow<ShellEffect> = queue.receiveAsFlow()

    /** Takes what the user or the system did. One that does not fit the view changes nothing. */
    public suspend fun on(event: Event) {
        require(event != Event.SAVED && event != Event.SAVE_FAILED) { "saving is not the app's" }
        step { enrollment.on(event) }
    }

    /** Takes the form with the key as it was typed, which is overwritten. */
    public suspend fun submit(form: ManualForm, key: CharArray): Unit = step { key.lent { bytes -> enrollment.submit(form, bytes) } }

    /** Takes a chosen picture, as the bytes of a PNG, JPEG or WebP file, which are overwritten. */
    public suspend fun picture(file: ByteArray): Unit = step { file.lent(enrollment::picture) }

    /** Takes the texts of QR codes, in UTF-8, from an app that reads them in its own way; they are overwritten. */
    public suspend fun scanned(texts: List<ByteArray>, source: Source): Unit = step {
        try {
            enrollment.scanned(texts, source)
        } finally {
            texts.forEach { it.fill(0) }
        }
    }

    /**
     * Takes the payload of a link that opened the app, or that was pasted, in UTF-8: enrolling on the very
     * phone that shows the web page. It is overwritten.
     */
    public suspend fun linked(payload: ByteArray): Unit = step { payload.lent(enrollment::linked) }

    /** Takes the phone number to which a PIN is to be sent, with its country's code, as it was typed. */
    public suspend fun sendPin(number: String): Unit = step { enrollment.sendPin(number) }

    /** Asks for another message. [at] is the device's time: before the view's time for it nothing changes. */
    public suspend fun resendPin(at: Instant): Unit = step { enrollment.resendPin(at.epochSecond.toULong()) }

    /** Takes the PIN as it was typed, which is overwritten. */
    public suspend fun checkPin(typed: CharArray): Unit = step { typed.lent(enrollment::checkPin) }

    /** Takes the text of an SMS, in UTF-8, that the user let the app read, and checks the PIN in it. It is overwritten. */
    public suspend fun messageReceived(text: ByteArray): Unit = step { text.lent(enrollment::messageReceived) }

    /** Takes what the relying party answered. */
    public suspend fun answered(response: Response): Unit = step { enrollment.answered(response) }

    /**
     * Takes a frame of the camera where it lies: its luma plane, a byte for each pixel, in a direct
     * buffer, as the planes of CameraX are. It blocks while it looks, so call it on the camera's own
     * thread, where it may be called again only when it has returned. Gives what to draw over the picture.
     */
    public fun frame(luma: ByteBuffer, width: Int, height: Int, rowStride: Int): Sight {
        checkNotClosed()
        val sight = luma.inPlace { enrollment.frame(it, width.toUInt(), height.toUInt(), rowStride.toUInt()) }
        settle(sight.step)
        return sight
    }

    /** Ends this session. An account that is pending stays so, and the enrollment can be taken up again. */
    override fun close() {
        closed = true
        queue.close()
        // What it holds goes with this object: a frame may be under way on the camera's thread.
    }

    private suspend fun step(act: () -> Step): Unit = withContext(dispatcher) {
        synchronized(queue) {
            checkNotClosed()
            settle(act())
        }
    }

    private fun checkNotClosed() {
        if (closed) throw CountersignException.FlowEnded("the session was closed")
    }

    /** Carries out what is ours until nothing is left to do, shows the view, and then passes on what is the app's. */
    private fun settle(first: Step): Unit = synchronized(queue) {
        val theirs = mutableListOf<ShellEffect>()
        try {
            var next: Step? = first
            while (next != null) {
                val effects = next.effects
                next = null
                for (effect in effects) {
                    when (effect) {
                        Effect.Save -> next = enrollment.on(save())
                        Effect.RequestCamera -> theirs += ShellEffect.RequestCamera
                        Effect.OpenSettings -> theirs += ShellEffect.OpenSettings
                        Effect.StartCamera -> theirs += ShellEffect.StartCamera
                        Effect.StopCamera -> theirs += ShellEffect.StopCamera
                        is Effect.Ask -> theirs += ShellEffect.Ask(effect.request)
                        Effect.Close -> theirs += ShellEffect.Close
                    }
                }
            }
            // Not the step's: another event may have come between the reading of a frame and this.
            mutableView.value = enrollment.view()
        } finally {
            // Whoever carries one out looks at the view; and the camera stops also where the save was in doubt.
            theirs.forEach(queue::trySend)
        }
    }
}
