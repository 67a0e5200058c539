package io.countersign.ui

import io.countersign.core.Request
import io.countersign.core.Response
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URI
import java.net.URLEncoder
import java.time.Clock

/**
 * Speaks with the relying party. The session that a sign-in gives is the cookies of its answer; it
 * lives as long as this object, and goes to the same place only.
 */
class RelyingPartyClient(private val signInUrl: String?, private val clock: Clock = Clock.systemUTC()) {
    private var session = ""

    /** Posts the form `user` and `password`; nothing where no answer comes. The password is overwritten. */
    suspend fun signIn(user: String, password: CharArray): Boolean? {
        val form = ("user=" + encoded(user) + "&password=" + encoded(String(password))).toByteArray()
        password.fill('\u0000')
        return exchange(URI(signInUrl ?: return null), TIMEOUT_SECONDS) { connection ->
            connection.requestMethod = "POST"
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded")
            connection.outputStream.use { it.write(form) }
            form.fill(0)
            val cookies = connection.headerFields.filterKeys { it.equals("Set-Cookie", ignoreCase = true) }.values.flatten()
            session = cookies.joinToString("; ") { it.substringBefore(';') }
            connection.responseCode in 200..399
        }
    }

    /** Carries out the flow's request as it is; nothing where no answer comes in time. */
    suspend fun ask(request: Request): Response? = exchange(URI(request.url), request.timeoutSeconds.toInt()) { connection ->
        connection.requestMethod = request.method
        connection.setRequestProperty("Accept", request.accept)
        if (session.isNotEmpty()) connection.setRequestProperty("Cookie", session)
        val status = connection.responseCode
        val body = (if (status < 400) connection.inputStream else connection.errorStream)
        val read = body?.use { it.readNBytes(MAX_BYTES + 1) } ?: ByteArray(0)
        Response(status.toUShort(), read, connection.getHeaderField("Date"), clock.instant().epochSecond.toULong())
    }

    private suspend fun <T> exchange(uri: URI, seconds: Int, speak: (HttpURLConnection) -> T): T? = coroutineScope {
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

    private fun encoded(text: String) = URLEncoder.encode(text, "UTF-8")

    private companion object {
        const val TIMEOUT_SECONDS = 15
        const val MAX_BYTES = 64 * 1024
    }
}
