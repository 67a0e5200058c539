import Countersign
import Foundation
import Observation

/// What only the platform can do.
@MainActor
protocol Platform: AnyObject {
    /// Codes are hidden until they are tapped. It is remembered.
    var hidesCodes: Bool { get set }

    /// Whether the camera may be used without asking.
    var mayUseCamera: Bool { get }

    /// Asks for the camera where it was not asked for before: whether it may be used.
    func askForCamera() async -> Bool

    /// The system's settings of this app.
    func openSettings()

    /// Copies a code for a short time, on this device only.
    func copy(_ code: String)

    /// What was copied elsewhere.
    func pasted() -> String?

    /// Whether the relying party lets the user in, or nothing where it does not answer.
    func signIn(user: String, password: String) async -> Bool?

    /// Sends a request, once; nothing where no answer comes in time.
    func ask(_ request: Request) async -> Response?

    /// Does something after so many seconds in the background, or sooner if the system gives no more time.
    func inBackground(after seconds: Double, _ act: @escaping @MainActor () async -> Void)

    /// Says something to who listens.
    func announce(_ text: String)
}

/// What the screens draw, and where their taps go. It passes events on and carries out effects; what they mean the core
/// knows.
@MainActor @Observable
final class Shell {
    let authenticator: Authenticator
    let platform: any Platform
    let texts: Texts

    /// The enrollment in front, if there is one.
    private(set) var session: EnrollmentSession?

    /// The camera runs.
    private(set) var filming = false
    private(set) var sighting: Sighting?

    /// Something that takes a moment is being done.
    private(set) var busy = false

    /// The vault is being opened, and what was begun before is being looked for.
    var resuming: Bool { opens > 0 }

    /// To be said once.
    var message: Word? { didSet { message.map { platform.announce(texts($0)) } } }

    /// A recovery key to write down.
    var recoveryKey: String?

    /// Nothing but this device's key opens the vault.
    private(set) var oneWay = false

    /// What another app would have registered, until the user says so: any web page can open a link.
    private(set) var offer: Offer?

    struct Offer: Equatable {
        /// Whose account it is.
        let title: String
        fileprivate let link: String
    }

    /// Codes are hidden until they are tapped.
    var hidesCodes: Bool {
        didSet { platform.hidesCodes = hidesCodes }
    }

    private var opens = 0
    private let relyingParty: RelyingParty?
    private let now: () -> Date
    @ObservationIgnored private var link: String?
    @ObservationIgnored private var leftAt: Date?
    @ObservationIgnored private var effects: Task<Void, Never>?
    @ObservationIgnored private var underWay = 0

    /// Long enough to type a code on a page of the same phone, and as long as the system lets an app finish something.
    static let awaySeconds = 25.0

    init(
        _ authenticator: Authenticator, _ platform: any Platform, for relyingParty: RelyingParty?, saying texts: Texts,
        now: @escaping () -> Date = Date.init
    ) {
        self.authenticator = authenticator
        self.platform = platform
        self.texts = texts
        self.relyingParty = relyingParty
        self.now = now
        hidesCodes = platform.hidesCodes
    }

    // The vault.

    /// Looks at the vault: makes one where there is none, opens it where this device can.
    func enter() { attempt { try await self.open() } }

    /// The app leaves the screen. The vault is locked a moment later, or when it comes back after that.
    func goAway() {
        leftAt = now()
        platform.inBackground(after: Self.awaySeconds) { [weak self] in
            guard let self, leftAt != nil else { return }
            await lockNow()
        }
    }

    func comeBack() {
        guard let left = leftAt else { return }
        leftAt = nil
        attempt {
            // A process that the system held still has not counted. A link that opens the app is here already, and stays.
            if self.now().timeIntervalSince(left) > Self.awaySeconds { await self.lockVault() }
            // While the device slept, nothing woke at the end of a code.
            self.authenticator.refresh()
            if case .open = self.authenticator.state {} else { try await self.open() }
            // Whoever was in the system's settings may have allowed the camera there.
            if case .cameraNeeded = self.session?.view, self.platform.mayUseCamera {
                try await self.session?.on(.cameraGranted)
            }
        }
    }

    func lock() { attempt { await self.lockNow() } }

    func openWithDeviceKey() { opening { try await self.unlockWithDeviceKey() } }

    func openWithPassphrase(_ typed: String) { opening { try await self.authenticator.openWithPassphrase(typed) } }

    func openWithRecoveryKey(_ typed: String) { opening { try await self.authenticator.openWithRecoveryKey(typed) } }

    /// Nothing opens the vault any more: it is put aside, and a new one is made.
    func startAnew() {
        attempt {
            try await self.authenticator.setAside()
            try await self.open()
        }
    }

    func addPassphrase(_ typed: String) {
        attempt {
            try await self.renew(.passphrase) { try await self.authenticator.addPassphrase(typed) }
            self.message = .passphraseSet
        }
    }

    func makeRecoveryKey() {
        attempt {
            try await self.renew(.recoveryKey) {
                self.recoveryKey = try await self.authenticator.revealNewRecoveryKey()
            }
        }
    }

    // The list.

    func rename(_ id: AccountId, issuer: String, name: String) {
        attempt { try await self.authenticator.rename(id, issuer: issuer, name: name) }
    }

    func remove(_ id: AccountId) { attempt { try await self.authenticator.remove(id) } }

    func nextCode(_ id: AccountId, show: @escaping @MainActor (String) -> Void) {
        attempt { show(try await self.authenticator.nextCode(id)) }
    }

    func copy(_ code: String) {
        platform.copy(code)
        message = .copied
    }

    // The flow.

    /// Begins an enrollment, or takes up the one that was begun.
    func enroll() { attempt { self.begin(try await self.authenticator.enroll(with: self.relyingParty)) } }

    func on(_ event: Event) { inSession { try await $0.on(event) } }

    func submit(_ form: ManualForm, key: String) { inSession { try await $0.submit(form, key: key) } }

    func sendPin(to number: String) { inSession { try await $0.sendPin(to: number) } }

    func resendPin(at now: Date) { inSession { try await $0.resendPin(at: now) } }

    func checkPin(_ typed: String) { inSession { try await $0.checkPin(typed) } }

    /// Takes a chosen picture; nothing where it could not even be loaded.
    func picture(_ file: Data?) {
        inSession { session in
            if let file { try await session.picture(file) } else { try await session.on(.pictureUnreadable) }
        }
    }

    func signIn(user: String, password: String) {
        inSession { session in
            switch await self.platform.signIn(user: user, password: password) {
            case true?: try await session.on(.signedIn)
            case false?: try await session.on(.signInRefused)
            case nil: self.message = .codeUnreachable
            }
        }
    }

    /// A link of another app or a web page. The user is asked where it would register something.
    func take(_ link: String) {
        attempt {
            self.forgetLink()
            if let account = try await self.authenticator.preview(link) {
                let title = CountersignApp.title(account.issuer, account.name)
                self.offer = Offer(title: title.isEmpty ? "?" : title, link: link)
            } else {
                self.follow(link)
            }
        }
    }

    /// What the user said to the offer.
    func answerOffer(register: Bool) {
        guard let offered = offer else { return }
        forgetLink()
        if register { follow(offered.link) }
    }

    /// The link that the user copied, who need not be asked.
    func paste() {
        let text = platform.pasted()?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        if text.isEmpty { message = .nothingToPaste } else { follow(text) }
    }

    /// A frame of the camera, on the camera's own queue.
    nonisolated func frame(
        _ luma: UnsafeRawBufferPointer, width: Int, height: Int, rowStride: Int, rotation: Int,
        of session: EnrollmentSession
    ) {
        // An error says that the vault was locked meanwhile: nothing is looked for any more.
        guard let sight = try? session.frame(luma, width: width, height: height, rowStride: rowStride) else { return }
        let seen = Sighting(sight: sight, width: width, height: height, rotation: rotation)
        Task { @MainActor in
            if self.filming && self.session === session && self.sighting != seen { self.sighting = seen }
        }
    }

    // How.

    private func open() async throws(AuthenticatorError) {
        opens += 1
        defer { opens -= 1 }
        switch await authenticator.look() {
        case .absent: try await authenticator.createWithDeviceKey()
        case .locked(let ways, _) where ways.contains(.deviceKey): try await unlockWithDeviceKey()
        default: return
        }
        try await resume()
    }

    private func unlockWithDeviceKey() async throws(AuthenticatorError) {
        try await authenticator.openWithDeviceKey(reason: texts(.unlockReason))
    }

    private func opening(_ open: @escaping @MainActor () async throws -> Void) {
        attempt {
            var lost = false
            if case .locked(_, let loss) = self.authenticator.state { lost = loss != nil }
            self.opens += 1
            defer { self.opens -= 1 }
            try await open()
            do {
                if lost { try await self.authenticator.renewDeviceKey() }
            } catch let error as AuthenticatorError {
                // What opened it now opens it the next time.
                self.message = word(of: error)
            }
            try await self.resume()
        }
    }

    /// Whoever was torn away from a code comes back to it; whoever wants to follow a link goes on with it.
    private func resume() async throws(AuthenticatorError) {
        if case .open(.some, _) = authenticator.state { message = .recovered }
        oneWay = try await authenticator.slots().count == 1
        let begun = try await authenticator.enroll(with: relyingParty)
        if begun.takenUp || link != nil { begin(begun) } else { begun.close() }
    }

    private func follow(_ link: String) {
        forgetLink()
        self.link = link
        if session != nil {
            inSession { try await self.feedLink(to: $0) }
        } else if case .open = authenticator.state, !resuming {
            enroll()
        }
        // Else it is followed when the vault is open and was looked through.
    }

    private func forgetLink() {
        link = nil
        offer = nil
    }

    private func feedLink(to session: EnrollmentSession) async throws(AuthenticatorError) {
        guard let payload = link else { return }
        link = nil
        try await session.linked(payload)
    }

    private func begin(_ begun: EnrollmentSession) {
        leave()
        session = begun
        effects = Task { [weak self] in
            for await effect in begun.effects { self?.carryOut(effect, of: begun) }
        }
        inSession { try await self.feedLink(to: $0) }
    }

    private func leave() {
        effects?.cancel()
        session?.close()
        session = nil
        filming = false
        sighting = nil
    }

    private func lockNow() async {
        forgetLink()
        await lockVault()
    }

    private func lockVault() async {
        leave()
        recoveryKey = nil
        await authenticator.lock()
    }

    /// The new one is in the vault before the earlier ones stop opening it.
    private func renew(_ kind: SlotKind, _ add: () async throws -> Void) async throws {
        let earlier = try await authenticator.slots().filter { $0.kind == kind }
        try await add()
        for slot in earlier { try await authenticator.removeSlot(slot.id) }
        oneWay = false
    }

    private func carryOut(_ effect: ShellEffect, of session: EnrollmentSession) {
        switch effect {
        case .requestCamera:
            attempt { try await session.on(await self.platform.askForCamera() ? .cameraGranted : .cameraDenied) }
        case .openSettings: platform.openSettings()
        case .startCamera: filming = true
        case .stopCamera:
            filming = false
            sighting = nil
        case .ask(let request):
            attempt {
                if let response = await self.platform.ask(request) {
                    try await session.answered(response)
                } else {
                    try await session.on(.unreachable)
                }
            }
        case .close:
            if session.view == .cancelled { message = .cancelledTitle }
            leave()
        }
    }

    private func inSession(_ act: @escaping @MainActor (EnrollmentSession) async throws -> Void) {
        guard let session else { return }
        attempt { try await act(session) }
    }

    private func attempt(_ act: @escaping @MainActor () async throws -> Void) {
        underWay += 1
        busy = true
        Task {
            do {
                try await act()
            } catch let error as AuthenticatorError {
                if case .vault(let error) = error, error.endsTheFlow { leave() }
                message = word(of: error) ?? message
            } catch {
                message = .tryLater
            }
            underWay -= 1
            busy = underWay > 0
        }
    }
}

extension CountersignError {
    fileprivate var endsTheFlow: Bool {
        switch self {
        case .FlowEnded, .Locked: true
        default: false
        }
    }
}
