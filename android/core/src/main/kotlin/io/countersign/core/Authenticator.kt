package io.countersign.core

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.transformLatest
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.File
import java.nio.ByteBuffer
import java.time.Clock

/** What is to be known of a vault before anything can be shown. */
public sealed interface VaultState {
    /** It has not been looked at yet. */
    public data object Unknown : VaultState

    /** There is none: make one. */
    public data object Absent : VaultState

    /**
     * It is there, and one of [ways] opens it. Where the key of this device is lost it is not among
     * them, and [deviceKeyLoss] says why: open by another way, then [Authenticator.renewDeviceKey].
     */
    public data class Locked(val ways: Set<SlotKind>, val deviceKeyLoss: DeviceKeyLoss?) : VaultState

    /** It is open. [recovered]: the last change is lost, tell the user. [unread]: accounts kept for a newer app. */
    public data class Open(val recovered: Recovered?, val unread: Int) : VaultState

    /** It cannot be read at all; the error says what can be done. */
    public data class Unreadable(val error: CountersignException) : VaultState
}

/**
 * The accounts of one person, their codes, and the way to a new account.
 *
 * What waits is `suspend` and may be called from the main thread; the work is done on [dispatcher].
 * Every change is on the disk when its call returns. An error is a [CountersignException], whose case
 * says what can be done, or for the device key a [KeyLostException] or [ConfirmationNeededException].
 * What is typed comes in as a `CharArray`, which is overwritten when the call returns.
 *
 * @param file the vault, in the app's private folder for what is not backed up (`noBackupFilesDir`).
 * @param sealingKeys what seals the device key; on a phone `KeystoreKeys`.
 * @param clock the device's clock.
 */
public class Authenticator(
    private val file: File,
    sealingKeys: SealingKeys,
    private val clock: Clock = Clock.systemUTC(),
    private val dispatcher: CoroutineDispatcher = Dispatchers.IO,
) : AutoCloseable {
    private val vault = Vault(file.path)
    private val deviceKeys = DeviceKeys(file, sealingKeys)
    private val scope = CoroutineScope(SupervisorJob() + dispatcher)
    private val mutableState = MutableStateFlow<VaultState>(VaultState.Unknown)
    private val changes = MutableStateFlow(0L)

    /** Whether there is a vault, what opens it, whether it is open. */
    public val state: StateFlow<VaultState> = mutableState.asStateFlow()

    /**
     * All accounts with their codes; new ones at the moment at which the first of the old ends. There
     * are none while the vault is locked, and nothing is computed or kept while nobody collects, so
     * stop collecting when the screen is left (`repeatOnLifecycle`).
     */
    @OptIn(ExperimentalCoroutinesApi::class)
    public val codes: StateFlow<Codes> =
        combine(state, changes) { state, _ -> state is VaultState.Open }
            .transformLatest { open -> if (open) emitCodes() else emit(NO_CODES) }
            .stateIn(scope, SharingStarted.WhileSubscribed(0, replayExpirationMillis = 0), NO_CODES)

    init {
        scope.launch { look() }
    }

    /** Looks at the vault without opening it. */
    public suspend fun look(): VaultState = work { lookNow() }

    /** Makes a vault that the key of this device opens, and opens it. Then add another way to open it. */
    public suspend fun createWithDeviceKey(confirmation: Confirmation = NOBODY): Unit = work {
        // Before a key is made for nothing.
        vault.outline()?.let { throw CountersignException.VaultExists("there is a vault already") }
        deviceKeys.make(confirmation) { key -> opened { vault.createWithDeviceKey(key).let { null } } }
    }

    /** Makes a vault that a passphrase opens, and opens it. */
    public suspend fun createWithPassphrase(passphrase: CharArray): Unit = work {
        passphrase.lentNormalised { bytes -> opened { vault.createWithPassphrase(bytes).let { null } } }
    }

    /**
     * Opens the vault by the key of this device.
     *
     * @throws KeyLostException it is lost for good; [state] says what else opens the vault.
     */
    public suspend fun openWithDeviceKey(confirmation: Confirmation = NOBODY): Unit = work {
        try {
            deviceKeys.open(confirmation) { key -> opened { vault.openWithDeviceKey(key) } }
        } catch (e: KeyLostException) {
            lookNow(e.loss)
            throw e
        }
    }

    /** Opens the vault by a passphrase. */
    public suspend fun openWithPassphrase(passphrase: CharArray): Unit = work {
        passphrase.lentNormalised { bytes -> opened { vault.openWithPassphrase(bytes) } }
    }

    /** Opens the vault by the recovery key as it was typed. */
    public suspend fun openWithRecoveryKey(typed: CharArray): Unit = work {
        typed.lent { bytes -> opened { vault.openWithRecoveryKey(bytes) } }
    }

    /** Erases from memory all that must not be seen. Call it when the app leaves the screen. */
    public suspend fun lock(): Unit = withContext(NonCancellable + dispatcher) {
        synchronized(vault) {
            vault.lock()
            lookNow()
        }
    }

    /**
     * Puts a vault aside that nothing opens any more, with what its device key left, so that a new one can be
     * made. Nothing is deleted. Ask the user first.
     */
    public suspend fun setAside(): Unit = work {
        deviceKeys.moveTo(vault.setAside())
        lookNow()
    }

    /** Makes a new key for this device, after it was lost or to seal it in another way, and drops the old. */
    public suspend fun renewDeviceKey(confirmation: Confirmation = NOBODY): Unit = work {
        val renewed = deviceKeys.make(confirmation, vault::addDeviceKey)
        val old = vault.slots().filter { it.kind == SlotKind.DEVICE_KEY && it.id != renewed }
        old.forEach { vault.removeSlot(it.id) }
    }

    /** Adds a passphrase that opens the vault. */
    public suspend fun addPassphrase(passphrase: CharArray): SlotId =
        work { passphrase.lentNormalised { bytes -> vault.addPassphrase(bytes) } }

    /** The slots that open the vault. */
    public suspend fun slots(): List<Slot> = work { vault.slots() }

    /** Removes a slot, but not the last that opens the vault. */
    public suspend fun removeSlot(id: SlotId): Unit = work { vault.removeSlot(id) }

    /** Adds a slot for a new recovery key, and reveals it: to be written down, and never to be had again. */
    public suspend fun revealNewRecoveryKey(): String = work { vault.revealNewRecoveryKey() }

    /** Reveals one account for another authenticator, as a text and as a QR code. */
    public suspend fun revealAccount(id: AccountId): Revealed = work { vault.revealAccount(id) }

    /** Reveals all accounts for another authenticator, as Google Authenticator exports them. */
    public suspend fun revealMigration(): RevealedMigration = work { vault.revealMigration() }

    /** Whose account a link would bring, to ask the user before it is followed; nothing where it brings none. It is overwritten. */
    public suspend fun preview(payload: ByteArray): Preview? = work { payload.lent(vault::preview) }

    /** Adds the accounts of a payload in UTF-8, which is overwritten: of one account, or of an export. */
    public suspend fun importText(payload: ByteArray): Imported = work { payload.lent(vault::importText) }

    /** Adds the accounts of the QR codes in a chosen picture, whose bytes are overwritten. */
    public suspend fun importPicture(file: ByteArray): Imported = work { file.lent(vault::importPicture) }

    /** As [EnrollmentSession.frame], for the accounts of an export; nothing where no code is read in it. */
    public fun importFrame(luma: ByteBuffer, width: Int, height: Int, rowStride: Int): Imported? {
        checkNotClosed()
        val imported = lookingIfUncertain {
            luma.inPlace { vault.importFrame(it, width.toUInt(), height.toUInt(), rowStride.toUInt()) }
        }
        return imported?.also { refresh() }
    }

    /** The next code of an account that counts: good for one use, its counter has moved on. */
    public suspend fun nextCode(id: AccountId): String = work { vault.nextCode(id) }

    /** Gives an account another issuer and name. An empty issuer is none. */
    public suspend fun rename(id: AccountId, issuer: String?, name: String): Unit = work { vault.rename(id, issuer, name) }

    /** Removes an account for ever. Ask the user first. */
    public suspend fun remove(id: AccountId): Unit = work { vault.remove(id) }

    /**
     * Measures the device's clock by the `Date` header of any HTTPS answer that came when the clock
     * showed [receivedAt], in seconds since 1970. Codes are corrected by it; gives by how many seconds
     * the clock is behind (negative: ahead) where people should be told.
     */
    public suspend fun measureClock(date: String, receivedAt: Long): Long? = work { vault.measureClock(date, receivedAt.toULong()) }

    /** Begins an enrollment, or takes up the one that was not ended with the same relying party. */
    public suspend fun enroll(relyingParty: RelyingParty? = null): EnrollmentSession =
        work { EnrollmentSession(Enrollment.start(vault, relyingParty), ::save, dispatcher) }

    /** Computes the codes anew, after the device's clock was set (`ACTION_TIME_CHANGED`). */
    public fun refresh() {
        changes.update { it + 1 }
    }

    /** Locks the vault and ends all that this object does. */
    override fun close(): Unit = synchronized(vault) {
        scope.cancel()
        // What stays is a path. It is not freed here, under the feet of a call on another thread.
        vault.lock()
        mutableState.value = VaultState.Unknown
    }

    private suspend fun FlowCollector<Codes>.emitCodes() {
        while (true) {
            val codes = try {
                vault.codesAt(clock.instant().epochSecond.toULong())
            } catch (_: CountersignException.Locked) {
                NO_CODES
            }
            emit(codes)
            val end = codes.askAgainAt ?: awaitCancellation()
            delay(end.toLong() * 1000 - clock.millis())
        }
    }

    /** One piece of work off the caller's thread, after which the codes may be other ones. */
    private suspend fun <T> work(act: suspend () -> T): T = withContext(dispatcher) {
        checkNotClosed()
        try {
            lookingIfUncertain { act() }
        } finally {
            refresh()
        }
    }

    /** Where it is not certain what is on the disk, the vault was locked. */
    private inline fun <T> lookingIfUncertain(act: () -> T): T = try {
        act()
    } catch (e: CountersignException.SaveUncertain) {
        lookNow()
        throw e
    }

    /** Opens the vault and says so, as one step towards [lock]. */
    private fun opened(open: () -> Opened?): Unit = synchronized(vault) {
        checkNotClosed()
        val opened = try {
            open()
        } catch (e: CountersignException) {
            lookNow()
            throw e
        }
        mutableState.value = VaultState.Open(opened?.recovered, opened?.unread?.toInt() ?: 0)
    }

    private fun checkNotClosed() = check(scope.isActive) { "the authenticator was closed" }

    private fun lookNow(loss: DeviceKeyLoss? = null): VaultState = synchronized(vault) {
        if (vault.isOpen() && state.value is VaultState.Open) return state.value
        val looked = try {
            vault.outline()?.let { locked(it, loss) } ?: VaultState.Absent
        } catch (e: CountersignException) {
            VaultState.Unreadable(e)
        }
        looked.also { mutableState.value = it }
    }

    private fun locked(outline: Outline, known: DeviceKeyLoss?): VaultState.Locked {
        val kinds = outline.slots.map(Slot::kind).toSet()
        val loss = if (SlotKind.DEVICE_KEY in kinds) known ?: deviceKeys.loss() else null
        return VaultState.Locked(if (loss == null) kinds else kinds - SlotKind.DEVICE_KEY, loss)
    }

    /** What the flow asks for by its effect: the event to answer it with. */
    private fun save(): Event = lookingIfUncertain {
        try {
            vault.save()
            refresh()
            Event.SAVED
        } catch (e: CountersignException.SaveUncertain) {
            throw e
        } catch (_: CountersignException) {
            Event.SAVE_FAILED
        }
    }

    private companion object {
        val NO_CODES = Codes(emptyList(), null)
        val NOBODY = Confirmation { false }
    }
}
