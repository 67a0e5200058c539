package io.countersign.ui

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import org.junit.Assert.assertTrue
import org.junit.Test

class ThemeTest {
    /** WCAG 2.2, 1.4.3 and 1.4.11: text 4.5, what is drawn 3. */
    @Test
    fun what_is_read_and_what_is_drawn_stands_out_by_day_and_by_night() {
        for ((name, scheme) in listOf("day" to Day, "night" to Night)) {
            scheme.read().forEach { (what, pair) -> assertTrue("$name $what ${contrast(pair)}", contrast(pair) >= 4.5) }
            scheme.drawn().forEach { (what, pair) -> assertTrue("$name $what ${contrast(pair)}", contrast(pair) >= 3.0) }
        }
    }

    @Test
    fun a_pair_that_does_not_is_noticed() {
        assertTrue(contrast(Color(0xFF777777) to Color.White) < 4.5)
        assertTrue(contrast(Color.Black to Color.White) > 20.9)
    }

    private fun ColorScheme.read() = mapOf(
        "primary" to (onPrimary to primary),
        "primary container" to (onPrimaryContainer to primaryContainer),
        "secondary container" to (onSecondaryContainer to secondaryContainer),
        "tertiary container" to (onTertiaryContainer to tertiaryContainer),
        "error container" to (onErrorContainer to errorContainer),
        "background" to (onBackground to background),
        "quiet text" to (onSurfaceVariant to surface),
        "quiet text on a card" to (onSurfaceVariant to surfaceContainerLow),
        "quiet text in a dialog" to (onSurfaceVariant to surfaceContainerHigh),
        "a code" to (primary to surfaceContainerLow),
        "a code that ends" to (tertiary to surfaceContainerLow),
        "a button of text" to (primary to background),
        "a button in a dialog" to (primary to surfaceContainerHigh),
        "an error" to (error to background),
        "a message" to (inverseOnSurface to inverseSurface),
    )

    private fun ColorScheme.drawn() = mapOf(
        "a field's edge" to (outline to background),
        "the ring" to (primary to surfaceContainerLow),
        "the ring at its end" to (tertiary to surfaceContainerLow),
    )

    private fun contrast(pair: Pair<Color, Color>): Double {
        val (light, dark) = listOf(pair.first.luminance(), pair.second.luminance()).sortedDescending()
        return (light + 0.05) / (dark + 0.05)
    }
}
