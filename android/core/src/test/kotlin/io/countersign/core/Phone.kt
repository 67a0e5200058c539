package io.countersign.core

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import java.io.File
import java.security.GeneralSecurityException
import java.time.Clock
import java.time.Instant
import java.time.ZoneId
import java.time.ZoneOffset
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import kotlin.io.path.createTempDirectory

/** A phone: a private folder, a key store, a clock and the threads of a test, whose time is virtual. */
internal class Phone(private val test: TestScope) : AutoCloseable {
    val folder: File = createTempDirectory("countersign").toFile()
    val file = File(folder, "vault")
    val keys = MemoryKeys()
    val apps = mutableListOf<Authenticator>()

    /** Begins in the middle of a time step, and goes on with the virtual time of the test. */
    @OptIn(ExperimentalCoroutinesApi::class)
    val clock = object : Clock() {
        override fun instant(): Instant = Instant.ofEpochMilli((START + clockAhead) * 1000 + test.testScheduler.currentTime)

        override fun getZone(): ZoneId = ZoneOffset.UTC

        override fun withZone(zone: ZoneId): Clock = this
    }

    /** While it is, nothing can be saved: a folder that is not empty lies where the next generation is written. */
    var diskFull = false
        set(value) {
            val inTheWay = File("$file.tmp")
            if (value) File(inTheWay, "stone").mkdirs() else inTheWay.deleteRecursively()
            field = value
        }

    /** The app, started anew on this phone. */
    fun app(file: File = this.file): Authenticator =
        Authenticator(file, keys, clock, StandardTestDispatcher(test.testScheduler)).also(apps::add)

    /** What the app shows when the clock is at [time]. */
    @OptIn(ExperimentalCoroutinesApi::class)
    suspend fun entries(app: Authenticator, time: Long): List<Entry> {
        val before = clockAhead
        clockAhead = time - clock.instant().epochSecond + before
        app.refresh()
        val looking = test.launch { app.codes.collect {} }
        test.runCurrent()
        return app.codes.value.entries.also {
            looking.cancel()
            test.runCurrent()
            clockAhead = before
        }
    }

    /** By how many seconds the clock was set ahead. */
    var clockAhead = 0L

    override fun close() {
        apps.forEach(Authenticator::close)
        folder.deleteRecursively()
    }

    companion object {
        /** Ten seconds before a time step of 30 seconds ends. */
        const val START = 1_741_011_290L
    }
}

internal fun onPhone(act: suspend TestScope.(Phone) -> Unit): Unit = runTest {
    Phone(this).use { act(it) }
}

/** A key store in memory, that can lose, invalidate, hold back and demand a confirmation. */
internal class MemoryKeys : SealingKeys {
    override var confirmsEachUse = false
    val keys = mutableMapOf<String, SecretKey>()
    val invalidated = mutableSetOf<String>()
    var unavailable = false
    var wantsConfirmation = false

    /** What the store says when a key is to be removed; nothing where it removes it. */
    var unremovable: Exception? = null

    override fun make(name: String) {
        check(name !in keys)
        keys[name] = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    }

    override fun cipher(name: String, iv: ByteArray?): Cipher {
        if (unavailable) throw GeneralSecurityException("the store does not answer")
        val key = keys[name] ?: throw KeyLostException(DeviceKeyLoss.MISSING)
        if (name in invalidated) throw KeyLostException(DeviceKeyLoss.INVALIDATED)
        if (wantsConfirmation) throw ConfirmationNeededException()
        return Cipher.getInstance("AES/GCM/NoPadding").apply {
            if (iv == null) init(Cipher.ENCRYPT_MODE, key) else init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(128, iv))
        }
    }

    override fun remove(name: String) {
        unremovable?.let { throw it }
        keys.remove(name)
    }
}
