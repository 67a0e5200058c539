package io.countersign.core

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.io.File

/** The data that the tests of every language share: `tests/` of this repository. */
internal val sharedTests: File = generateSequence(File("").absoluteFile) { it.parentFile }
    .map { File(it, "tests") }
    .firstOrNull { File(it, "scenarios").isDirectory && File(it, "vectors").isDirectory }
    ?: error("no folder above has tests/scenarios and tests/vectors")

internal fun json(path: String): JsonElement = Json.parseToJsonElement(File(sharedTests, path).readText())

internal operator fun JsonElement.get(key: String): JsonElement = jsonObject[key] ?: JsonNull

internal val JsonElement.text: String? get() = jsonPrimitive.contentOrNull

internal val JsonElement.list: List<JsonElement> get() = (this as? JsonArray).orEmpty()

/** The name of an enum's constant as Rust and the shared files write it. */
internal val Enum<*>.rustName: String
    get() = name.split('_').joinToString("") { it.lowercase().replaceFirstChar(Char::uppercase) }

/** The constant that Rust and the shared files call so. */
internal inline fun <reified T : Enum<T>> named(rustName: String): T = enumValues<T>().single { it.rustName == rustName }

internal fun JsonObject.without(names: Set<String>) = JsonObject(filterKeys { it !in names })

internal fun JsonElement.strings(): List<String> = jsonArray.map { it.jsonPrimitive.content }
