package io.countersign.ui

import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.sp

/** Sea green on paper, and at night on slate. A test holds each pair that is read to a contrast of 4.5. */
@Composable
fun CountersignTheme(dark: Boolean, font: FontFamily = FontFamily.Default, content: @Composable () -> Unit) {
    MaterialTheme(if (dark) Night else Day, typography = typographyOf(font)) {
        Surface(color = MaterialTheme.colorScheme.background, content = content)
    }
}

/** Of a code: read from left to right in every language, and as wide whatever its digits. */
val CodeStyle = TextStyle(
    fontFeatureSettings = "tnum",
    fontWeight = FontWeight.Medium,
    textDirection = TextDirection.Ltr,
)

val Day: ColorScheme = lightColorScheme(
    primary = Color(0xFF0A6460),
    onPrimary = Color(0xFFFFFFFF),
    primaryContainer = Color(0xFFC3EBE6),
    onPrimaryContainer = Color(0xFF00302D),
    secondary = Color(0xFF48605E),
    onSecondary = Color(0xFFFFFFFF),
    secondaryContainer = Color(0xFFD5E6E3),
    onSecondaryContainer = Color(0xFF1A2F2D),
    tertiary = Color(0xFF8C4A00),
    onTertiary = Color(0xFFFFFFFF),
    tertiaryContainer = Color(0xFFFFE3C4),
    onTertiaryContainer = Color(0xFF4A2700),
    error = Color(0xFFB3261E),
    onError = Color(0xFFFFFFFF),
    errorContainer = Color(0xFFFADAD7),
    onErrorContainer = Color(0xFF5C110C),
    background = Color(0xFFF5F7F6),
    onBackground = Color(0xFF16201F),
    surface = Color(0xFFF5F7F6),
    onSurface = Color(0xFF16201F),
    surfaceVariant = Color(0xFFDFE8E6),
    onSurfaceVariant = Color(0xFF465554),
    surfaceContainerLowest = Color(0xFFFFFFFF),
    surfaceContainerLow = Color(0xFFFFFFFF),
    surfaceContainer = Color(0xFFECF1F0),
    surfaceContainerHigh = Color(0xFFE6EDEB),
    surfaceContainerHighest = Color(0xFFDFE8E6),
    outline = Color(0xFF6B7B79),
    outlineVariant = Color(0xFFC6D2D0),
    inverseSurface = Color(0xFF2B3635),
    inverseOnSurface = Color(0xFFEBF2F0),
    inversePrimary = Color(0xFF84D5CE),
)

val Night: ColorScheme = darkColorScheme(
    primary = Color(0xFF84D5CE),
    onPrimary = Color(0xFF003734),
    primaryContainer = Color(0xFF00504C),
    onPrimaryContainer = Color(0xFFC3EBE6),
    secondary = Color(0xFFB0CCC8),
    onSecondary = Color(0xFF1B3532),
    secondaryContainer = Color(0xFF324B49),
    onSecondaryContainer = Color(0xFFD5E6E3),
    tertiary = Color(0xFFFFB870),
    onTertiary = Color(0xFF4A2700),
    tertiaryContainer = Color(0xFF5E3B14),
    onTertiaryContainer = Color(0xFFFFE3C4),
    error = Color(0xFFFFB4AB),
    onError = Color(0xFF690005),
    errorContainer = Color(0xFF7D2019),
    onErrorContainer = Color(0xFFFADAD7),
    background = Color(0xFF0F1716),
    onBackground = Color(0xFFE0E8E6),
    surface = Color(0xFF0F1716),
    onSurface = Color(0xFFE0E8E6),
    surfaceVariant = Color(0xFF3A4847),
    onSurfaceVariant = Color(0xFFB8C8C5),
    surfaceContainerLowest = Color(0xFF0A1110),
    surfaceContainerLow = Color(0xFF18211F),
    surfaceContainer = Color(0xFF1C2624),
    surfaceContainerHigh = Color(0xFF26312F),
    surfaceContainerHighest = Color(0xFF313C3A),
    outline = Color(0xFF8A9A98),
    outlineVariant = Color(0xFF3A4847),
    inverseSurface = Color(0xFFE0E8E6),
    inverseOnSurface = Color(0xFF2B3635),
    inversePrimary = Color(0xFF0A6460),
)

private fun typographyOf(font: FontFamily): Typography = Typography().run {
    Typography(
        displaySmall = displaySmall.copy(fontFamily = font, fontSize = 36.sp, lineHeight = 42.sp),
        displayMedium = displayMedium.copy(fontFamily = font, fontSize = 52.sp, lineHeight = 60.sp),
        headlineMedium = headlineMedium.copy(fontFamily = font, fontWeight = FontWeight.SemiBold),
        headlineSmall = headlineSmall.copy(fontFamily = font, fontWeight = FontWeight.SemiBold),
        titleLarge = titleLarge.copy(fontFamily = font, fontWeight = FontWeight.SemiBold),
        titleMedium = titleMedium.copy(fontFamily = font, fontWeight = FontWeight.SemiBold),
        titleSmall = titleSmall.copy(fontFamily = font),
        bodyLarge = bodyLarge.copy(fontFamily = font),
        bodyMedium = bodyMedium.copy(fontFamily = font),
        bodySmall = bodySmall.copy(fontFamily = font),
        labelLarge = labelLarge.copy(fontFamily = font, fontSize = 15.sp, fontWeight = FontWeight.SemiBold),
        labelMedium = labelMedium.copy(fontFamily = font),
        labelSmall = labelSmall.copy(fontFamily = font),
    )
}
