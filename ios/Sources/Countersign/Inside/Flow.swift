import Foundation

/// The flow with what is done for it by itself: saving. Frames come on the camera's thread, all else on the vault's.
final class Flow: @unchecked Sendable {
    let enrollment: Enrollment
    let core: Core
    private let lock = NSLock()
    /// Of its own: the main actor is not to wait for a save.
    private let closing = NSLock()
    private var turn = 0
    private var closed = false

    /// Where a step has led to, and as which.
    struct Settled: Sendable {
        let turn: Int
        let outcome: Result<View, AuthenticatorError>
        let effects: [ShellEffect]
        let saves: Bool
    }

    init(_ enrollment: Enrollment, _ core: Core) {
        self.enrollment = enrollment
        self.core = core
    }

    func checkOpen() throws(AuthenticatorError) {
        if closing.withLock({ closed }) { throw .vault(.FlowEnded(message: "the session was closed")) }
    }

    func close() {
        closing.withLock { closed = true }
    }

    /// Carries out what is ours until nothing is left to do.
    func settle(_ first: Step) -> Settled {
        lock.withLock {
            var (theirs, saves): ([ShellEffect], Bool) = ([], false)
            let outcome = Result { () throws(AuthenticatorError) in
                try typed {
                    var next: Step? = first
                    while let step = next {
                        next = nil
                        for effect in step.effects {
                            switch effect {
                            case .save:
                                saves = true
                                next = try enrollment.on(event: save())
                            case .requestCamera: theirs.append(.requestCamera)
                            case .openSettings: theirs.append(.openSettings)
                            case .startCamera: theirs.append(.startCamera)
                            case .stopCamera: theirs.append(.stopCamera)
                            case .ask(let request): theirs.append(.ask(request))
                            case .close: theirs.append(.close)
                            }
                        }
                    }
                    // Not the step's: another event may have come between the reading of a frame and this.
                    return try enrollment.view()
                }
            }
            turn += 1
            // The camera stops also where the save was in doubt.
            return Settled(turn: turn, outcome: outcome, effects: theirs, saves: saves)
        }
    }

    private func save() throws -> Event {
        do {
            try core.vault.save()
            return .saved
        } catch CountersignError.SaveUncertain(let message) {
            throw CountersignError.SaveUncertain(message: message)
        } catch is CountersignError {
            return .saveFailed
        }
    }
}
