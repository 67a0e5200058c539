import Foundation
import Testing

/// What the documentation links to is there. (DocC itself is on a Mac.)
struct DocumentationTests {
    @Test func everyLinkLeadsToSomethingThatIsDeclared() throws {
        let folder = sharedTests.appendingPathComponent("../ios/Sources/Countersign").standardizedFileURL
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects ?? []).compactMap { $0 as? URL }
        let swift = try files.filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }
        let pages = try files.filter { $0.pathExtension == "md" }.map { try String(contentsOf: $0, encoding: .utf8) }
        let declared = Set(
            swift.joined().matches(
                of: try Regex(
                    #"(?:class|struct|enum|case|func|var|let|typealias)\s+`?(\w+)"#, as: (Substring, Substring).self)
            ).map { String($0.output.1) })
        #expect(declared.isSuperset(of: ["Authenticator", "Vault", "revealAccount"]))
        let link = try Regex(#"``([\w/]+)(?:\([\w:]*\))?``"#, as: (Substring, Substring).self)
        var links = 0
        for match in (swift + pages).joined().matches(of: link) {
            for name in match.output.1.split(separator: "/") where name != "Countersign" {
                #expect(declared.contains(String(name)), "\(match.output.0)")
                links += 1
            }
        }
        #expect(links > 20)
    }
}
