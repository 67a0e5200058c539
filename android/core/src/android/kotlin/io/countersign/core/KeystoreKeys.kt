package io.countersign.core

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.security.KeyStore
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.spec.GCMParameterSpec
import kotlin.time.Duration

/**
 * How the device key is protected on this phone. It holds for keys that are made from now on;
 * [Authenticator.renewDeviceKey] brings an older one up to it.
 *
 * @property confirmation how the user confirms the use of the key; nothing: not at all.
 * @property unlockedDevice the key can be used only while the phone is unlocked.
 */
public data class KeyPolicy(val confirmation: UserConfirmation? = null, val unlockedDevice: Boolean = true)

/**
 * That the user confirms the use of the device key. It needs a phone with a screen lock; no key can be made on
 * one without.
 *
 * @property validFor for how many whole seconds one confirmation is good; none: for one use.
 * @property screenLock whether the phone's PIN, pattern or password confirms as well as a strong biometric does.
 * @property endsWithNewBiometric a newly enrolled fingerprint or face makes the key useless. The
 *   vault then opens by another slot, so there has to be one. It has an effect without [screenLock] only.
 */
public data class UserConfirmation(
    val validFor: Duration = Duration.ZERO,
    val screenLock: Boolean = true,
    val endsWithNewBiometric: Boolean = true,
)

/**
 * The keys of this app in the Android Keystore: AES-256-GCM in StrongBox where there is one, else in
 * the trusted environment. They never leave it, not even into a backup.
 */
public class KeystoreKeys(private val policy: KeyPolicy = KeyPolicy()) : SealingKeys {
    private val store = KeyStore.getInstance(PROVIDER).apply { load(null) }

    override val confirmsEachUse: Boolean
        get() = policy.confirmation?.validFor?.inWholeSeconds == 0L

    override fun make(name: String) {
        check(!store.containsAlias(name)) { "a key is never made over another" }
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
        try {
            generator.init(spec(name, strongBox = true))
            generator.generateKey()
        } catch (_: ProviderException) {
            // Not only where there is none: some phones have one that fails at what it says it can do.
            generator.init(spec(name, strongBox = false))
            generator.generateKey()
        }
    }

    override fun cipher(name: String, iv: ByteArray?): Cipher {
        try {
            val key = store.getKey(name, null) ?: throw KeyLostException(DeviceKeyLoss.MISSING)
            return Cipher.getInstance(TRANSFORMATION).apply {
                if (iv == null) {
                    init(Cipher.ENCRYPT_MODE, key)
                } else {
                    init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, iv))
                }
            }
        } catch (_: KeyPermanentlyInvalidatedException) {
            throw KeyLostException(DeviceKeyLoss.INVALIDATED)
        } catch (e: UnrecoverableKeyException) {
            // What some phones say of an invalidated key before it is even used.
            if (e.cause is KeyPermanentlyInvalidatedException) throw KeyLostException(DeviceKeyLoss.INVALIDATED)
            throw e
        } catch (_: UserNotAuthenticatedException) {
            throw ConfirmationNeededException()
        }
    }

    override fun remove(name: String): Unit = store.deleteEntry(name)

    private fun spec(name: String, strongBox: Boolean): KeyGenParameterSpec {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(name, purposes)
            .setKeySize(KEY_BITS)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setIsStrongBoxBacked(strongBox)
            .setUnlockedDeviceRequired(policy.unlockedDevice)
        policy.confirmation?.let { spec.confirmedBy(it) }
        return spec.build()
    }

    private fun KeyGenParameterSpec.Builder.confirmedBy(confirmation: UserConfirmation) {
        setUserAuthenticationRequired(true)
        setInvalidatedByBiometricEnrollment(confirmation.endsWithNewBiometric)
        val seconds = confirmation.validFor.inWholeSeconds.toInt()
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            val credential = if (confirmation.screenLock) KeyProperties.AUTH_DEVICE_CREDENTIAL else 0
            setUserAuthenticationParameters(seconds, KeyProperties.AUTH_BIOMETRIC_STRONG or credential)
        } else {
            // Here a single use is confirmed by a biometric, a time by either, and -1 says the former.
            @Suppress("DEPRECATION")
            setUserAuthenticationValidityDurationSeconds(if (seconds == 0) -1 else seconds)
        }
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val KEY_BITS = 256
        const val TAG_BITS = 128
    }
}
