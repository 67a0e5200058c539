package io.countersign.core

import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows
import java.io.File

/**
 * Every file of `tests/vectors/`, as far as an app can tell: the same verdicts and codes as in Rust.
 *
 * Two kinds of account have no codes here, and no call that would give any: of `yandex.json` and
 * `motp.json` the flow's refusal is what can be seen. The cases of `migration.json` without an address
 * are rules, or belong to files that cannot be shipped.
 */
internal class VectorTest {
    @Test
    fun `each key of the base32 file is taken or refused at its field`() {
        val cases = json("vectors/base32.json").list
        assertEquals(26, cases.size)
        val alike = mutableSetOf<String>()
        for (case in cases) {
            val place = case["input"].toString()
            onPhone { phone ->
                val app = phone.app().apply { createWithDeviceKey() }
                val session = app.enroll()
                session.on(Event.ENTER_MANUALLY)
                session.submit(ManualForm(name = "a"), case["input"].text!!.toCharArray())
                when (val view = session.view.value) {
                    is View.ShowCode -> {
                        val kept = parameters(app.revealAccount(view.account).text).getValue("secret")
                        when (case["verdict"].text) {
                            "ok" -> assertEquals(case["hex"].text, bytes(kept), place)
                            "ok16" -> alike += bytes(kept)
                            else -> error("$place was taken")
                        }
                    }
                    is View.ManualEntry -> {
                        assertEquals("refuse", case["verdict"].text, place)
                        assertEquals(listOf(Field.KEY), view.errors.map { it.field }, place)
                    }
                    else -> error("$place: $view")
                }
            }
        }
        assertEquals(1, alike.size, "an incomplete last character adds nothing")
    }

    @TestFactory
    fun `each address that the world sent has its verdict and its code`() = addresses("otpauth_uris", 64)

    @TestFactory
    fun `each address that we found has its verdict and its code`() = addresses("otpauth_uris_more", 65)

    @Test
    fun `the counters of RFC 4226 give its codes`() = onPhone { phone ->
        val file = json("vectors/rfc4226.json")
        val app = phone.app().apply { createWithDeviceKey() }
        val id = app.enrolled("otpauth://hotp/rfc?secret=${file["secret_base32"].text}&counter=0")
        val codes = file["vectors"].list.map { app.nextCode(id) }
        assertEquals(10, codes.size)
        assertEquals(file["vectors"].list.map { it["hotp"].text }, codes)
    }

    @Test
    fun `the times of RFC 6238 give its codes`() = onPhone { phone ->
        val file = json("vectors/rfc6238.json")
        val vectors = file["vectors"].list
        assertEquals(18, vectors.size)
        for (algorithm in listOf("SHA1", "SHA256", "SHA512")) {
            val seed = file["seeds"][algorithm]["base32"].text!!.trimEnd('=')
            for (digits in 6..8) {
                val address = "otpauth://totp/$algorithm$digits?secret=$seed&algorithm=$algorithm&digits=$digits"
                val of = vectors.filter { it["algorithm"].text == algorithm }
                assertEquals(of.map { it["digits$digits"].text }, phone.codes(address, of.map { it.time }), address)
            }
        }
    }

    @Test
    fun `Steam's codes are Steam's`() = onPhone { phone ->
        val vectors = json("vectors/steam.json")["vectors"].list
        assertEquals(4, vectors.size)
        for (vector in vectors) {
            val address = "otpauth://steam/Steam:a?secret=${vector["secret_base32"].text}"
            assertEquals(listOf(vector["code"].text), phone.codes(address, listOf(vector.time)), "$vector")
        }
    }

    @Test
    fun `what another app exports is imported, and is no enrollment`() {
        val cases = json("vectors/migration.json")["cases"].list.filter { it["uri"].text != null }
        assertEquals(listOf("M01", "M02", "M03"), cases.map { it["id"].text })
        val imported = cases.map { case ->
            val address = case["uri"].text!!
            val entries = mutableListOf<String>()
            onPhone { phone ->
                val app = phone.app().apply { createWithDeviceKey() }
                assertEquals(ScanNotice.Transfer, app.enroll().refusal(address))
                val broken = address.dropLast(9)
                assertEquals(ScanNotice.NotAnEnrollment(PayloadError.BAD_MIGRATION), app.enroll().refusal(broken))
                assertThrows<CountersignException.BadPayload> { app.importText(broken.toByteArray()) }

                val imported = app.importText(address.toByteArray())
                assertEquals(listOf(1u to 1u), imported.parts.map { it.number to it.of })
                imported.added.mapTo(entries) { app.revealAccount(it).text.substringBefore("&issuer") }
            }
            case["expect"].list.forEachIndexed { index, expect ->
                val name = expect["name"].text!!.replace("@", "%40")
                assertEquals("otpauth://${expect["type"].text}/$name?secret=${expect["secret"].text}", entries[index])
            }
            entries
        }
        // The cases of two accounts and of the unescaped plus have no expectation of their own in the file.
        val (_, plus, two) = imported
        assertEquals(listOf("otpauth://totp/Example:alice%40google.com?secret=CHGEE4VO72DVNFA76NJS7HL6EREGQ6HU"), plus)
        assertEquals(2, two.size)
    }

    @Test
    fun `codes that need a PIN are not enrolled`() = onPhone { phone ->
        val app = phone.app().apply { createWithDeviceKey() }
        val yandex = json("vectors/yandex.json")["vectors"].list
        val motp = json("vectors/motp.json")["vectors"].list
        assertEquals(5 to 8, yandex.size to motp.size)
        for (vector in yandex) {
            val address = "otpauth://yaotp/a?secret=${vector["secret"].text}"
            assertEquals(ScanNotice.Unsupported, app.enroll().refusal(address), "$vector")
        }
        for (vector in motp) {
            val notice = app.enroll().refusal("motp://a?secret=${vector["secret_hex"].text}")
            assertEquals(ScanNotice.NotAnEnrollment(PayloadError.NOT_OTPAUTH), notice, "$vector")
        }
    }

    @Test
    fun `a vault of version 1 opens by each of its slots, and what is saved into it is read again`() {
        val told = json("vectors/vault_v1_accounts.json")
        val key = told["device_key_hex"].text!!.chunked(2).map { it.toInt(16).toByte() }
        val ways = listOf<Vault.() -> Opened>(
            { key.toByteArray().lent(::openWithDeviceKey) },
            { told["passphrase"].text!!.toCharArray().lent(::openWithPassphrase) },
            { told["recovery_key"].text!!.toCharArray().lent(::openWithRecoveryKey) },
            { told["recovery_key"].text!!.lowercase().replace("-", " ").toCharArray().lent(::openWithRecoveryKey) },
        )
        for (way in ways) {
            onPhone { phone ->
                File(sharedTests, "vectors/${told["file"].text}").copyTo(phone.file)
                val vault = Vault(phone.file.path)
                assertEquals(told["generation"].text, vault.outline()!!.generation.toString())
                assertEquals(told["slots"].strings(), vault.outline()!!.slots.map { it.kind.rustName })
                assertEquals(Opened(null, 0u), vault.way())
                assertEquals(told["accounts"], vault.codesAt(0u).told())
                vault.rename(1u, "Example", "bob")
                vault.way()
                assertEquals("bob", vault.codesAt(0u).entries.first().name)
                vault.close()
            }
        }
    }

    /** The container of version 1. What is sealed in it lacks a field that accounts have to have. */
    @Test
    fun `each slot of the oldest vault opens, and no other secret does`() = onPhone { phone ->
        val told = json("vectors/vault_v1.json")
        File(sharedTests, "vectors/${told["file"].text}").copyTo(phone.file)
        val vault = Vault(phone.file.path)
        val passphrase = told["passphrase"].text!!
        assertThrows<CountersignException.Damaged> { passphrase.toCharArray().lent(vault::openWithPassphrase) }
        assertThrows<CountersignException.CannotOpen> { "$passphrase ".toCharArray().lent(vault::openWithPassphrase) }
        val recovery = told["recovery_key"].text!!
        assertThrows<CountersignException.Damaged> { recovery.toCharArray().lent(vault::openWithRecoveryKey) }
        assertThrows<CountersignException.BadRecoveryKey> { recovery.drop(1).toCharArray().lent(vault::openWithRecoveryKey) }
        assertThrows<CountersignException.Damaged> { ByteArray(32) { 0x11 }.lent(vault::openWithDeviceKey) }
        assertThrows<CountersignException.CannotOpen> { ByteArray(32) { 0x12 }.lent(vault::openWithDeviceKey) }
        vault.close()
    }

    private fun addresses(name: String, count: Int): List<DynamicTest> {
        val cases = json("vectors/$name.json")["cases"].list
        assertEquals(count, cases.size)
        return cases.map { case -> dynamicTest(case["id"].text!!) { onPhone { judge(it, case) } } }
    }

    private suspend fun judge(phone: Phone, case: JsonElement) {
        val app = phone.app().apply { createWithDeviceKey() }
        val session = app.enroll()
        val notice = session.refusal(case["uri"].text!!)
        val expect = case["expect"]
        if (case["verdict"].text == "refuse") {
            val error = (notice as ScanNotice.NotAnEnrollment).error
            case["error"].text?.let { assertEquals(it, error.rustName) }
            return
        }
        if (expect["type"].text == "yandex") return assertEquals(ScanNotice.Unsupported, notice)
        assertEquals(null, notice)
        val view = session.view.value as View.ShowCode
        assertEquals(case["verdict"].text == "ok", view.assumed.isEmpty(), "${view.assumed}")
        val entry = phone.entries(app, TIME).single()
        assertEquals(expect["issuer"].text, entry.issuer)
        assertEquals(expect["account"].text, entry.name)
        val kept = parameters(app.revealAccount(entry.id).text)
        if (expect["type"].text != "steam") {
            assertEquals(expect["algorithm"].text, kept["algorithm"])
            assertEquals(expect["digits"].text, kept["digits"])
        }
        if (expect["type"].text == "totp") assertEquals(expect["period"].text, kept["period"])
        val code = when (val now = entry.code) {
            is CodeNow.Timed -> now.code.text
            is CodeNow.OnRequest -> {
                assertEquals(expect["counter"].text!!.toULong(), now.next)
                app.nextCode(entry.id)
            }
            CodeNow.Unsupported -> error("no code")
        }
        assertEquals(expect["digits"].jsonPrimitive.int, code.length)
        assertEquals(expect["code_at_1741011292"].text, code)
    }

    /** Why the flow does not take an address, or nothing where it does. */
    private suspend fun EnrollmentSession.refusal(address: String): ScanNotice? {
        linked(address.toByteArray())
        return when (val view = view.value) {
            is View.VerifyDevice -> checkNotNull(view.notice)
            is View.ShowCode -> null
            else -> error("$view")
        }
    }

    private suspend fun Authenticator.enrolled(address: String): AccountId {
        val session = enroll()
        assertEquals(null, session.refusal(address))
        val id = (session.view.value as View.ShowCode).account
        session.on(Event.CONTINUE)
        return id
    }

    /** The codes of one account at each of these times. */
    private suspend fun Phone.codes(address: String, times: List<Long>): List<String> {
        val app = apps.firstOrNull() ?: app().apply { createWithDeviceKey() }
        val id = app.enrolled(address)
        val codes = times.map { (entries(app, it).single().code as CodeNow.Timed).code.text }
        app.remove(id)
        return codes
    }

    private val JsonElement.time: Long get() = this["time"].jsonPrimitive.long

    /** The parameters of an address; none of those that are looked at here has a percent sign. */
    private fun parameters(address: String): Map<String, String> =
        address.substringAfter('?').split('&').associate { it.substringBefore('=') to it.substringAfter('=') }

    /** What five bits a character come to, in hexadecimal. */
    private fun bytes(key: String): String {
        val bits = key.map { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(it).toString(2).padStart(5, '0') }.joinToString("")
        return bits.chunked(8).filter { it.length == 8 }.joinToString("") { "%02x".format(it.toInt(2)) }
    }

    private companion object {
        const val TIME = 1_741_011_292L
    }
}
