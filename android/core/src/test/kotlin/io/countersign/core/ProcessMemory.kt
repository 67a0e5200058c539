package io.countersign.core

import com.sun.management.HotSpotDiagnosticMXBean
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.lang.management.ManagementFactory
import java.security.SecureRandom

/** Something to search for, kept in a form that a search does not find. */
internal class Needle(text: CharArray) {
    private val mask = SecureRandom().let { random -> ByteArray(text.size).also(random::nextBytes) }
    private val masked = ByteArray(text.size) { (text[it].code xor mask[it].toInt()).toByte() }

    /** How often the text is in the first [size] bytes: in bytes, and in characters of either byte order. */
    fun count(bytes: ByteArray, size: Int): Int {
        var found = 0
        for (at in 0 until size) {
            if (isAt(bytes, size, at, 1) || isAt(bytes, size, at, 2)) found++
        }
        return found
    }

    private fun isAt(bytes: ByteArray, size: Int, at: Int, width: Int): Boolean {
        if (at + masked.size * width > size) return false
        for (index in masked.indices) {
            if ((bytes[at + index * width].toInt() xor mask[index].toInt()).toByte() != masked[index]) return false
        }
        return true
    }

    val size: Int get() = masked.size * 2
}

/**
 * What is in this process: all that the JVM reaches, and all that is mapped outside of its heap.
 *
 * In its heap a moving collector leaves dead copies of whatever it moved, which no program can overwrite;
 * so there only what can be reached counts.
 */
internal object ProcessMemory {
    fun heap(needle: Needle): Int {
        val dump = File.createTempFile("heap", ".hprof").apply { delete() }
        try {
            machine.dumpHeap(dump.path, true)
            return RandomAccessFile(dump, "r").use { it.count(needle, 0, dump.length()) }
        } finally {
            dump.delete()
        }
    }

    /** Where it is found outside of the heap. */
    fun mapped(needle: Needle): List<String> = found(needle).filter { it.first !in javaHeap }.map { "%x".format(it.first) }

    private fun found(needle: Needle): List<LongRange> = RandomAccessFile("/proc/self/mem", "r").use { memory ->
        File("/proc/self/maps").readLines().filter { line -> line.split(' ')[1].startsWith("r") && "[v" !in line }
            .map { line -> line.substringBefore(' ').split('-').map { it.toLong(16) } }
            .filter { (from, to) -> memory.count(needle, from, to) > 0 }
            .map { (from, to) -> from until to }
    }

    private fun RandomAccessFile.count(needle: Needle, from: Long, to: Long): Int {
        var found = 0
        var at = from
        while (at < to) {
            val wanted = minOf(chunk.size.toLong(), to - at).toInt()
            val read = try {
                seek(at)
                read(chunk, 0, wanted)
            } catch (_: IOException) {
                break // Mapped, and not to be read all the same; or gone since.
            }
            if (read <= 0) break
            found += needle.count(chunk, read)
            at += if (at + read < to) maxOf(read - needle.size, 1) else read
        }
        chunk.fill(0)
        return found
    }

    private val machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean::class.java)
    private val chunk = ByteArray(1 shl 20)

    /** From where something is found that can only lie there, as far as it may grow. */
    private val javaHeap: LongRange by lazy {
        val planted = CharArray(64) { ('A'.code + SecureRandom().nextInt(26)).toChar() }
        val needle = Needle(planted)
        System.gc() // It moves to the old generation, with which the heap begins.
        val start = found(needle).minOf { it.first }
        check(planted.any { it != '\u0000' })
        start until start + machine.getVMOption("MaxHeapSize").value.toLong()
    }
}
