import Countersign
import SwiftUI

struct ManualEntryScreen: View {
    let errors: [FieldError]
    let saveFailed: Bool
    let shell: Shell
    @State private var form = ManualEntryModel()
    @Environment(\.texts) private var texts

    var body: some View {
        @Bindable var form = form
        Page(title: texts(.enterValues), text: texts(.manualText)) {
            if saveFailed { Notice(text: texts(.notSaved), urgent: true) }
            FormField(label: texts(.fieldName), typed: $form.name, wrong: wrong(.name), help: texts(.fieldNameHelp))
            FormField(
                label: texts(.fieldKey), typed: $form.key, wrong: wrong(.key), help: texts(.fieldKeyHelp), isCode: true)
            QuietButton(text: texts(.advanced)) { form.wantsAdvanced.toggle() }
            if form.showsAdvanced(errors) {
                FormField(label: texts(.fieldIssuer), typed: $form.issuer, wrong: wrong(.issuer))
                Choice(
                    label: texts(.fieldKind), choices: ManualEntryModel.kinds.map { ($0.0, texts($0.1)) },
                    chosen: $form.kind, wrong: wrong(.kind))
                if form.hasAlgorithm {
                    Choice(
                        label: texts(.fieldAlgorithm), choices: ManualEntryModel.algorithms.map { ($0, $0) },
                        chosen: $form.algorithm, wrong: wrong(.algorithm))
                    Choice(
                        label: texts(.fieldDigits), choices: ManualEntryModel.digitCounts.map { ($0, $0) },
                        chosen: $form.digits, wrong: wrong(.digits))
                }
                if form.hasPeriod {
                    FormField(
                        label: texts(.fieldPeriod), typed: $form.period, wrong: wrong(.period), example: "30",
                        isCode: true
                    ).keyboardType(.numberPad)
                }
                if form.hasCounter {
                    FormField(
                        label: texts(.fieldCounter), typed: $form.counter, wrong: wrong(.counter), example: "0",
                        isCode: true
                    ).keyboardType(.numberPad)
                }
            }
        } actions: {
            MainButton(text: texts(.goOn)) { shell.submit(form.form, key: form.key) }
            QuietButton(text: texts(.back)) { shell.on(.back) }
        }
    }

    private func wrong(_ field: Field) -> String? { form.error(at: field, of: errors, texts) }
}

struct FormField: View {
    let label: String
    @Binding var typed: String
    let wrong: String?
    var help: String?
    var example: String?
    /// Not words: it runs from left to right in every language.
    var isCode = false

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(label).font(.subheadline).accessibilityHidden(true)
            field
                .textFieldStyle(.roundedBorder).textInputAutocapitalization(.never).autocorrectionDisabled()
                .accessibilityLabel(label)
                .accessibilityHint(wrong ?? help ?? "")
            if let below = wrong ?? help {
                Text(below).font(.footnote).foregroundStyle(wrong == nil ? Color.secondary : Color.red)
            }
        }
        .frame(maxWidth: .infinity, alignment: .leading)
    }

    @ViewBuilder
    private var field: some View {
        if isCode {
            TextField(example ?? label, text: $typed).environment(\.layoutDirection, .leftToRight).monospaced()
        } else {
            TextField(example ?? label, text: $typed)
        }
    }
}

/// One of few.
private struct Choice: View {
    let label: String
    /// What the core reads, and what is shown for it.
    let choices: [(String, String)]
    @Binding var chosen: String
    let wrong: String?

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(label).font(.subheadline).accessibilityHidden(true)
            Picker(label, selection: $chosen) {
                ForEach(choices, id: \.0) { choice in Text(choice.1).tag(choice.0) }
            }
            .pickerStyle(.segmented)
            if let wrong { Text(wrong).font(.footnote).foregroundStyle(Color.red) }
        }
    }
}
