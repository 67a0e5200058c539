import AVFoundation
import Countersign
import Foundation
import Security
import SwiftUI
import Testing

@testable import CountersignApp

/// The moment at which everything happens: twelve seconds after a time step of 30 seconds began.
let moment = Date(timeIntervalSince1970: 1_741_011_292)

/// A clock that stands still, and never wakes anybody.
struct StandingClock: DeviceClock {
    var now: Date { moment }

    func sleep(until end: Date) async throws { try await Task.sleep(for: .seconds(3_600)) }
}

/// A phone with the app on it: its files and its keychain stay when the app is ended and begun anew.
@MainActor
final class Phone {
    let file: URL
    let service = UUID().uuidString
    let desk: Desk
    private(set) var shell: Shell
    private(set) var screen: Screen
    private let party: RelyingParty?
    private let folder: URL

    init(party: RelyingParty? = nil, client: RelyingPartyClient? = nil, texts: Texts = english) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("vault")
        desk = Desk(client: client)
        self.party = party
        (shell, screen) = Self.begin(file, service, desk, party, texts)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The app is killed, and begun anew.
    func restart() async {
        screen.close()
        // What a process that ends does by itself: its lock on the file goes.
        await shell.authenticator.lock()
        (shell, screen) = Self.begin(file, service, desk, party, english)
    }

    private static func begin(
        _ file: URL, _ service: String, _ desk: Desk, _ party: RelyingParty?, _ texts: Texts
    ) -> (Shell, Screen) {
        let keychain = Keychain(service: service, confirmation: .userPresence)
        let authenticator = Authenticator(file: file, keys: keychain, clock: StandingClock())
        let shell = Shell(authenticator, desk, for: party, saying: texts, now: { desk.now })
        let screen = Screen(at: moment) { AppScreen(shell: shell) }
        screen.draw()
        return (shell, screen)
    }

    func see(_ text: String, line: Int = #line) async throws {
        for _ in 0..<5_000 {
            if screen.shows(text) { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw Screen.NotThere(description: "line \(line): \(text) does not come up among \(screen.draw().texts)")
    }

    func tap(_ text: String, line: Int = #line) async throws {
        try await see(text, line: line)
        try screen.tap(text)
    }

    func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<5_000 {
            if condition() { return }
            screen.draw()
            try await Task.sleep(for: .milliseconds(1))
        }
        throw Screen.NotThere(description: "it does not come to pass")
    }

    /// What the camera of the picture on the screen gives its frames to.
    private var camera: AVCaptureVideoDataOutput? {
        let picture = screen.draw().all.compactMap { $0.placed as? PreviewView }.first
        let session = picture?.preview.session
        return session?.isRunning == true ? session?.outputs.first as? AVCaptureVideoDataOutput : nil
    }

    /// Holds a picture before the camera, as often as it takes.
    func show(_ frame: CVPixelBuffer) async throws {
        try await eventually { camera != nil }
        let output = try #require(camera)
        await Task.detached { output.see(CMSampleBuffer(frame)) }.value
    }
}

/// What the platform would do, and a note of what it was asked.
@MainActor
final class Desk: Platform {
    let client: RelyingPartyClient?
    var now = moment
    var copied: [String] = []
    var clipboard: String?
    var askedForCamera = 0
    var announced: [String] = []
    var whileAway: (@MainActor () async -> Void)?
    var hidesCodes = false
    var mayUseCamera = true

    init(client: RelyingPartyClient?) {
        self.client = client
    }

    func askForCamera() async -> Bool {
        askedForCamera += 1
        return mayUseCamera
    }

    func openSettings() {}
    func copy(_ code: String) { copied.append(code) }
    func pasted() -> String? { clipboard }
    func signIn(user: String, password: String) async -> Bool? { await client?.signIn(user: user, password: password) }
    func ask(_ request: Request) async -> Response? { await client?.ask(request) }
    func inBackground(after seconds: Double, _ act: @escaping @MainActor () async -> Void) { whileAway = act }
    func announce(_ text: String) { announced.append(text) }
}

/// A frame as a camera gives it that looks at the code of this payload, with unused bytes at each row's end.
@MainActor
func frame(of payload: String) async throws -> CVPixelBuffer {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let keychain = Keychain(service: UUID().uuidString, confirmation: .none)
    let site = Authenticator(file: file, keys: keychain, clock: StandingClock())
    try await site.createWithDeviceKey()
    let id = try #require(try await site.importText(payload).added.first)
    let code = try #require(try await site.revealAccount(id).code)
    await site.lock()
    let (side, scale) = (Int(code.side), 6)
    let (width, height) = (1280, 720)
    let rowStride = width + 64
    var luma = [UInt8](repeating: 235, count: rowStride * height)
    for y in 0..<side * scale {
        for x in 0..<side * scale where code.modules[y / scale * side + x / scale] == 1 {
            luma[(y + 100) * rowStride + x + 300] = 16
        }
    }
    return CVPixelBuffer(luma: luma, width: width, rowStride: rowStride)
}
