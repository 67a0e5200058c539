// Stands in for Apple's LocalAuthentication on Linux.

import Foundation

public enum LAPolicy: Int, Sendable {
    case deviceOwnerAuthenticationWithBiometrics = 1
    case deviceOwnerAuthentication = 2
}

public final class LAContext {
    public var localizedReason = ""
    public var interactionNotAllowed = false

    public init() {}

    public func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool { true }
}
