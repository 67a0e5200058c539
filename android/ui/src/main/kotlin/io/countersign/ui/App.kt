package io.countersign.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.material3.SnackbarHost
import androidx.compose.material3.SnackbarHostState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import io.countersign.core.Event
import io.countersign.core.VaultState
import io.countersign.core.View

/**
 * The app: the lock, the enrollment in front, or the codes. [onBack] is given what the system's back
 * does now, or nothing where it leaves the app.
 */
@Composable
fun App(shell: Shell, camera: @Composable (torch: Boolean) -> Unit, onBack: @Composable ((() -> Unit)?) -> Unit) {
    val state by shell.authenticator.state.collectAsState()
    var inWays by rememberSaveable { mutableStateOf(false) }
    Box(Modifier.fillMaxSize()) {
        val session = shell.session
        when (val vault = state) {
            VaultState.Unknown -> onBack(null)
            VaultState.Absent -> {
                onBack(null)
                // The first key was not made, mostly because the screen lock was not confirmed.
                Page(say(Word.locked_title), Icons.Lock) { MainButton(say(Word.unlock), !shell.busy) { shell.enter() } }
            }
            is VaultState.Unreadable -> Unreadable(vault) { shell.enter() }
            is VaultState.Locked -> Locked(
                vault,
                shell.busy,
                remember(shell) { lockTaps(shell) },
            )
            is VaultState.Open -> {
                val codes by shell.authenticator.codes.collectAsState()
                if (session != null) {
                    val view by session.view.collectAsState()
                    onBack(back(view)?.let { event -> { shell.on(event) } })
                    Flow(
                        view,
                        remember(shell) { flowTaps(shell) },
                        { id -> codes.entries.find { it.id == id } },
                        shell.sighting,
                        { torch -> if (shell.filming) camera(torch) },
                    )
                } else if (inWays) {
                    onBack { inWays = false }
                    WaysOf(shell) { inWays = false }
                } else {
                    onBack(null)
                    val taps = remember(shell) { listTaps(shell) { inWays = true } }
                    CodeList(codes.entries, shell.platform.hidesCodes, vault.unread, taps, shell.oneWay)
                }
            }
        }
        Messages(shell, Modifier.align(Alignment.TopCenter))
    }
    shell.offer?.let { offer ->
        val title = say(Word.register_title, titleOf(offer.account.issuer, offer.account.name).ifEmpty { "?" })
        Question(title, say(Word.register_text), say(Word.register), { shell.answerOffer(false) }) { shell.answerOffer(true) }
    }
    shell.recoveryKey?.let { key -> RecoveryKey(key) { shell.recoveryKey = null } }
}

@Composable
private fun WaysOf(shell: Shell, back: () -> Unit) {
    var hidden by remember { mutableStateOf(shell.platform.hidesCodes) }
    val hide = { hide: Boolean ->
        shell.platform.hidesCodes = hide
        hidden = hide
    }
    Ways(hidden, WaysTaps(hide, { shell.addPassphrase(it) }, { shell.makeRecoveryKey() }, back))
}

/** At the top, since what can be done is at the foot. */
@Composable
private fun Messages(shell: Shell, modifier: Modifier) {
    val host = remember { SnackbarHostState() }
    val dictionary = LocalDictionary.current
    LaunchedEffect(shell.message) {
        val word = shell.message ?: return@LaunchedEffect
        host.showSnackbar(dictionary.say(word))
        shell.message = null
    }
    SnackbarHost(host, modifier.safeDrawingPadding())
}

/** Back leaves a code as it is, and the app: only Cancel takes the account away again. */
private fun back(view: View): Event? = when (view) {
    is View.SignIn, is View.VerifyDevice, is View.CameraNeeded, is View.ScanQr, is View.Duplicate -> Event.CANCEL
    is View.ManualEntry, is View.PhoneNumber, is View.Pin -> Event.BACK
    is View.DeviceRegistered, is View.NumberConfirmed -> Event.DONE
    is View.ShowCode, is View.Confirming, is View.Cancelled -> null
}

private fun lockTaps(shell: Shell) = LockTaps(
    withDevice = { shell.openWithDeviceKey() },
    withPassphrase = { shell.openWithPassphrase(it) },
    withRecoveryKey = { shell.openWithRecoveryKey(it) },
    startAnew = { shell.startAnew() },
)

private fun flowTaps(shell: Shell) = FlowTaps(
    on = { shell.on(it) },
    signIn = { user, password -> shell.signIn(user, password) },
    submit = { form, key -> shell.submit(form, key) },
    sendPin = { shell.sendPin(it) },
    resendPin = { shell.resendPin(it) },
    checkPin = { shell.checkPin(it) },
    choosePicture = { shell.choosePicture() },
    paste = { shell.paste() },
    copy = { shell.copy(it) },
    nextCode = { id, show -> shell.nextCode(id, show) },
)

private fun listTaps(shell: Shell, ways: () -> Unit) = ListTaps(
    enroll = { shell.enroll() },
    ways = ways,
    lock = { shell.lock() },
    copy = { shell.copy(it) },
    nextCode = { id, show -> shell.nextCode(id, show) },
    rename = { id, issuer, name -> shell.rename(id, issuer, name) },
    remove = { shell.remove(it) },
)
