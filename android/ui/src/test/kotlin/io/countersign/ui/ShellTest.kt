package io.countersign.ui

import io.countersign.core.Authenticator
import io.countersign.core.DeviceKeyLoss
import io.countersign.core.Event
import io.countersign.core.PinNotice
import io.countersign.core.RelyingParty
import io.countersign.core.Request
import io.countersign.core.Response
import io.countersign.core.SlotKind
import io.countersign.core.VaultState
import io.countersign.core.View
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File
import java.nio.file.Files
import java.time.Clock
import java.time.Instant
import java.time.ZoneOffset

/** What the shell does by itself, on the real library and without a screen. */
class ShellTest {
    private val folder = Files.createTempDirectory("countersign").toFile()
    private val keys = DeskKeys()
    private val clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC)
    private val started = mutableListOf<Authenticator>()

    /** The app, started anew on the same phone. */
    private fun start(desk: Desk = Desk(), party: RelyingParty? = null): Shell {
        started.forEach(Authenticator::close)
        val authenticator = Authenticator(File(folder, "vault"), keys, clock).also(started::add)
        return Shell(authenticator, desk, party, CoroutineScope(SupervisorJob() + Dispatchers.Default))
    }

    @After
    fun end() {
        started.forEach(Authenticator::close)
        folder.deleteRecursively()
    }

    private suspend inline fun <reified V : View> Shell.comesTo() = withTimeout(20_000) {
        while (session?.view?.value !is V) delay(5)
    }

    private suspend fun Shell.ways() = authenticator.slots().map { it.kind }

    private val Shell.isOpen get() = authenticator.state.value is VaultState.Open

    @Test
    fun whoever_was_torn_away_from_a_code_comes_back_to_it_behind_the_sign_in() = runBlocking {
        val party = RelyingParty("Harbour Bank", "https://portal.example/devices", signsIn = true)
        val desk = Desk().apply { letsIn = true }
        val before = start(desk, party)
        before.enter().join()
        assertNull("nothing was begun, and nobody asked", before.session)
        before.follow(LINK)
        before.comesTo<View.SignIn>()
        before.signIn("ana", "right".toCharArray()).join()
        before.comesTo<View.ShowCode>()

        val after = start(desk, party)
        after.enter().join()
        assertTrue(after.session?.view?.value is View.SignIn)
        after.signIn("ana", "right".toCharArray()).join()
        assertTrue(after.session?.view?.value is View.ShowCode)
        val other = start(desk, RelyingParty(null, "https://elsewhere.example/devices", signsIn = true))
        other.enter().join()
        assertNull("it is not that one's", other.session)
    }

    @Test
    fun a_message_is_waited_for_while_a_pin_is_and_until_the_user_says_no() = runBlocking {
        val desk = Desk()
        val party = RelyingParty(null, "https://portal.example/devices", false, "https://portal.example/numbers")
        val sent = """{"pin":"p","resend_after":30}""".toByteArray()
        desk.answer = { Response(200u, sent, null, (NOW / 1000).toULong()) }
        val shell = start(desk, party)
        shell.enter().join()
        shell.enroll().join()
        shell.on(Event.CONFIRM_BY_SMS).join()
        shell.comesTo<View.PhoneNumber>()
        assertEquals(0, desk.waits.get())
        shell.sendPin("+385 91 123 4567").join()
        shell.comesTo<View.Pin>()
        until { desk.waiting }

        desk.messages.send("Good morning")
        until { (shell.session?.view?.value as View.Pin).notice == PinNotice.NoPinInMessage && desk.waiting }
        assertEquals("the next may have one", 2, desk.waits.get())
        desk.messages.send(null)
        until { !desk.waiting }
        delay(50)
        assertEquals("the user is not asked again", 2, desk.waits.get())

        desk.answer = { Response(200u, sent, null, (NOW / 1000 + 30).toULong()) }
        shell.resendPin(Instant.ofEpochMilli(NOW).plusSeconds(29)).join()
        assertEquals("too early", 2, desk.waits.get())
        shell.resendPin(Instant.ofEpochMilli(NOW).plusSeconds(30)).join()
        until { desk.waiting }
        shell.on(Event.BACK).join()
        until { !desk.waiting }
    }

    private suspend fun until(there: () -> Boolean) = withTimeout(20_000) {
        while (!there()) delay(5)
    }

    @Test
    fun a_request_that_costs_something_is_sent_once_even_where_the_connection_breaks() = LoopbackParty(clock).use { site ->
        val client = RelyingPartyClient("${site.address}/sign-in", clock)
        runBlocking {
            assertEquals(true, client.signIn("ana", "right".toCharArray()))
            val number = """{"number":"+385911234567"}"""
            val request = Request("POST", "${site.address}/numbers", "application/json", number, 15u)
            assertNull(client.ask(request))
            assertEquals(listOf("/numbers" to number), site.sent)
            site.numbers = { _, _ -> "{}" }
            assertEquals("{}", String(client.ask(request)!!.body))
            assertEquals("without a body", "{}", String(client.ask(request.copy(body = null))!!.body))
            assertEquals(listOf(number, number, ""), site.sent.map { it.second })
        }
    }

    @Test
    fun a_new_passphrase_ends_the_earlier_one() = runBlocking {
        val shell = start()
        shell.enter().join()
        shell.addPassphrase("first".toCharArray()).join()
        shell.addPassphrase("second".toCharArray()).join()
        assertEquals(Word.passphrase_set, shell.message)
        assertEquals(listOf(SlotKind.DEVICE_KEY, SlotKind.PASSPHRASE), shell.ways())
        shell.lock().join()
        shell.openWithPassphrase("first".toCharArray()).join()
        assertEquals(Word.wrong to false, shell.message to shell.isOpen)
        shell.openWithPassphrase("second".toCharArray()).join()
        assertTrue(shell.isOpen)
    }

    @Test
    fun a_new_recovery_key_ends_the_earlier_one() = runBlocking {
        val shell = start()
        shell.enter().join()
        shell.makeRecoveryKey().join()
        val first = shell.recoveryKey!!
        shell.makeRecoveryKey().join()
        val second = shell.recoveryKey!!
        assertEquals(listOf(SlotKind.DEVICE_KEY, SlotKind.RECOVERY_KEY), shell.ways())
        shell.lock().join()
        shell.openWithRecoveryKey(first.toCharArray()).join()
        assertTrue("the first still opens it", !shell.isOpen)
        shell.openWithRecoveryKey(second.toCharArray()).join()
        assertTrue(shell.isOpen)
    }

    @Test
    fun one_way_alone_is_told_until_there_is_another() = runBlocking {
        val shell = start()
        shell.enter().join()
        assertTrue(shell.oneWay)
        shell.makeRecoveryKey().join()
        assertTrue(!shell.oneWay)
        val again = start()
        again.enter().join()
        assertTrue(again.isOpen && !again.oneWay)
    }

    @Test
    fun a_lock_takes_away_the_recovery_key_the_question_and_the_link() = runBlocking {
        val shell = start()
        shell.enter().join()
        shell.makeRecoveryKey().join()
        shell.offer(LINK).join()
        assertNotNull(shell.recoveryKey)
        assertEquals("Harbour Bank" to "Ana", shell.offer?.account?.run { issuer to name })
        shell.lock().join()
        assertNull(shell.recoveryKey)
        assertNull(shell.offer)

        shell.follow(LINK)
        shell.lock().join()
        shell.openWithDeviceKey().join()
        assertNull("the link of before the lock", shell.session)
    }

    @Test
    fun a_link_that_was_agreed_to_before_the_vault_was_open_is_followed_then() = runBlocking {
        val shell = start()
        shell.enter().join()
        shell.lock().join()
        shell.offer(LINK).join()
        shell.openWithDeviceKey().join()
        assertNull("nobody has agreed", shell.session)
        shell.lock().join()
        shell.offer(LINK).join()
        shell.answerOffer(register = true)
        // As a dialog says it when it closes.
        shell.answerOffer(register = false)
        shell.openWithDeviceKey().join()
        shell.comesTo<View.ShowCode>()
    }

    @Test
    fun a_new_device_key_that_is_declined_leaves_the_vault_open_and_is_offered_again() = runBlocking {
        start().run {
            enter().join()
            addPassphrase("correct horse".toCharArray()).join()
        }
        keys.names().forEach(keys::remove)
        keys.confirmsEachUse = true
        val shell = start(Desk().apply { confirms = false })
        shell.enter().join()
        assertEquals(VaultState.Locked(setOf(SlotKind.PASSPHRASE), DeviceKeyLoss.MISSING), shell.authenticator.state.value)
        shell.openWithPassphrase("correct horse".toCharArray()).join()
        assertTrue(shell.isOpen)
        assertNull("whoever declines knows it", shell.message)
        assertEquals(emptySet<String>(), keys.names())

        val again = start()
        again.enter().join()
        again.openWithPassphrase("correct horse".toCharArray()).join()
        assertEquals(true to 1, again.isOpen to keys.names().size)
    }
}

const val LINK = "otpauth://totp/Harbour%20Bank:Ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Harbour%20Bank"
