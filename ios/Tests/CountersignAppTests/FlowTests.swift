import AVFoundation
import Countersign
import Foundation
import Security
import SwiftUI
import Testing

@testable import CountersignApp

/// The whole app on the real library, the keychain store and a real relying party, tapped through.
@MainActor @Suite(.serialized)
struct FlowTests {
    private let payload =
        "otpauth://totp/Harbour%20Bank:Ana%E2%80%99s%20phone?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        + "&issuer=Harbour%20Bank"

    @Test func fromAFrameOfTheCameraToDeviceRegistered() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        let party = RelyingParty(issuer: "Harbour Bank", statusUrl: "\(site.address)/devices", signsIn: true)
        let client = RelyingPartyClient(signInAddress: URL(string: "\(site.address)/sign-in"), now: { moment })
        let phone = try Phone(party: party, client: client)
        try await phone.see("No codes yet")
        try await phone.tap("Verify device")

        try await phone.see("User name")
        try phone.screen.type("ana", into: "User name")
        try phone.screen.type("wrong", into: "Password")
        try phone.screen.tap("Sign in")
        try await phone.see("User name or password is wrong.")
        try phone.screen.type("right one", into: "Password")
        try phone.screen.tap("Sign in")

        try await phone.tap("Scan QR")
        try await phone.see("Hold the QR code within the brackets")
        try await phone.eventually { phone.shell.filming }
        let nothing = CVPixelBuffer(luma: [UInt8](repeating: 128, count: 640 * 480), width: 640, rowStride: 640)
        try await phone.show(nothing)
        #expect(phone.shell.filming)
        try await phone.show(try await frame(of: payload))

        try await phone.see("Enter this code on the web")
        try await phone.eventually { !phone.shell.filming }
        try await phone.see("Code ")
        let code = try #require(phone.screen.draw().all.compactMap(\.label).first { $0.hasPrefix("Code ") })
        try await phone.tap("Continue")
        try await phone.see("Enter the code on the web first, then tap Continue.")
        try await phone.see(code)
        #expect(phone.desk.announced.contains("Enter the code on the web first, then tap Continue."))

        site.status = "registered"
        try await phone.tap("Continue")
        try await phone.see("Device registered")
        try await phone.tap("Done")
        let card = "Harbour Bank · Ana’s phone, \(code)"
        try await phone.tap(card)
        let digits = code.filter(\.isNumber)
        #expect(digits.count == 6)
        #expect(phone.desk.copied == [digits])
        #expect(site.asked.last == "GET /devices?device=Ana%E2%80%99s%20phone HTTP/1.1")
    }
}
