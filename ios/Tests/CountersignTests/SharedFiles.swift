import Foundation
import Testing

/// The data that the tests of every language share: `tests/` of this repository.
let sharedTests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../tests").standardizedFileURL

/// A value of a JSON file, which may be compared.
enum JSON: Hashable, Decodable, Sendable, CustomStringConvertible, CustomTestStringConvertible {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let large = try? value.decode(UInt64.self) {
            self = .text("\(large)")
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// A file below `tests/`.
    static func shared(_ path: String) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(contentsOf: sharedTests.appendingPathComponent(path)))
    }

    subscript(_ key: String) -> JSON {
        if case .object(let fields) = self { fields[key] ?? .null } else { .null }
    }

    var list: [JSON] { if case .list(let list) = self { list } else { [] } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int64? { if case .number(let number) = self { number } else { nil } }
    /// A number of whatever size, in digits.
    var digits: String? { number.map { "\($0)" } ?? text }
    var texts: [String] { list.compactMap(\.text) }

    /// What a test run says of a case that has a number.
    var testDescription: String { self["id"].text ?? description }

    var description: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .list(let list): "\(list)"
        case .object(let fields):
            "{" + fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

/// The name of a case as Rust and the shared files write it.
func rustName(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    let name = mirror.displayStyle == .enum ? mirror.children.first?.label ?? "\(value)" : "\(value)"
    return name.prefix(1).uppercased() + name.dropFirst()
}
