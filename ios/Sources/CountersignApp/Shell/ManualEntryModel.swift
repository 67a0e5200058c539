import Countersign
import Observation

/// The form. What is typed stays, also after an error; the key is kept nowhere else.
@MainActor @Observable
final class ManualEntryModel {
    var name = ""
    var key = ""
    var issuer = ""
    var kind = "totp"
    var algorithm = "SHA1"
    var digits = "6"
    var period = ""
    var counter = ""
    var wantsAdvanced = false

    static let kinds: [(String, Word)] = [("totp", .kindTime), ("hotp", .kindCounter), ("steam", .kindSteam)]
    static let algorithms = ["SHA1", "SHA256", "SHA512"]
    static let digitCounts = ["6", "7", "8"]

    /// Steam has no choice of either.
    var hasAlgorithm: Bool { kind != "steam" }
    var hasPeriod: Bool { kind == "totp" }
    var hasCounter: Bool { kind == "hotp" }

    /// An error is never hidden.
    func showsAdvanced(_ errors: [FieldError]) -> Bool {
        wantsAdvanced || errors.contains { $0.field != .name && $0.field != .key }
    }

    func error(at field: Field, of errors: [FieldError], _ texts: Texts) -> String? {
        errors.first { $0.field == field }.map { texts.say($0.problem) }
    }

    /// Only what is on the screen: what was typed in a field that went away is not meant any more.
    var form: ManualForm {
        ManualForm(
            name: name, issuer: issuer, kind: kind, algorithm: hasAlgorithm ? algorithm : "",
            digits: hasAlgorithm ? digits : "", period: hasPeriod ? period : "", counter: hasCounter ? counter : "")
    }
}
