// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "clef",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [.library(name: "Clef", targets: ["Clef"])],
    targets: [
        .systemLibrary(name: "CClef", pkgConfig: "clef"),
        .target(
            name: "Clef", dependencies: ["CClef"],
            swiftSettings: [.enableExperimentalFeature("StrictConcurrency")]),
        .testTarget(name: "ClefTests", dependencies: ["Clef"]),
        .executableTarget(name: "profile", dependencies: ["Clef"], path: "Examples/Profile"),
        .executableTarget(name: "conformance", dependencies: ["Clef"], path: "Tests/Conformance"),
    ]
)
