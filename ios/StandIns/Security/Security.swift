// Stands in for Apple's Security on Linux: what the keychain store calls, as far as it calls it, over a keychain in memory.
// Written from Apple's documentation. It is compiled on Linux only, and no app can have it.

import Foundation

public typealias CFString = String
public typealias CFDictionary = [String: Any]
public typealias CFTypeRef = AnyObject
public typealias OSStatus = Int32

public let kSecClass: CFString = "class"
public let kSecClassGenericPassword: CFString = "genp"
public let kSecAttrAccount: CFString = "acct"
public let kSecAttrService: CFString = "svce"
public let kSecAttrSynchronizable: CFString = "sync"
public let kSecAttrAccessible: CFString = "pdmn"
public let kSecAttrAccessControl: CFString = "accc"
public let kSecAttrAccessibleWhenUnlockedThisDeviceOnly: CFString = "aku"
public let kSecValueData: CFString = "v_Data"
public let kSecReturnData: CFString = "r_Data"
public let kSecReturnAttributes: CFString = "r_Attributes"
public let kSecMatchLimit: CFString = "m_Limit"
public let kSecMatchLimitOne: CFString = "m_LimitOne"
public let kSecMatchLimitAll: CFString = "m_LimitAll"
public let kSecUseAuthenticationContext: CFString = "u_AuthCtx"
public let kSecUseDataProtectionKeychain: CFString = "nleg"

public let errSecSuccess: OSStatus = 0
public let errSecParam: OSStatus = -50
public let errSecUserCanceled: OSStatus = -128
public let errSecNotAvailable: OSStatus = -25291
public let errSecAuthFailed: OSStatus = -25293
public let errSecDuplicateItem: OSStatus = -25299
public let errSecItemNotFound: OSStatus = -25300
public let errSecInteractionNotAllowed: OSStatus = -25308

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let userPresence = Self(rawValue: 1)
    public static let biometryCurrentSet = Self(rawValue: 1 << 3)
}

public final class SecAccessControl: Sendable {
    let accessible: CFString
    let flags: SecAccessControlCreateFlags

    init(_ accessible: CFString, _ flags: SecAccessControlCreateFlags) {
        self.accessible = accessible
        self.flags = flags
    }
}

public func SecAccessControlCreateWithFlags(
    _ allocator: AnyObject?, _ protection: CFString, _ flags: SecAccessControlCreateFlags,
    _ error: UnsafeMutablePointer<AnyObject?>?
) -> SecAccessControl? {
    SecAccessControl(protection, flags)
}

public func SecItemAdd(_ attributes: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    KeychainInMemory.shared.add(attributes)
}

public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    let (status, found) = KeychainInMemory.shared.copy(query)
    result?.pointee = found
    return status
}

public func SecItemUpdate(_ query: CFDictionary, _ attributesToUpdate: CFDictionary) -> OSStatus {
    KeychainInMemory.shared.update(query, attributesToUpdate)
}

public func SecItemDelete(_ query: CFDictionary) -> OSStatus {
    KeychainInMemory.shared.delete(query)
}

/// The keychain, with what can happen to it on a phone.
public final class KeychainInMemory: @unchecked Sendable {
    public static let shared = KeychainInMemory()

    public struct Item {
        public fileprivate(set) var service: String
        public let account: String
        public let accessible: String?
        public let flags: SecAccessControlCreateFlags?
        public let data: Data
        let biometry: Int
    }

    private let lock = NSLock()
    private var kept: [Item] = []
    /// What a test makes happen to the keys of one vault, so that tests side by side do not meet.
    private struct Fate {
        var biometry = 0
        /// Answered in place of everything, as where the device is locked.
        var refusal: OSStatus?
        /// What the user does when asked.
        var answer: OSStatus = errSecSuccess
        var asked = 0
    }
    private var fates: [String: Fate] = [:]

    public func items(of service: String) -> [Item] { lock.withLock { kept.filter { $0.service == service } } }
    public func timesAsked(of service: String) -> Int { lock.withLock { fates[service]?.asked ?? 0 } }

    /// A new phone: what is for one device only does not come along.
    public func moveToAnotherPhone(_ service: String) { lock.withLock { kept.removeAll { $0.service == service } } }
    public func enrollAnotherFinger(_ service: String) {
        lock.withLock { fates[service, default: Fate()].biometry += 1 }
    }
    public func refuse(_ service: String, with status: OSStatus?) {
        lock.withLock { fates[service, default: Fate()].refusal = status }
    }
    public func answer(_ service: String, with status: OSStatus) {
        lock.withLock { fates[service, default: Fate()].answer = status }
    }

    private func fate(_ query: CFDictionary) -> Fate { fates[query[kSecAttrService] as? String ?? ""] ?? Fate() }

    func add(_ item: CFDictionary) -> OSStatus {
        lock.withLock {
            if let refusal = fate(item).refusal { return refusal }
            guard item[kSecClass] as? String == kSecClassGenericPassword,
                item[kSecAttrSynchronizable] as? Bool == false,
                let service = item[kSecAttrService] as? String, let account = item[kSecAttrAccount] as? String,
                let data = item[kSecValueData] as? Data,
                (item[kSecAttrAccessible] == nil) != (item[kSecAttrAccessControl] == nil)
            else { return errSecParam }
            if kept.contains(where: { $0.service == service && $0.account == account }) { return errSecDuplicateItem }
            let control = item[kSecAttrAccessControl] as? SecAccessControl
            let accessible = control?.accessible ?? item[kSecAttrAccessible] as? String
            let new = Item(
                service: service, account: account, accessible: accessible, flags: control?.flags, data: data,
                biometry: fate(item).biometry)
            kept.insert(new, at: 0)
            return errSecSuccess
        }
    }

    func copy(_ query: CFDictionary) -> (OSStatus, CFTypeRef?) {
        lock.withLock {
            let fate = fate(query)
            if let refusal = fate.refusal { return (refusal, nil) }
            let matching = matching(query)
            if matching.isEmpty { return (errSecItemNotFound, nil) }
            if query[kSecReturnAttributes] as? Bool == true {
                return (errSecSuccess, NSArray(array: matching.map { [kSecAttrAccount: $0.account] }))
            }
            guard query[kSecReturnData] as? Bool == true, let item = matching.first else { return (errSecParam, nil) }
            if let flags = item.flags {
                if flags.contains(.biometryCurrentSet) && item.biometry != fate.biometry {
                    return (errSecItemNotFound, nil)
                }
                fates[item.service, default: Fate()].asked += 1
                if fate.answer != errSecSuccess { return (fate.answer, nil) }
            }
            return (errSecSuccess, NSData(data: item.data))
        }
    }

    func update(_ query: CFDictionary, _ changes: CFDictionary) -> OSStatus {
        lock.withLock {
            if let refusal = fate(query).refusal { return refusal }
            guard let service = changes[kSecAttrService] as? String, changes.count == 1 else { return errSecParam }
            let moved = matching(query).map(\.account)
            for index in kept.indices where moved.contains(kept[index].account) { kept[index].service = service }
            return moved.isEmpty ? errSecItemNotFound : errSecSuccess
        }
    }

    func delete(_ query: CFDictionary) -> OSStatus {
        lock.withLock {
            if let refusal = fate(query).refusal { return refusal }
            let gone = matching(query).map(\.account)
            kept.removeAll { item in item.service == query[kSecAttrService] as? String && gone.contains(item.account) }
            return gone.isEmpty ? errSecItemNotFound : errSecSuccess
        }
    }

    private func matching(_ query: CFDictionary) -> [Item] {
        kept.filter { item in
            item.service == query[kSecAttrService] as? String
                && (query[kSecAttrAccount] as? String).map { $0 == item.account } ?? true
        }
    }
}
