import Countersign
import Foundation

/// 123 456, 1234 567, 1234 5678; what has no six characters stays whole.
func groups(of code: String) -> [String] {
    guard code.count >= 6 else { return [code] }
    let half = (code.count + 1) / 2
    return [String(code.prefix(half)), String(code.dropFirst(half))]
}

/// Digit by digit, as somebody would read it out.
func spoken(_ code: String) -> String { code.map(String.init).joined(separator: " ") }

/// How a code passes, at one moment.
struct Passing: Equatable {
    /// Of its time, what is left: 1 to 0.
    let share: Double
    /// What is left, in begun seconds.
    let seconds: Int64
    /// It is past and not to be shown, until the next is here. A clock that was set back makes it so too.
    let over: Bool
    /// There is hardly time to type it.
    let ending: Bool

    init(of code: Code, at now: Date) {
        let whole = Double(code.validUntil) - Double(code.validFrom)
        let left = Double(code.validUntil) - now.timeIntervalSince1970
        share = min(max(left / whole, 0), 1)
        seconds = Int64(max(0, left.rounded(.up)))
        over = left <= 0 || left > whole
        ending = left <= min(8, whole / 3)
    }
}

/// Issuer and name, of which either may be missing.
func title(_ issuer: String?, _ name: String) -> String {
    [issuer ?? "", name].filter { !$0.trimmingCharacters(in: .whitespaces).isEmpty }.joined(separator: " · ")
}

extension Entry {
    var title: String { CountersignApp.title(issuer, name) }

    func matches(_ search: String) -> Bool {
        let wanted = search.trimmingCharacters(in: .whitespaces)
        return wanted.isEmpty || title.range(of: wanted, options: [.caseInsensitive, .diacriticInsensitive]) != nil
    }
}
