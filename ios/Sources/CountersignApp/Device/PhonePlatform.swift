import AVFoundation
import Countersign
import Foundation
import LocalAuthentication
import UIKit

/// What a phone lends.
@MainActor
final class PhonePlatform: Platform {
    private let client: RelyingPartyClient
    private let settings = UserDefaults.standard

    init(client: RelyingPartyClient) {
        self.client = client
    }

    /// Whether a passcode locks the phone. Without one no key can be made that asks for it.
    static var hasPasscode: Bool { LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: nil) }

    var hidesCodes: Bool {
        get { settings.bool(forKey: "hides_codes") }
        set { settings.set(newValue, forKey: "hides_codes") }
    }

    var mayUseCamera: Bool { AVCaptureDevice.authorizationStatus(for: .video) == .authorized }

    func askForCamera() async -> Bool { await AVCaptureDevice.requestAccess(for: .video) }

    func openSettings() {
        if let address = URL(string: UIApplication.openSettingsURLString) { UIApplication.shared.open(address) }
    }

    func copy(_ code: String) {
        // Not to the other devices of this person, and gone when nobody needs it any more.
        UIPasteboard.general.setItems(
            [["public.utf8-plain-text": code]],
            options: [.localOnly: true, .expirationDate: Date(timeIntervalSinceNow: Self.copiedForSeconds)])
    }

    func pasted() -> String? { UIPasteboard.general.string }

    func signIn(user: String, password: String) async -> Bool? { await client.signIn(user: user, password: password) }

    func ask(_ request: Request) async -> Response? { await client.ask(request) }

    func inBackground(after seconds: Double, _ act: @escaping @MainActor () async -> Void) {
        var waiting: Task<Void, Never>?
        let more = UIApplication.shared.beginBackgroundTask(withName: "lock") { waiting?.cancel() }
        waiting = Task {
            // The system's patience may end before; then it is done at once.
            try? await Task.sleep(for: .seconds(seconds))
            await act()
            UIApplication.shared.endBackgroundTask(more)
        }
    }

    func announce(_ text: String) {
        UIAccessibility.post(notification: .announcement, argument: text)
    }

    private static let copiedForSeconds = 45.0
}
