package io.countersign.core

import com.google.zxing.BarcodeFormat
import com.google.zxing.qrcode.QRCodeWriter
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.nio.ByteBuffer

/** What the façade adds to the library: flows, time, what is saved by itself, what is overwritten, the end. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class AuthenticatorTest {
    @Test
    fun `a code is replaced at the very moment its time ends`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.importText(URI.toByteArray())
        val seen = mutableListOf<Pair<Long, String>>()
        val collector = launch {
            app.codes.collect { codes -> codes.entries.forEach { seen += phone.clock.millis() to (it.code as CodeNow.Timed).code.text } }
        }
        advanceTimeBy(70_001)
        collector.cancel()
        val start = Phone.START * 1000
        // The first began twenty seconds before; then one each thirty seconds, and none in between.
        assertEquals(listOf(start, start + 10_000, start + 40_000, start + 70_000), seen.map { it.first })
        assertEquals(4, seen.map { it.second }.toSet().size)
        assertEquals("915760", seen.first().second)
    }

    @Test
    fun `codes are there while somebody looks and the vault is open, and at no other time`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.importText(URI.toByteArray())
        assertTrue(app.codes.value.entries.isEmpty(), "nobody looks")
        val first = launch { app.codes.collect {} }
        runCurrent()
        assertEquals(1, app.codes.value.entries.size)
        app.lock()
        runCurrent()
        assertTrue(app.codes.value.entries.isEmpty(), "it is locked")
        app.openWithDeviceKey()
        runCurrent()
        assertEquals(1, app.codes.value.entries.size)
        first.cancel()
        runCurrent()
        assertTrue(app.codes.value.entries.isEmpty(), "nobody looks any more")
    }

    @Test
    fun `whoever looks again after a long time sees a code of now`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.importText(URI.toByteArray())
        val before = launch { app.codes.collect {} }
        runCurrent()
        before.cancel()
        runCurrent()
        advanceTimeBy(3_600_000)
        val seen = mutableListOf<Codes>()
        val after = launch { app.codes.collect(seen::add) }
        runCurrent()
        after.cancel()
        val shown = seen.flatMap { it.entries }.map { (it.code as CodeNow.Timed).code }
        assertEquals(1, shown.size)
        assertTrue(shown.all { phone.clock.instant().epochSecond.toULong() in it.validFrom until it.validUntil })
    }

    @Test
    fun `a clock that is set is followed when the app says so`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.importText(URI.toByteArray())
        val looking = launch { app.codes.collect {} }
        runCurrent()
        val before = app.codes.value
        phone.clockAhead = 86_400
        app.refresh()
        runCurrent()
        assertNotEquals(before, app.codes.value)
        looking.cancel()
    }

    @Test
    fun `a change shows at once, a rename, a removal, a counter`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val looking = launch { app.codes.collect {} }
        val id = app.importText("otpauth://hotp/Example:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=0".toByteArray()).added.single()
        suspend fun shown(): List<String> {
            runCurrent()
            return app.codes.value.told().strings()
        }
        assertEquals(listOf("1 registered Example:c at 0"), shown())
        assertEquals("755224", app.nextCode(id))
        assertEquals(listOf("1 registered Example:c at 1"), shown())
        app.rename(id, "", "d")
        assertEquals(listOf("1 registered d at 1"), shown())
        app.remove(id)
        assertEquals(emptyList<String>(), shown())
        looking.cancel()
    }

    @Test
    fun `a frame of the camera is read where it lies, whatever the buffer's position`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.enroll().use { session ->
            session.on(Event.SCAN_QR)
            session.on(Event.CAMERA_GRANTED)
            val blank = session.frame(ByteBuffer.allocateDirect(320 * 240), 320, 240, 320)
            assertEquals(View.ScanQr(null), session.view.value)
            assertEquals(null, blank.corners)
            assertThrows<IllegalArgumentException> { session.frame(ByteBuffer.allocate(320 * 240), 320, 240, 320) }
            assertThrows<CountersignException.BadFrame> { session.frame(ByteBuffer.allocateDirect(9), 320, 240, 320) }

            val plane = frame(URI, 300, rowStride = 320, offset = 64)
            val sight = session.frame(plane, 300, 300, 320)
            assertNotNull(sight.corners)
            assertEquals(View.ShowCode(1u, emptyList(), true, null, null), session.view.value)
            assertEquals(64, plane.position(), "the buffer is left as it was")
        }
        assertEquals(listOf("1 pending Example:alice"), phone.told(app))
    }

    @Test
    fun `what is only the app's comes as an effect, after the view that it is of`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val session = app.enroll(RelyingParty("Example", "https://portal.example/devices", false))
        val carriedOut = mutableListOf<Pair<ShellEffect, View>>()
        val collector = launch { session.effects.collect { carriedOut += it to session.view.value } }
        runCurrent()
        session.on(Event.SCAN_QR)
        runCurrent()
        session.on(Event.CAMERA_GRANTED)
        runCurrent()
        session.scanned(listOf(URI.toByteArray()), Source.CAMERA)
        runCurrent()
        session.on(Event.CONTINUE)
        runCurrent()
        assertEquals(
            listOf(
                ShellEffect.RequestCamera to "CameraNeeded",
                ShellEffect.StartCamera to "ScanQr",
                ShellEffect.StopCamera to "ShowCode",
            ),
            carriedOut.dropLast(1).map { it.first to it.second::class.simpleName },
        )
        val request = (carriedOut.last().first as ShellEffect.Ask).request
        assertEquals("https://portal.example/devices?device=alice", request.url)
        assertFalse("alice" in request.toString(), "a request is not printed with the device name")
        session.answered(Response(200u, """{"status":"registered"}""".toByteArray(), null, 0u))
        assertEquals(View.DeviceRegistered(1u), session.view.value)
        session.on(Event.DONE)
        runCurrent()
        assertEquals(ShellEffect.Close, carriedOut.last().first)
        session.close()
        runCurrent()
        assertTrue(collector.isCompleted, "the effects end with the session")
        assertThrows<CountersignException.FlowEnded> { session.on(Event.DONE) }
        assertThrows<CountersignException.FlowEnded> { session.frame(ByteBuffer.allocateDirect(1), 1, 1, 1) }
    }

    @Test
    fun `an effect that comes while nobody collects waits`() = onPhone { phone ->
        val session = phone.app().apply { createWithDeviceKey() }.enroll()
        session.on(Event.SCAN_QR)
        session.on(Event.CANCEL)
        session.close()
        assertEquals(listOf(ShellEffect.RequestCamera, ShellEffect.Close), session.effects.toList())
    }

    @Test
    fun `an app killed at the code comes back to it`() = onPhone { phone ->
        val party = RelyingParty(null, "https://portal.example/devices", false)
        val before = phone.app().apply { createWithDeviceKey() }
        before.enroll(party).linked(URI.toByteArray())
        before.close()
        val after = phone.app().apply { openWithDeviceKey() }
        assertEquals(View.ShowCode(1u, emptyList(), true, null, null), after.enroll(party).view.value)
    }

    @Test
    fun `a session does not outlive the lock`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val session = app.enroll()
        app.lock()
        assertThrows<CountersignException.Locked> { session.on(Event.SCAN_QR) }
        app.openWithDeviceKey()
        assertThrows<CountersignException.FlowEnded> { session.on(Event.SCAN_QR) }
        app.enroll().on(Event.SCAN_QR)
    }

    @Test
    fun `what was typed is overwritten, whatever became of it`() = onPhone { phone ->
        val app = phone.app()
        val typed = "wrong horse".toCharArray()
        suspend fun overwritten(use: suspend (CharArray) -> Unit) {
            val passed = typed.clone()
            use(passed)
            assertTrue(passed.all { it == '\u0000' })
        }
        overwritten { app.createWithPassphrase(it) }
        app.lock()
        overwritten { assertThrows<CountersignException.BadRecoveryKey> { app.openWithRecoveryKey(it) } }
        overwritten { app.openWithPassphrase(it) }
        app.enroll().run {
            on(Event.ENTER_MANUALLY)
            overwritten { submit(ManualForm(name = ""), it) }
        }
        val payload = URI.toByteArray()
        app.importText(payload)
        assertTrue(payload.all { it == 0.toByte() })
    }

    @Test
    fun `a passphrase opens from every keyboard`() = onPhone { phone ->
        val app = phone.app()
        app.createWithPassphrase("caf\u00E9 \uD83D\uDD11".toCharArray())
        app.lock()
        app.openWithPassphrase("cafe\u0301 \uD83D\uDD11".toCharArray())
        app.lock()
        assertThrows<CountersignException.CannotOpen> { app.openWithPassphrase("cafe \uD83D\uDD11".toCharArray()) }
    }

    @Test
    fun `nothing that is shown or revealed says what it is in a log`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val id = app.importText(URI.toByteArray()).added.single()
        val revealed = app.revealAccount(id)
        val shown = phone.entries(app, Phone.START)
        val told = listOf(revealed, revealed.code, app.revealMigration(), shown).joinToString()
        assertTrue("Revealed(..)" in told && "alice" in told, told)
        for (hidden in listOf("JBSWY3DP", "915760", "data=", "1, 0, 1")) assertFalse(hidden in told, told)
    }

    @Test
    fun `the state says what there is`() = onPhone { phone ->
        val app = phone.app()
        assertEquals(VaultState.Unknown, app.state.value)
        runCurrent()
        assertEquals(VaultState.Absent, app.state.value, "it looks by itself")
        app.createWithPassphrase("open sesame".toCharArray())
        assertEquals(VaultState.Open(null, 0), app.state.first())
        app.lock()
        assertEquals(VaultState.Locked(setOf(SlotKind.PASSPHRASE), null), app.state.value)
        phone.file.writeText("something else")
        assertTrue((app.look() as VaultState.Unreadable).error is CountersignException.NotAVault)
        app.openWithPassphraseOfBackup(phone)
    }

    @Test
    fun `a closed authenticator is closed`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val looking = launch { app.codes.collect {} }
        runCurrent()
        app.close()
        app.close()
        assertEquals(VaultState.Unknown, app.state.value)
        assertThrows<IllegalStateException> { app.openWithDeviceKey() }
        phone.app().openWithDeviceKey()
        looking.cancel()
    }

    /** The generation before the last stands in, and the state says so. */
    private suspend fun Authenticator.openWithPassphraseOfBackup(phone: Phone) {
        phone.file.delete()
        lock()
        assertEquals(VaultState.Absent, state.value, "the first generation has none before it")
        createWithPassphrase("open sesame".toCharArray())
        importText(URI.toByteArray())
        lock()
        phone.file.writeBytes(phone.file.readBytes().also { it[it.size - 1] = (it.last() + 1).toByte() })
        openWithPassphrase("open sesame".toCharArray())
        assertEquals(VaultState.Open(Recovered.DAMAGED, 0), state.value)
    }

    private suspend fun Phone.told(app: Authenticator) = entries(app, Phone.START).let { Codes(it, null).told().strings() }

    /** A QR code as the camera's luma plane has it. */
    private fun frame(text: String, side: Int, rowStride: Int, offset: Int): ByteBuffer {
        val code = QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, side, side)
        val plane = ByteBuffer.allocateDirect(offset + rowStride * side)
        for (y in 0 until side) {
            for (x in 0 until side) plane.put(offset + y * rowStride + x, if (code.get(x, y)) 20 else -20)
        }
        return plane.position(offset)
    }

    private companion object {
        const val URI = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example"
    }
}
