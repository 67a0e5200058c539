package io.countersign.app

import android.Manifest
import android.app.KeyguardManager
import android.content.ClipData
import android.content.ClipDescription
import android.content.ClipboardManager
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.hardware.biometrics.BiometricManager.Authenticators.BIOMETRIC_STRONG
import android.hardware.biometrics.BiometricManager.Authenticators.DEVICE_CREDENTIAL
import android.hardware.biometrics.BiometricPrompt
import android.net.Uri
import android.os.Build
import android.os.CancellationSignal
import android.os.Handler
import android.os.Looper
import android.os.PersistableBundle
import android.provider.Settings
import androidx.activity.ComponentActivity
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia
import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia.ImageOnly
import androidx.activity.result.contract.ActivityResultContracts.RequestPermission
import io.countersign.core.Confirmation
import io.countersign.core.Request
import io.countersign.core.Response
import io.countersign.ui.Platform
import io.countersign.ui.RelyingPartyClient
import io.countersign.ui.readAtMost
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import java.io.IOException
import javax.crypto.Cipher
import kotlin.coroutines.Continuation
import kotlin.coroutines.resume

/** What a phone lends. Made with its activity, since that is when results can be registered for. */
class AndroidPlatform(private val activity: ComponentActivity, private val client: RelyingPartyClient) : Platform {
    private val preferences = activity.getSharedPreferences("shell", Context.MODE_PRIVATE)
    private val clipboard = activity.system<ClipboardManager>()
    private val clearing = Handler(Looper.getMainLooper())

    private var asking: Continuation<Boolean>? = null
    private val permission = activity.registerForActivityResult(RequestPermission()) { granted ->
        asking?.resume(granted)
        asking = null
    }

    private var choosing: Continuation<Uri?>? = null
    private val picker = activity.registerForActivityResult(PickVisualMedia()) { chosen ->
        choosing?.resume(chosen)
        choosing = null
    }

    private val consent = SmsConsent(activity)

    override val confirmation = Confirmation { cipher -> withContext(Dispatchers.Main) { confirm(cipher) } }

    override var hidesCodes: Boolean
        get() = preferences.getBoolean("hides_codes", false)
        set(hides) = preferences.edit().putBoolean("hides_codes", hides).apply()

    /** Whether a PIN, a pattern, a password or a biometric locks the phone. */
    fun hasScreenLock(): Boolean = activity.system<KeyguardManager>().isDeviceSecure

    fun mayUseCamera(): Boolean = mayUseCamera(activity)

    override suspend fun askForCamera(): Boolean {
        if (mayUseCamera()) return true
        return suspendCancellableCoroutine { continuation ->
            asking = continuation
            permission.launch(Manifest.permission.CAMERA)
        }
    }

    override fun openSettings() {
        val app = Uri.fromParts("package", activity.packageName, null)
        activity.startActivity(Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, app))
    }

    /** At most as many bytes as the core looks at; a larger picture is none. */
    override suspend fun choosePicture(): ByteArray? {
        val chosen = suspendCancellableCoroutine<Uri?> { continuation ->
            choosing = continuation
            picker.launch(PickVisualMediaRequest(ImageOnly))
        } ?: return null
        return withContext(Dispatchers.IO) {
            try {
                activity.contentResolver.openInputStream(chosen)?.use { it.readAtMost(MOST_PICTURE_BYTES) }
            } catch (_: IOException) {
                ByteArray(0)
            } catch (_: SecurityException) {
                ByteArray(0)
            }
        }
    }

    override fun copy(code: String): Boolean {
        val clip = ClipData.newPlainText("", code)
        // Keyboards and the system show no preview of it.
        clip.description.extras = PersistableBundle().apply { putBoolean(ClipDescription.EXTRA_IS_SENSITIVE, true) }
        clipboard.setPrimaryClip(clip)
        clearing.removeCallbacksAndMessages(null)
        // What was copied since is somebody else's; in the background it cannot be seen, and is cleared too.
        clearing.postDelayed({ if (pasted() in setOf(code, null)) clipboard.clearPrimaryClip() }, CLEARED_AFTER_MILLIS)
        return Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU
    }

    override fun pasted(): String? = clipboard.primaryClip?.takeIf { it.itemCount > 0 }?.getItemAt(0)?.text?.toString()

    override suspend fun signIn(user: String, password: CharArray): Boolean? = client.signIn(user, password)

    override suspend fun ask(request: Request): Response? = client.ask(request)

    override suspend fun message(): String? = withContext(Dispatchers.Main) { consent.message() }

    private suspend fun confirm(cipher: Cipher?): Boolean = suspendCancellableCoroutine { continuation ->
        val prompt = BiometricPrompt.Builder(activity)
            .setTitle(textOf(activity, "unlock_reason").orEmpty())
            .setAllowedAuthenticators(BIOMETRIC_STRONG or DEVICE_CREDENTIAL)
            .build()
        val signal = CancellationSignal()
        continuation.invokeOnCancellation { signal.cancel() }
        val answer = Answer(continuation)
        if (cipher == null) {
            prompt.authenticate(signal, activity.mainExecutor, answer)
        } else {
            prompt.authenticate(BiometricPrompt.CryptoObject(cipher), signal, activity.mainExecutor, answer)
        }
    }

    private class Answer(private val continuation: CancellableContinuation<Boolean>) : BiometricPrompt.AuthenticationCallback() {
        override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = answer(true)

        override fun onAuthenticationError(code: Int, message: CharSequence) = answer(false)

        private fun answer(confirmed: Boolean) {
            if (continuation.isActive) continuation.resume(confirmed)
        }
    }

    private companion object {
        const val MOST_PICTURE_BYTES = 32 * 1024 * 1024
        const val CLEARED_AFTER_MILLIS = 45_000L
    }
}

/** A service that every phone has. */
inline fun <reified T : Any> Context.system(): T = checkNotNull(getSystemService(T::class.java))

/** Whether the camera may be used without asking. */
fun mayUseCamera(context: Context): Boolean = context.checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED
