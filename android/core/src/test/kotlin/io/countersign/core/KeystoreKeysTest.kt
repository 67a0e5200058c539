package io.countersign.core

import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.security.ProviderException
import javax.crypto.Cipher
import kotlin.time.Duration.Companion.seconds

/**
 * The wrapper of the Android Keystore over Android's own classes, a keystore in memory and the real
 * vault. What the hardware of a phone does is not seen here, nor what Android before 11 is told.
 */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
internal class KeystoreKeysTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Before
    fun `a new phone`() = AndroidKeystore.install()

    @Test
    fun `a key is AES in GCM, in the StrongBox, and of use while the phone is unlocked`() {
        KeystoreKeys().make("a")
        val spec = AndroidKeystore.specs.single()
        assertEquals(256, spec.keySize)
        assertEquals(KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT, spec.purposes)
        assertEquals(listOf(KeyProperties.BLOCK_MODE_GCM), spec.blockModes.toList())
        assertEquals(listOf(KeyProperties.ENCRYPTION_PADDING_NONE), spec.encryptionPaddings.toList())
        assertTrue(spec.isRandomizedEncryptionRequired)
        assertTrue(spec.isStrongBoxBacked)
        assertTrue(spec.isUnlockedDeviceRequired)
        assertFalse(spec.isUserAuthenticationRequired)
    }

    @Test
    fun `a key is never made over another`() {
        KeystoreKeys().make("a")
        assertThrows<IllegalStateException> { KeystoreKeys().make("a") }
    }

    @Test
    fun `a phone without a StrongBox, and one whose StrongBox fails, keep the key in their trusted environment`() = runTest {
        for (failure in listOf({ StrongBoxUnavailableException() }, { ProviderException("Failed to generate key") })) {
            AndroidKeystore.install()
            AndroidKeystore.strongBoxFailure = failure
            val vault = "vault ${failure().javaClass.simpleName}"
            app(vault).use { it.createWithDeviceKey() }
            assertEquals(listOf(true, false), AndroidKeystore.specs.map { it.isStrongBoxBacked })
            app(vault).use { app ->
                app.openWithDeviceKey()
                assertEquals(VaultState.Open(null, 0), app.state.value)
            }
        }
    }

    @Test
    fun `what the user has to confirm is told to the system`() {
        val policy = KeyPolicy(UserConfirmation(30.seconds, screenLock = false), unlockedDevice = false)
        KeystoreKeys(policy).run {
            assertFalse(confirmsEachUse)
            make("a")
        }
        KeystoreKeys(KeyPolicy(UserConfirmation(endsWithNewBiometric = false))).run {
            assertTrue(confirmsEachUse)
            make("b")
        }
        val (some, each) = AndroidKeystore.specs
        assertTrue(some.isUserAuthenticationRequired && each.isUserAuthenticationRequired)
        assertFalse(some.isUnlockedDeviceRequired)
        assertEquals(30 to 0, some.userAuthenticationValidityDurationSeconds to each.userAuthenticationValidityDurationSeconds)
        assertEquals(KeyProperties.AUTH_BIOMETRIC_STRONG, some.userAuthenticationType)
        val either = KeyProperties.AUTH_BIOMETRIC_STRONG or KeyProperties.AUTH_DEVICE_CREDENTIAL
        assertEquals(either, each.userAuthenticationType)
        assertTrue(some.isInvalidatedByBiometricEnrollment)
        assertFalse(each.isInvalidatedByBiometricEnrollment)
    }

    @Test
    fun `after a new fingerprint the passphrase opens the vault, and a new key can be made`() = runTest {
        for (invalidate in listOf(AndroidKeystore::invalidate, AndroidKeystore::invalidateAtLookUp)) {
            AndroidKeystore.install()
            val vault = "vault ${invalidate.name}"
            made(vault)
            invalidate()
            recovers(vault, DeviceKeyLoss.INVALIDATED)
        }
    }

    @Test
    fun `an emptied keystore, and a backup on another phone, leave the passphrase`() = runTest {
        made("vault")
        AndroidKeystore.install()
        app("vault").use { app ->
            app.look()
            assertThrows<CountersignException.VaultExists> { app.createWithDeviceKey() }
        }
        assertTrue("a key was made over an old vault", AndroidKeystore.specs.isEmpty())
        recovers("vault", DeviceKeyLoss.MISSING)
    }

    @Test
    fun `a vault that was restored without its sealed key is opened by its passphrase`() = runTest {
        made("vault")
        folder.root.listFiles().orEmpty().filter { ".key." in it.name }.forEach { assertTrue(it.delete()) }
        recovers("vault", DeviceKeyLoss.MISSING)
    }

    @Test
    fun `a confirmation that is good for some time is asked for when the last is too old`() = runTest {
        val policy = KeyPolicy(UserConfirmation(30.seconds))
        app(policy = policy).use { it.createWithDeviceKey() }
        AndroidKeystore.wantConfirmation()
        app(policy = policy).use { app ->
            assertEquals(VaultState.Locked(setOf(SlotKind.DEVICE_KEY), null), app.look())
            assertThrows<ConfirmationNeededException> { app.openWithDeviceKey() }
            assertEquals(VaultState.Locked(setOf(SlotKind.DEVICE_KEY), null), app.state.value)
            app.openWithDeviceKey { cipher ->
                assertEquals(null, cipher)
                AndroidKeystore.confirm()
                true
            }
            assertEquals(VaultState.Open(null, 0), app.state.value)
        }
    }

    @Test
    fun `a confirmation of each use is of the very cipher, and nothing is kept where it is declined`() = runTest {
        val policy = KeyPolicy(UserConfirmation())
        app(policy = policy).use { app ->
            assertThrows<ConfirmationNeededException> { app.createWithDeviceKey { false } }
            assertEquals(VaultState.Absent, app.look())
            assertTrue(AndroidKeystore.keys.isEmpty())
            app.createWithDeviceKey { true }
        }
        app(policy = policy).use { app ->
            var confirmed: Cipher? = null
            app.openWithDeviceKey { cipher ->
                confirmed = cipher
                true
            }
            assertNotNull(confirmed)
            assertEquals(VaultState.Open(null, 0), app.state.value)
        }
    }

    private fun app(vault: String = "vault", policy: KeyPolicy = KeyPolicy()) =
        Authenticator(folder.root.resolve(vault), KeystoreKeys(policy))

    private suspend fun made(vault: String) = app(vault).use { app ->
        app.createWithDeviceKey()
        app.addPassphrase(PASSPHRASE.toCharArray())
    }

    /** The vault says what is lost and what still opens it, and by that gets a new device key. */
    private suspend fun recovers(vault: String, loss: DeviceKeyLoss) {
        app(vault).use { app ->
            val locked = VaultState.Locked(setOf(SlotKind.PASSPHRASE), loss)
            assertEquals(locked, app.look())
            assertEquals(loss, assertThrows<KeyLostException> { app.openWithDeviceKey() }.loss)
            assertEquals(locked, app.state.value)
            app.openWithPassphrase(PASSPHRASE.toCharArray())
            AndroidKeystore.confirm()
            app.renewDeviceKey()
            assertEquals(2, app.slots().size)
        }
        app(vault).use { app ->
            app.openWithDeviceKey()
            assertEquals(VaultState.Open(null, 0), app.state.value)
        }
    }

    private companion object {
        const val PASSPHRASE = "correct horse battery staple"
    }
}

/** Of JUnit 4, whose own takes no call that suspends. */
private inline fun <reified T : Throwable> assertThrows(act: () -> Unit): T {
    try {
        act()
    } catch (e: Throwable) {
        return e as? T ?: throw e
    }
    throw AssertionError("no ${T::class.simpleName} was thrown")
}
