package io.countersign.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.sizeIn
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import io.countersign.core.Event
import io.countersign.core.Field
import io.countersign.core.FieldError
import io.countersign.core.ManualForm

/** The form. What is typed stays, also after an error; the key is kept in no saved state. */
@Composable
fun ManualEntry(errors: List<FieldError>, saveFailed: Boolean, taps: FlowTaps) {
    val name = rememberTextFieldState()
    val key = remember { TextFieldState() }
    val issuer = rememberTextFieldState()
    val period = rememberTextFieldState()
    val counter = rememberTextFieldState()
    var kind by rememberSaveable { mutableStateOf("totp") }
    var algorithm by rememberSaveable { mutableStateOf("SHA1") }
    var digits by rememberSaveable { mutableStateOf("6") }
    var advanced by rememberSaveable { mutableStateOf(false) }
    val wrong = errors.associate { it.field to LocalDictionary.current.say(it.problem) }

    Page(
        say(Word.enter_values),
        text = say(Word.manual_text),
        content = {
            if (saveFailed) Notice(say(Word.not_saved), urgent = true)
            FormField(name, Word.field_name, wrong[Field.NAME], Word.field_name_help, ImeAction.Next)
            FormField(key, Word.field_key, wrong[Field.KEY], Word.field_key_help, keyboard = KeyboardType.Password)
            TextButton({ advanced = !advanced }, Modifier.fillMaxWidth().heightIn(min = 48.dp)) {
                Text(say(Word.advanced))
                Icon(if (advanced) Icons.Less else Icons.Open, null)
            }
            // An error is never hidden.
            if (advanced || errors.any { it.field != Field.NAME && it.field != Field.KEY }) {
                FormField(issuer, Word.field_issuer, wrong[Field.ISSUER], action = ImeAction.Next)
                Choice(Word.field_kind, wrong[Field.KIND], KINDS.mapValues { say(it.value) }, kind) { kind = it }
                if (kind != "steam") {
                    Choice(Word.field_algorithm, wrong[Field.ALGORITHM], ALGORITHMS, algorithm) { algorithm = it }
                    Choice(Word.field_digits, wrong[Field.DIGITS], DIGITS, digits) { digits = it }
                }
                if (kind == "hotp") {
                    FormField(counter, Word.field_counter, wrong[Field.COUNTER], example = "0", keyboard = KeyboardType.Number)
                } else if (kind == "totp") {
                    FormField(period, Word.field_period, wrong[Field.PERIOD], example = "30", keyboard = KeyboardType.Number)
                }
            }
        },
    ) {
        MainButton(say(Word.go_on)) {
            val form = ManualForm(
                name = name.text.toString(),
                issuer = issuer.text.toString(),
                kind = kind,
                algorithm = if (kind == "steam") "" else algorithm,
                digits = if (kind == "steam") "" else digits,
                period = if (kind == "totp") period.text.toString() else "",
                counter = if (kind == "hotp") counter.text.toString() else "",
            )
            taps.submit(form, CharArray(key.text.length) { key.text[it] })
        }
        QuietButton(say(Word.back)) { taps.on(Event.BACK) }
    }
}

@Composable
private fun FormField(
    state: TextFieldState,
    label: Word,
    wrong: String?,
    help: Word? = null,
    action: ImeAction = ImeAction.Done,
    keyboard: KeyboardType = KeyboardType.Text,
    example: String? = null,
) {
    val below = wrong ?: help?.let { say(it) }
    val text = MaterialTheme.typography.bodyLarge
    OutlinedTextField(
        state,
        Modifier.fillMaxWidth().semantics { if (wrong != null) error(wrong) },
        textStyle = if (label == Word.field_name || label == Word.field_issuer) text else text.copy(textDirection = TextDirection.Ltr),
        label = { Text(say(label)) },
        placeholder = example?.let { { Text(it) } },
        supportingText = below?.let { { Text(it) } },
        isError = wrong != null,
        keyboardOptions = KeyboardOptions(KeyboardCapitalization.None, autoCorrectEnabled = false, keyboard, action),
        lineLimits = TextFieldLineLimits.SingleLine,
    )
}

/** One of few. A key of [choices] is what the core reads. */
@Composable
private fun Choice(label: Word, wrong: String?, choices: Map<String, String>, chosen: String, choose: (String) -> Unit) {
    Column(Modifier.fillMaxWidth()) {
        Text(say(label), style = MaterialTheme.typography.titleSmall)
        FlowRow(Modifier.selectableGroup(), Arrangement.spacedBy(8.dp)) {
            choices.forEach { (key, shown) ->
                FilterChip(
                    key == chosen,
                    { choose(key) },
                    { Text(shown) },
                    Modifier.sizeIn(48.dp, 48.dp).semantics { role = Role.RadioButton },
                )
            }
        }
        if (wrong != null) Text(wrong, color = MaterialTheme.colorScheme.error, style = MaterialTheme.typography.bodySmall)
    }
}

private val KINDS = mapOf("totp" to Word.kind_time, "hotp" to Word.kind_counter, "steam" to Word.kind_steam)
private val ALGORITHMS = listOf("SHA1", "SHA256", "SHA512").associateWith { it }
private val DIGITS = listOf("6", "7", "8").associateWith { it }
