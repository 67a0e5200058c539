import Countersign
import SwiftUI

/// All codes. `unread` accounts need a newer app.
struct CodesScreen: View {
    let entries: [Entry]
    let unread: Int
    let shell: Shell
    let ways: () -> Void
    @State private var search = ""
    @Environment(\.texts) private var texts

    var body: some View {
        NavigationStack {
            ScrollView {
                if entries.isEmpty {
                    ContentUnavailableView(
                        texts(.emptyTitle), systemImage: "iphone", description: Text(texts(.emptyText)))
                } else {
                    LazyVStack(spacing: 12) {
                        if entries.count > Self.few || !search.isEmpty { searchField }
                        if unread > 0 { Notice(text: texts(.unread, Int64(unread))) }
                        ForEach(found, id: \.id) { entry in CodeCard(entry: entry, shell: shell) }
                        if found.isEmpty { Text(texts(.nothingFound)).padding(32) }
                        // Below the codes, which are what the user came for.
                        if shell.oneWay {
                            Notice(text: texts(.waysText))
                            QuietButton(text: texts(.ways), action: ways)
                        }
                    }
                    .frame(maxWidth: 480)
                    .padding(16)
                    .frame(maxWidth: .infinity)
                }
            }
            .safeAreaInset(edge: .bottom) {
                MainButton(text: texts(.verifyTitle), icon: "plus") { shell.enroll() }.frame(maxWidth: 480).padding(16)
            }
            .navigationTitle(texts(.codes))
            .toolbar {
                ToolbarItemGroup(placement: .primaryAction) {
                    Button {
                        shell.lock()
                    } label: {
                        Image(systemName: "lock")
                    }
                    .accessibilityLabel(texts(.lock))
                    Button(action: ways) { Image(systemName: "ellipsis.circle") }.accessibilityLabel(texts(.ways))
                }
            }
        }
    }

    private var found: [Entry] { entries.filter { $0.matches(search) } }

    private var searchField: some View {
        HStack {
            Image(systemName: "magnifyingglass").accessibilityHidden(true)
            TextField(texts(.search), text: $search).autocorrectionDisabled()
            if !search.isEmpty {
                Button {
                    search = ""
                } label: {
                    Image(systemName: "xmark.circle.fill")
                }
                .accessibilityLabel(texts(.clear))
            }
        }
        .padding(12)
        .background(Color.gray.opacity(0.12), in: Capsule())
    }

    /// Up to so many accounts are found without a search.
    private static let few = 4
}

private struct CodeCard: View {
    let entry: Entry
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        HStack(alignment: .top) {
            VStack(alignment: .leading, spacing: 4) {
                switch entry.code {
                case .timed(let code):
                    // A code that is new, or hidden again, is another view: what was shown of it is forgotten.
                    TimedCard(entry: entry, code: code, shell: shell).id("\(code.validFrom) \(shell.hidesCodes)")
                case .onRequest:
                    Names(entry: entry)
                    CounterCode(id: entry.id, font: .title, shell: shell)
                case .unsupported:
                    Names(entry: entry)
                    Text(texts(.unsupported))
                }
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            CardMenu(entry: entry, shell: shell)
        }
        .padding(16)
        .background(Color.gray.opacity(0.12), in: RoundedRectangle(cornerRadius: 16))
    }
}

/// The whole card copies the code, or shows it first where codes are hidden.
private struct TimedCard: View {
    let entry: Entry
    let code: Code
    let shell: Shell
    @State private var shown = false
    @Environment(\.texts) private var texts
    @Environment(\.colorScheme) private var scheme

    var body: some View {
        Ticking { now in
            let passing = Passing(of: code, at: now)
            let visible = (shown || !shell.hidesCodes) && !passing.over
            Button {
                if visible { shell.copy(code.text) } else { shown = true }
            } label: {
                VStack(alignment: .leading, spacing: 6) {
                    Names(entry: entry)
                    HStack(spacing: 16) {
                        CodeDigits(
                            code: visible ? code.text : String(repeating: "•", count: code.text.count), font: .title
                        )
                        .foregroundStyle(passing.ending ? Palette.attention(scheme) : Palette.tint(scheme))
                        .frame(maxWidth: .infinity, alignment: .leading)
                        Ring(passing: passing)
                    }
                    if visible && passing.ending { NextCode(code: code) }
                }
            }
            .buttonStyle(.plain)
            .accessibilityElement(children: .ignore)
            .accessibilityAddTraits(.isButton)
            .accessibilityLabel(entry.title + ", " + (visible ? texts(.codeIs, spoken(code.text)) : texts(.hidden)))
            .accessibilityValue(
                visible && passing.ending ? texts(.endsSoon) + ". " + texts(.nextCode, spoken(code.nextText)) : ""
            )
            .accessibilityHint(texts(visible ? .copy : .showCode))
        }
    }
}

private struct Names: View {
    let entry: Entry
    @Environment(\.texts) private var texts
    @Environment(\.colorScheme) private var scheme

    var body: some View {
        Text(entry.issuer ?? entry.name).font(.headline).lineLimit(2)
        if entry.issuer != nil && !entry.name.isEmpty {
            Text(entry.name).font(.subheadline).foregroundStyle(.secondary).lineLimit(2)
        }
        if entry.pending { Text(texts(.pending)).font(.footnote).foregroundStyle(Palette.attention(scheme)) }
    }
}

private struct CardMenu: View {
    let entry: Entry
    let shell: Shell
    @State private var renaming = false
    @State private var removing = false
    @State private var issuer = ""
    @State private var name = ""
    @Environment(\.texts) private var texts

    var body: some View {
        Menu {
            if entry.pending { Button(texts(.goOn)) { shell.enroll() } }
            Button(texts(.rename)) {
                (issuer, name) = (entry.issuer ?? "", entry.name)
                renaming = true
            }
            Button(texts(.remove), role: .destructive) { removing = true }
        } label: {
            Image(systemName: "ellipsis").frame(width: 44, height: 44)
        }
        .accessibilityLabel(texts(.more) + ": " + entry.title)
        .alert(texts(.rename), isPresented: $renaming) {
            TextField(texts(.fieldIssuer), text: $issuer)
            TextField(texts(.fieldName), text: $name)
            Button(texts(.save)) { shell.rename(entry.id, issuer: issuer, name: name) }
            Button(texts(.cancel), role: .cancel) {}
        } message: {
            EmptyView()
        }
        .alert(texts(.removeTitle, entry.title), isPresented: $removing) {
            Button(texts(.remove), role: .destructive) { shell.remove(entry.id) }
            Button(texts(.cancel), role: .cancel) {}
        } message: {
            Text(texts(.removeText))
        }
    }
}
