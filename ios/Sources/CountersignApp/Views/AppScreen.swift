import Countersign
import SwiftUI

/// The app: the lock, the enrollment in front, or the codes.
struct AppScreen: View {
    let shell: Shell
    @State private var inWays = false
    @Environment(\.scenePhase) private var phase
    @Environment(\.isSceneCaptured) private var isCaptured
    @Environment(\.colorScheme) private var scheme

    var body: some View {
        ZStack {
            content
            // Neither the picture among the recent apps nor a recording of the screen shows a code.
            if phase != .active || isCaptured { PrivacyScreen(icon: isCaptured ? "eye.slash" : "lock") }
            if let message = shell.message { Message(text: shell.texts(message)) { shell.message = nil } }
        }
        .tint(Palette.tint(scheme))
        .task { shell.enter() }
        .task { await shell.authenticator.followCodes() }
        .onOpenURL { shell.take($0.absoluteString) }
        .onChange(of: phase) { _, new in
            switch new {
            case .background: shell.goAway()
            case .active: shell.comeBack()
            default: break
            }
        }
        .alert(shell.texts(.registerTitle, shell.offer?.title ?? ""), isPresented: hasOffer) {
            Button(shell.texts(.register)) { shell.answerOffer(register: true) }
            Button(shell.texts(.cancel), role: .cancel) { shell.answerOffer(register: false) }
        } message: {
            Text(shell.texts(.registerText))
        }
        .sheet(isPresented: showsRecoveryKey) {
            if let key = shell.recoveryKey { RecoveryKeyScreen(key: key) { shell.recoveryKey = nil } }
        }
        // Outside of all, so that what comes up in front has them too.
        .environment(\.texts, shell.texts)
        .environment(\.announce, { shell.platform.announce($0) })
    }

    @ViewBuilder
    private var content: some View {
        switch shell.authenticator.state {
        case .unknown: ProgressView()
        case .absent:
            // The first key was not made, mostly because the keychain did not answer.
            Page(title: shell.texts(.lockedTitle), icon: "lock") {
                MainButton(text: shell.texts(.unlock)) { shell.enter() }.disabled(shell.busy)
            }
        case .unreadable(let error): UnreadableScreen(error: error, shell: shell)
        case .locked(let ways, let loss): LockedScreen(ways: ways, isKeyLost: loss != nil, shell: shell)
        case .open(_, let unread):
            let entries = shell.authenticator.codes.entries
            if let session = shell.session {
                FlowScreen(view: session.view, shell: shell) { id in entries.first { $0.id == id } }
            } else if shell.resuming {
                // Whoever was torn away from a code comes back to it, not to the list first.
                ProgressView()
            } else if inWays {
                WaysScreen(shell: shell) { inWays = false }
            } else {
                CodesScreen(entries: entries, unread: unread, shell: shell) { inWays = true }
            }
        }
    }

    /// It closes by an answer only.
    private var hasOffer: Binding<Bool> { Binding(get: { shell.offer != nil }, set: { _ in }) }

    private var showsRecoveryKey: Binding<Bool> { Binding(get: { shell.recoveryKey != nil }, set: { _ in }) }
}

private struct PrivacyScreen: View {
    let icon: String

    var body: some View {
        Rectangle().fill(.background).ignoresSafeArea().overlay {
            Image(systemName: icon).font(.largeTitle).foregroundStyle(.secondary)
        }
        .accessibilityHidden(true)
    }
}

/// At the top, since what can be done is at the foot. It goes by itself, or when it is tapped.
private struct Message: View {
    let text: String
    let done: () -> Void

    var body: some View {
        VStack {
            Button(action: done) { Text(text).padding(16).background(.regularMaterial, in: Capsule()) }
                .buttonStyle(.plain).padding(16)
            Spacer()
        }
        .task(id: text) {
            try? await Task.sleep(for: .seconds(4))
            if !Task.isCancelled { done() }
        }
    }
}
