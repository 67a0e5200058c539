package io.countersign.ui

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory

/** What Android's resources say in a language: `en`, or the folder `values-` of another. */
fun strings(language: String): Map<String, String> {
    val folder = if (language == "en") "values" else "values-$language"
    val file = File(System.getProperty("strings"), "$folder/strings.xml")
    val nodes = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).getElementsByTagName("string")
    return (0 until nodes.length).map { nodes.item(it) as Element }
        .associate { it.getAttribute("name") to it.textContent.replace("\\'", "'") }
}

fun dictionary(language: String): Dictionary {
    val strings = strings(language)
    return Dictionary { strings.getValue(it.name) }
}

val LANGUAGES = listOf("en", "de", "es", "hr", "ar")

class StringsTest {
    @Test
    fun every_language_says_everything_and_nothing_else() {
        val words = Word.entries.map { it.name }.toSet()
        LANGUAGES.forEach { assertEquals(it, words, strings(it).keys - "app_name") }
        val there = File(System.getProperty("strings")).walk().count { it.name == "strings.xml" }
        assertEquals("a language that nobody tests", LANGUAGES.size, there)
    }

    @Test
    fun every_language_has_the_same_places_to_fill_in() {
        val places = { text: String -> Regex("%(\\d)\\$[ds]").findAll(text).map { it.value }.sorted().toList() }
        val english = strings("en")
        for (language in LANGUAGES) {
            strings(language).forEach { (name, text) ->
                assertEquals("$language $name", places(english.getValue(name)), places(text))
                assertTrue("$language $name", text.isNotBlank())
                assertTrue("$language $name: a stray %", text.replace(Regex("%\\d\\$[ds]"), "").none { it == '%' })
            }
        }
    }

    @Test
    fun a_name_stays_in_one_piece_whichever_way_it_is_written() {
        assertEquals("«\u2068Ana\u2069»", Dictionary { "«%1\$s»" }.say(Word.code_is, "Ana"))
    }
}
