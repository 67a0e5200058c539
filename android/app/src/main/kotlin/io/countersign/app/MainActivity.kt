package io.countersign.app

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.Build
import android.os.Bundle
import android.os.SystemClock
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.BackHandler
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.platform.LocalConfiguration
import io.countersign.core.Authenticator
import io.countersign.core.Event
import io.countersign.core.KeyPolicy
import io.countersign.core.KeystoreKeys
import io.countersign.core.RelyingParty
import io.countersign.core.UserConfirmation
import io.countersign.core.View
import io.countersign.ui.App
import io.countersign.ui.CountersignTheme
import io.countersign.ui.LocalDictionary
import io.countersign.ui.LocalNow
import io.countersign.ui.RelyingPartyClient
import io.countersign.ui.Shell
import io.countersign.ui.ticking
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.io.File
import kotlin.time.Duration.Companion.seconds

/** The one window. It cannot be photographed, and locks the vault when it has been away for a while. */
class MainActivity : ComponentActivity() {
    private lateinit var platform: AndroidPlatform
    private lateinit var shell: Shell
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var locking: Job? = null
    private var leftAt = 0L
    private val clockSet = object : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) = shell.authenticator.refresh()
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        // Neither a screenshot nor the picture among the recent apps shows a code.
        window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) window.setHideOverlayWindows(true)
        enableEdgeToEdge()
        platform = AndroidPlatform(this, RelyingPartyClient(text(R_SIGN_IN)))
        shell = Shell(authenticator(), platform, relyingParty(), scope)
        // What the system starts anew, it starts with the link of long ago.
        val old = savedInstanceState != null || intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0
        if (!old) follow(intent)
        shell.enter()
        // Only the system sends this one.
        registerReceiver(clockSet, IntentFilter(Intent.ACTION_TIME_CHANGED))
        setContent {
            // Another language or other letters are another dictionary, and all is said anew.
            val dictionary = remember(LocalConfiguration.current) { ResourceDictionary(this) }
            CompositionLocalProvider(LocalDictionary provides dictionary, LocalNow provides ticking(System::currentTimeMillis)) {
                CountersignTheme(isSystemInDarkTheme()) {
                    App(shell, { torch -> CameraPicture(torch, shell::frame) }, { back -> BackHandler(back != null) { back?.invoke() } })
                }
            }
        }
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        follow(intent)
    }

    override fun onStart() {
        super.onStart()
        locking?.cancel()
        // A process that the system held still has not counted.
        if (leftAt != 0L) shell.comeBack(locks = SystemClock.elapsedRealtime() - leftAt > AWAY_MILLIS)
        // While the phone slept, nothing woke at the end of a code.
        shell.authenticator.refresh()
        // Whoever was in the system's settings may have allowed the camera there.
        if (shell.session?.view?.value is View.CameraNeeded && platform.mayUseCamera()) shell.on(Event.CAMERA_GRANTED)
    }

    override fun onStop() {
        super.onStop()
        leftAt = SystemClock.elapsedRealtime()
        // Long enough to type a code on a page of the same phone.
        locking = scope.launch {
            delay(AWAY_MILLIS)
            shell.lock()
        }
    }

    override fun onDestroy() {
        super.onDestroy()
        unregisterReceiver(clockSet)
        scope.cancel()
        shell.authenticator.close()
    }

    private fun follow(intent: Intent?) {
        intent?.takeIf { it.action == Intent.ACTION_VIEW }?.dataString?.let(shell::offer)
        // Nothing follows it again, and nothing keeps it.
        setIntent(Intent(this, MainActivity::class.java))
    }

    private fun authenticator(): Authenticator {
        val confirmed = UserConfirmation(CONFIRMED_FOR, endsWithNewBiometric = false)
        // Without a screen lock no key can be made that asks for one.
        val locked = platform.hasScreenLock()
        val keys = KeystoreKeys(KeyPolicy(confirmed.takeIf { locked }, unlockedDevice = locked))
        return Authenticator(File(filesDir, "vault/accounts"), keys)
    }

    private fun relyingParty(): RelyingParty? {
        val statusUrl = text("relying_party_status_url") ?: return null
        return RelyingParty(text("relying_party_issuer"), statusUrl, text(R_SIGN_IN) != null, text("relying_party_pin_url"))
    }

    private fun text(name: String): String? = textOf(this, name)?.ifEmpty { null }

    private companion object {
        const val AWAY_MILLIS = 60_000L
        const val R_SIGN_IN = "relying_party_sign_in_url"
        val CONFIRMED_FOR = 10.seconds
    }
}
