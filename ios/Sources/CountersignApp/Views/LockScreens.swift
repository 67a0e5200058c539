import Countersign
import SwiftUI

/// The ways that open the vault, and no other.
struct LockedScreen: View {
    let ways: Set<SlotKind>
    let isKeyLost: Bool
    let shell: Shell
    @State private var asksForPassphrase = false
    @State private var asksForRecoveryKey = false
    @State private var asksToStartAnew = false
    @State private var typed = ""
    @Environment(\.texts) private var texts

    var body: some View {
        let isLost = ways.isEmpty
        Page(title: texts(.lockedTitle), icon: "lock", text: texts(isLost ? .nothingOpens : .lockedText)) {
            if isKeyLost && !isLost { Notice(text: texts(.deviceKeyGone)) }
            if shell.busy { ProgressView() }
        } actions: {
            if ways.contains(.deviceKey) {
                MainButton(text: texts(.unlock), icon: "faceid") { shell.openWithDeviceKey() }.disabled(shell.busy)
            }
            if ways.contains(.passphrase) { SecondButton(text: texts(.passphrase)) { asksForPassphrase = true } }
            if ways.contains(.recoveryKey) { SecondButton(text: texts(.recoveryKey)) { asksForRecoveryKey = true } }
            if isLost && !shell.busy { SecondButton(text: texts(.startAnew)) { asksToStartAnew = true } }
        }
        .typing(texts(.passphrase), asked: $asksForPassphrase, $typed, texts(.unlock), shell.openWithPassphrase)
        .typing(texts(.recoveryKey), asked: $asksForRecoveryKey, $typed, texts(.unlock), shell.openWithRecoveryKey)
        .alert(texts(.startAnew), isPresented: $asksToStartAnew) {
            Button(texts(.startAnew), role: .destructive) { shell.startAnew() }
            Button(texts(.cancel), role: .cancel) {}
        } message: {
            Text(texts(.startAnewText))
        }
    }
}

/// The vault is there and cannot be read.
struct UnreadableScreen: View {
    let error: CountersignError
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.unreadableTitle), icon: "exclamationmark.triangle", text: texts(word(of: error))) {
            SecondButton(text: texts(.tryAgain)) { shell.enter() }
        }
    }
}

/// What else opens the vault, before it is needed; and whether codes are hidden.
struct WaysScreen: View {
    let shell: Shell
    let back: () -> Void
    @State private var setsPassphrase = false
    @Environment(\.texts) private var texts

    var body: some View {
        @Bindable var shell = shell
        Page(title: texts(.ways), text: texts(.waysText)) {
            SecondButton(text: texts(.setPassphrase)) { setsPassphrase = true }
            SecondButton(text: texts(.newRecoveryKey)) { shell.makeRecoveryKey() }
            Toggle(texts(.hideCodes), isOn: $shell.hidesCodes).padding(.vertical, 8)
        } actions: {
            QuietButton(text: texts(.back), action: back)
        }
        .sheet(isPresented: $setsPassphrase) {
            PassphraseScreen(set: shell.addPassphrase) { setsPassphrase = false }
        }
    }
}

/// A new passphrase, typed twice: nobody sees it, and a slip would open nothing.
struct PassphraseScreen: View {
    let set: (String) -> Void
    let close: () -> Void
    @State private var typed = ""
    @State private var again = ""
    @State private var differ = false
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.setPassphrase), icon: "key") {
            UnseenField(label: texts(.passphrase), typed: $typed, send: {})
            UnseenField(label: texts(.passphraseAgain), typed: $again, send: send)
            if differ { Notice(text: texts(.passphrasesDiffer)) }
        } actions: {
            MainButton(text: texts(.save), action: send).disabled(typed.isEmpty)
            QuietButton(text: texts(.cancel), action: close)
        }
        .interactiveDismissDisabled()
    }

    private func send() {
        differ = typed != again
        if differ || typed.isEmpty { return }
        again = ""
        set(taken($typed))
        close()
    }
}

/// A recovery key, to be written down now.
struct RecoveryKeyScreen: View {
    let key: String
    let done: () -> Void
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.recoveryKey), icon: "key", text: texts(.recoveryText)) {
            // A line ends between any two groups, as it does not after a hyphen.
            Text(key.replacingOccurrences(of: "-", with: " ")).font(.title3).monospaced().privacySensitive()
                .environment(\.layoutDirection, .leftToRight)
        } actions: {
            MainButton(text: texts(.done), action: done)
        }
        .interactiveDismissDisabled()
    }
}

extension View {
    /// Asks for something that is typed unseen.
    fileprivate func typing(
        _ title: String, asked: Binding<Bool>, _ typed: Binding<String>, _ action: String,
        _ take: @escaping (String) -> Void
    ) -> some View {
        modifier(Typing(title: title, action: action, take: take, asked: asked, typed: typed))
    }
}

private struct Typing: ViewModifier {
    let title: String
    let action: String
    let take: (String) -> Void
    @Binding var asked: Bool
    @Binding var typed: String
    @Environment(\.texts) private var texts

    func body(content: Content) -> some View {
        content.alert(title, isPresented: $asked) {
            SecureField(title, text: $typed)
            Button(action) {
                let text = taken($typed)
                if !text.isEmpty { take(text) }
            }
            Button(texts(.cancel), role: .cancel) { typed = "" }
        } message: {
            EmptyView()
        }
    }
}
