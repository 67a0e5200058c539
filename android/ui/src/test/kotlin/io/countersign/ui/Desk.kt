package io.countersign.ui

import io.countersign.core.Confirmation
import io.countersign.core.DeviceKeyLoss
import io.countersign.core.KeyLostException
import io.countersign.core.Request
import io.countersign.core.Response
import io.countersign.core.SealingKeys
import kotlinx.coroutines.channels.Channel
import java.awt.image.BufferedImage
import java.io.File
import java.net.InetAddress
import java.net.ServerSocket
import java.nio.ByteBuffer
import java.time.Clock
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import javax.imageio.ImageIO
import kotlin.concurrent.thread

/** A desk in the place of a phone: what the platform would do, and a note of what it was asked. */
class Desk(private val client: RelyingPartyClient? = null) : Platform {
    val copied = mutableListOf<String>()
    var clipboard: String? = null
    var cameraAllowed = true
    var askedForCamera = 0
    var picture: ByteArray? = null
    var confirms = true

    /** What a sign-in is answered where there is no relying party. */
    var letsIn: Boolean? = null

    /** What a request is answered there. */
    var answer: (Request) -> Response? = { null }

    /** What the user hands over of the messages that come; nothing where the user does not. */
    val messages = Channel<String?>(Channel.UNLIMITED)

    /** How often a message was waited for, and whether one is. */
    val waits = AtomicInteger()

    @Volatile var waiting = false
    override val confirmation = Confirmation { confirms }
    override var hidesCodes = false
    override suspend fun askForCamera() = cameraAllowed.also { askedForCamera++ }
    override fun openSettings() = Unit
    override suspend fun choosePicture() = picture
    override fun copy(code: String): Boolean {
        copied += code
        return false
    }
    override fun pasted() = clipboard
    override suspend fun signIn(user: String, password: CharArray) = if (client == null) letsIn else client.signIn(user, password)
    override suspend fun ask(request: Request): Response? = if (client == null) answer(request) else client.ask(request)
    override suspend fun message(): String? {
        waits.incrementAndGet()
        waiting = true
        try {
            return messages.receive()
        } finally {
            waiting = false
        }
    }
}

/** Keys that lie in memory, and come along when the app is killed and started again. */
class DeskKeys : SealingKeys {
    private val keys = mutableMapOf<String, SecretKey>()
    override var confirmsEachUse = false
    override fun make(name: String) {
        keys[name] = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    }
    fun names(): Set<String> = keys.keys.toSet()
    override fun remove(name: String) {
        keys.remove(name)
    }
    override fun cipher(name: String, iv: ByteArray?): Cipher {
        val key = keys[name] ?: throw KeyLostException(DeviceKeyLoss.MISSING)
        return Cipher.getInstance("AES/GCM/NoPadding").apply {
            if (iv == null) init(Cipher.ENCRYPT_MODE, key) else init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(128, iv))
        }
    }
}

/** A relying party at a loopback address, whose clock is [clock]. It keeps what it was asked. */
class LoopbackParty(private val clock: Clock) : AutoCloseable {
    private val socket = ServerSocket(0, 8, InetAddress.getLoopbackAddress())
    val address = "http://127.0.0.1:${socket.localPort}"
    val asked = CopyOnWriteArrayList<String>()

    @Volatile var status = "pending"

    /** What is sent to `/numbers` and below, and what it is answered; nothing ends the connection without an answer. */
    val sent = CopyOnWriteArrayList<Pair<String, String>>()

    @Volatile var numbers: (path: String, body: String) -> String? = { _, _ -> null }

    init {
        thread(isDaemon = true) {
            while (!socket.isClosed) runCatching { serve() }
        }
    }

    private fun serve() = socket.accept().use { client ->
        val lines = generateSequence { client.getInputStream().line() }.takeWhile { it.isNotEmpty() }.toList()
        val length = lines.firstOrNull { it.startsWith("Content-Length:", true) }?.substringAfter(':')?.trim()?.toInt() ?: 0
        val form = String(client.getInputStream().readNBytes(length))
        val session = lines.any { it.equals("Cookie: session=ana", true) }
        asked += lines.first()
        val path = lines.first().split(' ')[1]
        val isNumber = path.startsWith("/numbers")
        if (isNumber) sent += path to form
        val (code, more, body) = when {
            lines.first().startsWith("POST /sign-in ") ->
                if (form == "user=ana&password=right") Triple(204, "Set-Cookie: session=ana; HttpOnly\r\n", "") else Triple(401, "", "")
            !session -> Triple(401, "", "")
            isNumber -> Triple(200, "", numbers(path, form) ?: return)
            else -> Triple(200, "", "{\"status\":\"$status\"}")
        }
        val date = DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now(clock).atOffset(ZoneOffset.UTC))
        val head = "HTTP/1.1 $code X\r\nDate: $date\r\n${more}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n"
        client.getOutputStream().write((head + body).toByteArray())
    }

    private fun java.io.InputStream.line(): String? {
        val bytes = java.io.ByteArrayOutputStream()
        while (true) {
            val byte = read()
            if (byte < 0) return null
            if (byte == '\n'.code) return bytes.toString().trimEnd('\r')
            bytes.write(byte)
        }
    }

    override fun close() = socket.close()
}

/** A picture as a camera gives it: the luma plane in a direct buffer, with unused bytes at each row's end. */
class Frame(image: BufferedImage) {
    constructor(file: File) : this(ImageIO.read(file))

    val width: Int = image.width
    val height: Int = image.height
    val rowStride: Int = width + 13
    val luma: ByteBuffer = ByteBuffer.allocateDirect(rowStride * height).also { plane ->
        for (y in 0 until height) {
            for (x in 0 until width) {
                val rgb = image.getRGB(x, y)
                val luma = (299 * (rgb shr 16 and 255) + 587 * (rgb shr 8 and 255) + 114 * (rgb and 255)) / 1000
                plane.put(y * rowStride + x, luma.toByte())
            }
        }
    }
}
