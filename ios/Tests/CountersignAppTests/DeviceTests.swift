import AVFoundation
import Countersign
import Foundation
import Testing
import UIKit

@testable import CountersignApp

/// What only a phone has, over stand-ins that note what they were asked.
@MainActor @Suite(.serialized)
struct DeviceTests {
    private let platform = PhonePlatform(client: RelyingPartyClient(signInAddress: nil))

    @Test func aCopiedCodeStaysOnThisDeviceAndGoesByItself() throws {
        platform.copy("123456")
        #expect(platform.pasted() == "123456")
        let options = UIPasteboard.general.options
        #expect(options[.localOnly] as? Bool == true)
        let end = try #require(options[.expirationDate] as? Date)
        #expect((40...46).contains(end.timeIntervalSinceNow))
    }

    @Test func whatIsToBeDoneInTheBackgroundIsDoneInTimeOrAtOnceWhenTheSystemWillNotWait() async throws {
        var done = 0
        platform.inBackground(after: 0.01) { done += 1 }
        #expect(UIApplication.shared.backgroundTasks.count == 1)
        while done == 0 || !UIApplication.shared.backgroundTasks.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        platform.inBackground(after: 3_600) { done += 1 }
        UIApplication.shared.backgroundTasks.values.first?()
        while done == 1 || !UIApplication.shared.backgroundTasks.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        #expect(done == 2)
    }

    @Test func theSettingsAreTheAppsAndWhatIsAnnouncedIsSaid() async {
        platform.openSettings()
        #expect(UIApplication.shared.opened.last?.absoluteString == "app-settings:")
        platform.announce("Copied")
        #expect(UIAccessibility.said.last == "Copied")
        AVCaptureDevice.status = .denied
        #expect(!platform.mayUseCamera)
        #expect(await !platform.askForCamera())
        AVCaptureDevice.status = .authorized
        #expect(platform.mayUseCamera)
        #expect(PhonePlatform.hasPasscode)
    }

    @Test func theLampFollowsItsButtonAndGoesOutWithTheCamera() async throws {
        let phone = try Phone()
        let camera = Camera(phone.shell)
        let layer = AVCaptureVideoPreviewLayer()
        camera.start(on: layer)
        try await phone.eventually { layer.session?.isRunning == true }
        let output = try #require(layer.session?.outputs.first as? AVCaptureVideoDataOutput)
        #expect(output.alwaysDiscardsLateVideoFrames)
        #expect(
            output.videoSettings[kCVPixelBufferPixelFormatTypeKey] as? UInt32
                == kCVPixelFormatType_420YpCbCr8BiPlanarFullRange)
        camera.light(true)
        output.see(CMSampleBuffer(nil))
        #expect(camera.device?.torchMode == .on && layer.session?.isRunning == true)
        camera.stop()
        output.see(CMSampleBuffer(nil))
        #expect(camera.device?.torchMode == .off && layer.session?.isRunning == false)
        try await phone.eventually { layer.connection?.videoRotationAngle == 90 }
    }

    @Test func theVaultLiesInTheAppsOwnFolder() {
        #expect(CountersignScene.file.path.hasSuffix("vault/accounts"))
    }
}

/// The way to the relying party.
@MainActor
struct RelyingPartyTests {
    private func request(_ url: String) -> Request {
        Request(method: "GET", url: url, accept: "application/json", body: nil, timeoutSeconds: 5)
    }

    @Test func whatCostsSomethingIsSentOnceEvenWhereTheConnectionBreaks() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        let client = RelyingPartyClient(signInAddress: URL(string: "\(site.address)/sign-in"), now: { moment })
        #expect(await client.signIn(user: "ana", password: "right one") == true)
        let number = #"{"number":"+385911234567"}"#
        func ask(_ body: String?) async -> Response? {
            await client.ask(
                Request(
                    method: "POST", url: "\(site.address)/numbers", accept: "application/json", body: body,
                    timeoutSeconds: 5))
        }
        site.numbers = { _, _ in (0, "") }
        #expect(await ask(number) == nil)
        #expect(site.sent == ["/numbers \(number)"])
        site.numbers = { _, _ in (429, "") }
        #expect(await ask(number)?.retryAfter == "600")
        #expect(await ask(nil)?.status == 429)
        #expect(site.sent == ["/numbers \(number)", "/numbers \(number)", "/numbers "])
    }

    @Test func aSignInGivesASessionThatGoesBackToWhereItCameFromOnly() async throws {
        let site = LoopbackParty()
        let other = LoopbackParty()
        defer {
            site.close()
            other.close()
        }
        let client = RelyingPartyClient(signInAddress: URL(string: "\(site.address)/sign-in"), now: { moment })
        #expect(await client.ask(request("\(site.address)/devices"))?.status == 401)
        #expect(await client.signIn(user: "ana", password: "wrong") == false)
        #expect(await client.signIn(user: "ana", password: "right one") == true)
        let answer = try #require(await client.ask(request("\(site.address)/devices")))
        #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == #"{"status":"pending"}"#)
        #expect(answer.date == "Mon, 03 Mar 2025 14:14:52 GMT" && answer.receivedAt == 1_741_011_292)
        #expect(await client.ask(request("\(other.address)/devices"))?.status == 401)
    }

    @Test func noRedirectIsFollowedAndNoMoreIsTakenThanIsBelieved() async throws {
        let site = LoopbackParty()
        defer { site.close() }
        let client = RelyingPartyClient(signInAddress: nil)
        #expect(await client.ask(request("\(site.address)/elsewhere"))?.status == 302)
        #expect(site.asked == ["GET /elsewhere HTTP/1.1"])
        let endless = try #require(await client.ask(request("\(site.address)/endless")))
        #expect(endless.body.count == 64 * 1024 + 1)
        #expect(await client.signIn(user: "ana", password: "right one") == nil)
    }

    @Test func nobodyIsAskedWithoutEncryptionAndSilenceIsNoAnswer() async {
        let client = RelyingPartyClient(signInAddress: nil)
        #expect(await client.ask(request("http://portal.example/devices")) == nil)
        #expect(await client.ask(request("ftp://127.0.0.1/devices")) == nil)
        let gone = LoopbackParty()
        gone.close()
        #expect(await client.ask(request("\(gone.address)/devices")) == nil)
    }
}
