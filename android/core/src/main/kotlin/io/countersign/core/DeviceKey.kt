package io.countersign.core

import java.io.File
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.StandardCopyOption
import java.nio.file.StandardOpenOption
import java.security.GeneralSecurityException
import java.security.KeyStoreException
import java.security.ProviderException
import java.security.SecureRandom
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher

/**
 * AES keys that can be used and never leave where they lie: on a phone the Android Keystore
 * (`KeystoreKeys`), elsewhere whatever plays its part.
 */
public interface SealingKeys {
    /** Whether the user has to confirm each single use of a key that [make] makes. */
    public val confirmsEachUse: Boolean

    /** Makes a key of a name that was never used before. */
    public fun make(name: String)

    /**
     * A cipher (AES-GCM) ready to seal, or where [iv] is given to open what was sealed with it.
     *
     * @throws KeyLostException the key is gone for good.
     * @throws ConfirmationNeededException the user has to confirm first; then it can be asked again.
     * @throws GeneralSecurityException the store does not answer; it may do so later.
     */
    public fun cipher(name: String, iv: ByteArray? = null): Cipher

    /** Removes a key, if it is here. */
    public fun remove(name: String)
}

/** Asks the user for a fingerprint, a face or the screen lock. */
public fun interface Confirmation {
    /**
     * Whether the user confirmed. Where [cipher] is given it is the use of this cipher that has to be
     * confirmed (`BiometricPrompt.CryptoObject`), else any confirmation will do.
     */
    public suspend fun ask(cipher: Cipher?): Boolean
}

/** Why the key of this device opens its vault no more. Another slot does, and then a new key can be made. */
public enum class DeviceKeyLoss {
    /** The key store or the sealed key is not here: the app was restored from a backup, or the store was emptied. */
    MISSING,

    /** The system made it useless, since a fingerprint was added or the screen lock was removed. */
    INVALIDATED,

    /** What is here is not what was sealed, or opens another vault. */
    UNFIT,
}

/** The device key is gone for good. Nothing else is: open the vault by another slot. */
public class KeyLostException(public val loss: DeviceKeyLoss) : GeneralSecurityException("the device key is lost: $loss")

/** The user has to confirm the use of the device key first, and was not asked or declined. */
public class ConfirmationNeededException : GeneralSecurityException("the use of the device key was not confirmed")

/**
 * The device keys of one vault, sealed, in files beside it: `<vault>.key.<name>`.
 *
 * There is one, but for a moment. A new key is a new file under a new name and takes the place of the
 * old one when the vault opens by it, so that a crash at any moment leaves a key that opens the vault.
 */
internal class DeviceKeys(private val vault: File, private val keys: SealingKeys) {
    /** Why no device key can open the vault, or nothing where one may. Asks nobody. */
    fun loss(): DeviceKeyLoss? {
        val losses = files().map { file ->
            try {
                Sealed.read(file, nameOf(file)).let { answered { keys.cipher(it.name, it.iv) } }
                return null
            } catch (e: KeyLostException) {
                e.loss
            } catch (_: GeneralSecurityException) {
                return null // It does not answer or wants the user: that is no loss.
            } catch (_: CountersignException.NotRead) {
                return null
            }
        }
        return losses.firstOrNull() ?: DeviceKeyLoss.MISSING
    }

    /** Makes a key, seals it and hands it to [use]; when that is done it removes the others. */
    suspend fun <T> make(confirmation: Confirmation, use: (ByteBuffer) -> T): T {
        val name = NAME_PREFIX + ByteArray(8).also(random::nextBytes).joinToString("") { "%02x".format(it) }
        val eachUse = keys.confirmsEachUse
        val key = ByteArray(KEY_BYTES).also(random::nextBytes)
        val used = try {
            answered { keys.make(name) }
            val cipher = confirmed(eachUse, confirmation) { keys.cipher(name) }
            cipher.updateAAD(Sealed.header(eachUse, name))
            val bytes = answered { cipher.doFinal(key) }
            Sealed(name, eachUse, cipher.iv, bytes).write(fileOf(name))
            key.lent(use)
        } catch (e: CountersignException.SaveUncertain) {
            throw e // The disk may know the key already.
        } catch (e: Exception) {
            drop(name)
            throw e
        } finally {
            key.fill(0)
        }
        keepOnly(name)
        return used
    }

    /** Opens the sealed keys, hands each to [use] until one fits, and then removes the others. */
    suspend fun <T> open(confirmation: Confirmation, use: (ByteBuffer) -> T): T {
        var loss = DeviceKeyLoss.MISSING
        for (file in files()) {
            try {
                val sealed = Sealed.read(file, nameOf(file))
                val opened = sealed.open(confirmation).lent(use)
                keepOnly(sealed.name)
                return opened
            } catch (e: KeyLostException) {
                loss = e.loss
            } catch (_: CountersignException.CannotOpen) {
                loss = DeviceKeyLoss.UNFIT
            }
        }
        throw KeyLostException(loss)
    }

    /** Lets the sealed keys lie beside a vault of another name in the same folder; what seals them stays where it is. */
    fun moveTo(other: String) = files().forEach { file ->
        val place = file.resolveSibling("$other.key.${nameOf(file)}").toPath()
        try {
            Files.move(file.toPath(), place, StandardCopyOption.ATOMIC_MOVE)
        } catch (_: IOException) {
            throw CountersignException.NotSaved("the sealed device key could not be put aside")
        }
    }

    private suspend fun Sealed.open(confirmation: Confirmation): ByteArray {
        val cipher = confirmed(confirmEachUse, confirmation) { keys.cipher(name, iv) }
        cipher.updateAAD(Sealed.header(confirmEachUse, name))
        return try {
            answered { cipher.doFinal(bytes) }
        } catch (_: AEADBadTagException) {
            throw KeyLostException(DeviceKeyLoss.UNFIT)
        }
    }

    private suspend fun confirmed(eachUse: Boolean, confirmation: Confirmation, cipher: () -> Cipher): Cipher {
        val ready = try {
            answered(cipher)
        } catch (_: ConfirmationNeededException) {
            if (!confirmation.ask(null)) throw ConfirmationNeededException()
            return answered(cipher)
        }
        if (eachUse && !confirmation.ask(ready)) throw ConfirmationNeededException()
        return ready
    }

    /** The Android Keystore says some of its troubles by an exception that is for mistakes of programs. */
    private inline fun <T> answered(act: () -> T): T = try {
        act()
    } catch (e: ProviderException) {
        throw KeyStoreException("the key store does not answer", e)
    }

    /** The newest first. */
    private fun files(): List<File> {
        val ours = vault.absoluteFile.parentFile?.listFiles { file -> file.name.startsWith(filePrefix) }
        return ours.orEmpty().sortedByDescending(File::lastModified)
    }

    private fun keepOnly(name: String) = files().map(::nameOf).filter { it != name }.forEach(::drop)

    private fun drop(name: String) {
        fileOf(name).delete()
        try {
            answered { keys.remove(name) }
        } catch (_: GeneralSecurityException) {
            // It seals nothing any more, and is no reason to fail.
        }
    }

    private val filePrefix get() = "${vault.name}.key."

    private fun fileOf(name: String) = File(vault.absoluteFile.parentFile, filePrefix + name)

    private fun nameOf(file: File) = file.name.removePrefix(filePrefix)

    private companion object {
        const val KEY_BYTES = 32
        const val NAME_PREFIX = "countersign."
        val random = SecureRandom()
    }
}

/** A device key as it lies on the disk: `CSKEY`, version 1, whether each use is confirmed, IV, sealed key. */
private class Sealed(val name: String, val confirmEachUse: Boolean, val iv: ByteArray, val bytes: ByteArray) {
    /**
     * Writes it, and never over another. It is flushed; the folder will be by the save of the vault that
     * lies in it too, and before that save nothing depends on this file.
     */
    fun write(file: File) = try {
        Files.createDirectories(file.absoluteFile.parentFile.toPath())
        FileChannel.open(file.toPath(), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW).use { channel ->
            val whole = ByteBuffer.wrap(start(confirmEachUse) + iv + bytes)
            while (whole.hasRemaining()) channel.write(whole)
            channel.force(true)
        }
    } catch (_: IOException) {
        throw CountersignException.NotSaved("the sealed device key could not be saved")
    }

    companion object {
        private val MAGIC = "CSKEY".toByteArray() + 1
        private const val IV_BYTES = 12

        /** The key and the tag of GCM. */
        private const val SEALED_BYTES = 32 + 16

        private fun start(confirmEachUse: Boolean) = MAGIC + (if (confirmEachUse) 1 else 0).toByte()

        /** What the seal covers besides the key. */
        fun header(confirmEachUse: Boolean, name: String) = start(confirmEachUse) + name.toByteArray()

        fun read(file: File, name: String): Sealed {
            val whole = try {
                Files.readAllBytes(file.toPath())
            } catch (_: NoSuchFileException) {
                throw KeyLostException(DeviceKeyLoss.MISSING)
            } catch (_: IOException) {
                throw CountersignException.NotRead("the sealed device key could not be read")
            }
            val ivAt = MAGIC.size + 1
            val sealedAt = ivAt + IV_BYTES
            val ours = whole.size == sealedAt + SEALED_BYTES && MAGIC.indices.all { whole[it] == MAGIC[it] }
            if (!ours) throw KeyLostException(DeviceKeyLoss.UNFIT)
            val confirmEachUse = whole[MAGIC.size].toInt() != 0
            return Sealed(name, confirmEachUse, whole.copyOfRange(ivAt, sealedAt), whole.copyOfRange(sealedAt, whole.size))
        }
    }
}
