package io.countersign.core

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.put
import java.time.Instant

/** What a scenario's event is, and how it reaches whoever plays it. */
internal interface Player {
    suspend fun on(event: Event)

    suspend fun scanned(texts: List<ByteArray>, source: Source)

    suspend fun linked(payload: ByteArray)

    suspend fun submit(form: ManualForm, key: CharArray)

    suspend fun answered(response: Response)

    suspend fun sendPin(number: String)

    suspend fun resendPin(at: Instant)

    suspend fun checkPin(typed: CharArray)

    suspend fun messageReceived(text: ByteArray)
}

internal suspend fun Player.play(event: JsonElement) {
    if (event is JsonPrimitive) return on(named(event.content))
    val (name, with) = event.jsonObject.entries.single()
    fun text(key: String) = with[key].text.orEmpty()
    when (name) {
        "Scanned" -> scanned(with.strings().map(String::toByteArray), Source.CAMERA)
        "PictureScanned" -> scanned(with.strings().map(String::toByteArray), Source.PICTURE)
        "Linked" -> linked(with.strings().single().toByteArray())
        "Submit" -> submit(
            ManualForm(
                name = text("name"),
                issuer = text("issuer"),
                kind = text("kind"),
                algorithm = text("algorithm"),
                digits = text("digits"),
                period = text("period"),
                counter = text("counter"),
            ),
            text("key").toCharArray(),
        )
        "Answered" -> answered(
            Response(
                status = with["status"].jsonPrimitive.long.toUShort(),
                body = text("body").toByteArray(),
                date = with["date"].text,
                receivedAt = with["received_at"].jsonPrimitive.long.toULong(),
                retryAfter = with["retry_after"].text,
            ),
        )
        "SendPin" -> sendPin(with.text!!)
        "ResendPin" -> resendPin(Instant.ofEpochSecond(with["at"].jsonPrimitive.long))
        "CheckPin" -> checkPin(with.text!!.toCharArray())
        "MessageReceived" -> messageReceived(with.text!!.toByteArray())
        else -> error("unknown event $name")
    }
}

internal fun relyingParty(json: JsonElement): RelyingParty? = if (json is JsonNull) {
    null
} else {
    RelyingParty(json["issuer"].text, json["status_url"].text!!, json["signs_in"].text!!.toBoolean(), json["pin_url"].text)
}

/** A view as the files write it: what is false, empty or absent is left out. */
internal fun View.told(): JsonObject {
    val told = buildJsonObject {
        when (val view = this@told) {
            is View.SignIn -> put("name", "SignIn").also { put("refused", view.refused) }
            is View.VerifyDevice -> put("name", "VerifyDevice").also {
                put(view.notice)
                put("save_failed", view.saveFailed)
                put("offers_sms", view.offersSms)
            }
            is View.CameraNeeded -> put("name", "CameraNeeded").also { put("denied", view.denied) }
            is View.ScanQr -> put("name", "ScanQr").also { put(view.notice) }
            is View.ManualEntry -> put("name", "ManualEntry").also {
                put("errors", JsonArray(view.errors.map(FieldError::told)))
                put("save_failed", view.saveFailed)
            }
            is View.Duplicate -> put("name", "Duplicate").also {
                put("existing", view.existing.toLong())
                put("same_codes", view.sameCodes)
            }
            is View.ShowCode -> put("name", "ShowCode").also {
                put("account", view.account.toLong())
                put("assumed", JsonArray(view.assumed.map { JsonPrimitive(it.rustName) }))
                put("short_secret", view.shortSecret)
                put("notice", view.notice?.rustName)
                put("clock_behind", view.clockBehind)
            }
            is View.Confirming -> put("name", "Confirming").also { put("account", view.account.toLong()) }
            is View.DeviceRegistered -> put("name", "DeviceRegistered").also { put("account", view.account.toLong()) }
            is View.PhoneNumber -> put("name", "PhoneNumber").also {
                put("notice", view.notice?.let { it::class.simpleName })
                put("until", (view.notice as? NumberNotice.Wait)?.until?.toLong())
                put("asking", view.asking)
            }
            is View.Pin -> put("name", "Pin").also {
                put("ends_in", view.endsIn)
                put("length", view.length.toInt())
                put("resend_from", view.resendFrom.toLong())
                put("notice", view.notice?.let { it::class.simpleName })
                put("attempts_left", (view.notice as? PinNotice.Wrong)?.attemptsLeft?.toLong())
                put("until", (view.notice as? PinNotice.Wait)?.until?.toLong())
                put("asking", view.asking)
            }
            is View.NumberConfirmed -> put("name", "NumberConfirmed").also { put("ends_in", view.endsIn) }
            View.Cancelled -> put("name", "Cancelled")
        }
    }
    val nothing = setOf(JsonNull, JsonPrimitive(false), JsonArray(emptyList()))
    return JsonObject(told.filterValues { it !in nothing })
}

private fun JsonObjectBuilder.put(notice: ScanNotice?) {
    put("notice", notice?.let { it::class.simpleName })
    put("error", (notice as? ScanNotice.NotAnEnrollment)?.error?.rustName)
}

private fun FieldError.told(): JsonObject = buildJsonObject {
    put("field", field.rustName)
    put("problem", problem::class.simpleName)
    (problem as? Problem.BadCharacter)?.let { put("position", it.position.toLong()) }
}

internal fun Effect.told(): JsonElement = when (this) {
    is Effect.Ask -> request.told()
    else -> JsonPrimitive(this::class.simpleName)
}

internal fun ShellEffect.told(): JsonElement = when (this) {
    is ShellEffect.Ask -> request.told()
    else -> JsonPrimitive(this::class.simpleName)
}

private fun Request.told(): JsonObject = buildJsonObject {
    put(
        "Ask",
        buildJsonObject {
            put("method", method)
            put("url", url)
            put("accept", accept)
            body?.let { put("body", it) }
        },
    )
}

/** The accounts as `number standing issuer:name`, with ` at counter` where they count. */
internal fun Codes.told(): JsonArray = JsonArray(
    entries.map { entry ->
        val standing = if (entry.pending) "pending" else "registered"
        val issuer = entry.issuer?.let { "$it:" }.orEmpty()
        val counter = (entry.code as? CodeNow.OnRequest)?.let { " at ${it.next}" }.orEmpty()
        JsonPrimitive("${entry.id} $standing $issuer${entry.name}$counter")
    },
)
