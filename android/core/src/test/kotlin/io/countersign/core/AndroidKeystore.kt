package io.countersign.core

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.ProviderException
import java.security.SecureRandom
import java.security.Security
import java.security.UnrecoverableKeyException
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/**
 * The Android Keystore as the wrapper sees it, in memory, with what can happen to it on a phone.
 *
 * A key that may not be used answers as the real one does when a cipher is made ready with it: by
 * the exceptions of `android.security.keystore`.
 */
internal object AndroidKeystore {
    val keys = mutableMapOf<String, SecretKey>()
    val specs = mutableListOf<KeyGenParameterSpec>()

    /** What the StrongBox says when it should make a key; nothing where it makes one. */
    var strongBoxFailure: (() -> ProviderException)? = null

    private var refusal: (() -> Exception)? = null

    /** A new phone. */
    fun install() {
        keys.clear()
        specs.clear()
        strongBoxFailure = null
        refusal = null
        Security.removeProvider(NAME)
        Security.insertProviderAt(InMemory(), 1)
    }

    /** A fingerprint was added, and the system made the keys useless. */
    fun invalidate() {
        refusal = { KeyPermanentlyInvalidatedException() }
    }

    /** The same, as some phones say it when the key is merely looked up. */
    fun invalidateAtLookUp() {
        refusal = { UnrecoverableKeyException().apply { initCause(KeyPermanentlyInvalidatedException()) } }
    }

    /** The last confirmation is too long ago; the next is good for some time. */
    fun wantConfirmation() {
        refusal = { UserNotAuthenticatedException() }
    }

    fun confirm() {
        refusal = null
    }

    private const val NAME = "AndroidKeyStore"

    private class InMemory : Provider(NAME, "1", "the Android Keystore of a test") {
        init {
            put("KeyStore.$NAME", Store::class.java.name)
            put("KeyGenerator.AES", Generator::class.java.name)
        }
    }

    class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(parameters: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = parameters as KeyGenParameterSpec
        }

        override fun engineInit(random: SecureRandom?) = error("a key of this store has parameters")

        override fun engineInit(bits: Int, random: SecureRandom?) = error("a key of this store has parameters")

        override fun engineGenerateKey(): SecretKey {
            specs += spec
            if (spec.isStrongBoxBacked) strongBoxFailure?.let { throw it() }
            val bytes = ByteArray(spec.keySize / 8).also(SecureRandom()::nextBytes)
            return SecretKeySpec(bytes, "AES").also { keys[spec.keystoreAlias] = it }
        }
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? {
            val key = keys[alias] ?: return null
            refusal?.let { throw it() }
            return key
        }

        override fun engineContainsAlias(alias: String) = alias in keys

        override fun engineDeleteEntry(alias: String) {
            keys.remove(alias)
        }

        override fun engineAliases() = Collections.enumeration(keys.keys)

        override fun engineSize() = keys.size

        override fun engineIsKeyEntry(alias: String) = alias in keys

        override fun engineIsCertificateEntry(alias: String) = false

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null

        override fun engineGetCertificate(alias: String): Certificate? = null

        override fun engineGetCertificateAlias(certificate: Certificate): String? = null

        override fun engineGetCreationDate(alias: String): Date? = null

        override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<Certificate>?) =
            error("keys are made here, not put here")

        override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>?) =
            error("keys are made here, not put here")

        override fun engineSetCertificateEntry(alias: String, certificate: Certificate) = error("no certificates")

        override fun engineStore(stream: OutputStream?, password: CharArray?) = Unit

        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
    }
}
