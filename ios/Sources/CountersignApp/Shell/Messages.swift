import Countersign

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

    /// How wrong the clock is, in minutes from two on.
    func sayClock(behind: Int64) -> String {
        let seconds = Int64(behind.magnitude)
        let long = seconds < 120 ? self(.seconds, seconds) : self(.minutes, (seconds + 30) / 60)
        return self(behind > 0 ? .clockSlow : .clockFast, long)
    }
}
