package io.countersign.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf

/** What the app says, in the language of its user: `app/src/main/res/values…/strings.xml`, by its names there. */
fun interface Dictionary {
    fun text(word: Word): String
}

val LocalDictionary = staticCompositionLocalOf<Dictionary> { error("nobody has given a dictionary") }

/** A text, with what belongs in it. */
@Composable
@ReadOnlyComposable
fun say(word: Word, vararg arguments: Any): String = LocalDictionary.current.say(word, *arguments)

/** A name stands in a text as one piece, whichever way each of them is written. */
fun Dictionary.say(word: Word, vararg arguments: Any): String {
    val apart = arguments.map { if (it is String) "\u2068$it\u2069" else it }
    return if (apart.isEmpty()) text(word) else text(word).format(*apart.toTypedArray())
}

@Suppress("ktlint:standard:enum-entry-name-case", "EnumEntryName")
enum class Word {
    cancel, back, done, save, more, go_on, verify_title, verify_text, scan_qr, no_camera, paste, nothing_to_paste,
    not_saved, camera_title, camera_text, camera_denied, open_settings, enter_values, scan_text, hint_cut_off,
    hint_small, hint_bright, hint_blurred, scan_other, scan_faulty, scan_transfer, scan_unsupported, scan_other_service,
    scan_several, scan_no_code, scan_unreadable, scan_full, torch_on, torch_off, choose_picture, camera_picture,
    manual_text, field_name, field_name_help, field_key, field_key_help, advanced, field_issuer, field_kind, kind_time,
    kind_counter, kind_steam, field_algorithm, field_digits, field_period, field_counter, error_missing,
    error_character, error_unprintable, error_long, error_range, error_unknown, duplicate_title, duplicate_same,
    duplicate_other, replace, keep_both, code_title, code_text, assumed, short_key, code_first, code_rejected,
    code_unknown, code_sign_in, code_unreachable, clock_slow, clock_fast, seconds, minutes, next_code, code_is, copy,
    copied, confirming_title, confirming_text, registered_title, registered_text, cancelled_title, cancelled_text,
    sign_in, user_name, password, sign_in_refused, codes, search, clear, empty_title, empty_text, nothing_found,
    pending, unsupported, rename, remove, remove_title, remove_text, make_code, hidden, show_code, ends_soon, lock,
    hide_codes, locked_title, locked_text, unlock, passphrase, recovery_key, open_device, ways, ways_text,
    set_passphrase, new_recovery_key, recovery_text, wrong, not_a_recovery_key, device_key_gone, damaged, newer,
    try_later, no_memory, change_not_saved, exhausted, name_refused, recovered, unread, unlock_reason, register_title,
    register_text, register, nothing_opens, start_anew, start_anew_text, unreadable_title, try_again, passphrase_again,
    passphrases_differ, passphrase_set, sms_instead, sms_unreachable, sms_wait, number_title, number_text, number_field,
    number_help, number_wrong, number_no_sms, number_send, pin_title, pin_text, pin_field, pin_length, pin_check,
    pin_again, pin_again_in, pin_sent_again, pin_not_found, pin_wrong, pin_expired, pin_used_up, number_confirmed,
    number_confirmed_text,
}
