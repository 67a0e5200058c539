import Foundation

#if canImport(FoundationNetworking)
@preconcurrency import Dispatch
#endif

/// The vault and its device keys, with a thread of their own, since a call may take as long as a password hash, a slow
/// disk, or the system's question for a face.
///
/// What changes in here changes on that thread only.
final class Core: @unchecked Sendable {
    let vault: Vault
    let keys: DeviceKeys
    private let queue = DispatchQueue(label: "io.countersign.vault", qos: .userInitiated)
    private var opened: Opened?
    private var loss: DeviceKeyLoss?
    private var turn = 0

    /// What became of a piece of work, and the state of the vault after it.
    struct Done<T: Sendable>: Sendable {
        let turn: Int
        let outcome: Result<T, AuthenticatorError>
        let state: VaultState
    }

    init(file: URL, keys: any DeviceKeyStore) {
        vault = Vault(path: file.path)
        self.keys = DeviceKeys(store: keys)
    }

    func run<T: Sendable>(_ act: @escaping @Sendable (Core) throws -> T) async -> Done<T> {
        await withCheckedContinuation { continuation in
            queue.async {
                let outcome = Result { () throws(AuthenticatorError) in try typed { try act(self) } }
                if case .failure(.deviceKeyLost(let loss)) = outcome { self.loss = loss }
                self.turn += 1
                continuation.resume(returning: Done(turn: self.turn, outcome: outcome, state: self.state()))
            }
        }
    }

    /// Opens the vault, and keeps what there is to be told of it.
    func opening(_ open: () throws -> Opened) throws {
        opened = try open()
        loss = nil
    }

    /// Makes a vault, of which there is nothing to be told.
    func making(_ make: () throws -> Void) throws {
        try make()
        opened = Opened(recovered: nil, unread: 0)
        loss = nil
    }

    private func state() -> VaultState {
        if let opened, vault.isOpen() { return .open(recovered: opened.recovered, unread: Int(opened.unread)) }
        opened = nil
        do {
            guard let outline = try vault.outline() else { return .absent }
            let kinds = Set(outline.slots.map(\.kind))
            let loss = kinds.contains(.deviceKey) ? loss ?? keys.loss() : nil
            return .locked(ways: loss == nil ? kinds : kinds.subtracting([.deviceKey]), deviceKeyLoss: loss)
        } catch let error as CountersignError {
            return .unreadable(error)
        } catch {
            return .unreadable(.NotRead(message: "the vault could not be read"))
        }
    }
}

/// The device's clock; a test has another.
package protocol DeviceClock: Sendable {
    var now: Date { get }

    func sleep(until end: Date) async throws
}

struct SystemClock: DeviceClock {
    var now: Date { Date() }

    func sleep(until end: Date) async throws {
        // A `Duration` of more than some centuries is too long.
        let seconds = min(end.timeIntervalSince(now), 86_400)
        // By this clock the time goes on while the device sleeps.
        if seconds > 0 { try await Task.sleep(for: .seconds(seconds), clock: .continuous) }
    }
}

/// Whatever was thrown, as what an app is told.
func typed<T>(_ act: () throws -> T) throws(AuthenticatorError) -> T {
    do {
        return try act()
    } catch let error as AuthenticatorError {
        throw error
    } catch let error as CountersignError {
        throw .vault(error)
    } catch {
        throw .mistake
    }
}

extension Date {
    /// Whole seconds since 1970; before that there are no codes.
    var unixTime: UInt64 { UInt64(max(0, timeIntervalSince1970)) }
}

extension String {
    /// Hands over what was typed as UTF-8, in bytes that are overwritten afterwards.
    func lent<T>(_ use: (Data) throws -> T) rethrows -> T {
        var bytes = Data(utf8)
        // In place: nobody else has them.
        defer { bytes.resetBytes(in: bytes.startIndex..<bytes.endIndex) }
        return try use(bytes)
    }

    /// As `lent`, in the one normal form (NFC) in which a passphrase opens the same vault from every keyboard.
    func lentNormalised<T>(_ use: (Data) throws -> T) rethrows -> T {
        try precomposedStringWithCanonicalMapping.lent(use)
    }
}

extension UnsafeRawBufferPointer {
    /// The same bytes where they lie, for the time of one call.
    var inPlace: Data {
        guard let baseAddress else { return Data() }
        return Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: baseAddress), count: count, deallocator: .none)
    }
}
