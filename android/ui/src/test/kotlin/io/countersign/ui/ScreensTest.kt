@file:OptIn(ExperimentalTestApi::class)

package io.countersign.ui

import androidx.compose.foundation.Image
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.BroadcastFrameClock
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.mutableStateOf
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.toAwtImage
import androidx.compose.ui.graphics.toComposeImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.v2.runDesktopComposeUiTest
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.platform.Font
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.LayoutDirection
import io.countersign.core.Code
import io.countersign.core.CodeNotice
import io.countersign.core.CodeNow
import io.countersign.core.Corners
import io.countersign.core.CountersignException
import io.countersign.core.DeviceKeyLoss
import io.countersign.core.Enrollment
import io.countersign.core.Entry
import io.countersign.core.Event
import io.countersign.core.Field
import io.countersign.core.FieldError
import io.countersign.core.Hint
import io.countersign.core.NumberNotice
import io.countersign.core.PinNotice
import io.countersign.core.Point
import io.countersign.core.Problem
import io.countersign.core.ScanNotice
import io.countersign.core.Sight
import io.countersign.core.SlotKind
import io.countersign.core.Step
import io.countersign.core.Vault
import io.countersign.core.VaultState
import io.countersign.core.View
import io.countersign.core.Warning
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import java.awt.Color
import java.awt.GradientPaint
import java.awt.RenderingHints
import java.awt.image.BufferedImage
import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files
import java.time.Instant
import javax.imageio.ImageIO

/** Every screen, in every language, by day and night, with large letters and from right to left. */
class ScreensTest {
    @Test
    fun everything_that_can_be_tapped_has_a_name_and_is_large_enough() {
        for ((name, screen) in SCREENS) {
            for (look in LANGUAGES.map { Look(it) } + Look("de", scale = 2f)) {
                shown(look, screen) {
                    val tappable = nodes().filter { SemanticsActions.OnClick in it.config && SemanticsProperties.Disabled !in it.config }
                    for (node in tappable) {
                        val what = "$name $look ${node.name()}"
                        assertTrue("$name $look: no name", node.name().isNotBlank())
                        val least = 48 * look.density - 1
                        assertTrue("$what is ${node.size}", node.size.width >= least && node.size.height >= least)
                    }
                }
            }
        }
    }

    @Test
    fun nothing_is_wider_than_the_screen_with_large_letters() {
        for ((name, screen) in SCREENS) {
            for (language in LANGUAGES) {
                shown(Look(language, scale = 2f), screen) {
                    for (node in nodes()) {
                        val (left, right) = node.positionInRoot.x to node.positionInRoot.x + node.size.width
                        assertTrue("$name $language ${node.name()}: $left to $right", left > -1 && right < 360 * 1.25 + 1)
                    }
                }
            }
        }
    }

    @Test
    fun a_code_is_spoken_digit_by_digit_with_its_name_and_what_a_tap_does() = shown(Look("en"), SCREENS.getValue("codes")) {
        val card = nodes().single { it.name().startsWith("Harbour Bank · Ana’s phone, Code") }
        assertEquals("Harbour Bank · Ana’s phone, Code 3 7 8 8 6 7", card.name())
        assertEquals("Copy code", card.config[SemanticsActions.OnClick].label)
        val ending = nodes().single { it.name() == "Conversations · Ana’s Pixel 8, Code 0 1 9 4 4 2" }
        assertEquals("Ends soon. Next: 7 0 3 3 1 8", plain(ending.config[SemanticsProperties.StateDescription]))
    }

    @Test
    fun a_hidden_code_is_not_spoken_until_it_is_tapped() = shown(Look("en"), { CodeList(ENTRIES, true, 0, ListTaps()) }) {
        assertTrue(nodes().none { it.name().contains("3 7 8") })
        onNode(says("Harbour Bank · Ana’s phone, Code hidden")).performClick()
        waitForIdle()
        assertEquals(1, nodes().count { it.name().contains("3 7 8 8 6 7") })
    }

    @Test
    fun a_code_past_its_time_is_not_shown() = shown(Look("en", now = NOW + 8_000), SCREENS.getValue("codes")) {
        assertTrue(nodes().none { it.name().contains("3 7 8 8 6 7") })
    }

    @Test
    fun a_code_to_type_is_gone_when_its_time_is() {
        for ((now, there) in listOf(NOW + 7_999 to true, NOW + 8_000 to false)) {
            shown(Look("en", now = now), SCREENS.getValue("show-code")) {
                assertEquals("at $now", there, nodes().any { "3 7 8 8 6 7" in it.name() })
                assertEquals("at $now", there, nodes().any { it.name() == "Copy code" })
            }
        }
    }

    @Test
    fun another_message_can_be_asked_for_when_its_time_has_come() {
        for ((now, there) in listOf(NOW + 23_999 to false, NOW + 24_000 to true)) {
            var asked: Instant? = null
            val pin = View.Pin("567", 6u, (NOW / 1000 + 24).toULong(), null, false)
            val screen = @Composable { Flow(pin, FlowTaps(resendPin = { asked = it }), { null }) }
            shown(Look("en", now = now), screen) {
                assertEquals("at $now", there, nodes().any { it.name() == "Send again" })
                assertEquals("at $now", !there, nodes().any { it.name() == "Send again in 1 s" })
                if (there) onNode(says("Send again")).performClick()
            }
            assertEquals("at $now", if (there) NOW / 1000 + 24 else null, asked?.epochSecond)
        }
    }

    @Test
    fun the_system_is_told_what_to_fill_in() {
        val content = { node: SemanticsNode -> node.config.getOrNull(SemanticsProperties.ContentType) }
        for ((name, type) in listOf("phone-number" to ContentType.PhoneNumber, "pin" to ContentType.SmsOtpCode)) {
            shown(Look("en"), SCREENS.getValue(name)) {
                assertEquals(name, listOf(type), nodes().mapNotNull(content))
            }
        }
    }

    @Test
    fun what_cannot_be_read_is_not_called_locked() = shown(Look("en"), SCREENS.getValue("unreadable")) {
        onNode(says("Codes cannot be read")).assertExists()
        assertTrue(nodes().none { "ocked" in it.name() || "Unlock" in it.name() })
    }

    @Test
    fun all_of_a_question_and_of_a_recovery_key_is_reached_with_large_letters() {
        val ends = mapOf("register-link" to Word.register_text, "recovery-key" to Word.recovery_text)
        for ((name, word) in ends) {
            for (language in LANGUAGES) {
                shown(Look(language, scale = 2f), SCREENS.getValue(name)) {
                    onNode(says(plain(dictionary(language).text(word)))).performScrollTo().assertIsDisplayed()
                    val last = onAllNodes(says("9H3T", whole = false))
                    if (name == "recovery-key") last[0].performScrollTo().assertIsDisplayed()
                }
            }
        }
    }

    @Test
    fun time_moves_with_the_frames_that_are_drawn_and_without_any_it_stands() = runBlocking {
        val frames = BroadcastFrameClock()
        var ticks = 0
        val moving = launch(frames) { whileDrawn { ticks++ } }
        for (drawn in 1..3) {
            delay(200)
            assertEquals(drawn - 1, ticks)
            frames.sendFrame(drawn * 16_000_000L)
            yield()
            assertEquals(drawn, ticks)
        }
        moving.cancel()
    }

    @Test
    fun the_list_is_searched_by_issuer_and_name() = shown(Look("en"), SCREENS.getValue("codes")) {
        onNode(hasSetTextAction()).performTextInput("PIXEL")
        waitForIdle()
        assertEquals(listOf("Conversations · Ana’s Pixel 8, Code 0 1 9 4 4 2"), nodes().map { it.name() }.filter { "Code " in it })
        onNode(says("Clear")).performClick()
        onNode(hasSetTextAction()).performTextInput("nobody")
        waitForIdle()
        onNode(says("No account matches")).assertExists()
    }

    @Test
    fun a_counter_account_makes_a_code_when_it_is_asked() {
        shown(Look("en"), { CodeList(ENTRIES.subList(2, 3), false, 0, ListTaps(nextCode = { _, show -> show("755224") })) }) {
            onNode(hasText("Next code")).performClick()
            waitForIdle()
            onNode(says("Code 7 5 5 2 2 4")).assertExists()
        }
    }

    @Test
    fun removing_is_asked_first() {
        var removed: ULong? = null
        shown(Look("en"), { CodeList(ENTRIES, false, 0, ListTaps(remove = { removed = it })) }) {
            onNode(says("More: Harbour Bank · Ana’s phone")).performClick()
            onNode(hasText("Remove")).performClick()
            onNode(says("Remove “Harbour Bank · Ana’s phone”?")).assertExists()
            assertEquals(null, removed)
            onNode(hasText("Remove")).performClick()
            assertEquals(1uL, removed)
        }
    }

    @Test
    fun brackets_lie_where_the_upright_picture_shows_the_code() {
        val view = Size(100f, 200f)
        val corner = { rotation: Int -> sighting(null, rotation, 400, 200).placed(view)!!.first() }
        // A frame of 400 by 200 that is turned by a quarter fills the view at half its size.
        assertEquals(Offset((200 - 20) / 2f, 40 / 2f), corner(90))
        assertEquals(Offset(20 / 2f, (400 - 40) / 2f), corner(270))
        // As it lies it is twice as wide as the view can show.
        assertEquals(Offset(50f + (40 - 200), 100f + (20 - 100)), corner(0))
        assertEquals(Offset(50f - (40 - 200), 100f - (20 - 100)), corner(180))
    }

    /** `cargo xtask screens` looks on; otherwise it is only asked that each can be drawn and is not empty. */
    @Test
    fun every_screen_is_drawn_by_day_by_night_large_and_from_right_to_left() {
        val folder = System.getProperty("screens").orEmpty().takeIf(String::isNotEmpty)?.let(::File)
        for ((name, screen) in SCREENS) {
            val pictures = LOOKS.map { picture(it, screen) }
            pictures.forEach { assertTrue("$name is empty", it.colors() > 20) }
            folder?.let { side(pictures).write(File(it, "$name.png")) }
        }
        folder?.let { all ->
            val chosen = listOf("verify-device" to LOOKS[0], "scan-qr-seen" to LOOKS[0], "show-code" to LOOKS[1], "codes" to LOOKS[0])
            side(chosen.map { (name, look) -> picture(look.copy(density = 1.5f), SCREENS.getValue(name)) }).write(File(all, "overview.png"))
        }
    }
}

data class Look(val language: String, val dark: Boolean = false, val scale: Float = 1f, val density: Float = 1.25f, val now: Long = NOW)

private val LOOKS = listOf(Look("en"), Look("de", dark = true), Look("es", scale = 2f), Look("ar"))

private fun shown(look: Look, screen: @Composable () -> Unit, act: DesktopComposeUiTest.() -> Unit) =
    runDesktopComposeUiTest((360 * look.density).toInt(), (760 * look.density).toInt()) {
        mainClock.autoAdvance = true
        setContent {
            CompositionLocalProvider(
                LocalDictionary provides dictionary(look.language),
                LocalNow provides mutableStateOf(look.now),
                LocalDensity provides Density(look.density, look.scale),
                LocalLayoutDirection provides if (look.language == "ar") LayoutDirection.Rtl else LayoutDirection.Ltr,
            ) {
                CountersignTheme(look.dark, FONT) { Box(Modifier.fillMaxSize(), Alignment.Center) { screen() } }
            }
        }
        waitForIdle()
        act()
    }

private fun picture(look: Look, screen: @Composable () -> Unit): BufferedImage {
    lateinit var picture: BufferedImage
    shown(look, screen) { picture = onAllNodes(isRoot())[0].captureToImage().toAwtImage() }
    return picture
}

private fun DesktopComposeUiTest.nodes(): List<SemanticsNode> = onAllNodes(SemanticsMatcher("any") { true }).fetchSemanticsNodes()

private fun SemanticsNode.name(): String {
    val own = config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() +
        config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text } +
        listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text)
    return plain(own.joinToString(" "))
}

/** Without the marks that keep a name in one piece. */
fun plain(text: String): String = text.filter { it !in '\u2066'..'\u2069' }

/** What is read out, or read. */
fun says(text: String, whole: Boolean = true) = SemanticsMatcher("says '$text'") { node ->
    node.name().let { if (whole) it == text else text in it }
}

private fun BufferedImage.colors() = (0 until width step 3).flatMap { x -> (0 until height step 3).map { y -> getRGB(x, y) } }.toSet().size

private fun side(pictures: List<BufferedImage>): BufferedImage {
    val gap = 16
    val all = BufferedImage(pictures.sumOf { it.width + gap } - gap, pictures.maxOf { it.height }, BufferedImage.TYPE_INT_RGB)
    val pen = all.createGraphics()
    pen.color = Color(0x9AA5A3)
    pen.fillRect(0, 0, all.width, all.height)
    pictures.fold(0) { x, picture ->
        pen.drawImage(picture, x, 0, null)
        x + picture.width + gap
    }
    return all
}

private fun BufferedImage.write(file: File) {
    file.parentFile.mkdirs()
    ImageIO.write(this, "png", file)
}

const val NOW = 1_741_011_292_000L

/** Roboto where the machine has it, as on a phone; else what there is. */
private val FONT: FontFamily = run {
    val folder = File("/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF")
    val faces = listOf("Regular" to FontWeight.Normal, "Medium" to FontWeight.Medium, "Bold" to FontWeight.SemiBold)
        .map { (name, weight) -> File(folder, "Roboto-$name.ttf") to weight }
    if (faces.all { (file, _) -> file.exists() }) FontFamily(faces.map { (file, weight) -> Font(file, weight) }) else FontFamily.Default
}

private fun timed(id: Int, issuer: String?, name: String, code: String, next: String, left: Int, period: Int = 30): Entry {
    val until = NOW / 1000 + left
    val timed = Code(code, next, (until - period).toULong(), until.toULong())
    return Entry(id.toULong(), issuer, name, false, CodeNow.Timed(timed))
}

private val ENTRIES = listOf(
    timed(1, "Harbour Bank", "Ana’s phone", "378867", "120554", 8, period = 24),
    timed(2, "Conversations", "Ana’s Pixel 8", "019442", "703318", 5),
    Entry(3uL, "Night desk", "counter", false, CodeNow.OnRequest(7uL)),
    timed(4, "مركز الاتصال", "هاتف ليلى", "558102", "440017", 22),
    Entry(
        5uL,
        "A service with a rather long name that goes on",
        "somebody.with.a.long.address@contact-centre.example",
        true,
        CodeNow.Unsupported,
    ),
)

private fun sighting(hint: Hint?, rotation: Int, width: Int, height: Int): Sighting {
    val corners = Corners(Point(40f, 20f), Point(80f, 20f), Point(80f, 60f), Point(40f, 60f))
    return Sighting(Sight(Step(View.ScanQr(null), emptyList()), corners, hint), width, height, rotation)
}

/** What a camera sees of a screen, and where the core finds the code in it. */
private val SEEN: BufferedImage by lazy {
    val photograph = ImageIO.read(File(System.getProperty("photograph")))
    BufferedImage(720, 1520, BufferedImage.TYPE_INT_RGB).apply {
        val pen = createGraphics()
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC)
        pen.paint = GradientPaint(0f, 0f, Color(0x4A5654), 0f, 1520f, Color(0x1E2524))
        pen.fillRect(0, 0, width, height)
        pen.drawImage(photograph, 130, 380, 460, 460 * photograph.height / photograph.width, null)
    }
}

private val SIGHT: Sight by lazy {
    val vault = Vault(Files.createTempDirectory("countersign").resolve("vault").toString())
    vault.createWithPassphrase(ByteBuffer.allocateDirect(1))
    val enrollment = Enrollment.start(vault, null)
    enrollment.on(Event.SCAN_QR)
    enrollment.on(Event.CAMERA_GRANTED)
    val frame = Frame(SEEN)
    enrollment.frame(frame.luma, frame.width.toUInt(), frame.height.toUInt(), frame.rowStride.toUInt())
}

private val CAMERA: @Composable (Boolean) -> Unit = {
    Image(SEEN.toComposeImageBitmap(), null, Modifier.fillMaxSize(), contentScale = ContentScale.Crop)
}

private fun seen(hint: Hint?) = Sighting(Sight(SIGHT.step, SIGHT.corners!!, hint), SEEN.width, SEEN.height, 0)

private fun flow(view: View, sighting: Sighting? = null): @Composable () -> Unit = {
    Flow(view, FlowTaps(), { id -> ENTRIES.find { it.id == id } }, sighting, CAMERA)
}

private val OTHER_WAYS = setOf(SlotKind.PASSPHRASE, SlotKind.RECOVERY_KEY)

private val SCREENS: Map<String, @Composable () -> Unit> = mapOf(
    "sign-in" to flow(View.SignIn(true)),
    "verify-device" to flow(View.VerifyDevice(null, false, false)),
    "verify-device-sms" to flow(View.VerifyDevice(null, false, true)),
    "phone-number" to flow(View.PhoneNumber(null, false)),
    "phone-number-wrong" to flow(View.PhoneNumber(NumberNotice.NotANumber, false)),
    "phone-number-asking" to flow(View.PhoneNumber(null, true)),
    "pin" to flow(View.Pin("567", 6u, (NOW / 1000 + 24).toULong(), null, false)),
    "pin-wrong" to flow(View.Pin("567", 6u, (NOW / 1000).toULong(), PinNotice.Wrong(2u), false)),
    "pin-wait" to flow(View.Pin("567", 6u, (NOW / 1000 + 600).toULong(), PinNotice.Wait((NOW / 1000 + 600).toULong()), false)),
    "number-confirmed" to flow(View.NumberConfirmed("567")),
    "camera-needed" to flow(View.CameraNeeded(true)),
    "scan-qr" to flow(View.ScanQr(ScanNotice.OtherRelyingParty)),
    "scan-qr-seen" to flow(View.ScanQr(null), seen(Hint.TOO_BRIGHT)),
    "manual-entry" to flow(
        View.ManualEntry(
            listOf(
                FieldError(Field.NAME, Problem.Missing),
                FieldError(Field.KEY, Problem.BadCharacter(11u)),
                FieldError(Field.PERIOD, Problem.NotInRange),
            ),
            false,
        ),
    ),
    "duplicate" to flow(View.Duplicate(1uL, true)),
    "show-code" to flow(View.ShowCode(1uL, emptyList(), false, CodeNotice.ENTER_CODE_FIRST, null)),
    "show-code-notices" to flow(View.ShowCode(2uL, listOf(Warning.NO_LABEL), true, CodeNotice.UNKNOWN_DEVICE, 187L)),
    "confirming" to flow(View.Confirming(1uL)),
    "device-registered" to flow(View.DeviceRegistered(1uL)),
    "cancelled" to flow(View.Cancelled),
    "codes" to { CodeList(ENTRIES, false, 0, ListTaps()) },
    "codes-hidden" to { CodeList(ENTRIES.take(3), true, 2, ListTaps()) },
    "codes-empty" to { CodeList(emptyList(), false, 0, ListTaps()) },
    "locked" to { Locked(VaultState.Locked(OTHER_WAYS + SlotKind.DEVICE_KEY, null), false, LockTaps()) },
    "locked-key-gone" to { Locked(VaultState.Locked(OTHER_WAYS, DeviceKeyLoss.INVALIDATED), false, LockTaps()) },
    "register-link" to {
        CodeList(ENTRIES.take(2), false, 0, ListTaps())
        Question(say(Word.register_title, "Harbour Bank · Ana’s phone"), say(Word.register_text), say(Word.register), {}, {})
    },
    "recovery-key" to { RecoveryKey(listOf("7Q4M", "D2XK").let { it + it + it + it + "9H3T" }.joinToString("-")) {} },
    "locked-for-good" to { Locked(VaultState.Locked(emptySet(), DeviceKeyLoss.MISSING), false, LockTaps()) },
    "unreadable" to { Unreadable(VaultState.Unreadable(CountersignException.NewerVersion("")), {}) },
    "ways" to { Ways(true, WaysTaps()) },
)
