package io.countersign.core

import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows
import java.io.File
import java.nio.ByteBuffer
import java.time.Instant

/** Every file of `tests/scenarios/`, which Rust and Swift run as well. */
@OptIn(ExperimentalCoroutinesApi::class)
internal class ScenarioTest {
    /** Event by event, over what is exported. */
    @TestFactory
    fun `each scenario goes as it is told`() = scenarios { scenario ->
        onPhone { phone ->
            val vault = Vault(phone.file.path)
            vault.createWithDeviceKey(direct(ByteArray(32) { 1 }))
            fill(scenario) { party -> Enrollment.start(vault, party).let(::Raw) }
            val raw = Raw(Enrollment.start(vault, relyingParty(scenario["relying_party"])))
            assertEquals(scenario["start"], raw.enrollment.view().told(), "the first view")
            scenario["steps"].list.forEachIndexed { index, step ->
                val place = "step ${index + 1} (${step["event"]})"
                if (step["event"] == SAVED) vault.save()
                raw.play(step["event"])
                assertEquals(step["view"], raw.step.view.told(), "$place: the view")
                assertEquals(step["effects"], JsonArray(raw.step.effects.map(Effect::told)), "$place: the effects")
                step["vault"].let { if (it != JsonNull) assertEquals(it, vault.codesAt(0u).told(), "$place: the vault") }
            }
            vault.close()
        }
    }

    /** As an app goes through it, for which the session saves by itself. */
    @TestFactory
    fun `each scenario goes as it is told in a session`() = scenarios { scenario ->
        onPhone { phone ->
            val app = phone.app().apply { createWithDeviceKey() }
            fill(scenario) { party -> app.enroll(party).let(::InSession) }
            app.enroll(relyingParty(scenario["relying_party"])).use { play(scenario, app, it, phone) }
        }
    }

    private suspend fun TestScope.play(scenario: JsonElement, app: Authenticator, session: EnrollmentSession, phone: Phone) {
        val effects = mutableListOf<ShellEffect>()
        val collectors = listOf(launch { session.effects.collect(effects::add) }, launch { app.codes.collect {} })
        assertEquals(scenario["start"], session.view.value.told(), "the first view")
        val steps = scenario["steps"].list
        var next = 0
        while (next < steps.size) {
            val place = "step ${next + 1} (${steps[next]["event"]})"
            val first = steps[next++]
            if (first["event"] in SAVES) {
                assertThrows<IllegalArgumentException>(place) { InSession(session).play(first["event"]) }
                continue
            }
            val told = mutableListOf(first)
            while (SAVE in told.last()["effects"].list) {
                // While it is being saved no event fits, and here there is no while.
                while (next < steps.size && steps[next]["event"] !in SAVES) next++
                if (next < steps.size) told += steps[next++] else break
            }
            phone.diskFull = told.any { it["event"] == SAVE_FAILED }
            InSession(session).play(first["event"])
            phone.diskFull = false
            runCurrent()
            val last = told.last()
            // A scenario may end at its save.
            if (SAVE !in last["effects"].list) assertEquals(last["view"], session.view.value.told(), "$place: the view")
            val expected = told.flatMap { it["effects"].list }.filter { it != SAVE }
            assertEquals(expected, effects.map(ShellEffect::told), "$place: the effects")
            last["vault"].let { if (it != JsonNull) assertEquals(it, app.codes.value.told(), "$place: the vault") }
            effects.clear()
        }
        collectors.forEach { it.cancel() }
    }

    private fun scenarios(play: (JsonElement) -> Unit): List<DynamicTest> {
        val files = File(sharedTests, "scenarios").listFiles { file -> file.extension == "json" }.orEmpty().sorted()
        assertTrue(files.size >= 20, "only ${files.size} scenarios")
        return files.map { file -> dynamicTest(file.nameWithoutExtension) { play(json("scenarios/${file.name}")) } }
    }

    /** Enrolls what is to be there before, as a user would have done. */
    private suspend fun fill(scenario: JsonElement, begin: suspend (RelyingParty?) -> Player) {
        val pendingAt = scenario["pending_at"].text?.let { RelyingParty(null, it, signsIn = false) }
        for ((list, party) in listOf("registered" to null, "pending" to pendingAt)) {
            for (payload in scenario[list].strings()) {
                val player = begin(party)
                player.on(Event.SCAN_QR)
                player.on(Event.CAMERA_GRANTED)
                player.scanned(listOf(payload.toByteArray()), Source.CAMERA)
                player.on(Event.KEEP_BOTH)
                player.saved()
                if (list == "registered") {
                    player.on(Event.CONTINUE)
                    player.saved()
                }
            }
        }
    }

    private suspend fun Player.saved() {
        if (this is Raw) on(Event.SAVED)
    }

    private class Raw(val enrollment: Enrollment) : Player {
        lateinit var step: Step

        override suspend fun on(event: Event) {
            step = enrollment.on(event)
        }

        override suspend fun scanned(texts: List<ByteArray>, source: Source) {
            step = enrollment.scanned(texts, source)
        }

        override suspend fun linked(payload: ByteArray) {
            step = enrollment.linked(direct(payload))
        }

        override suspend fun submit(form: ManualForm, key: CharArray) {
            step = enrollment.submit(form, direct(String(key).toByteArray()))
        }

        override suspend fun answered(response: Response) {
            step = enrollment.answered(response)
        }

        override suspend fun sendPin(number: String) {
            step = enrollment.sendPin(number)
        }

        override suspend fun resendPin(at: Instant) {
            step = enrollment.resendPin(at.epochSecond.toULong())
        }

        override suspend fun checkPin(typed: CharArray) {
            step = enrollment.checkPin(direct(String(typed).toByteArray()))
        }

        override suspend fun messageReceived(text: ByteArray) {
            step = enrollment.messageReceived(direct(text))
        }
    }

    private class InSession(val session: EnrollmentSession) : Player {
        override suspend fun on(event: Event) = session.on(event)

        override suspend fun scanned(texts: List<ByteArray>, source: Source) = session.scanned(texts, source)

        override suspend fun linked(payload: ByteArray) = session.linked(payload)

        override suspend fun submit(form: ManualForm, key: CharArray) = session.submit(form, key)

        override suspend fun answered(response: Response) = session.answered(response)

        override suspend fun sendPin(number: String) = session.sendPin(number)

        override suspend fun resendPin(at: Instant) = session.resendPin(at)

        override suspend fun checkPin(typed: CharArray) = session.checkPin(typed)

        override suspend fun messageReceived(text: ByteArray) = session.messageReceived(text)
    }

    private companion object {
        val SAVE = JsonPrimitive("Save")
        val SAVED = JsonPrimitive("Saved")
        val SAVE_FAILED = JsonPrimitive("SaveFailed")
        val SAVES = setOf<JsonElement>(SAVED, SAVE_FAILED)

        fun direct(bytes: ByteArray): ByteBuffer = ByteBuffer.allocateDirect(bytes.size).put(bytes).flip()
    }
}
