import Foundation

/// Where device keys lie: the keychain, and in a test what plays its part.
package protocol DeviceKeyStore: Sendable {
    /// The names of all keys. Asks the user nothing.
    func names() throws(AuthenticatorError) -> [String]

    /// Keeps a key under a name that was never used before.
    func add(_ key: Data, name: String) throws(AuthenticatorError)

    /// A key, or nothing where it is gone. May ask the user, and waits for the answer.
    func key(named name: String, reason: String) throws(AuthenticatorError) -> Data?

    /// Lets all keys be those of another vault, by the name of its file.
    func moveAll(toVault name: String) throws(AuthenticatorError)

    /// Removes a key, if it is here.
    func remove(_ name: String) throws(AuthenticatorError)
}

/// The device keys of one vault.
///
/// There is one, but for a moment. A new key has a new name and takes the place of the old one when the vault opens by it,
/// so that an end at any moment leaves a key that opens the vault. Nothing is ever made over a key that is there.
struct DeviceKeys: Sendable {
    let store: any DeviceKeyStore

    /// Why no device key can open the vault, or nothing where one may. Asks nobody.
    func loss() -> DeviceKeyLoss? {
        // A store that does not answer is no loss.
        guard let names = try? store.names() else { return nil }
        return names.isEmpty ? .missing : nil
    }

    /// Makes a key, keeps it and hands it to `use`; when that is done it removes the others.
    func make<T>(_ use: (Data) throws -> T) throws -> T {
        let name = Self.random(8).map { String(format: "%02x", $0) }.joined()
        var key = Self.random(32)
        defer { key.resetBytes(in: key.startIndex..<key.endIndex) }
        try store.add(key, name: name)
        let used: T
        do {
            used = try use(key)
        } catch CountersignError.SaveUncertain(let message) {
            // The disk may know the key already.
            throw CountersignError.SaveUncertain(message: message)
        } catch {
            try? store.remove(name)
            throw error
        }
        keepOnly(name)
        return used
    }

    /// Hands each key to `use` until one fits, and then removes the others.
    func open<T>(reason: String, _ use: (Data) throws -> T) throws -> T {
        var loss = DeviceKeyLoss.missing
        for name in try store.names() {
            guard var key = try store.key(named: name, reason: reason) else {
                loss = .invalidated
                continue
            }
            defer { key.resetBytes(in: key.startIndex..<key.endIndex) }
            do {
                let opened = try use(key)
                keepOnly(name)
                return opened
            } catch CountersignError.CannotOpen, CountersignError.BadDeviceKey {
                loss = .unfit
            }
        }
        throw AuthenticatorError.deviceKeyLost(loss)
    }

    /// What cannot be removed stays, and fits nothing.
    private func keepOnly(_ name: String) {
        for other in (try? store.names()) ?? [] where other != name { try? store.remove(other) }
    }

    /// From the system's generator, which is fit for keys.
    private static func random(_ count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
