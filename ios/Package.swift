// swift-tools-version: 6.0
import PackageDescription

// Apple platforms link the packaged library and the system's own frameworks. On Linux the library is what cargo built,
// and stand-ins that declare just what is used take the frameworks' places. `COUNTERSIGN_APPLE` asks for the Apple half
// there, to have it evaluated.
#if os(Linux)
let onLinux = Context.environment["COUNTERSIGN_APPLE"] == nil
#else
let onLinux = false
#endif

let package = Package(
    name: "Countersign",
    defaultLocalization: "en",
    platforms: [.iOS(.v17)],
    products: [
        .library(name: "Countersign", targets: ["Countersign"]),
        .library(name: "CountersignApp", targets: ["CountersignApp"]),
    ]
)

// Statements, since this compiler never ends on one large expression with conditions in it.
var linked: [LinkerSetting] = []
var security: [Target.Dependency] = []
var frameworks: [Target.Dependency] = []

if onLinux {
    let native = "\(Context.packageDirectory)/../target/bindings/native"
    linked = [
        .linkedLibrary("countersign_ffi"), .unsafeFlags(["-L\(native)", "-Xlinker", "-rpath", "-Xlinker", native]),
    ]
    security = ["Security", "LocalAuthentication"]
    frameworks = ["SwiftUI", "UIKit", "AVFoundation", "PhotosUI"] + security
    package.targets += [.systemLibrary(name: "CountersignFFI", path: "Sources/CountersignFFI")]
    for (name, needs) in [
        ("Security", []), ("LocalAuthentication", []), ("UIKit", ["SwiftUI"]), ("SwiftUI", []),
        ("AVFoundation", ["SwiftUI", "UIKit"]), ("PhotosUI", ["SwiftUI"]),
    ] as [(String, [String])] {
        package.targets += [
            .target(
                name: name, dependencies: needs.map { .byName(name: $0) }, path: "StandIns/\(name)",
                swiftSettings: [.swiftLanguageMode(.v5)])
        ]
    }
} else {
    package.targets += [.binaryTarget(name: "CountersignFFI", path: "CountersignFFI.xcframework")]
}

package.targets += [
    .target(
        name: "Countersign", dependencies: ["CountersignFFI"] + security, linkerSettings: linked),
    .target(
        name: "CountersignApp", dependencies: ["Countersign"] + frameworks,
        resources: [.process("Localizable.xcstrings")]),
]

if onLinux {
    package.targets += [
        // What an app adds, compiled against what it will be compiled against.
        .executableTarget(
            name: "App", dependencies: ["CountersignApp", "Countersign"] + frameworks, path: "App",
            exclude: ["Info.plist", "InfoPlist.xcstrings"]),
        .testTarget(name: "CountersignTests", dependencies: ["Countersign"] + security),
        .testTarget(name: "CountersignAppTests", dependencies: ["CountersignApp", "Countersign"] + frameworks),
    ]
}
