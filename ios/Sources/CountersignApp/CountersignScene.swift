import Countersign
import Foundation
import SwiftUI

/// For whom devices are verified. With none, codes of every site are enrolled, and Continue asks nobody.
public struct Configuration: Sendable {
    let relyingParty: RelyingParty?
    let signInAddress: URL?

    /// - Parameters:
    ///   - relyingParty: whom to ask whether a device is registered.
    ///   - signInAddress: takes the form `user` and `password` by POST and answers 2xx with cookies, 401 or 403; where it
    ///     is given, `relyingParty` has `signsIn`.
    public init(relyingParty: RelyingParty? = nil, signInAddress: URL? = nil) {
        self.relyingParty = relyingParty
        self.signInAddress = signInAddress
    }
}

/// The whole app, for the body of an `App`: a vault in the app's private folder, the keychain, the camera.
public struct CountersignScene: Scene {
    @State private var shell: Shell

    public init(_ configuration: Configuration = Configuration()) {
        let client = RelyingPartyClient(signInAddress: configuration.signInAddress)
        let shell = Shell(
            Authenticator(file: Self.file, confirmation: PhonePlatform.hasPasscode ? .userPresence : .none),
            PhonePlatform(client: client), for: configuration.relyingParty, saying: .ofThisApp)
        _shell = State(initialValue: shell)
    }

    public var body: some Scene {
        WindowGroup { AppScreen(shell: shell) }
    }

    /// The sealed file goes into the backup; its device key stays in this phone, and another slot opens it on the next.
    static var file: URL {
        FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)[0]
            .appendingPathComponent("vault/accounts")
    }
}
