import Countersign
import SwiftUI

// The library's view is data; a screen is SwiftUI's.
typealias View = SwiftUI.View
typealias FlowView = Countersign.View

private struct TextsKey: EnvironmentKey {
    static let defaultValue = Texts.ofThisApp
}

private struct AnnounceKey: EnvironmentKey {
    static let defaultValue: @MainActor @Sendable (String) -> Void = { _ in }
}

extension EnvironmentValues {
    /// Says something to who listens.
    var announce: @MainActor @Sendable (String) -> Void {
        get { self[AnnounceKey.self] }
        set { self[AnnounceKey.self] = newValue }
    }

    /// What the app says.
    var texts: Texts {
        get { self[TextsKey.self] }
        set { self[TextsKey.self] = newValue }
    }
}

/// Sea green, and what calls for attention. A test holds each to a contrast of 4.5 on what it is drawn on.
enum Palette {
    static func tint(_ scheme: ColorScheme) -> Color { color(scheme == .dark ? night.tint : day.tint) }
    static func attention(_ scheme: ColorScheme) -> Color { color(scheme == .dark ? night.attention : day.attention) }

    static let day = (tint: 0x0A6460, attention: 0x8C4A00, paper: 0xFFFFFF, card: 0xF2F2F7)
    static let night = (tint: 0x84D5CE, attention: 0xFFB870, paper: 0x000000, card: 0x1C1C1E)

    private static func color(_ rgb: Int) -> Color {
        Color(
            red: Double(rgb >> 16 & 255) / 255, green: Double(rgb >> 8 & 255) / 255, blue: Double(rgb & 255) / 255)
    }
}

/// A screen of the flow: what it is about, what there is to read and to fill in, and at its foot what can be done. All of
/// it scrolls, so that nothing is cut off where letters are large.
struct Page<Content: View, Actions: View>: View {
    let title: String
    var icon: String?
    var text: String?
    @ViewBuilder var content: () -> Content
    @ViewBuilder var actions: () -> Actions
    @Environment(\.colorScheme) private var scheme

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                if let icon {
                    Image(systemName: icon).font(.largeTitle).foregroundStyle(Palette.tint(scheme)).padding(24)
                        .background(Palette.tint(scheme).opacity(0.12), in: Circle())
                        .accessibilityHidden(true)
                        .padding(.top, 24)
                }
                Text(title).font(.title).bold().multilineTextAlignment(.center).accessibilityAddTraits(.isHeader)
                if let text { Text(text).foregroundStyle(.secondary).multilineTextAlignment(.center) }
                content()
            }
            .frame(maxWidth: 480)
            .padding(24)
            .frame(maxWidth: .infinity)
        }
        .safeAreaInset(edge: .bottom) {
            VStack(spacing: 8) { actions() }.frame(maxWidth: 480).padding(.horizontal, 24).padding(.vertical, 12)
                .frame(maxWidth: .infinity).background(.bar)
        }
    }
}

extension Page where Content == EmptyView {
    init(title: String, icon: String? = nil, text: String? = nil, @ViewBuilder actions: @escaping () -> Actions) {
        self.init(title: title, icon: icon, text: text, content: { EmptyView() }, actions: actions)
    }
}

struct MainButton: View {
    let text: String
    var icon: String?
    let action: () -> Void

    var body: some View {
        Button(action: action) {
            HStack {
                if let icon { Image(systemName: icon).accessibilityHidden(true) }
                Text(text)
            }
            .frame(maxWidth: .infinity)
        }
        .buttonStyle(.borderedProminent)
        .controlSize(.large)
    }
}

struct SecondButton: View {
    let text: String
    let action: () -> Void

    var body: some View {
        Button(action: action) { Text(text).frame(maxWidth: .infinity) }.buttonStyle(.bordered).controlSize(.large)
    }
}

struct QuietButton: View {
    let text: String
    let action: () -> Void

    var body: some View {
        Button(action: action) { Text(text).frame(maxWidth: .infinity, minHeight: 44) }.buttonStyle(.borderless)
    }
}

/// Something to be read, and read out where it comes up.
struct Notice: View {
    let text: String
    var urgent = false
    @Environment(\.colorScheme) private var scheme
    @Environment(\.announce) private var announce

    var body: some View {
        HStack(alignment: .top, spacing: 12) {
            Image(systemName: "exclamationmark.triangle").accessibilityHidden(true)
            Text(text).frame(maxWidth: .infinity, alignment: .leading)
        }
        .foregroundStyle(urgent ? Color.red : Palette.attention(scheme))
        .padding(16)
        .background(Color.gray.opacity(0.12), in: RoundedRectangle(cornerRadius: 12))
        .accessibilityElement(children: .combine)
        .onAppear { announce(text) }
        .onChange(of: text) { _, new in announce(new) }
    }
}

/// A code in two groups, of which the second comes below the first where letters are large.
struct CodeDigits: View {
    let code: String
    let font: Font

    var body: some View {
        ViewThatFits(in: .horizontal) {
            HStack(spacing: 12) { pieces }
            VStack(alignment: .leading) { pieces }
        }
        // Digits run from left to right in Arabic too, and so do their groups.
        .environment(\.layoutDirection, .leftToRight)
    }

    private var pieces: some View {
        ForEach(Array(groups(of: code).enumerated()), id: \.offset) { piece in
            Text(piece.element).font(font).monospacedDigit().lineLimit(1).privacySensitive()
        }
    }
}

/// Empties as the code passes.
struct Ring: View {
    let passing: Passing
    @Environment(\.colorScheme) private var scheme

    var body: some View {
        ZStack {
            Circle().stroke(Color.gray.opacity(0.3), lineWidth: 3.5)
            Circle().trim(from: 0, to: passing.share)
                .stroke(
                    passing.ending ? Palette.attention(scheme) : Palette.tint(scheme),
                    style: StrokeStyle(lineWidth: 3.5, lineCap: .round)
                )
                .rotationEffect(.degrees(-90))
        }
        .frame(width: 28, height: 28)
        .accessibilityHidden(true)
    }
}

/// The time for what moves, ten times a second. No call goes to the core for it.
struct Ticking<Content: View>: View {
    @ViewBuilder let content: (Date) -> Content

    var body: some View {
        TimelineView(.periodic(from: .now, by: 0.1)) { context in content(context.date) }
    }
}

/// In the last seconds, for somebody who is just typing.
struct NextCode: View {
    let code: Code
    @Environment(\.texts) private var texts

    var body: some View {
        Text(texts(.nextCode, groups(of: code.nextText).joined(separator: "\u{00A0}")))
            .monospacedDigit().foregroundStyle(.secondary)
            .accessibilityLabel(texts(.nextCode, spoken(code.nextText)))
    }
}

/// A code that is made when it is wanted: the one that was made, and the way to the next.
struct CounterCode: View {
    let id: AccountId
    let font: Font
    let shell: Shell
    @State private var made: String?
    @Environment(\.texts) private var texts

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            if let code = made {
                Button {
                    shell.copy(code)
                } label: {
                    CodeDigits(code: code, font: font)
                }
                .buttonStyle(.plain)
                .accessibilityLabel(texts(.codeIs, spoken(code)))
                .accessibilityHint(texts(.copy))
            }
            QuietButton(text: texts(.makeCode)) { shell.nextCode(id) { made = $0 } }
        }
    }
}
