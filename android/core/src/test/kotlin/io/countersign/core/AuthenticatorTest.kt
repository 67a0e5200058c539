package io.countersign.core

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
internal class AuthenticatorTest {
    @Test
    fun `a phone is verified, and its code changes when its time ends`() = onPhone { phone ->
        val app = phone.app()
        assertEquals(VaultState.Absent, app.look())
        app.createWithDeviceKey()
        app.enroll().use { session ->
            session.on(Event.SCAN_QR)
            session.on(Event.CAMERA_GRANTED)
            session.scanned(listOf(URI.toByteArray()), Source.CAMERA)
            assertEquals(View.ShowCode(1u, emptyList(), true, null, null), session.view.value)
        }

        val seen = mutableListOf<Codes>()
        val collector = launch { app.codes.collect(seen::add) }
        runCurrent()
        assertEquals("915760", timed(seen.last()).text)
        advanceTimeBy(9_999)
        assertEquals("915760", timed(seen.last()).text)
        advanceTimeBy(2)
        assertEquals(timed(seen[seen.size - 2]).nextText, timed(seen.last()).text)
        collector.cancel()
        runCurrent()
        assertTrue(app.codes.value.entries.isEmpty())
    }

    private fun timed(codes: Codes) = (codes.entries.single().code as CodeNow.Timed).code

    private companion object {
        const val URI = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example"
    }
}
