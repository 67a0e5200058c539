package io.countersign.app

import android.content.Context
import io.countersign.ui.Dictionary
import io.countersign.ui.Word

/** The app's texts by their names, so that the screens need to know no class that only Android's tools make. */
class ResourceDictionary(private val context: Context) : Dictionary {
    private val identifiers = IntArray(Word.entries.size) { identifier(context, Word.entries[it].name) }

    override fun text(word: Word): String = context.getString(identifiers[word.ordinal])
}

/** A text by its name, or nothing where there is none. */
fun textOf(context: Context, name: String): String? = identifier(context, name).takeIf { it != 0 }?.let(context::getString)

private fun identifier(context: Context, name: String): Int = context.resources.getIdentifier(name, "string", context.packageName)
