package io.countersign.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExtendedFloatingActionButton
import androidx.compose.material3.FloatingActionButton
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import io.countersign.core.AccountId
import io.countersign.core.Code
import io.countersign.core.CodeNow
import io.countersign.core.Entry

/** Where the taps of the list go. */
class ListTaps(
    val enroll: () -> Unit = {},
    val ways: () -> Unit = {},
    val lock: () -> Unit = {},
    val copy: (String) -> Unit = {},
    val nextCode: (AccountId, (String) -> Unit) -> Unit = { _, _ -> },
    val rename: (AccountId, String, String) -> Unit = { _, _, _ -> },
    val remove: (AccountId) -> Unit = {},
)

/** All codes. [unread] accounts need a newer app. */
@Composable
fun CodeList(entries: List<Entry>, hidden: Boolean, unread: Int, taps: ListTaps, oneWay: Boolean = false) {
    val search = rememberTextFieldState()
    Scaffold(
        topBar = { Top(taps) },
        floatingActionButton = {
            AddButton(taps.enroll)
        },
    ) { inset ->
        if (entries.isEmpty()) {
            Empty(Modifier.padding(inset))
        } else {
            val found = entries.filter { it.title().contains(search.text.trim(), ignoreCase = true) }
            LazyColumn(
                Modifier.fillMaxSize().padding(inset),
                contentPadding = PaddingValues(16.dp, 4.dp, 16.dp, 96.dp),
                verticalArrangement = Arrangement.spacedBy(12.dp),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                if (entries.size > FEW) item { SearchField(search) }
                if (unread > 0) item { Notice(say(Word.unread, unread)) }
                items(found, { it.id.toLong() }) { CodeCard(it, hidden, taps) }
                if (found.isEmpty()) item { Text(say(Word.nothing_found), Modifier.padding(32.dp)) }
                // Below the codes, which are what the user came for.
                if (oneWay) item { OneWay(taps.ways) }
            }
        }
    }
}

/** Before this device's key is lost, and all codes with it. */
@Composable
private fun OneWay(ways: () -> Unit) {
    Column(horizontalAlignment = Alignment.CenterHorizontally) {
        Notice(say(Word.ways_text))
        QuietButton(say(Word.ways), onClick = ways)
    }
}

@Composable
private fun Top(taps: ListTaps) {
    Row(
        Modifier.fillMaxWidth().statusBars().padding(20.dp, 4.dp, 8.dp, 4.dp).heightIn(min = 64.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Text(
            say(Word.codes),
            Modifier.weight(1f).semantics { heading() },
            style = MaterialTheme.typography.headlineSmall,
        )
        NamedIcon(Icons.Lock, say(Word.lock), onClick = taps.lock)
        NamedIcon(Icons.More, say(Word.ways), onClick = taps.ways)
    }
}

/** With its name where there is room for it. */
@Composable
private fun AddButton(enroll: () -> Unit) {
    val name = say(Word.verify_title)
    val colors = MaterialTheme.colorScheme
    if (largeLetters()) {
        FloatingActionButton(enroll, containerColor = colors.primary, contentColor = colors.onPrimary) { Icon(Icons.Add, name) }
    } else {
        ExtendedFloatingActionButton(enroll, containerColor = colors.primary, contentColor = colors.onPrimary) {
            Icon(Icons.Add, null, Modifier.padding(end = 8.dp))
            Text(name)
        }
    }
}

@Composable
private fun Empty(modifier: Modifier) {
    Page(say(Word.empty_title), Icons.Device, say(Word.empty_text), modifier = modifier) {}
}

@Composable
private fun SearchField(state: TextFieldState) {
    OutlinedTextField(
        state,
        Modifier.reading(),
        placeholder = { Text(say(Word.search)) },
        leadingIcon = { Icon(Icons.Search, null) },
        trailingIcon = if (state.text.isEmpty()) {
            null
        } else {
            { NamedIcon(Icons.Close, say(Word.clear)) { state.clearText() } }
        },
        lineLimits = TextFieldLineLimits.SingleLine,
        shape = MaterialTheme.shapes.extraLarge,
    )
}

@Composable
private fun CodeCard(entry: Entry, hidden: Boolean, taps: ListTaps) {
    Surface(
        Modifier.reading(),
        MaterialTheme.shapes.large,
        MaterialTheme.colorScheme.surfaceContainerLow,
        shadowElevation = 1.dp,
    ) {
        Row {
            Box(Modifier.weight(1f)) {
                when (val code = entry.code) {
                    is CodeNow.Timed -> TimedCard(entry, code.code, hidden, taps)
                    is CodeNow.OnRequest -> Column(Modifier.padding(20.dp, 16.dp, 0.dp, 16.dp)) {
                        Names(entry)
                        CounterCode(entry.id, MaterialTheme.typography.displaySmall, taps.nextCode, taps.copy)
                    }
                    CodeNow.Unsupported -> Column(Modifier.padding(20.dp, 16.dp, 0.dp, 16.dp)) {
                        Names(entry)
                        Text(say(Word.unsupported), Modifier.padding(top = 8.dp))
                    }
                }
            }
            CardMenu(entry, taps)
        }
    }
}

/** The whole card copies the code, or shows it first where codes are hidden. */
@Composable
private fun TimedCard(entry: Entry, code: Code, hidden: Boolean, taps: ListTaps) {
    val passing = passing(code)
    var shown by remember(hidden, code.validFrom) { mutableStateOf(!hidden) }
    val visible = shown && !passing.over
    val name = entry.title() + ", " + if (visible) say(Word.code_is, spoken(code.text)) else say(Word.hidden)
    val ends = listOf(say(Word.ends_soon), say(Word.next_code, spoken(code.nextText))).joinToString(". ")
    val action = say(if (visible) Word.copy else Word.show_code)
    Column(
        Modifier.fillMaxWidth()
            .tappable(action) { if (visible) taps.copy(code.text) else shown = true }
            .clearAndSetSemantics {
                contentDescription = name
                if (visible && passing.ending) stateDescription = ends
            }
            .padding(20.dp, 16.dp, 0.dp, 16.dp),
    ) {
        Names(entry)
        Row(Modifier.padding(top = 6.dp), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
            Box(Modifier.weight(1f)) {
                CodeText(
                    if (visible) code.text else "•".repeat(code.text.length),
                    MaterialTheme.typography.displaySmall,
                    if (passing.ending) MaterialTheme.colorScheme.tertiary else MaterialTheme.colorScheme.primary,
                )
            }
            Ring(passing)
        }
        if (visible) NextCode(code, passing)
    }
}

/** In the last seconds, for somebody who is just typing. */
@Composable
fun NextCode(code: Code, passing: Passing) {
    if (!passing.ending) return
    val name = say(Word.next_code, spoken(code.nextText))
    Text(
        say(Word.next_code, groupsOf(code.nextText).joinToString("\u00A0")),
        Modifier.padding(top = 4.dp).semantics { contentDescription = name },
        style = MaterialTheme.typography.titleMedium.copy(fontFeatureSettings = "tnum"),
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
}

@Composable
private fun Names(entry: Entry) {
    val issuer = entry.issuer
    Text(
        issuer ?: entry.name,
        style = MaterialTheme.typography.titleMedium,
        maxLines = 2,
        overflow = TextOverflow.Ellipsis,
    )
    if (issuer != null && entry.name.isNotEmpty()) {
        Text(
            entry.name,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            style = MaterialTheme.typography.bodyMedium,
            maxLines = 2,
            overflow = TextOverflow.Ellipsis,
        )
    }
    if (entry.pending) {
        Text(say(Word.pending), color = MaterialTheme.colorScheme.tertiary, style = MaterialTheme.typography.labelLarge)
    }
}

/** A code that is made when it is wanted: the one that was made, and the way to the next. */
@Composable
fun CounterCode(id: AccountId, style: TextStyle, next: (AccountId, (String) -> Unit) -> Unit, copy: (String) -> Unit) {
    var made by remember(id) { mutableStateOf<String?>(null) }
    made?.let { code ->
        val name = say(Word.code_is, spoken(code))
        CodeText(
            code,
            style,
            MaterialTheme.colorScheme.primary,
            Modifier.tappable(say(Word.copy)) { copy(code) }.semantics(mergeDescendants = true) { contentDescription = name },
        )
    }
    QuietButton(say(Word.make_code), Modifier.padding(top = 4.dp)) { next(id) { made = it } }
}

@Composable
private fun CardMenu(entry: Entry, taps: ListTaps) {
    var open by remember { mutableStateOf(false) }
    var renaming by rememberSaveable { mutableStateOf(false) }
    var removing by rememberSaveable { mutableStateOf(false) }
    Box(Modifier.padding(4.dp)) {
        NamedIcon(Icons.More, say(Word.more) + ": " + entry.title(), MaterialTheme.colorScheme.onSurfaceVariant) { open = true }
        DropdownMenu(open, { open = false }) {
            if (entry.pending) MenuItem(Word.go_on) { taps.enroll() }
            MenuItem(Word.rename) {
                open = false
                renaming = true
            }
            MenuItem(Word.remove) {
                open = false
                removing = true
            }
        }
    }
    if (renaming) Renaming(entry, { renaming = false }) { issuer, name -> taps.rename(entry.id, issuer, name) }
    if (removing) {
        val title = say(Word.remove_title, entry.title())
        Question(title, say(Word.remove_text), say(Word.remove), { removing = false }) { taps.remove(entry.id) }
    }
}

@Composable
private fun MenuItem(word: Word, onClick: () -> Unit) {
    DropdownMenuItem({ Text(say(word)) }, onClick, Modifier.heightIn(min = 48.dp))
}

@Composable
private fun Renaming(entry: Entry, close: () -> Unit, rename: (String, String) -> Unit) {
    val issuer = rememberTextFieldState(entry.issuer.orEmpty())
    val name = rememberTextFieldState(entry.name)
    AlertDialog(
        close,
        {
            QuietButton(say(Word.save)) {
                rename(issuer.text.toString(), name.text.toString())
                close()
            }
        },
        dismissButton = { QuietButton(say(Word.cancel), onClick = close) },
        title = { Text(say(Word.rename)) },
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                OutlinedTextField(issuer, label = { Text(say(Word.field_issuer)) }, lineLimits = TextFieldLineLimits.SingleLine)
                OutlinedTextField(name, label = { Text(say(Word.field_name)) }, lineLimits = TextFieldLineLimits.SingleLine)
            }
        },
    )
}

/** Up to so many accounts are found without a search. */
private const val FEW = 4
