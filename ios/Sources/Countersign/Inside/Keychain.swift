import Foundation
import LocalAuthentication
import Security

/// The keychain of this app on this device. A key in it is there while the device is unlocked, goes into no backup that
/// another device could read, and is not synchronised (`kSecAttrAccessibleWhenUnlockedThisDeviceOnly`).
package struct Keychain: DeviceKeyStore {
    /// Tells the keys of one vault from those of another.
    let service: String
    let confirmation: KeyConfirmation

    package init(service: String, confirmation: KeyConfirmation) {
        self.service = service
        self.confirmation = confirmation
    }

    package func names() throws(AuthenticatorError) -> [String] {
        let silent = LAContext()
        silent.interactionNotAllowed = true
        let query = query([
            kSecReturnAttributes: true, kSecMatchLimit: kSecMatchLimitAll, kSecUseAuthenticationContext: silent,
        ])
        var found: CFTypeRef?
        switch SecItemCopyMatching(query, &found) {
        case errSecSuccess:
            let items = found as? [[String: Any]] ?? []
            return items.compactMap { $0[kSecAttrAccount as String] as? String }
        case errSecItemNotFound: return []
        case let status: throw .keychain(status: status)
        }
    }

    package func add(_ key: Data, name: String) throws(AuthenticatorError) {
        var attributes: [CFString: Any] = [kSecAttrAccount: name, kSecValueData: key]
        if let flags = confirmation.flags {
            let accessible = kSecAttrAccessibleWhenUnlockedThisDeviceOnly
            guard let control = SecAccessControlCreateWithFlags(nil, accessible, flags, nil) else {
                throw .keychain(status: errSecParam)
            }
            attributes[kSecAttrAccessControl] = control
        } else {
            attributes[kSecAttrAccessible] = kSecAttrAccessibleWhenUnlockedThisDeviceOnly
        }
        let status = SecItemAdd(query(attributes), nil)
        if status != errSecSuccess { throw .keychain(status: status) }
    }

    package func key(named name: String, reason: String) throws(AuthenticatorError) -> Data? {
        let context = LAContext()
        context.localizedReason = reason
        let query = query([
            kSecAttrAccount: name, kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne,
            kSecUseAuthenticationContext: context,
        ])
        var found: CFTypeRef?
        switch SecItemCopyMatching(query, &found) {
        case errSecSuccess: return found as? Data
        case errSecItemNotFound: return nil
        case errSecUserCanceled: throw .notConfirmed
        case let status: throw .keychain(status: status)
        }
    }

    package func moveAll(toVault name: String) throws(AuthenticatorError) {
        let status = SecItemUpdate(query([:]), [kSecAttrService: Self.service(ofVault: name)] as CFDictionary)
        if status != errSecSuccess && status != errSecItemNotFound { throw .keychain(status: status) }
    }

    package static func service(ofVault name: String) -> String { "io.countersign.\(name)" }

    package func remove(_ name: String) throws(AuthenticatorError) {
        let status = SecItemDelete(query([kSecAttrAccount: name]))
        if status != errSecSuccess && status != errSecItemNotFound { throw .keychain(status: status) }
    }

    private func query(_ more: [CFString: Any]) -> CFDictionary {
        let ours: [CFString: Any] = [
            kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrSynchronizable: false,
            kSecUseDataProtectionKeychain: true,
        ]
        return ours.merging(more) { _, new in new } as CFDictionary
    }
}

extension KeyConfirmation {
    fileprivate var flags: SecAccessControlCreateFlags? {
        switch self {
        case .none: nil
        case .userPresence: .userPresence
        case .currentBiometry: .biometryCurrentSet
        }
    }
}
