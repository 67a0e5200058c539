package io.countersign.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import io.countersign.core.SlotKind
import io.countersign.core.VaultState

/** Where the taps of the lock go. */
class LockTaps(
    val withDevice: () -> Unit = {},
    val withPassphrase: (CharArray) -> Unit = {},
    val withRecoveryKey: (CharArray) -> Unit = {},
    val startAnew: () -> Unit = {},
)

/** The ways that open the vault, and no other. */
@Composable
fun Locked(state: VaultState.Locked, busy: Boolean, taps: LockTaps) {
    var typing by remember { mutableStateOf<SlotKind?>(null) }
    var asking by remember { mutableStateOf(false) }
    val lost = state.ways.isEmpty()
    Page(
        say(Word.locked_title),
        Icons.Lock,
        say(if (lost) Word.nothing_opens else Word.locked_text),
        content = {
            if (state.deviceKeyLoss != null && !lost) Notice(say(Word.device_key_gone))
            if (busy) CircularProgressIndicator()
        },
    ) {
        if (SlotKind.DEVICE_KEY in state.ways) MainButton(say(Word.unlock), !busy, Icons.Lock, taps.withDevice)
        if (SlotKind.PASSPHRASE in state.ways) SecondButton(say(Word.passphrase)) { typing = SlotKind.PASSPHRASE }
        if (SlotKind.RECOVERY_KEY in state.ways) SecondButton(say(Word.recovery_key)) { typing = SlotKind.RECOVERY_KEY }
        if (lost && !busy) SecondButton(say(Word.start_anew)) { asking = true }
    }
    if (asking) Question(say(Word.start_anew), say(Word.start_anew_text), say(Word.start_anew), { asking = false }, taps.startAnew)
    when (typing) {
        SlotKind.PASSPHRASE -> Typing(Word.passphrase, Word.unlock, { typing = null }, taps.withPassphrase)
        SlotKind.RECOVERY_KEY -> Typing(Word.recovery_key, Word.unlock, { typing = null }, taps.withRecoveryKey)
        else -> Unit
    }
}

/** The vault is there and cannot be read. */
@Composable
fun Unreadable(state: VaultState.Unreadable, again: () -> Unit) {
    Page(say(Word.unreadable_title), Icons.Warning, say(wordOf(state.error)), MaterialTheme.colorScheme.tertiary) {
        SecondButton(say(Word.try_again), again)
    }
}

/** Where the taps of the settings go. */
class WaysTaps(
    val hide: (Boolean) -> Unit = {},
    val passphrase: (CharArray) -> Unit = {},
    val recoveryKey: () -> Unit = {},
    val back: () -> Unit = {},
)

/** What else opens the vault, before it is needed; and whether codes are hidden. */
@Composable
fun Ways(hidden: Boolean, taps: WaysTaps) {
    var typing by remember { mutableStateOf(false) }
    Page(
        say(Word.ways),
        text = say(Word.ways_text),
        content = {
            SecondButton(say(Word.set_passphrase)) { typing = true }
            SecondButton(say(Word.new_recovery_key), taps.recoveryKey)
            Row(
                Modifier.fillMaxWidth().heightIn(min = 56.dp).toggleable(hidden, role = Role.Switch, onValueChange = taps.hide),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                Text(say(Word.hide_codes), Modifier.weight(1f).padding(end = 16.dp), style = MaterialTheme.typography.bodyLarge)
                Switch(hidden, null)
            }
        },
    ) {
        QuietButton(say(Word.back), onClick = taps.back)
    }
    if (typing) Typing(Word.set_passphrase, Word.save, { typing = false }, taps.passphrase)
}

/** A recovery key, to be written down now. */
@Composable
fun RecoveryKey(key: String, done: () -> Unit) {
    AlertDialog(
        {},
        { QuietButton(say(Word.done), onClick = done) },
        title = { Text(say(Word.recovery_key), style = MaterialTheme.typography.titleMedium) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState())) {
                Text(say(Word.recovery_text))
                Text(
                    key.replace('-', ' '), // A line ends between any two groups, as it does not after a hyphen.
                    Modifier.padding(top = 16.dp),
                    style = MaterialTheme.typography.titleLarge.copy(
                        fontFamily = FontFamily.Monospace,
                        textDirection = TextDirection.Ltr,
                    ),
                )
            }
        },
    )
}

/** What is set is typed twice: nobody sees it, and a slip would open nothing. */
@Composable
private fun Typing(title: Word, action: Word, close: () -> Unit, take: (CharArray) -> Unit) {
    val typed = remember { TextFieldState() }
    val again = remember { TextFieldState() }.takeIf { title == Word.set_passphrase }
    var differ by remember { mutableStateOf(false) }
    val send = {
        differ = again?.text?.contentEquals(typed.text) == false
        if (typed.text.isNotEmpty() && !differ) {
            again?.clearText()
            take(typed.taken())
            close()
        }
    }
    AlertDialog(
        close,
        { QuietButton(say(action), onClick = send) },
        dismissButton = { QuietButton(say(Word.cancel), onClick = close) },
        title = { Text(say(title)) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
                UnseenField(typed, say(if (title == Word.recovery_key) title else Word.passphrase), send)
                again?.let { UnseenField(it, say(Word.passphrase_again), send, if (differ) say(Word.passphrases_differ) else null) }
            }
        },
    )
}
