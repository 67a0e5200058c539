package io.countersign.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyStoreException
import java.security.ProviderException

/** What the sealed device key lives through. `KeystoreKeysTest` has the Android Keystore's part of it. */
internal class DeviceKeyTest {
    @Test
    fun `a vault opens by its device key in a new process`() = onPhone { phone ->
        phone.app().run { createWithDeviceKey().also { close() } }
        val app = phone.app()
        assertEquals(VaultState.Locked(setOf(SlotKind.DEVICE_KEY), null), app.look())
        app.openWithDeviceKey()
        assertEquals(VaultState.Open(null, 0), app.state.value)
    }

    @Test
    fun `each altered bit of a sealed key is a loss, and never an open vault`() = onPhone { phone ->
        phone.app().run { createWithDeviceKey().also { close() } }
        val sealed = phone.sealed.single()
        val whole = sealed.readBytes()
        val app = phone.app()
        for (bit in 0 until whole.size * 8) {
            sealed.writeBytes(whole.clone().also { it[bit / 8] = (it[bit / 8].toInt() xor (1 shl bit % 8)).toByte() })
            val loss = assertThrows<KeyLostException>("bit $bit") { app.openWithDeviceKey { true } }.loss
            assertEquals(DeviceKeyLoss.UNFIT, loss, "bit $bit")
        }
        for (size in whole.indices) {
            sealed.writeBytes(whole.copyOf(size))
            assertThrows<KeyLostException>("$size bytes") { app.openWithDeviceKey { true } }
        }
        sealed.writeBytes(whole)
        app.openWithDeviceKey()
    }

    @Test
    fun `a key of another vault does not fit`() = onPhone { phone ->
        phone.app().run { createWithDeviceKey().also { close() } }
        val first = phone.file.copyTo(File(phone.folder, "kept"))
        listOf("vault", "vault.bak").forEach { File(phone.folder, it).delete() }
        val other = phone.app()
        other.createWithDeviceKey()
        other.close()
        first.copyTo(phone.file, overwrite = true)
        assertEquals(DeviceKeyLoss.UNFIT, assertThrows<KeyLostException> { phone.app().openWithDeviceKey() }.loss)
    }

    @Test
    fun `a store that does not answer is no loss`() = onPhone { phone ->
        phone.app().run { createWithDeviceKey().also { close() } }
        phone.keys.unavailable = true
        val app = phone.app()
        assertEquals(VaultState.Locked(setOf(SlotKind.DEVICE_KEY), null), app.look())
        val error = assertThrows<GeneralSecurityException> { app.openWithDeviceKey() }
        assertTrue(error !is KeyLostException)
        phone.keys.unavailable = false
        app.openWithDeviceKey()
    }

    @Test
    fun `where a vault cannot be made, no key is left behind`() = onPhone { phone ->
        phone.diskFull = true
        assertThrows<CountersignException.NotSaved> { phone.app().createWithDeviceKey() }
        phone.diskFull = false
        assertTrue(phone.keys.keys.isEmpty() && phone.sealed.isEmpty())
        phone.app().createWithDeviceKey()
    }

    @Test
    fun `where a new key cannot be saved, the old one goes on`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val old = phone.sealed.single()
        phone.diskFull = true
        assertThrows<CountersignException.NotSaved> { app.renewDeviceKey() }
        phone.diskFull = false
        assertEquals(listOf(old), phone.sealed)
        app.lock()
        app.openWithDeviceKey()
        app.renewDeviceKey()
        assertNotEquals(old, phone.sealed.single())
        assertEquals(listOf(SlotKind.DEVICE_KEY), app.slots().map { it.kind })
        app.lock()
        app.openWithDeviceKey()
    }

    @Test
    fun `a store that keeps what it should remove takes no key away`() {
        for (said in listOf(ProviderException("the store does not answer"), KeyStoreException("nor does this"))) {
            onPhone { phone ->
                phone.keys.unremovable = said
                val app = phone.app().apply { createWithDeviceKey() }
                app.renewDeviceKey()
                app.lock()
                app.openWithDeviceKey()
                assertEquals(1 to 2, phone.sealed.size to phone.keys.keys.size)
            }
        }
    }

    @Test
    fun `a vault that nothing opens is put aside with its sealed key, and opens there once its key is back`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        app.importText("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP".toByteArray())
        app.lock()
        val lost = phone.keys.keys.toMap()
        phone.keys.keys.clear()
        assertEquals(VaultState.Locked(emptySet(), DeviceKeyLoss.MISSING), app.look())
        app.setAside()
        assertEquals(VaultState.Absent, app.state.value)
        app.createWithDeviceKey()
        assertTrue(phone.entries(app, Phone.START).isEmpty())

        phone.keys.keys += lost
        val aside = phone.app(File(phone.folder, "vault.1.aside"))
        aside.openWithDeviceKey()
        assertEquals(listOf("alice"), phone.entries(aside, Phone.START).map { it.name })
    }

    @Test
    fun `an open vault is not put aside`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        assertThrows<CountersignException.Busy> { app.setAside() }
        assertEquals(VaultState.Open(null, 0), app.state.value)
        app.lock()
        app.openWithDeviceKey()
    }

    @Test
    fun `a key that was sealed and never came into the vault is passed over`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val keys = DeviceKeys(phone.file, phone.keys)
        assertThrows<CountersignException.SaveUncertain> {
            keys.make({ true }) { throw CountersignException.SaveUncertain("killed here") }
        }
        app.lock()
        assertEquals(2, phone.sealed.size)
        app.openWithDeviceKey()
        assertEquals(1 to 1, phone.sealed.size to phone.keys.keys.size)
    }

    @Test
    fun `two vaults of one app keep out of each other's way`() = onPhone { phone ->
        val one = phone.app().apply { createWithDeviceKey() }
        val two = Authenticator(File(phone.folder, "vault2"), phone.keys, phone.clock)
        two.createWithDeviceKey()
        two.renewDeviceKey()
        one.lock()
        one.openWithDeviceKey()
        two.lock()
        two.openWithDeviceKey()
        two.close()
    }

    private val Phone.sealed get() = folder.listFiles().orEmpty().filter { ".key." in it.name }
}
