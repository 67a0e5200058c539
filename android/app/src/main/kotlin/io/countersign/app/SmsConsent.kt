package io.countersign.app

import android.app.Activity
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import androidx.activity.ComponentActivity
import androidx.activity.result.contract.ActivityResultContracts.StartActivityForResult
import androidx.core.content.ContextCompat
import androidx.core.content.IntentCompat
import com.google.android.gms.auth.api.phone.SmsRetriever
import com.google.android.gms.common.api.CommonStatusCodes
import com.google.android.gms.common.api.Status
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.Continuation
import kotlin.coroutines.resume

/**
 * Google's SMS User Consent: the user hands over one message that has just come. The app needs no permission for messages and
 * sees no other. Where a phone has no such service nothing comes, and the PIN is typed.
 */
class SmsConsent(private val activity: ComponentActivity) {
    private var answering: Continuation<String?>? = null
    private val question = activity.registerForActivityResult(StartActivityForResult()) { result ->
        val message = result.data?.takeIf { result.resultCode == Activity.RESULT_OK }?.getStringExtra(SmsRetriever.EXTRA_SMS_MESSAGE)
        answering?.resume(message)
        answering = null
    }

    /** The text of the next message that the user hands over; nothing after five minutes, or where the user does not. */
    suspend fun message(): String? {
        val ask = comes() ?: return null
        return suspendCancellableCoroutine { continuation ->
            answering = continuation
            continuation.invokeOnCancellation { answering = null }
            question.launch(ask)
        }
    }

    /** Waits until a message has come that may hold a PIN: what asks the user for it. */
    private suspend fun comes(): Intent? = suspendCancellableCoroutine { continuation ->
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) = end(intent)

            fun end(told: Intent?) {
                if (!continuation.isActive) return
                activity.unregisterReceiver(this)
                val status = told?.let { IntentCompat.getParcelableExtra(it, SmsRetriever.EXTRA_STATUS, Status::class.java) }
                val ask = told?.takeIf { status?.statusCode == CommonStatusCodes.SUCCESS }
                continuation.resume(ask?.let { IntentCompat.getParcelableExtra(it, SmsRetriever.EXTRA_CONSENT_INTENT, Intent::class.java) })
            }
        }
        val filter = IntentFilter(SmsRetriever.SMS_RETRIEVED_ACTION)
        // Only Google's service may send it: what it brings is started.
        ContextCompat.registerReceiver(activity, receiver, filter, SmsRetriever.SEND_PERMISSION, null, ContextCompat.RECEIVER_EXPORTED)
        continuation.invokeOnCancellation { activity.unregisterReceiver(receiver) }
        SmsRetriever.getClient(activity).startSmsUserConsent(null).addOnFailureListener { receiver.end(null) }
    }
}
