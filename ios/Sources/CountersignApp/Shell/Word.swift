import Foundation

/// What the app says. The texts are in `Localizable.xcstrings`, by the same names as Android's.
enum Word: String, CaseIterable, Sendable {
    case cancel, back, done, save, more, goOn, verifyTitle, verifyText, scanQr, noCamera, paste, nothingToPaste
    case notSaved, cameraTitle, cameraText, cameraDenied, openSettings, enterValues, scanText, hintCutOff
    case hintSmall, hintBright, hintBlurred, scanOther, scanFaulty, scanTransfer, scanUnsupported
    case scanOtherService, scanSeveral, scanNoCode, scanUnreadable, scanFull, torchOn, torchOff, choosePicture
    case cameraPicture, manualText, fieldName, fieldNameHelp, fieldKey, fieldKeyHelp, advanced, fieldIssuer
    case fieldKind, kindTime, kindCounter, kindSteam, fieldAlgorithm, fieldDigits, fieldPeriod, fieldCounter
    case errorMissing, errorCharacter, errorUnprintable, errorLong, errorRange, errorUnknown, duplicateTitle
    case duplicateSame, duplicateOther, replace, keepBoth, codeTitle, codeText, assumed, shortKey, codeFirst
    case codeRejected, codeUnknown, codeSignIn, codeUnreachable, clockSlow, clockFast, seconds, minutes, nextCode
    case codeIs, copy, copied, confirmingTitle, confirmingText, registeredTitle, registeredText, cancelledTitle
    case cancelledText, signIn, userName, password, signInRefused, codes, search, clear, emptyTitle, emptyText
    case nothingFound, pending, unsupported, rename, remove, removeTitle, removeText, makeCode, hidden, showCode
    case endsSoon, lock, hideCodes, lockedTitle, lockedText, unlock, passphrase, recoveryKey, openDevice, ways
    case waysText, setPassphrase, newRecoveryKey, recoveryText, wrong, notARecoveryKey, deviceKeyGone, damaged
    case newer, tryLater, noMemory, changeNotSaved, exhausted, nameRefused, recovered, unread, unlockReason
    case registerTitle, registerText, register, nothingOpens, startAnew, startAnewText, unreadableTitle, tryAgain
    case passphraseAgain, passphrasesDiffer, passphraseSet
    case smsInstead, smsUnreachable, smsWait, numberTitle, numberText, numberField, numberHelp, numberWrong
    case numberNoSms, numberSend, pinTitle, pinText, pinField, pinLength, pinCheck, pinAgain, pinAgainIn
    case pinSentAgain, pinNotFound, pinWrong, pinExpired, pinUsedUp, numberConfirmed, numberConfirmedText

    /// Its name in the catalogue: `scan_qr`.
    var key: String {
        rawValue.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}

/// The texts in the language of the user.
struct Texts: Sendable {
    /// The text of a key of the catalogue.
    let text: @Sendable (String) -> String

    /// What Xcode compiled out of the catalogue.
    static let ofThisApp = Self { Bundle.module.localizedString(forKey: $0, value: nil, table: nil) }

    /// A text, with what belongs in it: a name as one piece, whichever way it is written, and numbers as people write them.
    func callAsFunction(_ word: Word, _ arguments: any Sendable...) -> String {
        var said = text(word.key)
        for (index, argument) in arguments.enumerated() {
            let place = "%\(index + 1)$"
            if let number = argument as? Int64 {
                said = said.replacingOccurrences(of: place + "lld", with: number.formatted(.number.grouping(.never)))
            } else {
                said = said.replacingOccurrences(of: place + "@", with: "\u{2068}\(argument)\u{2069}")
            }
        }
        return said
    }
}
