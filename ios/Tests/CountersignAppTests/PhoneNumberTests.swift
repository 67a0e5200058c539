import Countersign
import Foundation
import SwiftUI
import Testing

@testable import CountersignApp

/// A phone number, on the real library and a relying party, tapped through.
@MainActor @Suite(.serialized)
struct PhoneNumberTests {
    @Test func fromTheNumberToNumberConfirmed() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        site.numbers = { path, body in
            switch (path, body) {
            case ("/numbers", _): (200, #"{"pin":"p1","resend_after":30}"#)
            case ("/numbers/p1/resend", ""): (200, #"{"pin":"p2","resend_after":60}"#)
            case (_, #"{"code":"123456"}"#): (200, #"{"status":"confirmed"}"#)
            default: (200, #"{"status":"wrong","attempts_left":2}"#)
            }
        }
        let phone = try await atTheNumber(of: site)
        try await phone.see("It protects you less than the codes of this app")
        try phone.screen.type("091 123 4567", into: "Phone number")
        try phone.screen.tap("Send PIN")
        try await phone.see("Type the whole number, with + and its country code")
        #expect(site.sent.isEmpty, "what has no form costs no message")
        try phone.screen.type("+385 91 123 4567", into: "Phone number")
        try phone.screen.tap("Send PIN")

        try await phone.see("It comes by SMS to the number that ends in 567. Tell it to nobody.")
        try await phone.see("Send again in \(30.formatted()) s")
        #expect(phone.screen.find("Send again") == nil, "it is too early")
        try phone.screen.type("111111", into: "PIN")
        try phone.screen.tap("Confirm")
        try await phone.see("This is not the PIN. Attempts left: \(2.formatted())")
        #expect(phone.screen.draw().all.allSatisfy { $0.text != "111111" }, "the field has it no more")

        phone.screen.now = moment + 30
        try phone.screen.tap("Send again")
        try await phone.see("Another message is on its way.")
        try phone.screen.type("123456", into: "PIN")
        try phone.screen.tap("Confirm")
        try await phone.see("Number confirmed")
        try await phone.see("The service has confirmed the number that ends in 567.")
        try await phone.tap("Done")
        try await phone.see("No codes yet")
        #expect(
            site.sent == [
                #"/numbers {"number":"+385911234567"}"#, #"/numbers/p1/verify {"code":"111111"}"#,
                "/numbers/p1/resend ", #"/numbers/p2/verify {"code":"123456"}"#,
            ])
    }

    @Test func whoeverComesBackFromThePinFindsTheNumber() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        site.numbers = { _, _ in (200, #"{"pin":"p1","resend_after":30}"#) }
        let phone = try await atTheNumber(of: site)
        try await phone.see("Phone number")
        try phone.screen.type("+385 91 123 4567", into: "Phone number")
        try phone.screen.tap("Send PIN")
        try await phone.see("Enter the PIN")
        try await phone.tap("Back")
        try await phone.tap("Send PIN")
        try await phone.see("Enter the PIN")
        #expect(site.sent.count == 2 && site.sent[0] == site.sent[1])
        try await phone.tap("Cancel")
        try await phone.see("No codes yet")
    }

    @Test func whoeverIsToWaitIsToldHowLongAndUntilThenOnly() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        site.numbers = { _, _ in (429, "") }
        let phone = try await atTheNumber(of: site)
        try await phone.see("Phone number")
        try phone.screen.type("+385 91 123 4567", into: "Phone number")
        try phone.screen.tap("Send PIN")
        let said = "This was asked for too often. Try again in \(10.formatted()) min."
        try await phone.see(said)
        #expect(phone.desk.announced.contains { Node.plain($0) == said })
        phone.screen.now = moment + 600
        #expect(!phone.screen.shows("This was asked for too often"))
    }

    @Test func theSystemIsToldWhatToFillIn() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        site.numbers = { _, _ in (200, #"{"pin":"p1","resend_after":30}"#) }
        let phone = try await atTheNumber(of: site)
        try await phone.see("Phone number")
        func fields() -> [[String]] {
            phone.screen.draw().all.filter { $0.kind == "field" }.map { $0.ofField.sorted() }
        }
        #expect(fields() == [["phonePad", "telephoneNumber"]])
        try phone.screen.type("+385 91 123 4567", into: "Phone number")
        try phone.screen.tap("Send PIN")
        try await phone.see("Enter the PIN")
        #expect(fields() == [["numberPad", "oneTimeCode"]])
    }

    @Test func whereNoPinsAreSentNoneIsOffered() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.see("No camera? Enter the values")
        #expect(!phone.screen.shows("Confirm by SMS instead"))
    }

    private func atTheNumber(of site: LoopbackParty) async throws -> Phone {
        let party = RelyingParty(
            issuer: "Harbour Bank", statusUrl: "\(site.address)/devices", signsIn: true,
            pinUrl: "\(site.address)/numbers")
        let client = RelyingPartyClient(signInAddress: URL(string: "\(site.address)/sign-in"), now: { moment })
        let phone = try Phone(party: party, client: client)
        try await phone.tap("Verify device")
        try await phone.see("User name")
        try phone.screen.type("ana", into: "User name")
        try phone.screen.type("right one", into: "Password")
        try phone.screen.tap("Sign in")
        try await phone.tap("Confirm by SMS instead")
        return phone
    }
}
