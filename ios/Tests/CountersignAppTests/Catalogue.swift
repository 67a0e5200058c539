import Foundation

@testable import CountersignApp

/// The catalogue of texts, which Xcode compiles and Linux does not: read as it is written.
struct Catalogue: Decodable {
    struct Entry: Decodable {
        let localizations: [String: Localization]
    }
    struct Localization: Decodable {
        let stringUnit: Unit
    }
    struct Unit: Decodable {
        let state: String
        let value: String
    }
    let sourceLanguage: String
    let strings: [String: Entry]

    static let languages = ["en", "de", "es", "hr", "ar"]
    static let shared: Catalogue? = {
        let file = repository.appendingPathComponent("ios/Sources/CountersignApp/Localizable.xcstrings")
        return (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Catalogue.self, from: $0) }
    }()

    func texts(in language: String) -> [String: String] {
        strings.compactMapValues { $0.localizations[language]?.stringUnit.value }
    }
}

let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../..").standardizedFileURL

let english = texts(in: "en")

func texts(in language: String) -> Texts {
    let all = Catalogue.shared?.texts(in: language) ?? [:]
    return Texts { all[$0] ?? "no text \($0)" }
}
