package io.countersign.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.security.SecureRandom

/**
 * What is left in this process of what was secret, when the vault was locked: nothing, neither in what
 * the JVM reaches nor in the memory outside of its heap, the stacks of its threads included. Linux
 * tells a process about its memory.
 */
internal class MemoryTest {
    @Test
    fun `the search finds what is held, in the heap and outside, and nothing that is not`() {
        val text = letters(48)
        val needle = Needle(text)
        assertTrue(ProcessMemory.heap(needle) > 0, "characters that are held")
        assertNothing(Needle(letters(48)), "what is nowhere")
        text.lent { bytes ->
            assertTrue(ProcessMemory.heap(needle) > 0, "characters that are lent")
            text.fill('\u0000')
            assertEquals(0, ProcessMemory.heap(needle), "characters that were overwritten")
            assertTrue(ProcessMemory.mapped(needle).isNotEmpty(), "a buffer outside of the heap")
            assertEquals(48, bytes.remaining())
        }
        assertNothing(needle, "a buffer that was overwritten")
    }

    @Test
    fun `of a key that was typed nothing stays once the vault is locked`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val typed = letters(48)
        val text = Needle(typed)
        val bytes = Needle(decoded(typed))
        app.enroll().use { session ->
            session.on(Event.ENTER_MANUALLY)
            session.submit(ManualForm(name = "a"), typed)
            session.on(Event.CONTINUE)
        }
        assertNothing(text, "the text, as soon as it was submitted")
        assertTrue(ProcessMemory.mapped(bytes).isNotEmpty(), "an open vault holds the key")
        app.lock()
        assertNothing(bytes, "the key, when the vault is locked")

        app.openWithDeviceKey()
        assertTrue(ProcessMemory.mapped(bytes).isNotEmpty(), "it is the same key that was searched for")
        app.close()
        assertNothing(bytes, "the key, when the authenticator is closed")
    }

    @Test
    fun `of what opens the vault nothing stays, open or locked`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val typed = letters(32)
        val passphrase = Needle(typed)
        val again = typed.clone()
        app.addPassphrase(typed)
        app.lock()
        app.openWithPassphrase(again)
        val deviceKey = phone.unsealed()
        assertNothing(passphrase, "a passphrase, in an open vault")
        app.renewDeviceKey()
        app.lock()
        app.openWithDeviceKey()
        assertNothing(deviceKey, "a device key that was dropped")
        assertNothing(phone.unsealed(), "a device key, in an open vault")
    }

    private fun assertNothing(needle: Needle, what: String) {
        assertEquals(0, ProcessMemory.heap(needle), "the heap has $what")
        assertEquals(emptyList<String>(), ProcessMemory.mapped(needle), "the memory has $what")
    }

    private fun letters(count: Int) = CharArray(count) { ALPHABET[random.nextInt(ALPHABET.length)] }

    /** Five bits a character. */
    private fun decoded(typed: CharArray): CharArray {
        val bits = BooleanArray(typed.size * 5) { ALPHABET.indexOf(typed[it / 5]) shr (4 - it % 5) and 1 == 1 }
        fun byte(at: Int) = (0 until 8).fold(0) { sum, bit -> sum * 2 + if (bits[at * 8 + bit]) 1 else 0 }
        return CharArray(bits.size / 8) { byte(it).toChar() }
    }

    private fun Phone.unsealed(): Needle {
        val file = folder.listFiles().orEmpty().single { ".key." in it.name }
        val whole = file.readBytes()
        val name = file.name.substringAfter(".key.")
        val cipher = keys.cipher(name, whole.copyOfRange(7, 19))
        cipher.updateAAD(whole.copyOf(7) + name.toByteArray())
        val key = cipher.doFinal(whole, 19, whole.size - 19)
        val text = CharArray(key.size) { (key[it].toInt() and 0xFF).toChar() }
        key.fill(0)
        return Needle(text).also { text.fill('\u0000') }
    }

    private companion object {
        const val ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        val random = SecureRandom()
    }
}
