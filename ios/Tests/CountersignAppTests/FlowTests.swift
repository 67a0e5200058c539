import AVFoundation
import Countersign
import Foundation
import PhotosUI
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
        let code = try #require(
            phone.screen.draw().all.compactMap { Node.plain($0.label) }.first { $0.hasPrefix("Code ") })
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

@MainActor
extension FlowTests {
    @Test func theValuesAreTypedAndEachMistakeIsToldAtItsField() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.tap("No camera? Enter the values")
        try await phone.see("Exactly as on the web: capital letters matter")
        try phone.screen.type("JBSW Y3DP 1", into: "Key")
        try phone.screen.tap("Continue")
        try await phone.see("This is needed")
        try await phone.see("Character \(11.formatted()) belongs in no key. The digits 0, 1, 8 and 9 never do")
        let field = try #require(phone.screen.draw().all.first { $0.kind == "field" && $0.label == "Device name" })
        #expect(field.hint == "This is needed")
        try phone.screen.type("Ana’s Phone", into: "Device name")
        try phone.screen.type("jbsw y3dp ehpk 3pxp jbsw y3dp", into: "Key")
        try phone.screen.tap("Advanced")
        try phone.screen.type("0", into: "Period in seconds")
        try phone.screen.tap("Continue")
        try await phone.see("This number is not possible")
        try phone.screen.type("60", into: "Period in seconds")
        try phone.screen.tap("8")
        try phone.screen.tap("Continue")
        try await phone.see("Enter this code on the web")
        try await phone.see("Code ")
        let code = try #require(
            phone.screen.draw().all.compactMap { Node.plain($0.label) }.first { $0.hasPrefix("Code ") })
        #expect(code.filter(\.isNumber).count == 8)
        try await phone.tap("Continue")
        try await phone.tap("Done")
        try await phone.see("Ana’s Phone")
    }

    @Test func theFormIsLeftAndWhatIsTypedForAnotherKindIsNotSent() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.tap("No camera? Enter the values")
        try await phone.tap("Advanced")
        try phone.screen.type("soon", into: "Period in seconds")
        try phone.screen.tap("By counter")
        #expect(phone.screen.find("Period in seconds") == nil)
        try phone.screen.type("7", into: "Counter")
        try phone.screen.type("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", into: "Key")
        try phone.screen.type("counting", into: "Device name")
        try phone.screen.tap("Back")
        try await phone.see("Scan QR")
        try await phone.tap("No camera? Enter the values")
        try await phone.see("Device name")
        try phone.screen.type("counting", into: "Device name")
        try phone.screen.type("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", into: "Key")
        try await phone.tap("Advanced")
        try phone.screen.tap("By counter")
        try phone.screen.type("7", into: "Counter")
        try phone.screen.tap("Continue")
        try await phone.tap("Next code")
        try await phone.see("Code ")
        let code = try #require(
            phone.screen.draw().all.compactMap { Node.plain($0.label) }.first { $0.hasPrefix("Code ") })
        try phone.screen.tap(code)
        #expect(phone.desk.copied == [code.filter(\.isNumber)])
        #expect(try await phone.shell.authenticator.codesNow().entries.first?.code == .onRequest(next: 8))
    }

    @Test func cancelAtTheCodeKeepsNothing() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.tap("Scan QR")
        try await phone.see("Hold the QR code within the brackets")
        try await phone.show(try await frame(of: payload))
        try await phone.see("Enter this code on the web")
        try await phone.tap("Cancel")
        try await phone.see("Nothing was kept")
        try await phone.see("No codes yet")
        try await phone.tap("Lock")
        try await phone.see("Locked")
        try await phone.tap("Unlock")
        try await phone.see("No codes yet")
    }

    @Test func anAppKilledAtTheCodeComesBackToIt() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        phone.desk.clipboard = payload
        try await phone.tap("Paste a copied link")
        try await phone.see("Enter this code on the web")
        await phone.restart()
        try await phone.see("Enter this code on the web")
        try await phone.tap("Continue")
        try await phone.see("Device registered")
    }

    @Test func aCopiedLinkIsFollowedWithoutTheCamera() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.tap("Paste a copied link")
        try await phone.see("There is no enrollment link in the clipboard.")
        phone.desk.clipboard = "https://example.org"
        try await phone.tap("Paste a copied link")
        try await phone.see("This does not register a device")
        phone.desk.clipboard = " \(payload)\n"
        try await phone.tap("Paste a copied link")
        try await phone.see("Enter this code on the web")
        #expect(phone.desk.askedForCamera == 0 && !phone.shell.filming)
    }

    @Test func aLinkOfAnotherAppIsAskedAboutAndNothingIsKeptBefore() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        let link = try #require(URL(string: payload))
        phone.screen.open(link)
        try await phone.see("Register “Harbour Bank · Ana’s phone” on this phone?")
        #expect(try await phone.shell.authenticator.codesNow().entries.isEmpty)
        try await phone.tap("Cancel")
        #expect(!phone.screen.shows("on this phone?"))
        #expect(phone.shell.session == nil)
        #expect(try await phone.shell.authenticator.codesNow().entries.isEmpty)

        phone.screen.open(link)
        try await phone.tap("Register")
        try await phone.see("Enter this code on the web")
        #expect(try await phone.shell.authenticator.codesNow().entries.map(\.name) == ["Ana’s phone"])
    }

    @Test func aLinkThatOpensTheAppWaitsForTheVaultAndALockForgetsIt() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        try await phone.tap("Lock")
        try await phone.see("Locked")
        phone.shell.take(payload)
        try await phone.tap("Register")
        try await phone.tap("Unlock")
        try await phone.see("Enter this code on the web")
        try await phone.tap("Cancel")
        try await phone.see("No codes yet")
        phone.shell.take(payload)
        try await phone.eventually { phone.shell.offer != nil }
        phone.shell.lock()
        try await phone.see("Locked")
        #expect(phone.shell.offer == nil)
        try await phone.tap("Unlock")
        try await phone.see("No codes yet")
        #expect(phone.shell.session == nil)
    }

    @Test func aCameraThatIsRefusedLeavesTheFormAndOneThatIsAllowedInTheSettingsStarts() async throws {
        let phone = try Phone()
        phone.desk.mayUseCamera = false
        try await phone.tap("Verify device")
        try await phone.tap("Scan QR")
        try await phone.see("This app may not use the camera.")
        try await phone.see("Open settings")
        phone.shell.goAway()
        phone.desk.mayUseCamera = true
        phone.shell.comeBack()
        try await phone.see("Hold the QR code within the brackets")
        try await phone.tap("Enter the values")
        try await phone.see("Device name")
        try await phone.eventually { !phone.shell.filming }
    }

    @Test func aPictureOfTheLibraryIsRead() async throws {
        let phone = try Phone()
        try await phone.tap("Verify device")
        try await phone.tap("Scan QR")
        photographInLibrary = PhotosPickerItem(nil)
        try await phone.tap("Choose a picture")
        try await phone.see("This picture cannot be read")
        let file = repository.appendingPathComponent("docs/photograph.png")
        photographInLibrary = PhotosPickerItem(try Data(contentsOf: file))
        try await phone.tap("Choose a picture")
        try await phone.see("Harbour Bank · Ana’s phone")
        try await phone.see("Code 3 7 8 8 6 7")
    }

    @Test func aPassphraseOpensWhatAnotherPhoneDoesNot() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        try await phone.tap("Ways to unlock")
        try await phone.tap("Set a passphrase")
        try phone.screen.type("correct horse", into: "Passphrase")
        try phone.screen.type("correct hose", into: "Passphrase again")
        try phone.screen.tap("Save")
        #expect(phone.screen.shows("The two are not the same"))
        try phone.screen.type("correct horse", into: "Passphrase again")
        try phone.screen.tap("Save")
        try await phone.see("The passphrase opens your codes from now on.")
        try await phone.eventually { !phone.shell.busy && !phone.shell.oneWay }
        try await phone.tap("New recovery key")
        try await phone.see("Write this down")
        let key = try #require(phone.shell.recoveryKey)
        #expect(phone.screen.shows(key.replacingOccurrences(of: "-", with: " ")))
        try await phone.tap("Done")
        #expect(!phone.screen.shows(String(key.prefix(4))))

        KeychainInMemory.shared.moveToAnotherPhone(phone.service)
        await phone.restart()
        try await phone.see("This device can no longer open your codes")
        #expect(phone.screen.find("Unlock") == nil)
        try await phone.tap("Passphrase")
        try phone.screen.type("wrong horse", into: "Passphrase")
        try phone.screen.tap("Unlock")
        try await phone.see("This does not open it. Try again.")
        try await phone.tap("Passphrase")
        try phone.screen.type("correct horse", into: "Passphrase")
        try phone.screen.tap("Unlock")
        try await phone.see("No codes yet")
        try await phone.eventually { !phone.shell.busy }
        await phone.restart()
        try await phone.see("No codes yet")
    }

    @Test func whereNothingOpensTheVaultAnyMoreItIsPutAsideAndTheAppBeginsAnew() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        _ = try await phone.shell.authenticator.importText(payload)
        KeychainInMemory.shared.moveToAnotherPhone(phone.service)
        await phone.restart()
        try await phone.see("Nothing opens your codes on this phone any more")
        #expect(phone.screen.find("Unlock") == nil)
        try await phone.tap("Start anew")
        try await phone.see("Nothing is deleted")
        try await phone.tap("Cancel")
        #expect(!phone.screen.shows("Nothing is deleted"))
        try await phone.tap("Start anew")
        try phone.screen.tap("Start anew")
        try await phone.see("No codes yet")
        let folder = phone.file.deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasSuffix(".aside") })
    }

    @Test func aLinkThatBringsTheAppBackAfterLongIsNotForgottenByTheLock() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        phone.screen.environment.scenePhase = .background
        phone.screen.draw()
        phone.desk.now += 60
        phone.screen.open(try #require(URL(string: payload)))
        try await phone.eventually { phone.shell.offer != nil }
        let asked = KeychainInMemory.shared.timesAsked(of: phone.service)
        phone.screen.environment.scenePhase = .active
        phone.screen.draw()
        try await phone.eventually { KeychainInMemory.shared.timesAsked(of: phone.service) == asked + 1 }
        try await phone.tap("Register")
        try await phone.see("Enter this code on the web")
    }

    @Test func aLinkThatRegistersNothingIsToldInTheFlowWithoutAQuestion() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        phone.screen.open(try #require(URL(string: "otpauth://totp/a?period=30")))
        try await phone.see("This registration code is faulty. Ask for a new one")
        #expect(phone.shell.offer == nil)
    }

    @Test func whoeverDeclinesToConfirmIsToldNothingAndMayTryAgain() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        KeychainInMemory.shared.answer(phone.service, with: errSecUserCanceled)
        await phone.restart()
        try await phone.see("Locked")
        try await phone.eventually { !phone.shell.busy }
        #expect(phone.shell.message == nil)
        KeychainInMemory.shared.answer(phone.service, with: errSecSuccess)
        try await phone.tap("Unlock")
        try await phone.see("No codes yet")
    }

    @Test func anAppThatWasAwayForLongIsLockedAndOpensAgainWhereItWas() async throws {
        let phone = try Phone()
        phone.desk.clipboard = payload
        try await phone.tap("Verify device")
        try await phone.tap("Paste a copied link")
        try await phone.see("Enter this code on the web")
        phone.screen.environment.scenePhase = .background
        phone.screen.draw()
        phone.desk.now += 10
        phone.screen.environment.scenePhase = .active
        phone.screen.draw()
        try await phone.eventually { !phone.shell.busy }
        #expect(phone.shell.session != nil, "a short look elsewhere")

        phone.shell.goAway()
        let asked = KeychainInMemory.shared.timesAsked(of: phone.service)
        let whileAway = try #require(phone.desk.whileAway)
        await whileAway()
        #expect(phone.shell.authenticator.state == .locked(ways: [.deviceKey], deviceKeyLoss: nil))
        phone.desk.now += 60
        phone.shell.comeBack()
        try await phone.see("Enter this code on the web")
        #expect(KeychainInMemory.shared.timesAsked(of: phone.service) == asked + 1)

        // Where the system held the process still, the lock comes before anything is seen.
        phone.shell.goAway()
        phone.desk.now += 60
        phone.shell.comeBack()
        try await phone.eventually { KeychainInMemory.shared.timesAsked(of: phone.service) == asked + 2 }
        try await phone.see("Enter this code on the web")
    }

    @Test func theListHidesRenamesRemovesAndFinds() async throws {
        let phone = try Phone()
        try await phone.see("No codes yet")
        for name in ["a", "b", "c", "d", "e"] {
            let payload = "otpauth://totp/Site:\(name)?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX\(name)&issuer=Site"
            _ = try await phone.shell.authenticator.importText(payload)
        }
        try await phone.see("Site · e")
        try phone.screen.type(" SITE · B", into: "Search")
        #expect(phone.screen.find("More: Site · b") != nil && phone.screen.find("More: Site · a") == nil)
        try phone.screen.type("nobody", into: "Search")
        #expect(phone.screen.shows("No account matches"))
        try phone.screen.tap("Clear")
        try phone.screen.type("· b", into: "Search")
        try phone.screen.tap("Rename")
        try phone.screen.type("Ana’s Phone", into: "Device name")
        try phone.screen.tap("Save")
        try phone.screen.type("Ana", into: "Search")
        try await phone.see("Site · Ana’s Phone")
        try phone.screen.tap("Remove")
        try await phone.see("Remove “Site · Ana’s Phone”?")
        try phone.screen.tap("Remove")
        try await phone.see("No account matches")
        #expect(try await phone.shell.authenticator.codesNow().entries.count == 4)

        try phone.screen.type("· a", into: "Search")
        phone.shell.hidesCodes = true
        try await phone.see("Site · a, Code hidden")
        #expect(phone.desk.hidesCodes)
        try phone.screen.tap("Site · a, Code hidden")
        #expect(!phone.screen.shows("Site · a, Code hidden"))
        #expect(phone.desk.copied.isEmpty, "the first tap shows, the second copies")
    }
}
