import Countersign
import SwiftUI

/// A phone number and the PIN from its SMS. Whoever comes back from the PIN finds the number as it was typed.
struct PhoneNumberScreen: View {
    let view: FlowView
    let shell: Shell
    @State private var number = ""

    var body: some View {
        switch view {
        case .phoneNumber(let notice, let asking):
            NumberToType(number: $number, notice: notice, asking: asking, shell: shell)
        case .pin(let endsIn, let length, let resendFrom, let notice, let asking):
            PinToType(
                endsIn: endsIn, length: length, resendFrom: resendFrom, notice: notice, asking: asking, shell: shell)
        default: EmptyView()
        }
    }
}

private struct NumberToType: View {
    @Binding var number: String
    let notice: NumberNotice?
    let asking: Bool
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.numberTitle), text: texts(.numberText)) {
            if let notice, notice != .notANumber {
                Ticking { now in Said(text: texts.say(notice, at: now), urgent: notice == .cannotReceive) }
            }
            FormField(
                label: texts(.numberField), typed: $number,
                wrong: notice == .notANumber ? texts(.numberWrong) : nil, help: texts(.numberHelp), isCode: true
            ).keyboardType(.phonePad).textContentType(.telephoneNumber)
            if asking { ProgressView().controlSize(.large) }
        } actions: {
            MainButton(text: texts(.numberSend)) { shell.sendPin(to: number) }.disabled(asking || number.isEmpty)
            if !asking { QuietButton(text: texts(.back)) { shell.on(.back) } }
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }
}

/// The system offers the PIN above its keyboard as soon as the message is here.
private struct PinToType: View {
    let endsIn: String
    let length: UInt8
    let resendFrom: UInt64
    let notice: PinNotice?
    let asking: Bool
    let shell: Shell
    @State private var typed = ""
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.pinTitle), text: texts(.pinText, endsIn)) {
            if let notice, notice != .notAPin {
                Ticking { now in Said(text: texts.say(notice, length: length, at: now), urgent: isWrong) }
            }
            FormField(
                label: texts(.pinField), typed: $typed, wrong: notice == .notAPin ? digits : nil, help: digits,
                isCode: true
            ).keyboardType(.numberPad).textContentType(.oneTimeCode)
            if asking { ProgressView().controlSize(.large) }
        } actions: {
            MainButton(text: texts(.pinCheck)) { shell.checkPin(taken($typed)) }.disabled(asking || typed.isEmpty)
            if !asking {
                Ticking { now in again(secondsUntil(resendFrom, at: now), now) }
                QuietButton(text: texts(.back)) { shell.on(.back) }
            }
            QuietButton(text: texts(.cancel)) { shell.on(.cancel) }
        }
    }

    private var digits: String { texts(.pinLength, Int64(length)) }

    private var isWrong: Bool { if case .wrong = notice { true } else { false } }

    @ViewBuilder
    private func again(_ wait: Int64, _ now: Date) -> some View {
        if wait > 0 {
            Text(texts(.pinAgainIn, texts.sayLong(wait))).monospacedDigit().foregroundStyle(.secondary)
        } else {
            SecondButton(text: texts(.pinAgain)) { shell.resendPin(at: now) }
        }
    }
}

/// A notice that may be over.
private struct Said: View {
    let text: String?
    let urgent: Bool

    var body: some View {
        if let text { Notice(text: text, urgent: urgent) }
    }
}

struct NumberConfirmedScreen: View {
    let endsIn: String
    let shell: Shell
    @Environment(\.texts) private var texts

    var body: some View {
        Page(title: texts(.numberConfirmed), icon: "checkmark", text: texts(.numberConfirmedText, endsIn)) {
            MainButton(text: texts(.done)) { shell.on(.done) }
        }
    }
}
