import Countersign
import Foundation
import Testing

/// Every file of `tests/scenarios/`, which Rust and Kotlin run as well.
@MainActor
struct ScenarioTests {
    nonisolated static let names: [String] = {
        let folder = sharedTests.appendingPathComponent("scenarios")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func allScenariosAreFound() {
        #expect(Self.names.count >= 20)
    }

    /// Event by event, over what is exported.
    @Test(arguments: names)
    func eachScenarioGoesAsItIsTold(name: String) async throws {
        let scenario = try JSON.shared("scenarios/\(name).json")
        let phone = try Phone()
        let vault = Vault(path: phone.file.path)
        try vault.createWithDeviceKey(key: Data(repeating: 1, count: 32))
        try await fill(scenario) { party in Raw(try Enrollment.start(vault: vault, relyingParty: party)) }
        let raw = Raw(try Enrollment.start(vault: vault, relyingParty: relyingParty(scenario["relying_party"])))
        #expect(try raw.enrollment.view().told == scenario["start"], "the first view")
        for (index, step) in scenario["steps"].list.enumerated() {
            let place: Comment = "step \(index + 1) (\(step["event"]))"
            if step["event"] == .text("Saved") { try vault.save() }
            try await raw.play(step["event"])
            let taken = try #require(raw.step)
            #expect(taken.view.told == step["view"], place)
            #expect(JSON.list(taken.effects.map(\.told)) == step["effects"], place)
            if step["vault"] != .null { #expect(try vault.codesAt(unixTime: 0).told == step["vault"], place) }
        }
    }

    /// As an app goes through it, for which the session saves by itself.
    @Test(arguments: names)
    func eachScenarioGoesAsItIsToldInASession(name: String) async throws {
        let scenario = try JSON.shared("scenarios/\(name).json")
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        try await fill(scenario) { party in InSession(session: try await app.enroll(with: party)) }
        let session = try await app.enroll(with: relyingParty(scenario["relying_party"]))
        let effects = Collected(session.effects)
        let looking = Task { await app.followCodes() }
        defer { looking.cancel() }
        #expect(session.view.told == scenario["start"], "the first view")

        let steps = scenario["steps"].list
        var next = 0
        while next < steps.count {
            let place: Comment = "step \(next + 1) (\(steps[next]["event"]))"
            let first = steps[next]
            next += 1
            // Saving is the session's; an event of it that comes out of place changes nothing and cannot be sent.
            if saves.contains(first["event"]) { continue }
            var told = [first]
            while told.last?["effects"].list.contains(.text("Save")) == true {
                // While it is being saved no event fits, and here there is no while.
                while next < steps.count && !saves.contains(steps[next]["event"]) { next += 1 }
                if next == steps.count { break }
                told.append(steps[next])
                next += 1
            }
            let fails = told.contains { $0["event"] == .text("SaveFailed") }
            if fails { try phone.fillDisk(true) }
            try await InSession(session: session).play(first["event"])
            if fails { try phone.fillDisk(false) }
            let last = try #require(told.last)
            // A scenario may end at its save.
            if !last["effects"].list.contains(.text("Save")) { #expect(session.view.told == last["view"], place) }
            let expected = told.flatMap { $0["effects"].list }.filter { $0 != .text("Save") }
            #expect(try await effects.next(expected.count).map(\.told) == expected, place)
            if last["vault"] != .null {
                try await eventually { app.codes.told == last["vault"] }
            }
        }
        session.close()
        #expect(await effects.rest().isEmpty, "nothing was asked for besides")
    }

    private let saves: [JSON] = [.text("Saved"), .text("SaveFailed")]

    /// Enrolls what is to be there before, as a user would have done.
    private func fill<P: Player>(_ scenario: JSON, begin: @MainActor (RelyingParty?) async throws -> P) async throws {
        let asked = scenario["pending_at"].text.map { RelyingParty(issuer: nil, statusUrl: $0, signsIn: false) }
        for (list, party) in [("registered", nil), ("pending", asked)] as [(String, RelyingParty?)] {
            for payload in scenario[list].texts {
                let player = try await begin(party)
                for event in [Event.scanQr, .cameraGranted] { try await player.on(event) }
                try await player.scanned([payload], source: .camera)
                try await player.on(.keepBoth)
                if player is Raw { try await player.on(.saved) }
                if list == "registered" {
                    try await player.on(.continue)
                    if player is Raw { try await player.on(.saved) }
                }
            }
        }
    }
}

private final class Raw: Player {
    let enrollment: Enrollment
    var step: Step?

    init(_ enrollment: Enrollment) {
        self.enrollment = enrollment
    }

    func on(_ event: Event) throws { step = try enrollment.on(event: event) }

    func scanned(_ texts: [String], source: Source) throws {
        step = try enrollment.scanned(texts: texts.map { Data($0.utf8) }, source: source)
    }

    func linked(_ payload: String) throws { step = try enrollment.linked(payload: Data(payload.utf8)) }

    func submit(_ form: ManualForm, key: String) throws {
        step = try enrollment.submit(form: form, key: Data(key.utf8))
    }

    func answered(_ response: Response) throws { step = try enrollment.answered(response: response) }

    func sendPin(to number: String) throws { step = try enrollment.sendPin(number: number) }

    func resendPin(at now: Date) throws {
        step = try enrollment.resendPin(at: UInt64(now.timeIntervalSince1970))
    }

    func checkPin(_ typed: String) throws { step = try enrollment.checkPin(typed: Data(typed.utf8)) }

    func messageReceived(_ text: String) throws { step = try enrollment.messageReceived(text: Data(text.utf8)) }
}

private struct InSession: Player {
    let session: EnrollmentSession

    func on(_ event: Event) async throws { try await session.on(event) }

    func scanned(_ texts: [String], source: Source) async throws { try await session.scanned(texts, source: source) }

    func linked(_ payload: String) async throws { try await session.linked(payload) }

    func submit(_ form: ManualForm, key: String) async throws { try await session.submit(form, key: key) }

    func answered(_ response: Response) async throws { try await session.answered(response) }

    func sendPin(to number: String) async throws { try await session.sendPin(to: number) }

    func resendPin(at now: Date) async throws { try await session.resendPin(at: now) }

    func checkPin(_ typed: String) async throws { try await session.checkPin(typed) }

    func messageReceived(_ text: String) async throws { try await session.messageReceived(text) }
}

/// What comes out of a session, as it comes.
@MainActor
final class Collected {
    private var taken: [ShellEffect] = []
    private var reading: Task<Void, Never>?

    init(_ effects: AsyncStream<ShellEffect>) {
        reading = Task { for await effect in effects { taken.append(effect) } }
    }

    /// The next so many, and no more.
    func next(_ count: Int) async throws -> [ShellEffect] {
        try await eventually { taken.count >= count }
        defer { taken.removeAll() }
        return taken
    }

    /// Those that come until the session ends.
    func rest() async -> [ShellEffect] {
        await reading?.value
        return taken
    }
}
