import Countersign
import Foundation
import Security
import Testing

/// The keychain store, with what becomes of a device key on a phone.
@MainActor
struct KeychainTests {
    private let keychain = KeychainInMemory.shared
    private let phone: Phone
    private let service = UUID().uuidString

    init() throws {
        phone = try Phone()
    }

    private func app(_ confirmation: KeyConfirmation = .none) -> Authenticator {
        Authenticator(
            file: phone.file, keys: Keychain(service: service, confirmation: confirmation), clock: phone.clock)
    }

    private var items: [KeychainInMemory.Item] { keychain.items(of: service) }

    @Test func aKeyIsForThisDeviceWhileItIsUnlockedAndAsksNobodyUnlessTold() async throws {
        try await app().createWithDeviceKey()
        let item = try #require(items.first)
        #expect(items.count == 1 && item.data.count == 32)
        #expect(item.accessible == kSecAttrAccessibleWhenUnlockedThisDeviceOnly)
        #expect(item.flags == nil)
        let asked = keychain.timesAsked(of: service)
        let again = app()
        try await again.openWithDeviceKey()
        #expect(again.state == .open(recovered: nil, unread: 0))
        #expect(keychain.timesAsked(of: service) == asked)
    }

    @Test(arguments: [KeyConfirmation.userPresence, .currentBiometry])
    func whereItIsToldTheSystemAsksAndWhoeverDeclinesIsAskedAgain(confirmation: KeyConfirmation) async throws {
        let first = app(confirmation)
        try await first.createWithDeviceKey()
        await first.lock()
        #expect(items.first?.accessible == kSecAttrAccessibleWhenUnlockedThisDeviceOnly)
        #expect(items.first?.flags == (confirmation == .userPresence ? .userPresence : .biometryCurrentSet))
        let asked = keychain.timesAsked(of: service)
        let again = app(confirmation)
        #expect(await again.look() == .locked(ways: [.deviceKey], deviceKeyLoss: nil))
        #expect(keychain.timesAsked(of: service) == asked, "to look asks nobody")
        // Whoever failed to be recognised did not decline, and is to be told.
        for (answer, error) in [
            (errSecUserCanceled, AuthenticatorError.notConfirmed),
            (errSecAuthFailed, .keychain(status: errSecAuthFailed)),
        ] {
            keychain.answer(service, with: answer)
            #expect(await thrown { try await again.openWithDeviceKey(reason: "Unlock") } == error)
            #expect(again.state == .locked(ways: [.deviceKey], deviceKeyLoss: nil))
        }
        keychain.answer(service, with: errSecSuccess)
        try await again.openWithDeviceKey(reason: "Unlock")
    }

    @Test func onAnotherPhoneTheKeyIsGoneAndThePassphraseOpensAndNothingIsLost() async throws {
        let first = app()
        try await first.createWithDeviceKey()
        _ = try await first.importText("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")
        try await first.addPassphrase("correct horse")
        let recovery = try await first.revealNewRecoveryKey()
        await first.lock()

        keychain.moveToAnotherPhone(service)
        let restored = app()
        #expect(
            await restored.look() == .locked(ways: [.passphrase, .recoveryKey], deviceKeyLoss: .missing))
        #expect(await thrown { try await restored.openWithDeviceKey() } == .deviceKeyLost(.missing))
        try await restored.openWithPassphrase("correct horse")
        #expect(try await restored.codesNow().told.texts == ["1 registered Example:alice"])
        try await restored.renewDeviceKey()
        #expect(try await restored.slots().map(\.kind).filter { $0 == .deviceKey }.count == 1)
        await restored.lock()
        try await restored.openWithDeviceKey()
        await restored.lock()
        try await restored.openWithRecoveryKey(recovery)
        #expect(try await restored.codesNow().told.texts == ["1 registered Example:alice"])
    }

    @Test func aNewFingerEndsAKeyThatIsForTheOldOnesOnly() async throws {
        let first = app(.currentBiometry)
        try await first.createWithDeviceKey()
        try await first.addPassphrase("correct horse")
        await first.lock()
        keychain.enrollAnotherFinger(service)
        #expect(await thrown { try await first.openWithDeviceKey() } == .deviceKeyLost(.invalidated))
        #expect(first.state == .locked(ways: [.passphrase], deviceKeyLoss: .invalidated))
        try await first.openWithPassphrase("correct horse")
        try await first.renewDeviceKey()
        await first.lock()
        try await first.openWithDeviceKey()
        #expect(items.count == 1)
    }

    @Test func aKeychainThatDoesNotAnswerIsNoLossAndNoReasonForANewKey() async throws {
        let first = app()
        try await first.createWithDeviceKey()
        await first.lock()
        for status in [errSecInteractionNotAllowed, errSecNotAvailable] {
            keychain.refuse(service, with: status)
            #expect(await first.look() == .locked(ways: [.deviceKey], deviceKeyLoss: nil))
            #expect(await thrown { try await first.openWithDeviceKey() } == .keychain(status: status))
        }
        keychain.refuse(service, with: nil)
        try await first.openWithDeviceKey()
    }

    @Test func whereAVaultCannotBeMadeNoKeyIsLeftBehind() async throws {
        try phone.fillDisk(true)
        #expect(await refusal { try await app().createWithDeviceKey() } == "NotSaved")
        try phone.fillDisk(false)
        #expect(items.isEmpty)
        keychain.refuse(service, with: errSecNotAvailable)
        #expect(await thrown { try await app().createWithDeviceKey() } == .keychain(status: errSecNotAvailable))
        keychain.refuse(service, with: nil)
        #expect(await app().look() == .absent)
    }

    @Test func whereANewKeyCannotBeSavedTheOldOneGoesOn() async throws {
        let first = app()
        try await first.createWithDeviceKey()
        let old = items.map(\.account)
        try phone.fillDisk(true)
        #expect(await refusal { try await first.renewDeviceKey() } == "NotSaved")
        try phone.fillDisk(false)
        #expect(items.map(\.account) == old)
        await first.lock()
        try await first.openWithDeviceKey()
        try await first.renewDeviceKey()
        #expect(items.map(\.account) != old && items.count == 1)
    }

    @Test func aKeyThatNeverCameIntoTheVaultIsPassedOverAndOneOfAnotherVaultDoesNotFit() async throws {
        let first = app()
        try await first.createWithDeviceKey()
        await first.lock()
        // Where the app ended between keeping a key and saving the vault.
        let keys = Keychain(service: service, confirmation: .none)
        try keys.add(Data(repeating: 7, count: 32), name: "left behind")
        try await first.openWithDeviceKey()
        #expect(items.count == 1 && items[0].account != "left behind")
        await first.lock()

        keychain.moveToAnotherPhone(service)
        try keys.add(Data(repeating: 7, count: 32), name: "another's")
        #expect(await thrown { try await first.openWithDeviceKey() } == .deviceKeyLost(.unfit))
        #expect(items.map(\.account) == ["another's"], "what does not fit is left alone")
    }

    @Test func aVaultThatIsPutAsideKeepsItsKeyAndAnotherTakesItsPlace() async throws {
        let first = app()
        try await first.createWithDeviceKey()
        _ = try await first.importText("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")
        #expect(await refusal { try await first.setAside() } == "Busy", "an open vault is not put aside")
        await first.lock()
        try await first.setAside()
        #expect(first.state == .absent && items.isEmpty)
        try await first.createWithDeviceKey()
        #expect(try await first.codesNow().entries.isEmpty && items.count == 1)

        let aside = phone.folder.appendingPathComponent("vault.1.aside")
        let other = Authenticator(file: aside)
        try await other.openWithDeviceKey()
        #expect(try await other.codesNow().told.texts == ["1 registered Example:alice"])
        keychain.moveToAnotherPhone(Keychain.service(ofVault: "vault.1.aside"))
        #expect(await refusal { try await app().setAside() } == "Busy")
        #expect(try await app().preview("otpauth://totp/Example:alice?secret=JBSWY3DPEHPK3PXP")?.name == "alice")
        #expect(try await app().preview("https://example.org") == nil)
    }

    @Test func twoVaultsOfOneAppKeepOutOfEachOthersWay() async throws {
        let other = phone.folder.appendingPathComponent("other")
        let one = Authenticator(file: phone.file)
        let two = Authenticator(file: other)
        try await one.createWithDeviceKey()
        try await two.createWithDeviceKey()
        try await two.renewDeviceKey()
        for app in [one, two] {
            await app.lock()
            try await app.openWithDeviceKey()
        }
        keychain.moveToAnotherPhone("io.countersign.vault")
        keychain.moveToAnotherPhone("io.countersign.other")
    }
}
