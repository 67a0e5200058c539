package io.countersign.core

import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.nio.CharBuffer
import java.nio.charset.CodingErrorAction
import java.text.Normalizer

/** Hands the bytes over where the library reads them in place, and overwrites both copies. */
internal inline fun <T> ByteArray.lent(use: (ByteBuffer) -> T): T {
    val direct = ByteBuffer.allocateDirect(size)
    try {
        return use(direct.put(this).flip())
    } finally {
        direct.wipe()
        fill(0)
    }
}

/** As [lent], what was typed as UTF-8. */
internal inline fun <T> CharArray.lent(use: (ByteBuffer) -> T): T {
    val direct = ByteBuffer.allocateDirect(size * MOST_BYTES_OF_A_CHAR)
    try {
        val encoder = Charsets.UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE)
        encoder.encode(CharBuffer.wrap(this), direct, true)
        return use(direct.flip())
    } finally {
        direct.wipe()
        fill('\u0000')
    }
}

/**
 * As [lent], in the one normal form (NFC) in which a passphrase opens the same vault from every keyboard.
 * Only a text that is not in it yet, which is rare, is copied into a string that nobody can overwrite.
 */
internal inline fun <T> CharArray.lentNormalised(use: (ByteBuffer) -> T): T {
    val typed = CharBuffer.wrap(this)
    if (Normalizer.isNormalized(typed, Normalizer.Form.NFC)) return lent(use)
    val normal = Normalizer.normalize(typed, Normalizer.Form.NFC).toCharArray()
    fill('\u0000')
    return normal.lent(use)
}

/** Hands over what lies between position and limit of a direct buffer, where it lies. */
internal inline fun <T> ByteBuffer.inPlace(use: (ByteBuffer) -> T): T {
    require(isDirect) { "a frame lies in a direct buffer" }
    // The library reads from the start of a buffer's memory, whatever its position.
    val fromStart = slice()
    try {
        return use(fromStart)
    } finally {
        Reference.reachabilityFence(fromStart)
    }
}

internal fun ByteBuffer.wipe() {
    clear()
    while (hasRemaining()) put(0)
}

private const val MOST_BYTES_OF_A_CHAR = 3
