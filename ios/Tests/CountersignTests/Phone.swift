import Countersign
import Foundation

/// A phone: a private folder, a place for keys, and a clock that stands still until it is moved.
@MainActor
final class Phone {
    let folder: URL
    let file: URL
    let keys: FileKeys
    let clock = StoppedClock(at: 1_741_011_290)

    init() throws {
        let temporary = FileManager.default.temporaryDirectory
        folder = temporary.appendingPathComponent("countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("vault")
        keys = FileKeys(folder: folder.appendingPathComponent("keys"))
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The app, started anew on this phone.
    func app() -> Authenticator { Authenticator(file: file, keys: keys, clock: clock) }

    /// While it is, nothing can be saved: a folder that is not empty lies where the next generation is written.
    func fillDisk(_ full: Bool) throws {
        let inTheWay = URL(fileURLWithPath: file.path + ".tmp")
        if full {
            let stone = inTheWay.appendingPathComponent("stone")
            try FileManager.default.createDirectory(at: stone, withIntermediateDirectories: true)
        } else {
            try FileManager.default.removeItem(at: inTheWay)
        }
    }

    /// What the app shows when the clock is at `time`.
    func entries(of app: Authenticator, at time: Int64) async throws -> [Entry] {
        clock.move(to: Double(time))
        app.refresh()
        let looking = Task { await app.followCodes() }
        try await eventually { !app.codes.entries.isEmpty }
        let entries = app.codes.entries
        looking.cancel()
        await looking.value
        return entries
    }
}

/// Keys that lie in files. It plays the keychain's part where no keychain is, and is within reach of tests only.
final class FileKeys: DeviceKeyStore {
    let folder: URL

    init(folder: URL) {
        self.folder = folder
    }

    func names() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    func add(_ key: Data, name: String) throws(AuthenticatorError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try key.write(to: folder.appendingPathComponent(name), options: .withoutOverwriting)
        } catch {
            throw .keychain(status: -1)
        }
    }

    func key(named name: String, reason: String) -> Data? {
        try? Data(contentsOf: folder.appendingPathComponent(name))
    }

    func moveAll(toVault name: String) throws(AuthenticatorError) {
        let other = folder.deletingLastPathComponent().appendingPathComponent("keys of \(name)")
        do {
            if !names().isEmpty { try FileManager.default.moveItem(at: folder, to: other) }
        } catch {
            throw .keychain(status: -1)
        }
    }

    func remove(_ name: String) {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
}

/// A clock that is moved by hand, and wakes who sleeps until then.
final class StoppedClock: DeviceClock, @unchecked Sendable {
    private let lock = NSLock()
    private var time: Double
    private var sleepers: [(Date, CheckedContinuation<Void, Never>)] = []
    private var slept: [Date] = []

    init(at time: Double) {
        self.time = time
    }

    var now: Date { lock.withLock { Date(timeIntervalSince1970: time) } }

    /// Until when somebody slept, each time.
    var naps: [Date] { lock.withLock { slept } }

    func move(to time: Double) {
        let woken = lock.withLock {
            self.time = time
            let now = Date(timeIntervalSince1970: time)
            let woken = sleepers.filter { $0.0 <= now }
            sleepers.removeAll { $0.0 <= now }
            return woken
        }
        for sleeper in woken { sleeper.1.resume() }
    }

    func sleep(until end: Date) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let over = lock.withLock {
                    slept.append(end)
                    if Task.isCancelled || end.timeIntervalSince1970 <= time { return true }
                    sleepers.append((end, continuation))
                    return false
                }
                if over { continuation.resume() }
            }
        } onCancel: {
            // Whoever else sleeps looks at the time, and sleeps on.
            let woken = lock.withLock {
                defer { sleepers.removeAll() }
                return sleepers
            }
            for sleeper in woken { sleeper.1.resume() }
        }
    }
}

struct Never5Seconds: Error {}

/// Waits for what is done elsewhere.
@MainActor
func eventually(_ condition: @MainActor () -> Bool) async throws {
    for _ in 0..<5_000 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    throw Never5Seconds()
}

/// What a call throws.
@MainActor
func thrown(_ act: @MainActor () async throws -> Void) async -> AuthenticatorError? {
    do {
        try await act()
        return nil
    } catch {
        return error as? AuthenticatorError
    }
}

/// Whether a call throws the library's error of this name.
@MainActor
func refusal(_ act: @MainActor () async throws -> Void) async -> String? {
    if case .vault(let error) = await thrown(act) { rustName(error) } else { nil }
}
