import Countersign
import Foundation
import Testing

@testable import CountersignApp

/// What is decided outside of a view.
@MainActor
struct ModelTests {
    @Test func codesStandInGroupsAndAreReadDigitByDigit() {
        #expect(groups(of: "123456") == ["123", "456"])
        #expect(groups(of: "1234567") == ["1234", "567"])
        #expect(groups(of: "12345678") == ["1234", "5678"])
        #expect(groups(of: "FR8RV") == ["FR8RV"])
        #expect(spoken("123456") == "1 2 3 4 5 6")
    }

    @Test func aCodePassesAndIsNeverShownAfterItsTime() {
        let code = Code(text: "1", nextText: "2", validFrom: 1_000, validUntil: 1_030)
        func at(_ time: Double) -> Passing { Passing(of: code, at: Date(timeIntervalSince1970: time)) }
        #expect(at(1_000).share == 1 && at(1_000).seconds == 30 && !at(1_000).over)
        #expect(at(1_015).share == 0.5 && !at(1_015).ending)
        #expect(at(1_021.9).ending == false && at(1_022).ending)
        #expect(at(1_029.2).seconds == 1 && !at(1_029.2).over)
        #expect(at(1_030).over && at(1_030).share == 0 && at(1_030).seconds == 0)
        #expect(at(999).over, "the clock was set back")
        let short = Code(text: "1", nextText: "2", validFrom: 0, validUntil: 3)
        #expect(!Passing(of: short, at: Date(timeIntervalSince1970: 1)).ending)
    }

    @Test func bracketsLieWhereTheUprightPictureShowsTheCode() throws {
        func placed(_ rotation: Int, _ point: Point) throws -> CGPoint {
            let corners = Corners(upperLeft: point, upperRight: point, lowerRight: point, lowerLeft: point)
            let sight = Sight(step: Step(view: .cancelled, effects: []), corners: corners, hint: nil)
            let sighting = Sighting(sight: sight, width: 1_280, height: 720, rotation: rotation)
            return try #require(sighting.placed(in: CGSize(width: 360, height: 640))?.first)
        }
        // Held upright, the left of the sensor is at the top.
        #expect(try placed(90, Point(x: 0, y: 720)) == CGPoint(x: 0, y: 0))
        #expect(try placed(90, Point(x: 1_280, y: 0)) == CGPoint(x: 360, y: 640))
        #expect(try placed(270, Point(x: 1_280, y: 0)) == CGPoint(x: 0, y: 0))
        // The picture is wider than the view, which it fills: its sides are cut off.
        #expect(try placed(0, Point(x: 640, y: 0)) == CGPoint(x: 180, y: 0))
        #expect(try placed(180, Point(x: 640, y: 0)) == CGPoint(x: 180, y: 640))
        #expect(try placed(0, Point(x: 0, y: 360)).x < 0)
        let none = Sight(step: Step(view: .cancelled, effects: []), corners: nil, hint: .tooSmall)
        #expect(Sighting(sight: none, width: 1, height: 1, rotation: 0).placed(in: .zero) == nil)
        #expect(Sighting.waiting(in: CGSize(width: 100, height: 200))[0] == CGPoint(x: 16, y: 50))
        let path = Brackets(corners: Sighting.waiting(in: CGSize(width: 100, height: 200))).path(in: .zero)
        #expect(path.points.count == 12)
    }

    @Test func aClockIsToldInSecondsOrMinutes() {
        #expect(english.sayClock(behind: 7).contains("slow by \u{2068}7 s\u{2069}"))
        #expect(english.sayClock(behind: -187).contains("fast by \u{2068}3 min\u{2069}"))
    }

    @Test func everyErrorHasItsWord() {
        #expect(word(of: .vault(.CannotOpen(message: ""))) == .wrong)
        #expect(word(of: AuthenticatorError.deviceKeyLost(.missing)) == .deviceKeyGone)
        #expect(word(of: AuthenticatorError.keychain(status: -1)) == .tryLater)
        #expect(word(of: AuthenticatorError.notConfirmed) == nil)
        #expect(word(of: ScanNotice.notAnEnrollment(error: .badSecret)) == .scanFaulty)
        #expect(word(of: CodeNotice.rejected) == .codeRejected)
        #expect(word(of: Hint.tooBlurred) == .hintBlurred)
    }

    /// WCAG 2.2, 1.4.3: what is read stands out by 4.5.
    @Test func whatIsReadStandsOutByDayAndByNight() {
        for palette in [Palette.day, Palette.night] {
            for color in [palette.tint, palette.attention] {
                #expect(contrast(color, palette.paper) >= 4.5)
                #expect(contrast(color, palette.card) >= 4.5)
            }
        }
        #expect(contrast(0x777777, 0xFFFFFF) < 4.5)
    }

    private func contrast(_ a: Int, _ b: Int) -> Double {
        func luminance(_ rgb: Int) -> Double {
            let parts = [rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255].map { part -> Double in
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (light, dark) = (max(luminance(a), luminance(b)), min(luminance(a), luminance(b)))
        return (light + 0.05) / (dark + 0.05)
    }
}

/// What is said, in every language.
struct CatalogueTests {
    @Test func everyLanguageSaysEverythingAndNothingElse() throws {
        let catalogue = try #require(Catalogue.shared)
        #expect(catalogue.sourceLanguage == "en")
        #expect(Set(catalogue.strings.keys) == Set(Word.allCases.map(\.key)))
        for (key, entry) in catalogue.strings {
            #expect(Set(entry.localizations.keys) == Set(Catalogue.languages), "\(key)")
            for localization in entry.localizations.values { #expect(localization.stringUnit.state == "translated") }
        }
    }

    @Test func everyLanguageHasTheSamePlacesToFillIn() throws {
        let catalogue = try #require(Catalogue.shared)
        let places = try Regex(#"%\d\$(@|lld)"#)
        func found(_ text: String) -> [String] { text.matches(of: places).map { String(text[$0.range]) }.sorted() }
        for (key, entry) in catalogue.strings {
            let expected = found(entry.localizations["en"]?.stringUnit.value ?? "")
            for (language, localization) in entry.localizations {
                let text = localization.stringUnit.value
                #expect(found(text) == expected, "\(language) \(key)")
                #expect(!text.replacing(places, with: "").contains("%"), "\(language) \(key)")
                #expect(!text.trimmingCharacters(in: .whitespaces).isEmpty, "\(language) \(key)")
            }
        }
    }

    /// Where both apps say something by one name, they say the same.
    @Test(arguments: Catalogue.languages)
    func bothPhonesSayTheSame(language: String) throws {
        let folder = language == "en" ? "values" : "values-\(language)"
        let file = "android/app/src/main/res/\(folder)/strings.xml"
        let xml = try String(contentsOf: repository.appendingPathComponent(file), encoding: .utf8)
        let strings = try Regex(
            #"<string name="(\w+)"[^>]*>([^<]*)</string>"#, as: (Substring, Substring, Substring).self)
        let ours = try #require(Catalogue.shared).texts(in: language)
        var shared = 0
        for match in xml.matches(of: strings) {
            guard let text = ours[String(match.output.1)] else { continue }
            var theirs = String(match.output.2).replacingOccurrences(of: "\\'", with: "'")
            theirs = theirs.replacingOccurrences(of: "&amp;", with: "&")
            theirs = theirs.replacing(try Regex(#"(%\d\$)s"#, as: (Substring, Substring).self)) { $0.output.1 + "@" }
            theirs = theirs.replacing(try Regex(#"(%\d\$)d"#, as: (Substring, Substring).self)) { $0.output.1 + "lld" }
            #expect(text == theirs, "\(match.output.1)")
            shared += 1
        }
        #expect(shared >= 130)
    }

    @Test func aNameStaysInOnePieceAndNumbersAreThePeoples() {
        let texts = Texts { _ in "«%1$@» %2$lld" }
        #expect(texts(.codeIs, "Ana", Int64(12)) == "«\u{2068}Ana\u{2069}» \(12.formatted())")
    }

    @Test func theAppsPropertiesSayWhatTheCameraAndTheFaceAreFor() throws {
        let folder = repository.appendingPathComponent("ios/App")
        let data = try Data(contentsOf: folder.appendingPathComponent("Info.plist"))
        let plist = try #require(
            try PropertyListSerialization.propertyList(from: data, options: [], format: nil) as? [String: Any])
        #expect(plist["CFBundleLocalizations"] as? [String] == Catalogue.languages)
        let types = try #require(plist["CFBundleURLTypes"] as? [[String: Any]])
        #expect(types.compactMap { $0["CFBundleURLSchemes"] as? [String] } == [["otpauth"]])
        let said = try JSONDecoder().decode(
            Catalogue.self, from: Data(contentsOf: folder.appendingPathComponent("InfoPlist.xcstrings")))
        for (key, word) in [("NSCameraUsageDescription", Word.cameraText), ("NSFaceIDUsageDescription", .unlockReason)]
        {
            #expect(plist[key] as? String == english(word))
            for language in Catalogue.languages { #expect(said.texts(in: language)[key] == texts(in: language)(word)) }
        }
    }
}
