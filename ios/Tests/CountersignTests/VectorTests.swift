import Countersign
import Foundation
import Testing

/// Every file of `tests/vectors/`, as far as an app can tell: the same verdicts and codes as in Rust.
///
/// Two kinds of account have no codes here, and no call that would give any: of `yandex.json` and `motp.json` the flow's
/// refusal is what can be seen. The cases of `migration.json` without an address are rules, or belong to files that cannot
/// be shipped.
@MainActor
struct VectorTests {
    @Test func eachKeyOfTheBase32FileIsTakenOrRefusedAtItsField() async throws {
        let cases = try JSON.shared("vectors/base32.json").list
        #expect(cases.count == 26)
        var alike: Set<String> = []
        for vector in cases {
            let place: Comment = "\(vector["input"])"
            let app = try Phone().app()
            try await app.createWithDeviceKey()
            let session = try await app.enroll()
            try await session.on(.enterManually)
            try await session.submit(ManualForm(name: "a"), key: #require(vector["input"].text))
            switch session.view {
            case .showCode(let account, _, _, _, _):
                let kept = try #require(parameters(try await app.revealAccount(account).text)["secret"])
                if vector["verdict"] == .text("ok") {
                    #expect(hexadecimal(kept) == vector["hex"].text, place)
                } else {
                    #expect(vector["verdict"] == .text("ok16"), place)
                    alike.insert(hexadecimal(kept))
                }
            case .manualEntry(let errors, _):
                #expect(vector["verdict"] == .text("refuse"), place)
                #expect(errors.map(\.field) == [.key], place)
            default: Issue.record(place)
            }
        }
        #expect(alike.count == 1, "an incomplete last character adds nothing")
    }

    nonisolated static let addresses: [JSON] = ["otpauth_uris", "otpauth_uris_more"].flatMap { name in
        (try? JSON.shared("vectors/\(name).json"))?["cases"].list ?? []
    }

    @Test func allAddressesAreFound() {
        #expect(Self.addresses.count == 64 + 65)
    }

    @Test(arguments: addresses)
    func eachAddressHasItsVerdictAndItsCode(vector: JSON) async throws {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        let session = try await app.enroll()
        let notice = try await session.refusal(of: #require(vector["uri"].text))
        let expect = vector["expect"]
        if vector["verdict"] == .text("refuse") {
            guard case .notAnEnrollment(let error) = notice else { throw Untold() }
            if let name = vector["error"].text { #expect(rustName(error) == name) }
            return
        }
        if expect["type"] == .text("yandex") {
            #expect(notice == .unsupported)
            return
        }
        #expect(notice == nil)
        guard case .showCode(_, let assumed, _, _, _) = session.view else { throw Untold() }
        #expect((vector["verdict"] == .text("ok")) == assumed.isEmpty)
        let entry = try #require(try await phone.entries(of: app, at: 1_741_011_292).first)
        #expect(entry.issuer == expect["issuer"].text)
        #expect(entry.name == expect["account"].text)
        let kept = parameters(try await app.revealAccount(entry.id).text)
        if expect["type"] != .text("steam") {
            #expect(kept["algorithm"] == expect["algorithm"].text)
            #expect(kept["digits"] == expect["digits"].number.map(String.init))
        }
        if expect["type"] == .text("totp") { #expect(kept["period"] == expect["period"].number.map(String.init)) }
        let code: String
        switch entry.code {
        case .timed(let timed): code = timed.text
        case .onRequest(let next):
            #expect("\(next)" == expect["counter"].digits)
            code = try await app.nextCode(entry.id)
        case .unsupported: throw Untold()
        }
        #expect(Int64(code.count) == expect["digits"].number)
        #expect(code == expect["code_at_1741011292"].text)
    }

    @Test func theCountersOfRFC4226GiveItsCodes() async throws {
        let file = try JSON.shared("vectors/rfc4226.json")
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let id = try await app.enrolled("otpauth://hotp/rfc?secret=\(file["secret_base32"].text ?? "")&counter=0")
        let expected = file["vectors"].list.map { $0["hotp"].text }
        #expect(expected.count == 10)
        for (count, code) in expected.enumerated() { #expect(try await app.nextCode(id) == code, "counter \(count)") }
    }

    @Test func theTimesOfRFC6238GiveItsCodes() async throws {
        let file = try JSON.shared("vectors/rfc6238.json")
        #expect(file["vectors"].list.count == 18)
        for algorithm in ["SHA1", "SHA256", "SHA512"] {
            let seed = try #require(file["seeds"][algorithm]["base32"].text).replacingOccurrences(of: "=", with: "")
            for digits in 6...8 {
                let address = "otpauth://totp/a?secret=\(seed)&algorithm=\(algorithm)&digits=\(digits)"
                for vector in file["vectors"].list where vector["algorithm"] == .text(algorithm) {
                    let code = try await code(of: address, at: #require(vector["time"].number))
                    #expect(code == vector["digits\(digits)"].text, "\(vector)")
                }
            }
        }
    }

    @Test func steamsCodesAreSteams() async throws {
        let vectors = try JSON.shared("vectors/steam.json")["vectors"].list
        #expect(vectors.count == 4)
        for vector in vectors {
            let address = "otpauth://steam/Steam:a?secret=\(vector["secret_base32"].text ?? "")"
            #expect(
                try await code(of: address, at: #require(vector["time"].number)) == vector["code"].text, "\(vector)")
        }
    }

    @Test func whatAnotherAppExportsIsImportedAndIsNoEnrollment() async throws {
        let cases = try JSON.shared("vectors/migration.json")["cases"].list.filter { $0["uri"].text != nil }
        #expect(cases.map { $0["id"].text } == ["M01", "M02", "M03"])
        var all: [[String]] = []
        for vector in cases {
            let address = try #require(vector["uri"].text)
            let app = try Phone().app()
            try await app.createWithDeviceKey()
            #expect(try await app.enroll().refusal(of: address) == .transfer)
            let broken = String(address.dropLast(9))
            #expect(try await app.enroll().refusal(of: broken) == .notAnEnrollment(error: .badMigration))
            #expect(await refusal { _ = try await app.importText(broken) } == "BadPayload")
            let imported = try await app.importText(address)
            #expect(imported.parts.map { [$0.number, $0.of] } == [[1, 1]])
            var texts: [String] = []
            for id in imported.added {
                texts.append(try await app.revealAccount(id).text.components(separatedBy: "&issuer")[0])
            }
            for (text, expect) in zip(texts, vector["expect"].list) {
                let name = expect["name"].text?.replacingOccurrences(of: "@", with: "%40") ?? ""
                #expect(text == "otpauth://\(expect["type"].text ?? "")/\(name)?secret=\(expect["secret"].text ?? "")")
            }
            all.append(texts)
        }
        // The cases of two accounts and of the unescaped plus have no expectation of their own in the file.
        #expect(all[1] == ["otpauth://totp/Example:alice%40google.com?secret=CHGEE4VO72DVNFA76NJS7HL6EREGQ6HU"])
        #expect(all[2].count == 2)
    }

    @Test func codesThatNeedAPINAreNotEnrolled() async throws {
        let app = try Phone().app()
        try await app.createWithDeviceKey()
        let yandex = try JSON.shared("vectors/yandex.json")["vectors"].list
        let motp = try JSON.shared("vectors/motp.json")["vectors"].list
        #expect(yandex.count == 5 && motp.count == 8)
        for vector in yandex {
            let address = "otpauth://yaotp/a?secret=\(vector["secret"].text ?? "")"
            #expect(try await app.enroll().refusal(of: address) == .unsupported)
        }
        for vector in motp {
            let address = "motp://a?secret=\(vector["secret_hex"].text ?? "")"
            #expect(try await app.enroll().refusal(of: address) == .notAnEnrollment(error: .notOtpauth))
        }
    }

    @Test func aVaultOfVersion1OpensByEachOfItsSlotsAndWhatIsSavedIntoItIsReadAgain() throws {
        let told = try JSON.shared("vectors/vault_v1_accounts.json")
        let key = bytes(told["device_key_hex"].text ?? "")
        let passphrase = Data((told["passphrase"].text ?? "").utf8)
        let recovery = told["recovery_key"].text ?? ""
        let ways: [(Vault) throws -> Opened] = [
            { try $0.openWithDeviceKey(key: key) },
            { try $0.openWithPassphrase(passphrase: passphrase) },
            { try $0.openWithRecoveryKey(typed: Data(recovery.utf8)) },
            {
                let typed = recovery.lowercased().replacingOccurrences(of: "-", with: " ")
                return try $0.openWithRecoveryKey(typed: Data(typed.utf8))
            },
        ]
        for way in ways {
            let phone = try Phone()
            try phone.takeOver(told)
            let vault = Vault(path: phone.file.path)
            let outline = try #require(try vault.outline())
            #expect(Int64(outline.generation) == told["generation"].number)
            #expect(outline.slots.map { JSON.text(rustName($0.kind)) } == told["slots"].list)
            #expect(try way(vault) == Opened(recovered: nil, unread: 0))
            #expect(try vault.codesAt(unixTime: 0).told == told["accounts"])
            try vault.rename(id: 1, issuer: "Example", name: "bob")
            _ = try way(vault)
            #expect(try vault.codesAt(unixTime: 0).entries.first?.name == "bob")
        }
    }

    /// The container of version 1. What is sealed in it lacks a field that accounts have to have.
    @Test func eachSlotOfTheOldestVaultOpensAndNoOtherKeyDoes() throws {
        let told = try JSON.shared("vectors/vault_v1.json")
        let phone = try Phone()
        try phone.takeOver(told)
        let vault = Vault(path: phone.file.path)
        func error(_ open: () throws -> Opened) -> String {
            do {
                _ = try open()
                return "opened"
            } catch {
                return rustName(error)
            }
        }
        let passphrase = told["passphrase"].text ?? ""
        let recovery = told["recovery_key"].text ?? ""
        #expect(error { try vault.openWithPassphrase(passphrase: Data(passphrase.utf8)) } == "Damaged")
        #expect(error { try vault.openWithPassphrase(passphrase: Data("\(passphrase) ".utf8)) } == "CannotOpen")
        #expect(error { try vault.openWithRecoveryKey(typed: Data(recovery.utf8)) } == "Damaged")
        #expect(error { try vault.openWithRecoveryKey(typed: Data(recovery.utf8).dropFirst()) } == "BadRecoveryKey")
        #expect(error { try vault.openWithDeviceKey(key: Data(repeating: 0x11, count: 32)) } == "Damaged")
        #expect(error { try vault.openWithDeviceKey(key: Data(repeating: 0x12, count: 32)) } == "CannotOpen")
    }

    private func code(of address: String, at time: Int64) async throws -> String {
        let phone = try Phone()
        let app = phone.app()
        try await app.createWithDeviceKey()
        _ = try await app.enrolled(address)
        guard case .timed(let code) = try await phone.entries(of: app, at: time).first?.code else { throw Untold() }
        return code.text
    }
}

extension Phone {
    /// Puts the file of a vector in the vault's place.
    fileprivate func takeOver(_ told: JSON) throws {
        let from = sharedTests.appendingPathComponent("vectors").appendingPathComponent(told["file"].text ?? "")
        try FileManager.default.copyItem(at: from, to: file)
    }
}

extension EnrollmentSession {
    /// Why the flow does not take an address, or nothing where it does.
    fileprivate func refusal(of address: String) async throws -> ScanNotice? {
        try await linked(address)
        switch view {
        case .verifyDevice(let notice, _, _): return try #require(notice)
        case .showCode: return nil
        default: throw Untold()
        }
    }
}

extension Authenticator {
    fileprivate func enrolled(_ address: String) async throws -> AccountId {
        let session = try await enroll()
        #expect(try await session.refusal(of: address) == nil)
        guard case .showCode(let account, _, _, _, _) = session.view else { throw Untold() }
        try await session.on(.continue)
        return account
    }
}

/// The parameters of an address; none of those that are looked at here has a percent sign.
private func parameters(_ address: String) -> [String: String] {
    let query = address.components(separatedBy: "?").last ?? ""
    let pairs = query.components(separatedBy: "&").map { $0.components(separatedBy: "=") }
    return Dictionary(pairs.map { ($0[0], $0.last ?? "") }) { $1 }
}

/// What five bits a character come to, in hexadecimal.
private func hexadecimal(_ key: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (bits, count, text) = (0, 0, "")
    for character in key {
        bits = bits << 5 | (alphabet.firstIndex(of: character) ?? 0)
        count += 5
        if count >= 8 {
            count -= 8
            text += String(format: "%02x", bits >> count & 255)
            bits &= 1 << count - 1
        }
    }
    return text
}

private func bytes(_ hexadecimal: String) -> Data {
    let digits = Array(hexadecimal)
    return Data(stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
}
