import Countersign
import Foundation
import Testing

private let payload = "otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP&issuer=Example"

/// What the façade adds to the library: observation, time, what is saved by itself, the end.
@MainActor
struct AuthenticatorTests {
    @Test func aCodeIsReplacedAtTheVeryMomentItsTimeEnds() async throws {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        _ = try await app.importText(payload)
        let looking = Task { await app.followCodes() }
        try await eventually { !app.codes.entries.isEmpty && phone.clock.naps.count >= 1 }
        var seen = [try timed(app)]
        #expect(seen[0].text == "915760")
        // The first began twenty seconds before; then one each thirty seconds, and none in between.
        for (naps, end) in [(1, 1_741_011_300.0), (2, 1_741_011_330), (3, 1_741_011_360)] {
            try await eventually { phone.clock.naps.count == naps }
            phone.clock.move(to: end - 0.001)
            for _ in 0..<20 { await Task.yield() }
            #expect(phone.clock.naps.count == naps, "nobody wakes before the end")
            phone.clock.move(to: end)
            try await eventually { app.codes.entries.first?.code != .timed(code: seen[seen.count - 1]) }
            seen.append(try timed(app))
            #expect(seen[seen.count - 1].validFrom == UInt64(end))
        }
        #expect(Set(seen.map(\.text)).count == 4)
        #expect(phone.clock.naps.allSatisfy { $0.timeIntervalSince1970.truncatingRemainder(dividingBy: 30) == 0 })
        looking.cancel()
        await looking.value
        #expect(app.codes.entries.isEmpty, "nobody looks any more")
    }

    @Test func codesAreThereWhileSomebodyLooksAndTheVaultIsOpenAndAtNoOtherTime() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        _ = try await app.importText(payload)
        #expect(app.codes.entries.isEmpty, "nobody looks")
        let (one, two) = (Task { await app.followCodes() }, Task { await app.followCodes() })
        try await eventually { app.codes.entries.count == 1 }
        await app.lock()
        try await eventually { app.codes.entries.isEmpty }
        try await app.openWithDeviceKey()
        try await eventually { app.codes.entries.count == 1 }
        one.cancel()
        await one.value
        #expect(app.codes.entries.count == 1, "the other still looks")
        two.cancel()
        await two.value
        #expect(app.codes.entries.isEmpty)
    }

    @Test func aChangeShowsAtOnceARenameARemovalACounterAClockThatIsSet() async throws {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        let looking = Task { await app.followCodes() }
        defer { looking.cancel() }
        let address = "otpauth://hotp/Example:c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=0"
        let id = try #require(try await app.importText(address).added.first)
        try await eventually { app.codes.told.texts == ["1 registered Example:c at 0"] }
        #expect(try await app.nextCode(id) == "755224")
        try await eventually { app.codes.told.texts == ["1 registered Example:c at 1"] }
        try await app.rename(id, issuer: "", name: "d")
        try await eventually { app.codes.told.texts == ["1 registered d at 1"] }
        try await app.remove(id)
        try await eventually { app.codes.entries.isEmpty }

        _ = try await app.importText(payload)
        try await eventually { app.codes.entries.count == 1 }
        let before = try timed(app)
        phone.clock.move(to: 1_741_011_290 + 86_400)
        app.refresh()
        try await eventually { app.codes.entries.first?.code != .timed(code: before) }
    }

    @Test func aPhoneThatIsWrongIsToldAndItsCodesAreRight() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        _ = try await app.importText(payload)
        let at = Date(timeIntervalSince1970: 1_741_011_292)
        #expect(try await app.measureClock(date: "Mon, 03 Mar 2025 14:14:55 GMT", receivedAt: at) == nil)
        #expect(try await app.measureClock(date: "Mon, 03 Mar 2025 14:16:52 GMT", receivedAt: at) == 120)
        #expect(try #require(try await app.codesNow().entries.first).code != .timed(code: code("915760")))
    }

    @Test func aFrameOfTheCameraIsReadWhereItLies() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let session = try await app.enroll()
        try await session.on(.scanQr)
        try await session.on(.cameraGranted)
        let blank = [UInt8](repeating: 200, count: 320 * 240)
        let sight = try blank.withUnsafeBytes { try session.frame($0, width: 320, height: 240, rowStride: 320) }
        #expect(sight.corners == nil && session.view == .scanQr(notice: nil))
        #expect(
            await refusal {
                _ = try blank.withUnsafeBytes { try session.frame($0, width: 321, height: 240, rowStride: 320) }
            }
                == "BadFrame")
        #expect(
            await refusal {
                _ = try blank.withUnsafeBytes { try session.frame($0, width: -1, height: 240, rowStride: 0) }
            }
                == "BadFrame")

        let plane = try await plane(of: payload)
        let seen = try plane.luma.withUnsafeBytes {
            try session.frame($0, width: plane.side, height: plane.side, rowStride: plane.rowStride)
        }
        #expect(seen.corners != nil)
        try await eventually {
            session.view == .showCode(account: 1, assumed: [], shortSecret: true, notice: nil, clockBehind: nil)
        }
        #expect(try await app.codesNow().told.texts == ["1 pending Example:alice"])
    }

    @Test func anExportIsReadOutOfAFrame() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let blank = [UInt8](repeating: 200, count: 320 * 240)
        let none = try blank.withUnsafeBytes { try app.importFrame($0, width: 320, height: 240, rowStride: 320) }
        #expect(none == nil)
        let plane = try await plane(of: payload)
        let imported = try plane.luma.withUnsafeBytes {
            try app.importFrame($0, width: plane.side, height: plane.side, rowStride: plane.rowStride)
        }
        #expect(imported?.added == [1])
        #expect(try await app.revealMigration().parts.count == 1)
    }

    @Test func whatIsOnlyTheAppsComesAsAnEffectAfterTheViewThatItIsOf() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let party = RelyingParty(issuer: "Example", statusUrl: "https://portal.example/devices", signsIn: false)
        let session = try await app.enroll(with: party)
        var carriedOut: [(ShellEffect, String)] = []
        let reader = Task {
            for await effect in session.effects { carriedOut.append((effect, rustName(session.view))) }
        }
        try await session.on(.scanQr)
        try await session.on(.cameraGranted)
        try await session.scanned([payload], source: .camera)
        try await session.on(.continue)
        try await eventually { carriedOut.count == 4 }
        #expect(carriedOut.dropLast().map(\.0) == [.requestCamera, .startCamera, .stopCamera])
        guard case .ask(let request) = carriedOut[3].0 else { throw Untold() }
        #expect(carriedOut[3].1 == "Confirming")
        #expect(request.url == "https://portal.example/devices?device=alice")
        #expect(!"\(request)".contains("alice"), "a request is not printed with the device name")
        let body = Data(#"{"status":"registered"}"#.utf8)
        try await session.answered(Response(status: 200, body: body, date: nil, receivedAt: 0))
        #expect(session.view == .deviceRegistered(account: 1))
        try await session.on(.done)
        try await eventually { carriedOut.last?.0 == .close }
        session.close()
        await reader.value
        #expect(await refusal { try await session.on(.done) } == "FlowEnded")
        #expect(
            await refusal { _ = try [0].withUnsafeBytes { try session.frame($0, width: 1, height: 1, rowStride: 1) } }
                == "FlowEnded")
    }

    @Test func anAppKilledAtTheCodeComesBackToIt() async throws {
        let phone = try Phone()
        let party = RelyingParty(issuer: nil, statusUrl: "https://portal.example/devices", signsIn: false)
        let before = phone.app()
        try await before.createWithDeviceKey()
        try await before.enroll(with: party).linked(payload)
        await before.lock()
        let after = phone.app()
        #expect(await after.look() == .locked(ways: [.deviceKey], deviceKeyLoss: nil))
        try await after.openWithDeviceKey()
        let view = try await after.enroll(with: party).view
        #expect(view == .showCode(account: 1, assumed: [], shortSecret: true, notice: nil, clockBehind: nil))
    }

    @Test func aSessionDoesNotOutliveTheLock() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let session = try await app.enroll()
        await app.lock()
        #expect(await refusal { try await session.on(.scanQr) } == "Locked")
        try await app.openWithDeviceKey()
        #expect(await refusal { try await session.on(.scanQr) } == "FlowEnded")
        try await app.enroll().on(.scanQr)
    }

    @Test func aPassphraseOpensFromEveryKeyboardAndTheLastWayStays() async throws {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithPassphrase("caf\u{00E9} \u{1F511}")
        #expect(await refusal { try await phone.app().openWithPassphrase("caf\u{00E9} \u{1F511}") } == "Busy")
        await app.lock()
        #expect(await refusal { try await app.openWithPassphrase("cafe \u{1F511}") } == "CannotOpen")
        try await app.openWithPassphrase("cafe\u{0301} \u{1F511}")
        #expect(await refusal { try await app.removeSlot(app.slots()[0].id) } == "LastSlot")
        let recovery = try await app.revealNewRecoveryKey()
        await app.lock()
        #expect(await app.look() == .locked(ways: [.passphrase, .recoveryKey], deviceKeyLoss: nil))
        #expect(await refusal { try await app.openWithRecoveryKey("short") } == "BadRecoveryKey")
        try await app.openWithRecoveryKey(recovery.lowercased())
        #expect(app.state == .open(recovered: nil, unread: 0))
        #expect(await refusal { try await app.createWithDeviceKey() } == "VaultExists")
    }

    @Test func aVaultThatCannotBeReadSaysSo() async throws {
        let phone = try Phone()
        try Data("something else".utf8).write(to: phone.file)
        guard case .unreadable(let error) = await phone.app().look() else { throw Untold() }
        #expect(rustName(error) == "NotAVault")
    }

    @Test func aSaveThatFailsIsToldByTheViewAndKeepsNothing() async throws {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        let session = try await app.enroll()
        try phone.fillDisk(true)
        try await session.linked(payload)
        try phone.fillDisk(false)
        #expect(session.view == .verifyDevice(notice: nil, saveFailed: true, offersSms: false))
        #expect(try await app.codesNow().entries.isEmpty)
        #expect(await refusal { _ = try await app.importPicture(Data("no picture".utf8)) } == "BadPicture")
    }

    private func timed(_ app: Authenticator) throws -> Code {
        guard case .timed(let code) = app.codes.entries.first?.code else { throw Untold() }
        return code
    }

    private func code(_ text: String) -> Code {
        Code(text: text, nextText: "", validFrom: 0, validUntil: 0)
    }

    /// The luma plane of a picture of this payload's code, with unused bytes at each row's end.
    private func plane(of payload: String) async throws -> (luma: [UInt8], side: Int, rowStride: Int) {
        let site = try Phone().app()
        try await site.createWithDeviceKey()
        let id = try #require(try await site.importText(payload).added.first)
        let code = try #require(try await site.revealAccount(id).code)
        #expect(!"\(code)".contains("modules"), "a code is not printed with what it holds")
        let (modules, scale) = (Int(code.side), 6)
        let side = (modules + 8) * scale
        var luma = [UInt8](repeating: 255, count: (side + 20) * side)
        for y in 0..<modules * scale {
            for x in 0..<modules * scale where code.modules[y / scale * modules + x / scale] == 1 {
                luma[(y + 4 * scale) * (side + 20) + x + 4 * scale] = 0
            }
        }
        return (luma, side, side + 20)
    }
}
