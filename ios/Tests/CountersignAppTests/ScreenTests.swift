import Countersign
import Foundation
import SwiftUI
import Testing

@testable import CountersignApp

/// Every view in every language, by itself.
@MainActor
struct ScreenTests {
    private let entries = [
        Entry(
            id: 1, issuer: "Harbour Bank", name: "Ana’s phone", pending: false,
            code: .timed(
                code: Code(
                    text: "378867", nextText: "120034", validFrom: 1_741_011_270, validUntil: 1_741_011_300))),
        Entry(
            id: 2, issuer: nil, name: "אנה", pending: true,
            code: .timed(
                code: Code(
                    text: "12345678", nextText: "87654321", validFrom: 1_741_011_280, validUntil: 1_741_011_310))),
        Entry(id: 3, issuer: "Counting", name: "", pending: false, code: .onRequest(next: 5)),
        Entry(id: 4, issuer: "Other", name: "app", pending: false, code: .unsupported),
    ]

    private func views(_ shell: Shell) -> [(String, () -> any CountersignApp.View)] {
        let flow: [(String, FlowView)] = [
            ("sign in", .signIn(refused: true)),
            ("verify device", .verifyDevice(notice: .severalCodes, saveFailed: true, offersSms: true)),
            ("number", .phoneNumber(notice: .notANumber, asking: false)),
            ("number to wait for", .phoneNumber(notice: .wait(until: 1_741_011_900), asking: true)),
            (
                "pin",
                .pin(
                    endsIn: "567", length: 6, resendFrom: 1_741_011_300, notice: .wrong(attemptsLeft: 2), asking: false)
            ),
            (
                "pin to send again",
                .pin(endsIn: "567", length: 6, resendFrom: 0, notice: .noPinInMessage, asking: false)
            ),
            ("number confirmed", .numberConfirmed(endsIn: "567")),
            ("camera needed", .cameraNeeded(denied: true)),
            ("scan", .scanQr(notice: .otherRelyingParty)),
            (
                "manual entry",
                .manualEntry(
                    errors: [
                        FieldError(field: .name, problem: .missing),
                        FieldError(field: .key, problem: .badCharacter(position: 11)),
                        FieldError(field: .period, problem: .notInRange),
                    ], saveFailed: true)
            ),
            ("duplicate", .duplicate(existing: 1, sameCodes: true)),
            (
                "show code",
                .showCode(account: 1, assumed: [.noLabel], shortSecret: true, notice: .unknownDevice, clockBehind: 187)
            ),
            ("show counter", .showCode(account: 3, assumed: [], shortSecret: false, notice: nil, clockBehind: nil)),
            ("confirming", .confirming(account: 1)),
            ("device registered", .deviceRegistered(account: 1)),
            ("cancelled", .cancelled),
        ]
        let entries = entries
        return flow.map { name, view in
            (name, { FlowScreen(view: view, shell: shell) { id in entries.first { $0.id == id } } })
        } + [
            ("codes", { CodesScreen(entries: entries, unread: 2, shell: shell) {} }),
            ("no codes", { CodesScreen(entries: [], unread: 0, shell: shell) {} }),
            (
                "locked",
                { LockedScreen(ways: [.deviceKey, .passphrase, .recoveryKey], isKeyLost: true, shell: shell) }
            ),
            ("unreadable", { UnreadableScreen(error: .NewerVersion(message: ""), shell: shell) }),
            ("ways", { WaysScreen(shell: shell) {} }),
            ("recovery key", { RecoveryKeyScreen(key: "JXOK-6GLN") {} }),
        ]
    }

    @Test(arguments: Catalogue.languages)
    func everyViewIsDrawnInEveryLanguageAndLetterSize(language: String) throws {
        let words = texts(in: language)
        let phone = try Phone(texts: words)
        for size in [DynamicTypeSize.large, .accessibility5] {
            for (name, view) in views(phone.shell) {
                let screen = Screen(at: moment) { view().environment(\.texts, words) as any CountersignApp.View }
                screen.environment.dynamicTypeSize = size
                screen.environment.layoutDirection = language == "ar" ? .rightToLeft : .leftToRight
                let all = screen.draw().all
                let place: Comment = "\(name) in \(language)"
                #expect(!all.flatMap(\.texts).contains { $0.contains("no text") || $0.contains("%") }, place)
                if name != "scan" {
                    #expect(all.contains { $0.traits.contains(.isHeader) } || name == "no codes", place)
                }
                for node in all where node.kind == "button" {
                    #expect(!node.spoken.isEmpty, "\(name): a button that says nothing")
                }
                // Digits run from left to right in every language.
                for node in all where node.kind == "text" && ["378", "867", "1234", "5678"].contains(node.text) {
                    #expect(node.direction == .leftToRight, place)
                }
            }
        }
    }

    @Test func aCodeIsSpokenDigitByDigitAndItsEndIsTold() throws {
        let phone = try Phone()
        let entries = entries
        let screen = Screen(at: moment) {
            CodesScreen(entries: entries, unread: 0, shell: phone.shell) {}.environment(\.texts, english)
                as any CountersignApp.View
        }
        let card = try #require(screen.find("Harbour Bank · Ana’s phone, Code 3 7 8 8 6 7"))
        #expect(card.traits.contains(.isButton) && card.hint == "Copy code")
        #expect(card.value == "Ends soon. Next: \u{2068}1 2 0 0 3 4\u{2069}")
        #expect(screen.find("אנה, Code 1 2 3 4 5 6 7 8")?.value == "")
        screen.now = Date(timeIntervalSince1970: 1_741_011_300)
        #expect(screen.find("Harbour Bank · Ana’s phone, Code hidden") != nil, "a code past its time is not shown")
        #expect(!screen.shows("867"))
    }

    @Test func whatLiesBehindIsCoveredWhereOthersMaySeeIt() throws {
        let phone = try Phone()
        let drawn = { phone.screen.draw().all.filter { $0.kind == "shape" }.count }
        let before = drawn()
        phone.screen.environment.scenePhase = .inactive
        #expect(drawn() == before + 1)
        phone.screen.environment.scenePhase = .active
        phone.screen.environment.isSceneCaptured = true
        #expect(drawn() == before + 1)
    }
}
