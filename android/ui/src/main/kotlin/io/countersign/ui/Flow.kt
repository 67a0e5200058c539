package io.countersign.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedSecureTextField
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import io.countersign.core.AccountId
import io.countersign.core.CodeNotice
import io.countersign.core.CodeNow
import io.countersign.core.Entry
import io.countersign.core.Event
import io.countersign.core.ManualForm
import io.countersign.core.View
import java.time.Instant

/** Where the taps of the flow go. */
class FlowTaps(
    val on: (Event) -> Unit = {},
    val signIn: (String, CharArray) -> Unit = { _, _ -> },
    val submit: (ManualForm, CharArray) -> Unit = { _, _ -> },
    val sendPin: (String) -> Unit = {},
    val resendPin: (Instant) -> Unit = {},
    val checkPin: (CharArray) -> Unit = {},
    val choosePicture: () -> Unit = {},
    val paste: () -> Unit = {},
    val copy: (String) -> Unit = {},
    val nextCode: (AccountId, (String) -> Unit) -> Unit = { _, _ -> },
)

/** One view of the flow. [entry] finds an account that a view names; [camera] is the camera's picture. */
@Composable
fun Flow(
    view: View,
    taps: FlowTaps,
    entry: (AccountId) -> Entry?,
    sighting: Sighting? = null,
    camera: @Composable (torch: Boolean) -> Unit = {},
) {
    when (view) {
        is View.SignIn -> SignIn(view.refused, taps)
        is View.VerifyDevice -> VerifyDevice(view, taps)
        is View.CameraNeeded -> CameraNeeded(view.denied, taps)
        is View.ScanQr -> ScanQr(view.notice, sighting, taps, camera)
        is View.ManualEntry -> ManualEntry(view.errors, view.saveFailed, taps)
        is View.Duplicate -> Duplicate(view, entry(view.existing), taps)
        is View.ShowCode -> ShowCode(view, entry(view.account), taps)
        is View.Confirming -> Confirming()
        is View.DeviceRegistered -> DeviceRegistered(entry(view.account), taps)
        is View.PhoneNumber, is View.Pin -> PhoneNumber(view, taps)
        is View.NumberConfirmed -> NumberConfirmed(view.endsIn, taps)
        is View.Cancelled -> Page(say(Word.cancelled_title), Icons.Close, say(Word.cancelled_text)) {}
    }
}

@Composable
private fun SignIn(refused: Boolean, taps: FlowTaps) {
    val user = rememberTextFieldState()
    val password = remember { TextFieldState() }
    val send = {
        taps.signIn(user.text.toString(), password.taken())
    }
    Page(
        say(Word.sign_in),
        content = {
            if (refused) Notice(say(Word.sign_in_refused), urgent = true)
            OutlinedTextField(
                user,
                Modifier.fillMaxWidth(),
                label = { Text(say(Word.user_name)) },
                lineLimits = TextFieldLineLimits.SingleLine,
                keyboardOptions = KeyboardOptions(autoCorrectEnabled = false, imeAction = ImeAction.Next),
            )
            UnseenField(password, say(Word.password), send)
        },
    ) {
        MainButton(say(Word.sign_in), user.text.isNotEmpty() && password.text.isNotEmpty(), onClick = send)
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

/** For what is typed unseen. It is kept in no saved state. */
@Composable
fun UnseenField(state: TextFieldState, label: String, send: () -> Unit, wrong: String? = null) {
    OutlinedSecureTextField(
        state,
        Modifier.fillMaxWidth().semantics { if (wrong != null) error(wrong) },
        label = { Text(label) },
        supportingText = wrong?.let { { Text(it) } },
        isError = wrong != null,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Go),
        onKeyboardAction = { if (state.text.isNotEmpty()) send() },
    )
}

/** What was typed, which the field has no more. */
fun TextFieldState.taken(): CharArray = CharArray(text.length) { text[it] }.also { clearText() }

@Composable
private fun VerifyDevice(view: View.VerifyDevice, taps: FlowTaps) {
    Page(
        say(Word.verify_title),
        Icons.Device,
        say(Word.verify_text),
        content = {
            if (view.saveFailed) Notice(say(Word.not_saved), urgent = true)
            view.notice?.let { Notice(say(wordOf(it))) }
        },
    ) {
        MainButton(say(Word.scan_qr), icon = Icons.Code) { taps.on(Event.SCAN_QR) }
        SecondButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
        QuietButton(say(Word.no_camera)) { taps.on(Event.ENTER_MANUALLY) }
        QuietButton(say(Word.paste), onClick = taps.paste)
        if (view.offersSms) QuietButton(say(Word.sms_instead)) { taps.on(Event.CONFIRM_BY_SMS) }
    }
}

@Composable
private fun CameraNeeded(denied: Boolean, taps: FlowTaps) {
    Page(
        say(Word.camera_title),
        Icons.Camera,
        say(Word.camera_text),
        content = { if (denied) Notice(say(Word.camera_denied)) },
    ) {
        if (denied) MainButton(say(Word.open_settings)) { taps.on(Event.OPEN_SETTINGS) }
        SecondButton(say(Word.enter_values)) { taps.on(Event.ENTER_MANUALLY) }
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

@Composable
private fun Duplicate(view: View.Duplicate, existing: Entry?, taps: FlowTaps) {
    val word = if (view.sameCodes) Word.duplicate_same else Word.duplicate_other
    Page(
        say(Word.duplicate_title),
        Icons.Warning,
        say(word, existing?.title().orEmpty()),
        MaterialTheme.colorScheme.tertiary,
    ) {
        MainButton(say(Word.replace)) { taps.on(Event.REPLACE) }
        SecondButton(say(Word.keep_both)) { taps.on(Event.KEEP_BOTH) }
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

@Composable
private fun ShowCode(view: View.ShowCode, entry: Entry?, taps: FlowTaps) {
    Page(
        say(Word.code_title),
        text = say(Word.code_text),
        content = {
            if (entry != null) CodeToType(entry, taps)
            view.notice?.let {
                Notice(say(wordOf(it), *listOfNotNull(entry?.name).toTypedArray()), it == CodeNotice.REJECTED)
            }
            view.clockBehind?.let { Notice(LocalDictionary.current.sayClock(it)) }
            if (view.assumed.isNotEmpty()) Notice(say(Word.assumed))
            if (view.shortSecret) Notice(say(Word.short_key))
        },
    ) {
        MainButton(say(Word.go_on)) { taps.on(Event.CONTINUE) }
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

@Composable
private fun CodeToType(entry: Entry, taps: FlowTaps) {
    Surface(
        Modifier.fillMaxWidth(),
        MaterialTheme.shapes.extraLarge,
        MaterialTheme.colorScheme.surfaceContainerLow,
        shadowElevation = 1.dp,
    ) {
        Column(Modifier.padding(24.dp), Arrangement.spacedBy(16.dp), Alignment.CenterHorizontally) {
            Text(
                entry.title(),
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                style = MaterialTheme.typography.titleMedium,
                textAlign = TextAlign.Center,
            )
            when (val code = entry.code) {
                is CodeNow.Timed -> TimedCodeToType(code, taps)
                is CodeNow.OnRequest -> CounterCode(entry.id, MaterialTheme.typography.displayMedium, taps.nextCode, taps.copy)
                CodeNow.Unsupported -> Text(say(Word.unsupported))
            }
        }
    }
}

@Composable
private fun TimedCodeToType(timed: CodeNow.Timed, taps: FlowTaps) {
    val code = timed.code
    val passing = passing(code)
    if (!passing.over) {
        val name = say(Word.code_is, spoken(code.text))
        CodeText(
            code.text,
            MaterialTheme.typography.displayMedium,
            if (passing.ending) MaterialTheme.colorScheme.tertiary else MaterialTheme.colorScheme.primary,
            Modifier.clearAndSetSemantics { contentDescription = name },
        )
    }
    Row(Modifier.heightIn(min = 32.dp), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
        Ring(passing)
        Text(say(Word.seconds, passing.seconds), style = MaterialTheme.typography.titleMedium)
    }
    if (!passing.over) {
        NextCode(code, passing)
        QuietButton(say(Word.copy)) { taps.copy(code.text) }
    }
}

@Composable
private fun Confirming() {
    Page(
        say(Word.confirming_title),
        Icons.Device,
        say(Word.confirming_text),
        content = { CircularProgressIndicator(Modifier.padding(16.dp).size(40.dp)) },
    ) {}
}

@Composable
private fun DeviceRegistered(entry: Entry?, taps: FlowTaps) {
    Page(say(Word.registered_title), Icons.Check, say(Word.registered_text, entry?.title().orEmpty())) {
        MainButton(say(Word.done)) { taps.on(Event.DONE) }
    }
}

/** Issuer and name, of which either may be missing. */
fun titleOf(issuer: String?, name: String): String = listOfNotNull(issuer, name).filter(String::isNotBlank).joinToString(" · ")

fun Entry.title(): String = titleOf(issuer, name)
