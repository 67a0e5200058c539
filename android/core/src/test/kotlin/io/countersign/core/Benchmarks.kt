package io.countersign.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import java.util.Locale
import kotlin.io.path.createTempDirectory

/**
 * What the way across the language boundary costs. `cargo xtask bench kotlin` runs it and reads its lines
 * that begin with `bench: `; its name keeps it out of the tests.
 */
internal class Benchmarks {
    @Test
    fun `the boundary`() {
        val folder = createTempDirectory("countersign").toFile()
        val vault = Vault(File(folder, "vault").path)
        ByteArray(32) { 1 }.lent(vault::createWithDeviceKey)
        vault.importNumber(1)
        row("a call", nanoseconds(2_000) { vault.isOpen() })
        row("one code across", nanoseconds(1_000) { vault.codeAt(1u, TIME) })

        val frame = ByteBuffer.allocateDirect(WIDTH * HEIGHT)
        for (at in 0 until WIDTH * HEIGHT) frame.put(at, (128 + at % WIDTH * 64 / WIDTH).toByte())
        val flow = Enrollment.start(vault, null)
        fun look() = flow.frame(frame, WIDTH.toUInt(), HEIGHT.toUInt(), WIDTH.toUInt())
        val across = nanoseconds(500) { look() }
        flow.on(Event.SCAN_QR)
        flow.on(Event.CAMERA_GRANTED)
        val scanned = nanoseconds(20) { look() }
        row("a frame of 1280×720 across, where no code is looked for", across)
        row("a frame of 1280×720 across and scanned, without a code in it", scanned)
        val shares = listOf(across.fastest * 100.0 / scanned.fastest, across.median * 100.0 / scanned.median)
        println(shares.joinToString(" | ", "bench: of which the way across | ") { String.format(Locale.ROOT, "%.2f %%", it) })
        assertTrue(shares.all { it < 5 }, "the way across is $shares % of a scan")

        (2..1000).forEach { vault.importNumber(it) }
        assertEquals(1000, vault.codesAt(TIME).entries.size)
        row("1,000 codes across", nanoseconds(10) { vault.codesAt(TIME) })
        vault.lock()
        row("a new process to its first code", coldStart(folder))
        folder.deleteRecursively()
    }

    /** Each with a name and a key of its own, or it would be here already. */
    private fun Vault.importNumber(number: Int) {
        val key = "JBSWY3DP".repeat(3) + number.toString(8).padStart(8, '0').map { 'A' + it.digitToInt() }.joinToString("")
        "otpauth://totp/Example:a$number?secret=$key&issuer=Example".toByteArray().lent(::importText)
    }

    /** Of batches: what is allocated for a call is freed by a thread that is not to fall behind. */
    private fun nanoseconds(calls: Int, call: () -> Any?): Times = (1..31).map {
        val start = System.nanoTime()
        repeat(calls) { call() }
        ((System.nanoTime() - start) / calls).also { Thread.sleep(20) }
    }.drop(10).sorted().let { Times(it.first(), it[10]) }

    private fun coldStart(folder: File): Times = (1..7).map {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val path = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val process = ProcessBuilder(java, library, "-cp", path, ColdStart::class.java.name, File(folder, "vault").path)
            .redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readText()
        check(process.waitFor() == 0) { said }
        said.trim().toLong() * 1_000_000
    }.sorted().let { Times(it.first(), it[3]) }

    /** In nanoseconds. */
    private class Times(val fastest: Long, val median: Long)

    private fun row(name: String, times: Times) {
        fun told(nanoseconds: Long) = when {
            nanoseconds < 1_000 -> "$nanoseconds ns"
            nanoseconds < 1_000_000 -> String.format(Locale.ROOT, "%.1f µs", nanoseconds / 1e3)
            else -> String.format(Locale.ROOT, "%.2f ms", nanoseconds / 1e6)
        }
        println("bench: $name | ${told(times.fastest)} | ${told(times.median)}")
    }

    private companion object {
        const val WIDTH = 1280
        const val HEIGHT = 720
        val TIME = 1_741_011_292uL
    }
}

/** From the start of a Java machine, with a vault that its device key opens, to a code. */
internal object ColdStart {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val vault = Vault(arguments.single())
        ByteArray(32) { 1 }.lent(vault::openWithDeviceKey)
        vault.codeAt(1u, 1_741_011_292u)
        println(System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().startTime)
    }
}
