package io.countersign.ui

import io.countersign.core.CodeNotice
import io.countersign.core.ConfirmationNeededException
import io.countersign.core.CountersignException
import io.countersign.core.Hint
import io.countersign.core.KeyLostException
import io.countersign.core.NumberNotice
import io.countersign.core.PayloadError
import io.countersign.core.PinNotice
import io.countersign.core.Problem
import io.countersign.core.ScanNotice
import java.security.GeneralSecurityException
import kotlin.math.absoluteValue

/** What to say of each case. None has an `else`: a new case stops the build here. */
fun wordOf(error: CountersignException): Word = when (error) {
    is CountersignException.CannotOpen, is CountersignException.EmptyPassphrase -> Word.wrong
    is CountersignException.BadRecoveryKey -> Word.not_a_recovery_key
    is CountersignException.NotEnoughMemory -> Word.no_memory
    is CountersignException.Damaged, is CountersignException.NotAVault -> Word.damaged
    is CountersignException.NewerVersion -> Word.newer
    is CountersignException.NotSaved, is CountersignException.SaveUncertain, is CountersignException.TooLarge ->
        Word.change_not_saved
    is CountersignException.VaultFull -> Word.scan_full
    is CountersignException.CounterExhausted -> Word.exhausted
    is CountersignException.Duplicate -> Word.duplicate_title
    is CountersignException.BadName, is CountersignException.NameTooLong -> Word.name_refused
    is CountersignException.BadPayload -> Word.scan_other
    is CountersignException.BadPicture -> Word.scan_unreadable
    is CountersignException.Locked -> Word.locked_title
    is CountersignException.NoVault, is CountersignException.VaultExists, is CountersignException.Busy,
    is CountersignException.NoSlotOfThisKind, is CountersignException.BadDeviceKey, is CountersignException.BadPath,
    is CountersignException.NotRead, is CountersignException.NoSuchAccount, is CountersignException.NoCounter,
    is CountersignException.NoSuchSlot, is CountersignException.LastSlot, is CountersignException.TooManySlots,
    is CountersignException.BadFrame, is CountersignException.FlowEnded,
    -> Word.try_later
}

/** Whoever declined to confirm knows it. */
fun wordOf(error: GeneralSecurityException): Word? = when (error) {
    is ConfirmationNeededException -> null
    is KeyLostException -> Word.device_key_gone
    else -> Word.try_later
}

fun wordOf(hint: Hint): Word = when (hint) {
    Hint.CUT_OFF -> Word.hint_cut_off
    Hint.TOO_SMALL -> Word.hint_small
    Hint.TOO_BRIGHT -> Word.hint_bright
    Hint.TOO_BLURRED -> Word.hint_blurred
}

fun wordOf(notice: ScanNotice): Word = when (notice) {
    is ScanNotice.NotAnEnrollment -> when (notice.error) {
        PayloadError.NOT_OTPAUTH, PayloadError.TOO_LONG -> Word.scan_other
        PayloadError.UNKNOWN_TYPE, PayloadError.UNKNOWN_ALGORITHM -> Word.scan_unsupported
        PayloadError.MISSING_SECRET, PayloadError.BAD_SECRET, PayloadError.BAD_DIGITS, PayloadError.BAD_TIME_STEP,
        PayloadError.BAD_COUNTER, PayloadError.BAD_LABEL, PayloadError.BAD_MIGRATION,
        -> Word.scan_faulty
    }
    ScanNotice.Transfer -> Word.scan_transfer
    ScanNotice.Unsupported -> Word.scan_unsupported
    ScanNotice.OtherRelyingParty -> Word.scan_other_service
    ScanNotice.SeveralCodes -> Word.scan_several
    ScanNotice.NoCodeInPicture -> Word.scan_no_code
    ScanNotice.PictureUnreadable -> Word.scan_unreadable
    ScanNotice.VaultFull -> Word.scan_full
}

fun wordOf(notice: CodeNotice): Word = when (notice) {
    CodeNotice.ENTER_CODE_FIRST -> Word.code_first
    CodeNotice.REJECTED -> Word.code_rejected
    CodeNotice.UNKNOWN_DEVICE -> Word.code_unknown
    CodeNotice.SIGN_IN_AGAIN -> Word.code_sign_in
    CodeNotice.UNREACHABLE -> Word.code_unreachable
    CodeNotice.SAVE_FAILED -> Word.change_not_saved
}

/** Nothing where what was to be waited for is over. */
fun Dictionary.say(notice: NumberNotice, now: Long): String? = when (notice) {
    NumberNotice.NotANumber -> say(Word.number_wrong)
    NumberNotice.CannotReceive -> say(Word.number_no_sms)
    is NumberNotice.Wait -> sayWait(notice.until, now)
    NumberNotice.SignInAgain -> say(Word.code_sign_in)
    NumberNotice.Unreachable -> say(Word.sms_unreachable)
}

/** As of a number; a PIN has [length] digits. */
fun Dictionary.say(notice: PinNotice, length: Int, now: Long): String? = when (notice) {
    PinNotice.SentAgain -> say(Word.pin_sent_again)
    PinNotice.NotAPin -> say(Word.pin_length, length)
    PinNotice.NoPinInMessage -> say(Word.pin_not_found)
    is PinNotice.Wrong -> say(Word.pin_wrong, notice.attemptsLeft.toInt())
    PinNotice.Expired -> say(Word.pin_expired)
    PinNotice.UsedUp -> say(Word.pin_used_up)
    is PinNotice.Wait -> sayWait(notice.until, now)
    PinNotice.SignInAgain -> say(Word.code_sign_in)
    PinNotice.Unreachable -> say(Word.sms_unreachable)
}

/** In begun minutes: who listens is not to hear each second. */
private fun Dictionary.sayWait(until: ULong, now: Long): String? {
    val seconds = secondsUntil(until, now)
    return if (seconds == 0L) null else say(Word.sms_wait, say(Word.minutes, (seconds + 59) / 60))
}

/** From [now] in milliseconds; a second that has begun counts. */
fun secondsUntil(then: ULong, now: Long): Long = ((then.toLong() * 1000 - now + 999) / 1000).coerceAtLeast(0)

fun Dictionary.say(problem: Problem): String = when (problem) {
    Problem.Missing -> say(Word.error_missing)
    is Problem.BadCharacter -> say(Word.error_character, problem.position.toInt())
    Problem.Unprintable -> say(Word.error_unprintable)
    Problem.TooLong -> say(Word.error_long)
    Problem.NotInRange -> say(Word.error_range)
    Problem.Unknown -> say(Word.error_unknown)
}

/** How wrong the clock is. */
fun Dictionary.sayClock(behind: Long): String = say(if (behind > 0) Word.clock_slow else Word.clock_fast, sayLong(behind.absoluteValue))

/** In minutes from two on. */
fun Dictionary.sayLong(seconds: Long): String = if (seconds < 120) say(Word.seconds, seconds) else say(Word.minutes, (seconds + 30) / 60)
