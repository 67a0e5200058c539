import Countersign
import Foundation

// What to say of each case. None of these has a `default`: a new case stops the build here.

/// Whoever declined to confirm knows it.
func word(of error: AuthenticatorError) -> Word? {
    switch error {
    case .vault(let error): word(of: error)
    case .deviceKeyLost: .deviceKeyGone
    case .notConfirmed: nil
    case .keychain, .mistake: .tryLater
    }
}

func word(of error: CountersignError) -> Word {
    switch error {
    case .CannotOpen, .EmptyPassphrase: .wrong
    case .BadRecoveryKey: .notARecoveryKey
    case .NotEnoughMemory: .noMemory
    case .Damaged, .NotAVault: .damaged
    case .NewerVersion: .newer
    case .NotSaved, .SaveUncertain, .TooLarge: .changeNotSaved
    case .VaultFull: .scanFull
    case .CounterExhausted: .exhausted
    case .Duplicate: .duplicateTitle
    case .BadName, .NameTooLong: .nameRefused
    case .BadPayload: .scanOther
    case .BadPicture: .scanUnreadable
    case .Locked: .lockedTitle
    case .NoVault, .VaultExists, .Busy, .NoSlotOfThisKind, .BadDeviceKey, .BadPath, .NotRead, .NoSuchAccount,
        .NoCounter,
        .NoSuchSlot, .LastSlot, .TooManySlots, .BadFrame, .FlowEnded:
        .tryLater
    }
}

func word(of hint: Hint) -> Word {
    switch hint {
    case .cutOff: .hintCutOff
    case .tooSmall: .hintSmall
    case .tooBright: .hintBright
    case .tooBlurred: .hintBlurred
    }
}

func word(of notice: ScanNotice) -> Word {
    switch notice {
    case .notAnEnrollment(let error):
        switch error {
        case .notOtpauth, .tooLong: .scanOther
        case .unknownType, .unknownAlgorithm: .scanUnsupported
        case .missingSecret, .badSecret, .badDigits, .badTimeStep, .badCounter, .badLabel, .badMigration: .scanFaulty
        }
    case .transfer: .scanTransfer
    case .unsupported: .scanUnsupported
    case .otherRelyingParty: .scanOtherService
    case .severalCodes: .scanSeveral
    case .noCodeInPicture: .scanNoCode
    case .pictureUnreadable: .scanUnreadable
    case .vaultFull: .scanFull
    }
}

func word(of notice: CodeNotice) -> Word {
    switch notice {
    case .enterCodeFirst: .codeFirst
    case .rejected: .codeRejected
    case .unknownDevice: .codeUnknown
    case .signInAgain: .codeSignIn
    case .unreachable: .codeUnreachable
    case .saveFailed: .changeNotSaved
    }
}

extension Texts {
    func say(_ problem: Problem) -> String {
        switch problem {
        case .missing: self(.errorMissing)
        case .badCharacter(let position): self(.errorCharacter, Int64(position))
        case .unprintable: self(.errorUnprintable)
        case .tooLong: self(.errorLong)
        case .notInRange: self(.errorRange)
        case .unknown: self(.errorUnknown)
        }
    }

    /// Nothing where what was to be waited for is over.
    func say(_ notice: NumberNotice, at now: Date) -> String? {
        switch notice {
        case .notANumber: self(.numberWrong)
        case .cannotReceive: self(.numberNoSms)
        case .wait(let until): sayWait(until, at: now)
        case .signInAgain: self(.codeSignIn)
        case .unreachable: self(.smsUnreachable)
        }
    }

    /// As of a number; a PIN has so many digits.
    func say(_ notice: PinNotice, length: UInt8, at now: Date) -> String? {
        switch notice {
        case .sentAgain: self(.pinSentAgain)
        case .notAPin: self(.pinLength, Int64(length))
        case .noPinInMessage: self(.pinNotFound)
        case .wrong(let attemptsLeft): self(.pinWrong, Int64(attemptsLeft))
        case .expired: self(.pinExpired)
        case .usedUp: self(.pinUsedUp)
        case .wait(let until): sayWait(until, at: now)
        case .signInAgain: self(.codeSignIn)
        case .unreachable: self(.smsUnreachable)
        }
    }

    /// In begun minutes: who listens is not to hear each second.
    private func sayWait(_ until: UInt64, at now: Date) -> String? {
        let seconds = secondsUntil(until, at: now)
        return seconds == 0 ? nil : self(.smsWait, self(.minutes, (seconds + 59) / 60))
    }

    /// How wrong the clock is.
    func sayClock(behind: Int64) -> String {
        self(behind > 0 ? .clockSlow : .clockFast, sayLong(Int64(behind.magnitude)))
    }

    /// In minutes from two on.
    func sayLong(_ seconds: Int64) -> String {
        seconds < 120 ? self(.seconds, seconds) : self(.minutes, (seconds + 30) / 60)
    }
}

/// A second that has begun counts.
func secondsUntil(_ then: UInt64, at now: Date) -> Int64 {
    Int64(max(0, Double(then) - now.timeIntervalSince1970).rounded(.up))
}
