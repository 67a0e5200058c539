import Foundation
import Observation

/// What only the app can do for the flow.
public enum ShellEffect: Equatable, Sendable {
    /// Ask for the camera, and send ``Event/cameraGranted`` or ``Event/cameraDenied``.
    case requestCamera
    /// Open the system's settings of this app.
    case openSettings
    /// Start the camera and send its frames.
    case startCamera
    /// Send no more.
    case stopCamera
    /// Send the request, following no redirect, and give the answer, or ``Event/unreachable`` where there is none in time.
    case ask(Request)
    /// Close the flow.
    case close
}

/// One enrollment: Verify device, Scan QR, the code and Continue, Device registered.
///
/// Draw ``view``, carry out ``effects``, send what happened. The vault is saved by itself. Where a call fails the vault was
/// locked or another enrollment was begun: begin it again, and it goes on from what the disk has.
@MainActor @Observable
public final class EnrollmentSession {
    /// What is to be seen.
    public private(set) var view: View

    /// It took up an enrollment that was not ended, be it behind a sign-in: show it also to whoever did not ask for it.
    public let takenUp: Bool

    /// What is to be done, each once and in its order, after the view that it is of. What comes while nobody iterates
    /// waits; it is for one reader, and ends with the session.
    @ObservationIgnored public let effects: AsyncStream<ShellEffect>

    private let queue: AsyncStream<ShellEffect>.Continuation
    private let flow: Flow
    private let saved: @MainActor () async -> Void
    @ObservationIgnored private var shownTurn = 0
    @ObservationIgnored private var early: [Int: Flow.Settled] = [:]

    init(_ flow: Flow, _ view: View, takenUp: Bool, saved: @escaping @MainActor () async -> Void) {
        self.flow = flow
        self.view = view
        self.takenUp = takenUp
        self.saved = saved
        (effects, queue) = AsyncStream.makeStream()
    }

    /// Takes what the user or the system did. One that does not fit the view changes nothing.
    public func on(_ event: Event) async throws(AuthenticatorError) {
        precondition(event != .saved && event != .saveFailed, "saving is not the app's")
        try await step { try $0.on(event: event) }
    }

    /// Takes the form with the key as it was typed.
    public func submit(_ form: ManualForm, key: String) async throws(AuthenticatorError) {
        try await step { enrollment in try key.lent { try enrollment.submit(form: form, key: $0) } }
    }

    /// Takes a chosen picture, as the bytes of a PNG, JPEG or WebP file.
    public func picture(_ file: Data) async throws(AuthenticatorError) {
        try await step { try $0.picture(file: file) }
    }

    /// Takes the texts of QR codes from an app that reads them in its own way.
    public func scanned(_ texts: [String], source: Source) async throws(AuthenticatorError) {
        try await step { try $0.scanned(texts: texts.map { Data($0.utf8) }, source: source) }
    }

    /// Takes the payload of a link that opened the app, or that was pasted: enrolling on the very phone that shows the web
    /// page. Ask the user first, since any web page can open a link.
    public func linked(_ payload: String) async throws(AuthenticatorError) {
        try await step { enrollment in try payload.lent { try enrollment.linked(payload: $0) } }
    }

    /// Takes the phone number to which a PIN is to be sent, with its country's code, as it was typed.
    public func sendPin(to number: String) async throws(AuthenticatorError) {
        try await step { try $0.sendPin(number: number) }
    }

    /// Asks for another message, at the device's time: before the view's time for it nothing changes.
    public func resendPin(at now: Date) async throws(AuthenticatorError) {
        try await step { try $0.resendPin(at: UInt64(max(0, now.timeIntervalSince1970))) }
    }

    /// Takes the PIN as it was typed.
    public func checkPin(_ typed: String) async throws(AuthenticatorError) {
        try await step { enrollment in try typed.lent { try enrollment.checkPin(typed: $0) } }
    }

    /// Takes the text of a message that the user let the app read, and checks the PIN in it. On an iPhone no app reads
    /// messages: there the system offers the PIN to a field for one-time codes.
    public func messageReceived(_ text: String) async throws(AuthenticatorError) {
        try await step { enrollment in try text.lent { try enrollment.messageReceived(text: $0) } }
    }

    /// Takes what the relying party answered.
    public func answered(_ response: Response) async throws(AuthenticatorError) {
        try await step { try $0.answered(response: response) }
    }

    /// Takes a frame of the camera where it lies: its luma plane, a byte for each pixel, whose rows begin `rowStride` bytes
    /// apart. It blocks while it looks, so call it on the camera's own queue. Gives what to draw over the picture.
    public nonisolated func frame(
        _ luma: UnsafeRawBufferPointer, width: Int, height: Int, rowStride: Int
    ) throws(AuthenticatorError) -> Sight {
        try flow.checkOpen()
        let sight = try typed {
            try flow.enrollment.frame(
                luma: luma.inPlace, width: .init(clamping: width), height: .init(clamping: height),
                rowStride: .init(clamping: rowStride))
        }
        // Nearly every frame shows nothing new, and the screen is not to be told of each.
        let settled = flow.settle(sight.step)
        Task { await show(settled) }
        _ = try settled.outcome.get()
        return sight
    }

    /// Ends this session. An account that is pending stays so, and the enrollment can be taken up again.
    public func close() {
        flow.close()
        queue.finish()
    }

    private func step(_ act: @escaping @Sendable (Enrollment) throws -> Step) async throws(AuthenticatorError) {
        try flow.checkOpen()
        let flow = flow
        let done = await flow.core.run { _ in flow.settle(try act(flow.enrollment)) }
        let settled = try done.outcome.get()
        await show(settled)
        _ = try settled.outcome.get()
    }

    /// Shows the view, then passes on what is the app's, in the order in which it came about.
    private func show(_ settled: Flow.Settled) async {
        early[settled.turn] = settled
        var saves = false
        while let next = early.removeValue(forKey: shownTurn + 1) {
            shownTurn += 1
            if case .success(let fresh) = next.outcome, view != fresh { view = fresh }
            for effect in next.effects { queue.yield(effect) }
            saves = saves || next.saves
        }
        if saves { await saved() }
    }
}
