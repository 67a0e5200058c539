import Countersign
import SwiftUI

/// One view of the flow. `entry` finds an account that a view names.
struct FlowScreen: View {
    let view: FlowView
    let shell: Shell
    let entry: (AccountId) -> Entry?
    @Environment(\.texts) private var texts

    var body: some View {
        switch view {
        case .signIn(let refused): SignInScreen(refused: refused, shell: shell)
        case .verifyDevice(let notice, let saveFailed, let offersSms):
            VerifyDeviceScreen(notice: notice, saveFailed: saveFailed, offersSms: offersSms, shell: shell)
        case .cameraNeeded(let denied): CameraNeededScreen(denied: denied, shell: shell)
        case .scanQr(let notice): ScanScreen(notice: notice, shell: shell)
        case .manualEntry(let errors, let saveFailed):
            ManualEntryScreen(errors: errors, saveFailed: saveFailed, shell: shell)
        case .duplicate(let existing, let sameCodes):
            DuplicateScreen(name: entry(existing)?.title ?? "", sameCodes: sameCodes, shell: shell)
        case .showCode(let account, let assumed, let isShort, let notice, let clockBehind):
            ShowCodeScreen(
                entry: entry(account), isAssumed: !assumed.isEmpty, isShort: isShort, notice: notice,
                clockBehind: clockBehind, shell: shell)
        case .confirming: ConfirmingScreen()
        case .deviceRegistered(let account): DeviceRegisteredScreen(name: entry(account)?.title ?? "", shell: shell)
        case .phoneNumber, .pin: PhoneNumberScreen(view: view, shell: shell)
        case .numberConfirmed(let endsIn): NumberConfirmedScreen(endsIn: endsIn, shell: shell)
        case .cancelled:
            Page(title: texts(.cancelledTitle), icon: "xmark", text: texts(.cancelledText)) { EmptyView() }
        }
    }
}

struct SignInScreen: View {
    let refused: Bool
    let shell: Shell
    @State private var user = ""
    @State private var password = ""
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.signIn)) {
            if refused { Notice(text: texts(.signInRefused), urgent: true) }
            TextField(texts(.userName), text: $user)
                .textFieldStyle(.roundedBorder).textContentType(.username).textInputAutocapitalization(.never)
                .autocorrectionDisabled()
            UnseenField(label: texts(.password), typed: $password, send: send)
        } actions: {
            MainButton(text: texts(.signIn), action: send).disabled(user.isEmpty || password.isEmpty)
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }

    private func send() {
        shell.signIn(user: user, password: taken($password))
    }
}

/// For what is typed unseen.
struct UnseenField: View {
    let label: String
    @Binding var typed: String
    let send: () -> Void

    var body: some View {
        SecureField(label, text: $typed)
            .textFieldStyle(.roundedBorder).textContentType(.password).submitLabel(.go)
            .onSubmit { if !typed.isEmpty { send() } }
    }
}

/// What was typed, which the field has no more.
@MainActor
func taken(_ typed: Binding<String>) -> String {
    defer { typed.wrappedValue = "" }
    return typed.wrappedValue
}

struct VerifyDeviceScreen: View {
    let notice: ScanNotice?
    let saveFailed: Bool
    let offersSms: Bool
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.verifyTitle), icon: "iphone", text: texts(.verifyText)) {
            if saveFailed { Notice(text: texts(.notSaved), urgent: true) }
            if let notice { Notice(text: texts(word(of: notice))) }
        } actions: {
            MainButton(text: texts(.scanQr), icon: "qrcode.viewfinder") { shell.on(.scanQr) }
            SecondButton(text: texts(.cancel)) { shell.on(.cancel) }
            QuietButton(text: texts(.noCamera)) { shell.on(.enterManually) }
            QuietButton(text: texts(.paste)) { shell.paste() }
            if offersSms { QuietButton(text: texts(.smsInstead)) { shell.on(.confirmBySms) } }
        }
    }
}

struct CameraNeededScreen: View {
    let denied: Bool
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.cameraTitle), icon: "camera", text: texts(.cameraText)) {
            if denied { Notice(text: texts(.cameraDenied)) }
        } actions: {
            if denied { MainButton(text: texts(.openSettings)) { shell.on(.openSettings) } }
            SecondButton(text: texts(.enterValues)) { shell.on(.enterManually) }
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }
}

struct DuplicateScreen: View {
    let name: String
    let sameCodes: Bool
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(
            title: texts(.duplicateTitle), icon: "exclamationmark.triangle",
            text: texts(sameCodes ? .duplicateSame : .duplicateOther, name)
        ) {
            MainButton(text: texts(.replace)) { shell.on(.replace) }
            SecondButton(text: texts(.keepBoth)) { shell.on(.keepBoth) }
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }
}

struct ShowCodeScreen: View {
    let entry: Entry?
    let isAssumed: Bool
    let isShort: Bool
    let notice: CodeNotice?
    let clockBehind: Int64?
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.codeTitle), text: texts(.codeText)) {
            if let entry { CodeToType(entry: entry, shell: shell) }
            if let notice {
                Notice(text: texts(word(of: notice), entry?.name ?? ""), urgent: notice == .rejected)
            }
            if let clockBehind { Notice(text: texts.sayClock(behind: clockBehind)) }
            if isAssumed { Notice(text: texts(.assumed)) }
            if isShort { Notice(text: texts(.shortKey)) }
        } actions: {
            MainButton(text: texts(.goOn)) { shell.on(.continue) }
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }
}

private struct CodeToType: View {
    let entry: Entry
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        VStack(spacing: 16) {
            Text(entry.title).font(.headline).foregroundStyle(.secondary).multilineTextAlignment(.center)
            switch entry.code {
            case .timed(let code): Ticking { now in timed(code, Passing(of: code, at: now)) }
            case .onRequest: CounterCode(id: entry.id, font: .largeTitle, shell: shell)
            case .unsupported: Text(texts(.unsupported))
            }
        }
        .padding(24)
        .frame(maxWidth: .infinity)
        .background(Color.gray.opacity(0.12), in: RoundedRectangle(cornerRadius: 24))
    }

    @ViewBuilder
    private func timed(_ code: Code, _ passing: Passing) -> some View {
        VStack(spacing: 12) {
            if !passing.over {
                CodeDigits(code: code.text, font: .largeTitle)
                    .accessibilityElement(children: .ignore)
                    .accessibilityLabel(texts(.codeIs, spoken(code.text)))
            }
            HStack(spacing: 12) {
                Ring(passing: passing)
                Text(texts(.seconds, passing.seconds)).monospacedDigit()
            }
            if !passing.over {
                if passing.ending { NextCode(code: code) }
                QuietButton(text: texts(.copy)) { shell.copy(code.text) }
            }
        }
    }
}

struct ConfirmingScreen: View {
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.confirmingTitle), icon: "iphone", text: texts(.confirmingText)) {
            ProgressView().controlSize(.large)
        } actions: {
            EmptyView()
        }
    }
}

struct DeviceRegisteredScreen: View {
    let name: String
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.registeredTitle), icon: "checkmark", text: texts(.registeredText, name)) {
            MainButton(text: texts(.done)) { shell.on(.done) }
        }
    }
}
