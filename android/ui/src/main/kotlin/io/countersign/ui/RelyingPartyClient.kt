package io.countersign.ui

import io.countersign.core.Request
import io.countersign.core.Response
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.URI
import java.net.URLEncoder
import java.time.Clock

/**
 * Speaks with the relying party: by https, but with a server on this very device. The session that a
 * sign-in gives is the cookies of its answer; it lives as long as this object, and goes to where it
 * came from only.
 */
class RelyingPartyClient(private val signInUrl: String?, private val clock: Clock = Clock.systemUTC()) {
    private var session = ""

    /**
     * Posts the form `user` and `password`. An answer of 2xx lets the user in, 401 and 403 do not; nothing
     * where none or another comes. The password is overwritten.
     */
    suspend fun signIn(user: String, password: CharArray): Boolean? {
        val form = ("user=" + encoded(user) + "&password=" + encoded(String(password))).toByteArray()
        password.fill('\u0000')
        return exchange(URI(signInUrl ?: return null), TIMEOUT_SECONDS) { connection ->
            connection.requestMethod = "POST"
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded")
            connection.outputStream.use { it.write(form) }
            form.fill(0)
            when (connection.responseCode) {
                in 200..299 -> {
                    val cookies = connection.headerFields.filterKeys { it.equals("Set-Cookie", ignoreCase = true) }
                    session = cookies.values.flatten().joinToString("; ") { it.substringBefore(';') }
                    true
                }
                HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN -> false
                else -> null
            }
        }
    }

    /** Carries out the flow's request as it is, and once; nothing where no answer comes in time. */
    suspend fun ask(request: Request): Response? = exchange(URI(request.url), request.timeoutSeconds.toInt()) { connection ->
        connection.requestMethod = request.method
        connection.setRequestProperty("Accept", request.accept)
        if (session.isNotEmpty() && isSignInPlace(request.url)) connection.setRequestProperty("Cookie", session)
        if (request.method == "POST") {
            val body = request.body.orEmpty().toByteArray()
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/json")
            // What is not kept cannot be sent again behind the user's back where a connection breaks.
            connection.setFixedLengthStreamingMode(body.size)
            connection.outputStream.use { it.write(body) }
            body.fill(0)
        }
        val status = connection.responseCode
        val body = (if (status < 400) connection.inputStream else connection.errorStream)
        val read = body?.use { it.readAtMost(MAX_BYTES + 1) } ?: ByteArray(0)
        val now = clock.instant().epochSecond.toULong()
        Response(status.toUShort(), read, connection.getHeaderField("Date"), now, connection.getHeaderField("Retry-After"))
    }

    private suspend fun <T> exchange(uri: URI, seconds: Int, speak: (HttpURLConnection) -> T): T? = coroutineScope {
        if (uri.scheme != "https" && uri.host !in LOOPBACK) return@coroutineScope null
        val connection = uri.toURL().openConnection() as HttpURLConnection
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.connectTimeout = seconds * 1000
        connection.readTimeout = seconds * 1000
        // Whoever answers a little at a time does not get longer.
        val end = launch {
            delay(seconds * 1000L)
            connection.disconnect()
        }
        try {
            withContext(Dispatchers.IO) { speak(connection) }
        } catch (_: IOException) {
            null
        } finally {
            end.cancel()
            connection.disconnect()
        }
    }

    private fun isSignInPlace(url: String): Boolean {
        val (from, to) = URI(signInUrl ?: return false) to URI(url)
        return from.scheme == to.scheme && from.host == to.host && from.port == to.port
    }

    private fun encoded(text: String) = URLEncoder.encode(text, "UTF-8")

    private companion object {
        const val TIMEOUT_SECONDS = 15
        const val MAX_BYTES = 64 * 1024
        val LOOPBACK = setOf("localhost", "127.0.0.1", "[::1]")
    }
}

/** The bytes that come, up to so many. */
fun InputStream.readAtMost(most: Int): ByteArray {
    val read = ByteArrayOutputStream()
    val some = ByteArray(8 * 1024)
    while (read.size() < most) {
        val count = read(some, 0, minOf(some.size, most - read.size()))
        if (count < 0) break
        read.write(some, 0, count)
    }
    return read.toByteArray()
}
