import Foundation
import Observation

/// What is to be known of a vault before anything can be shown.
public enum VaultState: Equatable, Sendable {
    /// It has not been looked at yet.
    case unknown
    /// There is none: make one.
    case absent
    /// It is there, and one of `ways` opens it. Where the key of this device is lost it is not among them, and
    /// `deviceKeyLoss` says why: open by another way, then call ``Authenticator/renewDeviceKey()``.
    case locked(ways: Set<SlotKind>, deviceKeyLoss: DeviceKeyLoss?)
    /// It is open. `recovered`: the last change is lost, tell the user. `unread`: accounts kept for a newer app.
    case open(recovered: Recovered?, unread: Int)
    /// It cannot be read at all; the error says what can be done.
    case unreadable(CountersignError)
}

/// What went wrong, by what somebody can do about it. Words for people are the app's, chosen by the case.
public enum AuthenticatorError: Error, Equatable, Sendable {
    /// The library says what; its message is English and for logs.
    case vault(CountersignError)
    /// The device key is gone for good. Nothing else is: open the vault by another slot.
    case deviceKeyLost(DeviceKeyLoss)
    /// The user has to confirm the use of the device key, and declined or could not be asked: ask again.
    case notConfirmed
    /// The keychain does not answer, by this `OSStatus`; it may do so later.
    case keychain(status: Int32)
    /// A mistake in the library, which has locked the vault: open it again.
    case mistake
}

/// Why the key of this device opens its vault no more. Another slot does, and then a new key can be made.
public enum DeviceKeyLoss: Equatable, Sendable {
    /// It is not here: the app was restored from a backup onto another phone, or the keychain was emptied.
    case missing
    /// The system made it useless, since a face or a finger was added where that was asked for, or the passcode went.
    case invalidated
    /// What is here opens another vault.
    case unfit
}

/// How the user confirms each use of the device key.
public enum KeyConfirmation: Sendable {
    /// Not at all: an unlocked device is enough.
    case none
    /// By a face, a finger or the passcode. The device has to have a passcode.
    case userPresence
    /// By a face or a finger that was enrolled when the key was made. A newly enrolled one makes the key useless; the vault
    /// then opens by another slot, so there has to be one.
    case currentBiometry
}

/// The accounts of one person, their codes, and the way to a new account.
///
/// What waits is `async`, may be called from the main actor and is done elsewhere, one call after the other. Every change
/// is on the disk when its call returns. What is typed comes in as a `String`, which nobody can overwrite: let a field
/// forget its text when the call is made. The copies made here are overwritten.
@MainActor @Observable
public final class Authenticator {
    /// Whether there is a vault, what opens it, whether it is open.
    public private(set) var state: VaultState = .unknown

    /// All accounts with their codes, while ``followCodes()`` runs and the vault is open; else none.
    public private(set) var codes = Codes(entries: [], askAgainAt: nil)

    private let core: Core
    private let clock: any DeviceClock
    @ObservationIgnored private var shownTurn = 0
    @ObservationIgnored private var changes = 0
    @ObservationIgnored private var followers = 0
    @ObservationIgnored private var napNumber = 0
    @ObservationIgnored private var naps: [Int: Task<Void, Never>] = [:]

    /// The vault in this file, in a folder of the app alone, whose device key lies in the keychain.
    ///
    /// Keys are told apart by the name of the file, which therefore no two vaults of one app have in common. `confirmation`
    /// holds for keys that are made from now on; ``renewDeviceKey()`` brings an older one up to it.
    public convenience init(file: URL, confirmation: KeyConfirmation = .none) {
        let service = Keychain.service(ofVault: file.lastPathComponent)
        let keychain = Keychain(service: service, confirmation: confirmation)
        self.init(file: file, keys: keychain, clock: SystemClock())
    }

    /// Within this package only, so that no app can keep its key in anything but the keychain.
    package init(file: URL, keys: any DeviceKeyStore, clock: any DeviceClock) {
        core = Core(file: file, keys: keys)
        self.clock = clock
    }

    /// Looks at the vault without opening it.
    @discardableResult
    public func look() async -> VaultState {
        show(await core.run { _ in })
        return state
    }

    /// Makes a vault that the key of this device opens, and opens it. Then add another way to open it.
    public func createWithDeviceKey() async throws(AuthenticatorError) {
        try await work { core in
            // Before a key is made for nothing.
            if try core.vault.outline() != nil { throw CountersignError.VaultExists(message: "there is a vault") }
            try core.keys.make { key in try core.making { try core.vault.createWithDeviceKey(key: key) } }
        }
    }

    /// Makes a vault that a passphrase opens, and opens it.
    public func createWithPassphrase(_ passphrase: String) async throws(AuthenticatorError) {
        try await work { core in
            try passphrase.lentNormalised { bytes in
                try core.making { try core.vault.createWithPassphrase(passphrase: bytes) }
            }
        }
    }

    /// Opens the vault by the key of this device. The system asks for a face, a finger or the passcode where the key was made
    /// so (``KeyConfirmation``), and says `reason` with it.
    public func openWithDeviceKey(reason: String = "") async throws(AuthenticatorError) {
        try await work { core in
            try core.keys.open(reason: reason) { key in
                try core.opening { try core.vault.openWithDeviceKey(key: key) }
            }
        }
    }

    /// Opens the vault by a passphrase.
    public func openWithPassphrase(_ passphrase: String) async throws(AuthenticatorError) {
        try await work { core in
            try passphrase.lentNormalised { bytes in
                try core.opening { try core.vault.openWithPassphrase(passphrase: bytes) }
            }
        }
    }

    /// Opens the vault by the recovery key as it was typed.
    public func openWithRecoveryKey(_ typed: String) async throws(AuthenticatorError) {
        try await work { core in
            try typed.lent { bytes in try core.opening { try core.vault.openWithRecoveryKey(typed: bytes) } }
        }
    }

    /// Erases from memory all that must not be seen. Call it when the app leaves the screen.
    public func lock() async {
        show(await core.run { $0.vault.lock() })
        changed()
    }

    /// Puts a vault aside that nothing opens any more, with what is left of its device key, so that a new one can be made.
    /// Nothing is deleted: its file gets another name in the same folder. Ask the user first.
    public func setAside() async throws(AuthenticatorError) {
        try await work { core in try core.keys.store.moveAll(toVault: core.vault.setAside()) }
    }

    /// Makes a new key for this device, after it was lost or to keep it in another way, and drops the old.
    public func renewDeviceKey() async throws(AuthenticatorError) {
        try await work { core in
            let renewed = try core.keys.make { try core.vault.addDeviceKey(key: $0) }
            for slot in try core.vault.slots() where slot.kind == .deviceKey && slot.id != renewed {
                try core.vault.removeSlot(id: slot.id)
            }
        }
    }

    /// Adds a passphrase that opens the vault.
    @discardableResult
    public func addPassphrase(_ passphrase: String) async throws(AuthenticatorError) -> SlotId {
        try await work { core in try passphrase.lentNormalised { try core.vault.addPassphrase(passphrase: $0) } }
    }

    /// The slots that open the vault.
    public func slots() async throws(AuthenticatorError) -> [Slot] {
        try await work { try $0.vault.slots() }
    }

    /// Removes a slot, but not the last that opens the vault.
    public func removeSlot(_ id: SlotId) async throws(AuthenticatorError) {
        try await work { try $0.vault.removeSlot(id: id) }
    }

    /// Adds a slot for a new recovery key, and reveals it: to be written down, and never to be had again.
    public func revealNewRecoveryKey() async throws(AuthenticatorError) -> String {
        try await work { try $0.vault.revealNewRecoveryKey() }
    }

    /// Reveals one account for another authenticator, as a text and as a QR code.
    public func revealAccount(_ id: AccountId) async throws(AuthenticatorError) -> Revealed {
        try await work { try $0.vault.revealAccount(id: id) }
    }

    /// Reveals all accounts for another authenticator, as Google Authenticator exports them.
    public func revealMigration() async throws(AuthenticatorError) -> RevealedMigration {
        try await work { try $0.vault.revealMigration() }
    }

    /// Adds the accounts of a payload: of one account, or of an export.
    public func importText(_ payload: String) async throws(AuthenticatorError) -> Imported {
        try await work { core in try payload.lent { try core.vault.importText(payload: $0) } }
    }

    /// Adds the accounts of the QR codes in a chosen picture: a PNG, JPEG or WebP file.
    public func importPicture(_ file: Data) async throws(AuthenticatorError) -> Imported {
        try await work { try $0.vault.importPicture(file: file) }
    }

    /// As ``EnrollmentSession/frame(_:width:height:rowStride:)``, for the accounts of an export; nothing where no code is
    /// read in it.
    public nonisolated func importFrame(
        _ luma: UnsafeRawBufferPointer, width: Int, height: Int, rowStride: Int
    ) throws(AuthenticatorError) -> Imported? {
        let imported = try typed {
            try core.vault.importFrame(
                luma: luma.inPlace, width: .init(clamping: width), height: .init(clamping: height),
                rowStride: .init(clamping: rowStride))
        }
        if imported != nil { Task { await refresh() } }
        return imported
    }

    /// The next code of an account that counts: good for one use, its counter has moved on.
    public func nextCode(_ id: AccountId) async throws(AuthenticatorError) -> String {
        try await work { try $0.vault.nextCode(id: id) }
    }

    /// Gives an account another issuer and name. An empty issuer is none.
    public func rename(_ id: AccountId, issuer: String?, name: String) async throws(AuthenticatorError) {
        try await work { try $0.vault.rename(id: id, issuer: issuer, name: name) }
    }

    /// Removes an account for ever. Ask the user first.
    public func remove(_ id: AccountId) async throws(AuthenticatorError) {
        try await work { try $0.vault.remove(id: id) }
    }

    /// Measures the device's clock by the `Date` header of any HTTPS answer that came at `receivedAt`. Codes are corrected
    /// by it; gives by how many seconds the clock is behind (negative: ahead) where people should be told, from five on.
    @discardableResult
    public func measureClock(date: String, receivedAt: Date) async throws(AuthenticatorError) -> Int64? {
        try await work { try $0.vault.measureClock(date: date, receivedAt: receivedAt.unixTime) }
    }

    /// Whose account a link would bring, to ask the user before it is followed; nothing where it brings none. The vault may
    /// be locked.
    public func preview(_ payload: String) async throws(AuthenticatorError) -> Preview? {
        try await work { core in payload.lent { core.vault.preview(payload: $0) } }
    }

    /// Begins an enrollment, or takes up the one that was not ended with the same relying party.
    public func enroll(with relyingParty: RelyingParty? = nil) async throws(AuthenticatorError) -> EnrollmentSession {
        let (flow, view, takenUp) = try await work { core in
            let enrollment = try Enrollment.start(vault: core.vault, relyingParty: relyingParty)
            return (Flow(enrollment, core), try enrollment.view(), try enrollment.isTakenUp())
        }
        return EnrollmentSession(flow, view, takenUp: takenUp) { [weak self] in
            await self?.look()
            self?.refresh()
        }
    }

    /// All accounts with their codes as they are now, for who does not stay to see the next.
    public func codesNow() async throws(AuthenticatorError) -> Codes {
        let now = clock.now
        return try await work { try $0.vault.codesAt(unixTime: now.unixTime) }
    }

    /// Computes the codes anew, after the device's clock was set (`NSSystemClockDidChange`) or the device slept.
    public func refresh() { changed() }

    /// Keeps ``codes`` current until its task is cancelled: new ones at the moment at which the first of the old ends, and
    /// after each change. What was shown is then dropped. In SwiftUI: `.task { await authenticator.followCodes() }`.
    public func followCodes() async {
        followers += 1
        while !Task.isCancelled {
            let (seen, now) = (changes, clock.now)
            let done = await core.run { core in try core.vault.codesAt(unixTime: now.unixTime) }
            show(done)
            let fresh = (try? done.outcome.get()) ?? Codes(entries: [], askAgainAt: nil)
            if fresh != codes { codes = fresh }
            if seen == changes { await nap(until: fresh.askAgainAt.map { Date(timeIntervalSince1970: Double($0)) }) }
        }
        followers -= 1
        if followers == 0 { codes = Codes(entries: [], askAgainAt: nil) }
    }

    /// Until then, a change or the end of the task, whichever is first.
    private func nap(until end: Date?) async {
        let nap = Task { [clock] () -> Void in try? await clock.sleep(until: end ?? .distantFuture) }
        napNumber += 1
        let number = napNumber
        naps[number] = nap
        await withTaskCancellationHandler {
            await nap.value
        } onCancel: {
            nap.cancel()
        }
        naps[number] = nil
    }

    private func changed() {
        changes += 1
        for nap in naps.values { nap.cancel() }
    }

    private func work<T: Sendable>(
        _ act: @escaping @Sendable (Core) throws -> T
    ) async throws(AuthenticatorError) -> T {
        let done = await core.run(act)
        show(done)
        changed()
        return try done.outcome.get()
    }

    /// The state after the last piece of work that was done, in whatever order the answers come.
    private func show<T>(_ done: Core.Done<T>) {
        guard done.turn > shownTurn else { return }
        shownTurn = done.turn
        if state != done.state { state = done.state }
    }
}
