package io.countersign.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.State
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import io.countersign.core.Event
import io.countersign.core.NumberNotice
import io.countersign.core.PinNotice
import io.countersign.core.View
import java.time.Instant

/** A phone number and the PIN from its SMS. Whoever comes back from the PIN finds the number as it was typed. */
@Composable
fun PhoneNumber(view: View, taps: FlowTaps) {
    val number = rememberTextFieldState()
    when (view) {
        is View.PhoneNumber -> NumberToType(view, number, taps)
        is View.Pin -> PinToType(view, taps)
        else -> Unit
    }
}

@Composable
private fun NumberToType(view: View.PhoneNumber, number: TextFieldState, taps: FlowTaps) {
    val send = { if (!view.asking) taps.sendPin(number.text.toString()) }
    val wrong = view.notice == NumberNotice.NotANumber
    Page(
        say(Word.number_title),
        text = say(Word.number_text),
        content = {
            val now by seconds()
            val said = view.notice?.let { LocalDictionary.current.say(it, now) }
            if (said != null && !wrong) Notice(said, urgent = view.notice == NumberNotice.CannotReceive)
            DigitsField(
                number,
                Word.number_field,
                said.takeIf { wrong },
                say(Word.number_help),
                ContentType.PhoneNumber,
                KeyboardType.Phone,
                send,
            )
            Asking(view.asking)
        },
    ) {
        MainButton(say(Word.number_send), !view.asking && number.text.isNotEmpty(), onClick = send)
        if (!view.asking) QuietButton(say(Word.back)) { taps.on(Event.BACK) }
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

/** The PIN is kept in no saved state. */
@Composable
private fun PinToType(view: View.Pin, taps: FlowTaps) {
    val typed = remember { TextFieldState() }
    val check = { if (!view.asking) taps.checkPin(typed.taken()) }
    val wrong = view.notice == PinNotice.NotAPin
    val length = view.length.toInt()
    val now by seconds()
    Page(
        say(Word.pin_title),
        text = say(Word.pin_text, view.endsIn),
        content = {
            val said = view.notice?.let { LocalDictionary.current.say(it, length, now) }
            if (said != null && !wrong) Notice(said, urgent = view.notice is PinNotice.Wrong)
            DigitsField(
                typed,
                Word.pin_field,
                said.takeIf { wrong },
                say(Word.pin_length, length),
                ContentType.SmsOtpCode,
                KeyboardType.Number,
                check,
            )
            Asking(view.asking)
        },
    ) {
        MainButton(say(Word.pin_check), !view.asking && typed.text.isNotEmpty(), onClick = check)
        if (!view.asking) {
            val wait = secondsUntil(view.resendFrom, now)
            if (wait > 0) {
                Text(
                    say(Word.pin_again_in, LocalDictionary.current.sayLong(wait)),
                    Modifier.reading().padding(vertical = 16.dp),
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                    textAlign = TextAlign.Center,
                )
            } else {
                SecondButton(say(Word.pin_again)) { taps.resendPin(Instant.ofEpochMilli(now)) }
            }
            QuietButton(say(Word.back)) { taps.on(Event.BACK) }
        }
        QuietButton(say(Word.cancel)) { taps.on(Event.CANCEL) }
    }
}

@Composable
fun NumberConfirmed(endsIn: String, taps: FlowTaps) {
    Page(say(Word.number_confirmed), Icons.Check, say(Word.number_confirmed_text, endsIn)) {
        MainButton(say(Word.done)) { taps.on(Event.DONE) }
    }
}

/** Filled in by the system where it knows what is wanted here. */
@Composable
private fun DigitsField(
    state: TextFieldState,
    label: Word,
    wrong: String?,
    help: String,
    content: ContentType,
    keyboard: KeyboardType,
    send: () -> Unit,
) {
    OutlinedTextField(
        state,
        Modifier.fillMaxWidth().semantics {
            contentType = content
            if (wrong != null) error(wrong)
        },
        // Digits run from left to right in Arabic too.
        textStyle = MaterialTheme.typography.bodyLarge.copy(textDirection = TextDirection.Ltr),
        label = { Text(say(label)) },
        supportingText = { Text(wrong ?: help) },
        isError = wrong != null,
        keyboardOptions = KeyboardOptions(autoCorrectEnabled = false, keyboardType = keyboard, imeAction = ImeAction.Go),
        onKeyboardAction = { if (state.text.isNotEmpty()) send() },
        lineLimits = TextFieldLineLimits.SingleLine,
    )
}

@Composable
private fun Asking(asks: Boolean) {
    if (asks) CircularProgressIndicator(Modifier.size(40.dp))
}

/** The time in milliseconds, which moves on once a second: what is said in seconds is not composed more often. */
@Composable
private fun seconds(): State<Long> {
    val now = LocalNow.current
    return remember(now) { derivedStateOf { now.value / 1000 * 1000 } }
}
