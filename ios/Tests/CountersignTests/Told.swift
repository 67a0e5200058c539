import Countersign
import Foundation
import Testing

/// What a scenario's event is, and how it reaches whoever plays it.
@MainActor
protocol Player {
    func on(_ event: Event) async throws
    func scanned(_ texts: [String], source: Source) async throws
    func linked(_ payload: String) async throws
    func submit(_ form: ManualForm, key: String) async throws
    func answered(_ response: Response) async throws
    func sendPin(to number: String) async throws
    func resendPin(at now: Date) async throws
    func checkPin(_ typed: String) async throws
    func messageReceived(_ text: String) async throws
}

extension Player {
    func play(_ event: JSON) async throws {
        if let name = event.text { return try await on(#require(simple(name))) }
        guard case .object(let fields) = event, let (name, with) = fields.first else { throw Untold() }
        func text(_ key: String) -> String { with[key].text ?? "" }
        switch name {
        case "Scanned": try await scanned(with.texts, source: .camera)
        case "PictureScanned": try await scanned(with.texts, source: .picture)
        case "Linked": try await linked(#require(with.texts.first))
        case "Submit":
            let form = ManualForm(
                name: text("name"), issuer: text("issuer"), kind: text("kind"), algorithm: text("algorithm"),
                digits: text("digits"), period: text("period"), counter: text("counter"))
            try await submit(form, key: text("key"))
        case "Answered":
            try await answered(
                Response(
                    status: UInt16(#require(with["status"].number)), body: Data(text("body").utf8),
                    date: with["date"].text, receivedAt: UInt64(#require(with["received_at"].number)),
                    retryAfter: with["retry_after"].text))
        case "SendPin": try await sendPin(to: #require(with.text))
        case "ResendPin":
            try await resendPin(at: Date(timeIntervalSince1970: Double(#require(with["at"].number))))
        case "CheckPin": try await checkPin(#require(with.text))
        case "MessageReceived": try await messageReceived(#require(with.text))
        default: throw Untold()
        }
    }
}

/// A file says something that this reader does not know.
struct Untold: Error {}

func simple(_ name: String) -> Event? {
    let all: [Event] = [
        .signedIn, .signInRefused, .scanQr, .enterManually, .openSettings, .cameraGranted, .cameraDenied,
        .pictureUnreadable, .back, .replace, .keepBoth, .saved, .saveFailed, .continue, .unreachable, .done, .cancel,
        .confirmBySms,
    ]
    return all.first { rustName($0) == name }
}

func relyingParty(_ json: JSON) -> RelyingParty? {
    json == .null
        ? nil
        : RelyingParty(
            issuer: json["issuer"].text, statusUrl: json["status_url"].text ?? "",
            signsIn: json["signs_in"] == .bool(true), pinUrl: json["pin_url"].text)
}

extension View {
    /// As the files write it: what is false, empty or absent is left out.
    var told: JSON {
        var fields: [String: JSON] = ["name": .text(rustName(self))]
        func put(_ notice: ScanNotice?) {
            fields["notice"] = notice.map { .text(rustName($0)) }
            if case .notAnEnrollment(let error) = notice { fields["error"] = .text(rustName(error)) }
        }
        func account(_ id: AccountId) { fields["account"] = .number(Int64(id)) }
        switch self {
        case .signIn(let refused): fields["refused"] = .bool(refused)
        case .verifyDevice(let notice, let saveFailed, let offersSms):
            put(notice)
            fields["save_failed"] = .bool(saveFailed)
            fields["offers_sms"] = .bool(offersSms)
        case .cameraNeeded(let denied): fields["denied"] = .bool(denied)
        case .scanQr(let notice): put(notice)
        case .manualEntry(let errors, let saveFailed):
            fields["errors"] = .list(errors.map(\.told))
            fields["save_failed"] = .bool(saveFailed)
        case .duplicate(let existing, let sameCodes):
            fields["existing"] = .number(Int64(existing))
            fields["same_codes"] = .bool(sameCodes)
        case .showCode(let id, let assumed, let short, let notice, let clockBehind):
            account(id)
            fields["assumed"] = .list(assumed.map { .text(rustName($0)) })
            fields["short_secret"] = .bool(short)
            fields["notice"] = notice.map { .text(rustName($0)) }
            fields["clock_behind"] = clockBehind.map { .number($0) }
        case .confirming(let id), .deviceRegistered(let id): account(id)
        case .phoneNumber(let notice, let asking):
            fields["notice"] = notice.map { .text(rustName($0)) }
            if case .wait(let until) = notice { fields["until"] = .number(Int64(until)) }
            fields["asking"] = .bool(asking)
        case .pin(let endsIn, let length, let resendFrom, let notice, let asking):
            fields["ends_in"] = .text(endsIn)
            fields["length"] = .number(Int64(length))
            fields["resend_from"] = .number(Int64(resendFrom))
            fields["notice"] = notice.map { .text(rustName($0)) }
            if case .wrong(let left) = notice { fields["attempts_left"] = .number(Int64(left)) }
            if case .wait(let until) = notice { fields["until"] = .number(Int64(until)) }
            fields["asking"] = .bool(asking)
        case .numberConfirmed(let endsIn): fields["ends_in"] = .text(endsIn)
        case .cancelled: break
        }
        return .object(fields.filter { ![.null, .bool(false), .list([])].contains($0.value) })
    }
}

extension FieldError {
    fileprivate var told: JSON {
        var fields: [String: JSON] = ["field": .text(rustName(field)), "problem": .text(rustName(problem))]
        if case .badCharacter(let position) = problem { fields["position"] = .number(Int64(position)) }
        return .object(fields)
    }
}

extension Request {
    fileprivate var told: JSON {
        var fields: [String: JSON] = ["method": .text(method), "url": .text(url), "accept": .text(accept)]
        fields["body"] = body.map { .text($0) }
        return .object(["Ask": .object(fields)])
    }
}

extension Effect {
    var told: JSON { if case .ask(let request) = self { request.told } else { .text(rustName(self)) } }
}

extension ShellEffect {
    var told: JSON { if case .ask(let request) = self { request.told } else { .text(rustName(self)) } }
}

extension Codes {
    /// The accounts as `number standing issuer:name`, with ` at counter` where they count.
    var told: JSON {
        .list(
            entries.map { entry in
                let issuer = entry.issuer.map { "\($0):" } ?? ""
                var counter = ""
                if case .onRequest(let next) = entry.code { counter = " at \(next)" }
                return .text("\(entry.id) \(entry.pending ? "pending" : "registered") \(issuer)\(entry.name)\(counter)")
            })
    }
}
