package io.countersign.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import io.countersign.core.AccountId
import io.countersign.core.Authenticator
import io.countersign.core.Confirmation
import io.countersign.core.CountersignException
import io.countersign.core.EnrollmentSession
import io.countersign.core.Event
import io.countersign.core.ManualForm
import io.countersign.core.Preview
import io.countersign.core.RelyingParty
import io.countersign.core.Request
import io.countersign.core.Response
import io.countersign.core.ShellEffect
import io.countersign.core.Sight
import io.countersign.core.SlotKind
import io.countersign.core.VaultState
import io.countersign.core.View
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import java.nio.ByteBuffer
import java.security.GeneralSecurityException
import java.time.Instant

/** What only the platform can do. */
interface Platform {
    /** Asks for a fingerprint, a face or the screen lock. */
    val confirmation: Confirmation

    /** Codes are hidden until they are tapped. It is remembered. */
    var hidesCodes: Boolean

    /** Asks for the camera where it was not asked for before: whether it may be used. */
    suspend fun askForCamera(): Boolean

    /** The system's settings of this app. */
    fun openSettings()

    /** Lets a picture be chosen: its bytes, or nothing where none was. */
    suspend fun choosePicture(): ByteArray?

    /** Copies a code for a short time; whether the system says so itself. */
    fun copy(code: String): Boolean

    /** What was copied elsewhere. */
    fun pasted(): String?

    /** Whether the relying party lets the user in, or nothing where it does not answer. The password is overwritten. */
    suspend fun signIn(user: String, password: CharArray): Boolean?

    /** Sends a request, once; nothing where no answer comes in time. */
    suspend fun ask(request: Request): Response?

    /** Waits for an SMS and lets the user say whether the app may read it: its text, or nothing where it may not. */
    suspend fun message(): String?
}

/** What another app's link would register. */
class Offer(val account: Preview, val text: String)

/** Where a code was seen in the last frame, and what the user should do. */
class Sighting(val sight: Sight, val width: Int, val height: Int, val rotation: Int)

/**
 * What the screens draw, and where their taps go. It passes events on and carries out effects; what
 * they mean the core knows.
 */
class Shell(
    val authenticator: Authenticator,
    val platform: Platform,
    private val relyingParty: RelyingParty?,
    private val scope: CoroutineScope,
) {
    /** The enrollment in front, if there is one. */
    var session: EnrollmentSession? by mutableStateOf(null)
        private set

    /** The camera runs. */
    var filming: Boolean by mutableStateOf(false)
        private set

    var sighting: Sighting? by mutableStateOf(null)
        private set

    /** Something that takes a moment is being done. */
    var busy: Boolean by mutableStateOf(false)
        private set

    /** To be said once, at the foot of the screen. */
    var message: Word? by mutableStateOf(null)

    /** A recovery key to write down. */
    var recoveryKey: String? by mutableStateOf(null)

    /** Nothing but this device's key opens the vault. */
    var oneWay: Boolean by mutableStateOf(false)
        private set

    /** What another app would have registered, until the user says so. */
    var offer: Offer? by mutableStateOf(null)
        private set

    private var effects: Job? = null
    private var link: ByteArray? = null

    /** Looks at the vault: makes one where there is none, opens it where this device can. */
    fun enter() = attempt { open() }

    /** The user was away, perhaps so long that the vault is locked now. */
    fun comeBack(locks: Boolean) = attempt {
        if (locks) lockNow()
        if (authenticator.state.value !is VaultState.Open) open()
    }

    private suspend fun open() {
        when (val state = authenticator.look()) {
            VaultState.Absent -> authenticator.createWithDeviceKey(platform.confirmation)
            is VaultState.Locked ->
                if (SlotKind.DEVICE_KEY in state.ways) authenticator.openWithDeviceKey(platform.confirmation) else return
            else -> return
        }
        resume()
    }

    fun openWithDeviceKey() = opening { authenticator.openWithDeviceKey(platform.confirmation) }

    fun openWithPassphrase(typed: CharArray) = opening { authenticator.openWithPassphrase(typed) }

    fun openWithRecoveryKey(typed: CharArray) = opening { authenticator.openWithRecoveryKey(typed) }

    /** Nothing opens the vault any more: it is put aside, and a new one is made. */
    fun startAnew() = attempt {
        authenticator.setAside()
        open()
    }

    fun addPassphrase(typed: CharArray) = attempt {
        renew(SlotKind.PASSPHRASE) { authenticator.addPassphrase(typed) }
        message = Word.passphrase_set
    }

    fun makeRecoveryKey() = attempt {
        renew(SlotKind.RECOVERY_KEY) { recoveryKey = authenticator.revealNewRecoveryKey() }
    }

    /** The new one is in the vault before the earlier ones stop opening it. */
    private suspend fun renew(kind: SlotKind, add: suspend () -> Unit) {
        val earlier = authenticator.slots().filter { it.kind == kind }
        add()
        earlier.forEach { authenticator.removeSlot(it.id) }
        oneWay = false
    }

    fun lock() = attempt { lockNow() }

    /** Neither a recovery key that is shown nor a link that was not followed yet stays. */
    private suspend fun lockNow() {
        leave()
        recoveryKey = null
        forgetLink()
        authenticator.lock()
    }

    private fun forgetLink() {
        link?.fill(0)
        link = null
        offer = null
    }

    fun rename(id: AccountId, issuer: String, name: String) = attempt { authenticator.rename(id, issuer, name) }

    fun remove(id: AccountId) = attempt { authenticator.remove(id) }

    fun nextCode(id: AccountId, show: (String) -> Unit) = attempt { show(authenticator.nextCode(id)) }

    fun copy(code: String) {
        if (!platform.copy(code)) message = Word.copied
    }

    /** Begins an enrollment, or takes up the one that was begun. */
    fun enroll() = attempt { begin(authenticator.enroll(relyingParty)) }

    /** A link of another app, which is asked about where it would register something. */
    fun offer(text: String) = attempt {
        forgetLink()
        val account = authenticator.preview(text.toByteArray())
        if (account == null) follow(text) else offer = Offer(account, text)
    }

    fun answerOffer(register: Boolean) {
        val offered = offer ?: return
        forgetLink()
        if (register) follow(offered.text)
    }

    /** An enrollment link that the user chose to follow, on the phone that shows the web page. */
    fun follow(text: String) {
        forgetLink()
        link = text.toByteArray()
        if (session != null) {
            attempt { feedLink() }
        } else if (authenticator.state.value is VaultState.Open) {
            enroll()
        }
    }

    fun paste() {
        val text = platform.pasted()
        if (text.isNullOrBlank()) message = Word.nothing_to_paste else follow(text.trim())
    }

    fun on(event: Event) = inSession { on(event) }

    fun submit(form: ManualForm, key: CharArray) = inSession { submit(form, key) }

    fun sendPin(number: String) = inSession { sendPin(number) }

    fun resendPin(now: Instant) = inSession { resendPin(now) }

    fun checkPin(typed: CharArray) = inSession { checkPin(typed) }

    fun choosePicture() = attempt { platform.choosePicture()?.let { session?.picture(it) } }

    fun signIn(user: String, password: CharArray) = inSession {
        when (platform.signIn(user, password)) {
            true -> on(Event.SIGNED_IN)
            false -> on(Event.SIGN_IN_REFUSED)
            null -> message = Word.code_unreachable
        }
    }

    /** A frame of the camera, on the camera's own thread; it has to be turned by [rotation] degrees to stand upright. */
    fun frame(luma: ByteBuffer, width: Int, height: Int, rowStride: Int, rotation: Int) {
        val session = session ?: return
        val sight = try {
            session.frame(luma, width, height, rowStride)
        } catch (_: CountersignException) {
            return // The vault was locked meanwhile, and nothing is looked for any more.
        } catch (_: IllegalStateException) {
            return // The same, of the flow.
        }
        sighting = Sighting(sight, width, height, rotation)
    }

    private fun opening(open: suspend () -> Unit) = attempt {
        val lost = (authenticator.state.value as? VaultState.Locked)?.deviceKeyLoss
        open()
        try {
            if (lost != null) authenticator.renewDeviceKey(platform.confirmation)
        } catch (e: GeneralSecurityException) {
            message = wordOf(e) // What opened it now opens it the next time.
        }
        resume()
    }

    /** Whoever was torn away from a code comes back to it; whoever followed a link goes on with it. */
    private suspend fun resume() {
        (authenticator.state.value as? VaultState.Open)?.recovered?.let { message = Word.recovered }
        oneWay = authenticator.slots().size == 1
        val begun = authenticator.enroll(relyingParty)
        if (begun.takenUp || link != null) begin(begun) else begun.close()
    }

    private suspend fun begin(begun: EnrollmentSession) {
        leave()
        session = begun
        effects = scope.launch {
            launch { readMessages(begun) }
            begun.effects.collect { effect -> carryOut(begun, effect) }
        }
        feedLink()
    }

    /** As long as a PIN is waited for, and until the user says no; of another message the user is asked again. */
    private suspend fun readMessages(session: EnrollmentSession) =
        session.view.map { (it as? View.Pin)?.resendFrom }.distinctUntilChanged().collectLatest { sent ->
            while (sent != null) {
                val text = platform.message() ?: break
                attempt { session.messageReceived(text.toByteArray()) }
            }
        }

    private fun leave() {
        effects?.cancel()
        session?.close()
        session = null
        filming = false
        sighting = null
    }

    private fun carryOut(session: EnrollmentSession, effect: ShellEffect) {
        when (effect) {
            ShellEffect.RequestCamera -> attempt {
                session.on(if (platform.askForCamera()) Event.CAMERA_GRANTED else Event.CAMERA_DENIED)
            }
            ShellEffect.OpenSettings -> platform.openSettings()
            ShellEffect.StartCamera -> filming = true
            ShellEffect.StopCamera -> {
                filming = false
                sighting = null
            }
            is ShellEffect.Ask -> attempt {
                platform.ask(effect.request)?.let { session.answered(it) } ?: session.on(Event.UNREACHABLE)
            }
            ShellEffect.Close -> {
                if (session.view.value is View.Cancelled) message = Word.cancelled_title
                leave()
            }
        }
    }

    private suspend fun feedLink() {
        val payload = link ?: return
        link = null
        session?.linked(payload)
    }

    private fun inSession(act: suspend EnrollmentSession.() -> Unit) = attempt { session?.act() }

    private fun attempt(act: suspend () -> Unit): Job = scope.launch {
        busy = true
        try {
            act()
        } catch (e: CountersignException) {
            if (e is CountersignException.FlowEnded || e is CountersignException.Locked) leave()
            message = wordOf(e)
        } catch (e: GeneralSecurityException) {
            message = wordOf(e)
        } finally {
            busy = false
        }
    }
}
