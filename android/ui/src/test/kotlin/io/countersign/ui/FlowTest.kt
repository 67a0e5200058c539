@file:OptIn(ExperimentalTestApi::class)

package io.countersign.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.mutableStateOf
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertHasClickAction
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.v2.runDesktopComposeUiTest
import io.countersign.core.Authenticator
import io.countersign.core.RelyingParty
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import java.awt.image.BufferedImage
import java.io.File
import java.nio.file.Files
import java.time.Clock
import java.time.Instant
import java.time.ZoneOffset

/** The whole app on the real library and a real relying party, tapped through. */
class FlowTest {
    private val folder = Files.createTempDirectory("countersign").toFile().apply { deleteOnExit() }
    private val keys = DeskKeys()

    /** The moment at which the README reads the photograph, and so the code that it says. */
    private val clock = Clock.fixed(Instant.ofEpochSecond(1741011292), ZoneOffset.UTC)

    private inner class Phone(party: RelyingParty?, val desk: Desk) {
        val authenticator = Authenticator(File(folder, "vault"), keys, clock)
        val shell = Shell(authenticator, desk, party, CoroutineScope(SupervisorJob() + Dispatchers.Default))
    }

    private fun DesktopComposeUiTest.start(party: RelyingParty? = null, desk: Desk = Desk()): Phone {
        val phone = Phone(party, desk)
        setContent {
            CompositionLocalProvider(
                LocalDictionary provides dictionary("en"),
                LocalNow provides mutableStateOf(clock.millis()),
            ) {
                CountersignTheme(dark = false) { App(phone.shell, {}, {}) }
            }
        }
        phone.shell.enter()
        return phone
    }

    private fun DesktopComposeUiTest.see(what: SemanticsMatcher) = waitUntil(what.description, 20_000) {
        onAllNodes(what).fetchSemanticsNodes().isNotEmpty()
    }

    private fun DesktopComposeUiTest.see(text: String) = see(says(text, whole = false))

    private fun DesktopComposeUiTest.tap(text: String) {
        see(hasText(text))
        onNodeWithText(text).assertHasClickAction()
        val scrollable = onAllNodes(hasText(text)).fetchSemanticsNodes().single().let { node ->
            generateSequence(node.parent) { it.parent }.any { SemanticsActions.ScrollBy in it.config }
        }
        if (scrollable) onNodeWithText(text).performScrollTo()
        onNodeWithText(text).performClick()
    }

    private fun DesktopComposeUiTest.type(field: String, text: String) =
        onNode(hasText(field) and hasSetTextAction()).performTextReplacement(text)

    private fun Phone.show() {
        val frame = Frame(File(System.getProperty("photograph")))
        shell.frame(frame.luma, frame.width, frame.height, frame.rowStride, 0)
    }

    @Test
    fun from_a_frame_of_the_camera_to_device_registered() = LoopbackParty(clock).use { site ->
        val party = RelyingParty("Harbour Bank", "${site.address}/devices", signsIn = true)
        runDesktopComposeUiTest(800, 1600) {
            val phone = start(party, Desk(RelyingPartyClient("${site.address}/sign-in", clock)))
            see("No codes yet")
            tap("Verify device")

            see("User name")
            type("User name", "ana")
            type("Password", "wrong")
            onNode(hasText("Sign in") and hasClickAction()).performClick()
            see("User name or password is wrong.")
            type("Password", "right")
            onNode(hasText("Sign in") and hasClickAction()).performClick()

            tap("Scan QR")
            see("Hold the QR code within the brackets")
            assertTrue(phone.shell.filming)
            val nothing = Frame(BufferedImage(640, 480, BufferedImage.TYPE_BYTE_GRAY))
            phone.shell.frame(nothing.luma, nothing.width, nothing.height, nothing.rowStride, 90)
            assertTrue(phone.shell.filming)
            phone.show()

            see(says("Code 3 7 8 8 6 7"))
            assertFalse(phone.shell.filming)
            tap("Continue")
            see("Enter the code on the web first, then tap Continue.")
            see(says("Code 3 7 8 8 6 7"))

            site.status = "registered"
            tap("Continue")
            see("Device registered")
            tap("Done")
            val card = says("Harbour Bank · Ana’s phone, Code 3 7 8 8 6 7")
            see(card)
            onNode(card).performClick()
            assertEquals(listOf("378867"), phone.desk.copied)
            assertEquals("GET /devices?device=Ana%E2%80%99s%20phone HTTP/1.1", site.asked.last())
            phone.authenticator.close()
        }
    }

    @Test
    fun a_phone_number_is_confirmed_by_the_pin_of_a_message() = LoopbackParty(clock).use { site ->
        site.numbers = { path, body ->
            when {
                path == "/numbers" -> """{"pin":"p1","resend_after":30}"""
                body == """{"code":"123456"}""" -> """{"status":"confirmed"}"""
                else -> """{"status":"wrong","attempts_left":2}"""
            }
        }
        val party = RelyingParty("Harbour Bank", "${site.address}/devices", signsIn = true, "${site.address}/numbers")
        runDesktopComposeUiTest(800, 1600) {
            val phone = start(party, Desk(RelyingPartyClient("${site.address}/sign-in", clock)))
            see("No codes yet")
            tap("Verify device")
            see("User name")
            type("User name", "ana")
            type("Password", "right")
            onNode(hasText("Sign in") and hasClickAction()).performClick()

            tap("Confirm by SMS instead")
            see("It protects you less than the codes of this app")
            type("Phone number", "091 123 4567")
            tap("Send PIN")
            see("Type the whole number, with + and its country code")
            assertEquals("what has no form costs no message", 0, site.sent.size)
            type("Phone number", "+385 91 123 4567")
            tap("Send PIN")
            see("Enter the PIN")
            see(says("It comes by SMS to the number that ends in 567. Tell it to nobody."))
            see(says("Send again in 30 s"))
            tap("Back")
            see(hasText("+385 91 123 4567"))
            tap("Send PIN")

            see("Enter the PIN")
            type("PIN", "111111")
            tap("Confirm")
            see("This is not the PIN. Attempts left: 2")
            phone.desk.messages.trySend("Your PIN is 123456.\n\n@127.0.0.1 #123456")
            see("Number confirmed")
            see(says("The service has confirmed the number that ends in 567."))
            tap("Done")
            see("No codes yet")
            val number = "/numbers" to """{"number":"+385911234567"}"""
            val codes = listOf("111111", "123456").map { "/numbers/p1/verify" to """{"code":"$it"}""" }
            assertEquals(listOf(number, number) + codes, site.sent)
            phone.authenticator.close()
        }
    }

    @Test
    fun the_values_are_typed_and_each_mistake_is_told_at_its_field() = runDesktopComposeUiTest(800, 2000) {
        val phone = start()
        tap("Verify device")
        tap("No camera? Enter the values")
        see("Key")
        type("Key", "JBSW Y3DP 1")
        tap("Continue")
        see("This is needed")
        see("Character 11 belongs in no key. The digits 0, 1, 8 and 9 never do")
        type("Device name", "Ana’s Phone")
        type("Key", "jbsw y3dp ehpk 3pxp jbsw y3dp")
        tap("Advanced")
        type("Period in seconds", "0")
        tap("Continue")
        see("This number is not possible")
        type("Period in seconds", "60")
        tap("Continue")
        see("Enter this code on the web")
        tap("Continue")
        tap("Done")
        see("Ana’s Phone")
        phone.authenticator.close()
    }

    @Test
    fun cancel_at_the_code_keeps_nothing() = runDesktopComposeUiTest(800, 1600) {
        val phone = start()
        tap("Verify device")
        tap("Scan QR")
        see("Hold the QR code within the brackets")
        phone.show()
        see("Enter this code on the web")
        tap("Cancel")
        see("Nothing was kept")
        see("No codes yet")
        runBlocking { phone.authenticator.lock() }
        see("Locked")
        tap("Unlock")
        see("No codes yet")
        phone.authenticator.close()
    }

    @Test
    fun an_app_killed_at_the_code_comes_back_to_it() {
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            tap("Verify device")
            tap("Scan QR")
            see("Hold the QR code within the brackets")
            phone.show()
            see(says("Code 3 7 8 8 6 7"))
            phone.authenticator.close()
        }
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see(says("Code 3 7 8 8 6 7"))
            tap("Continue")
            see("Device registered")
            phone.authenticator.close()
        }
    }

    @Test
    fun a_copied_link_is_followed_without_the_camera() = runDesktopComposeUiTest(800, 1600) {
        val desk = Desk()
        val phone = start(desk = desk)
        tap("Verify device")
        tap("Paste a copied link")
        see("There is no enrollment link in the clipboard.")
        desk.clipboard = "https://example.org"
        tap("Paste a copied link")
        see("This does not register a device")
        desk.clipboard = " otpauth://totp/Harbour%20Bank:Ana?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=Harbour%20Bank\n"
        tap("Paste a copied link")
        see("Enter this code on the web")
        assertEquals(0, desk.askedForCamera)
        assertFalse(phone.shell.filming)
        phone.authenticator.close()
    }

    @Test
    fun another_apps_link_registers_nothing_until_the_user_says_so() = runDesktopComposeUiTest(800, 1600) {
        val phone = start()
        see("No codes yet")
        phone.shell.offer(LINK)
        see("Register “Harbour Bank · Ana” on this phone?")
        tap("Cancel")
        waitUntil(timeoutMillis = 20_000) { phone.shell.offer == null && !phone.shell.busy }
        see("No codes yet")
        assertEquals(null, phone.shell.session)
        runBlocking { phone.authenticator.lock() }
        tap("Unlock")
        see("No codes yet")

        phone.shell.offer(LINK)
        tap("Register")
        see("Enter this code on the web")
        see("Harbour Bank · Ana")
        tap("Cancel")
        see("No codes yet")
        phone.shell.offer("https://example.org")
        see("This does not register a device")
        phone.authenticator.close()
    }

    @Test
    fun where_nothing_opens_the_codes_one_begins_anew_and_the_old_file_is_kept() {
        val vault = File(folder, "vault")
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see("No codes yet")
            phone.shell.follow(LINK)
            tap("Continue")
            tap("Done")
            see("Harbour Bank")
            phone.authenticator.close()
        }
        val old = vault.readBytes()
        keys.names().forEach(keys::remove)
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see("Nothing opens your codes on this phone any more")
            onNode(hasText("Unlock")).assertDoesNotExist()
            tap("Start anew")
            see("The codes on this phone cannot be opened any more. Nothing is deleted")
            tap("Cancel")
            assertEquals("Cancel leaves all as it is", old.toList(), vault.readBytes().toList())
            tap("Start anew")
            see("The codes on this phone cannot be opened any more. Nothing is deleted")
            // The other is the screen's, below the question.
            onAllNodes(hasText("Start anew") and hasClickAction()).run { get(fetchSemanticsNodes().lastIndex) }.performClick()
            see("No codes yet")
            assertEquals(old.toList(), File(folder, "vault.1.aside").readBytes().toList())
            phone.authenticator.close()
        }
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see("No codes yet")
            phone.authenticator.close()
        }
    }

    @Test
    fun a_camera_that_is_refused_leaves_the_form() = runDesktopComposeUiTest(800, 1600) {
        val phone = start(desk = Desk().apply { cameraAllowed = false })
        tap("Verify device")
        tap("Scan QR")
        see("This app may not use the camera.")
        tap("Enter the values")
        see("Device name")
        phone.authenticator.close()
    }

    @Test
    fun a_passphrase_opens_what_the_device_no_longer_does() {
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see("No codes yet")
            onNode(hasContentDescription("Ways to unlock")).performClick()
            tap("Set a passphrase")
            val fields = onAllNodes(hasSetTextAction())
            fields[0].performTextInput("correct horse")
            fields[1].performTextInput("correct house")
            tap("Save")
            see(SemanticsMatcher.expectValue(SemanticsProperties.Error, "The two are not the same"))
            assertEquals(1, runBlocking { phone.authenticator.slots() }.size)
            fields[1].performTextReplacement("correct horse")
            tap("Save")
            see("The passphrase opens your codes from now on.")
            waitUntil(timeoutMillis = 20_000) { !phone.shell.busy && runBlocking { phone.authenticator.slots() }.size == 2 }
            phone.authenticator.close()
        }
        keys.names().forEach(keys::remove)
        runDesktopComposeUiTest(800, 1600) {
            val phone = start()
            see("This device can no longer open your codes")
            assertEquals("nothing is said beside it", null, phone.shell.message)
            onNode(hasText("Unlock")).assertDoesNotExist()
            tap("Passphrase")
            onNode(hasSetTextAction()).performTextInput("correct horse")
            onNode(hasText("Unlock") and hasClickAction()).performClick()
            see("No codes yet")
            waitUntil(timeoutMillis = 20_000) { !phone.shell.busy }
            assertEquals("the device has a key again", 1, keys.names().size)
            phone.authenticator.close()
        }
    }
}
