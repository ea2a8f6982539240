// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with: Swift 6, explicit imports, no warning left standing.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The floor where `unsafe` lives: it wraps C libraries and vends safe views of their memory.
let machinery = house + [.enableExperimentalFeature("Lifetimes")]

/// Everything above it says `unsafe` aloud or does without.
let safe = house + [.strictMemorySafety()]

let package = Package(
    name: "elbod",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "elbod", targets: ["elbod"]),
        .executable(name: "elbo", targets: ["elbo"]),
        .executable(name: "elbo-replay", targets: ["elbo-replay"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // Module maps of C libraries, no logic.
        .systemLibrary(name: "COneDNN"),
        .systemLibrary(name: "CSIMD"),
        .systemLibrary(name: "CZeroMQ"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CPNG"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CThreads"),
        .systemLibrary(name: "CTurboJPEG"),
        .systemLibrary(name: "CYAML"),

        // Machinery.
        .target(name: "Tensors", dependencies: ["COneDNN", "CSIMD"], swiftSettings: machinery),
        .target(name: "ZeroMQ", dependencies: ["CZeroMQ"], swiftSettings: machinery),
        .target(
            name: "Files",
            dependencies: [
                "CMalloc", "CZlib", "CPNG", "CSodium", "CThreads", "CTurboJPEG", "CYAML",
            ],
            swiftSettings: machinery),

        .target(name: "Systemd", swiftSettings: machinery),
        .target(name: "Rsvg", swiftSettings: machinery),

        // The model.
        .target(name: "VAE", dependencies: ["Tensors", "Files"], swiftSettings: safe),

        // The heart.
        .target(name: "Datasets", dependencies: ["Files"], swiftSettings: safe),

        .target(
            name: "Detection", dependencies: ["Files", "VAE"],
            swiftSettings: safe + [.enableExperimentalFeature("Lifetimes")]),

        // Bodies.
        .target(
            name: "DetectionService",
            dependencies: [
                "Detection", "ZeroMQ", "Systemd",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: safe),
        .target(name: "VAETraining", dependencies: ["VAE"], swiftSettings: safe),

        .target(
            name: "Replay",
            dependencies: [
                "Console", "Datasets", "DetectionService", "Text",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ], path: "tools/replay/Replay", swiftSettings: safe),

        // Numbers as people read them.
        .target(name: "Text", swiftSettings: safe),

        // What the three programs have in common on a terminal.
        .target(
            name: "Console",
            dependencies: [
                "Files",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: safe),

        // The daemon's configuration on a command line.
        .target(
            name: "ServiceOptions",
            dependencies: [
                "DetectionService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: safe),

        .target(
            name: "Reports",
            dependencies: ["Datasets", "Detection", "Files", "Rsvg", "Text", "VAETraining"],
            swiftSettings: safe),

        // Executables.
        .executableTarget(
            name: "elbod",
            dependencies: [
                "Console", "DetectionService", "ServiceOptions",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: safe),
        .executableTarget(
            name: "elbo",
            dependencies: [
                "Console", "Datasets", "DetectionService", "Reports", "Rsvg", "ServiceOptions",
                "Text",
                "VAETraining", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: safe),
        .executableTarget(
            name: "elbo-replay",
            dependencies: [
                "Console", "Replay",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "tools/replay", exclude: ["Replay"], swiftSettings: safe),

        // What tests of several targets decode.
        .target(name: "PictureSamples", path: "Tests/PictureSamples", swiftSettings: house),

        .testTarget(
            name: "TensorsTests", dependencies: ["CSIMD", "Tensors"], swiftSettings: house),
        .testTarget(
            name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: safe),
        .testTarget(
            name: "FilesTests", dependencies: ["Files", "PictureSamples", "Tensors"],
            swiftSettings: house),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "Files", "PictureSamples"],
            swiftSettings: house),
        .testTarget(
            name: "DetectionTests",
            dependencies: ["Detection", "Files", "PictureSamples", "Tensors", "VAE"],
            swiftSettings: house),
        .testTarget(
            name: "VAETests", dependencies: ["Files", "VAE"], exclude: ["Fixtures"],
            swiftSettings: house),
        .testTarget(
            name: "VAETrainingTests", dependencies: ["VAETraining"],
            exclude: ["Fixtures"], swiftSettings: house),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Datasets", "Detection", "Reports", "Rsvg", "VAE", "VAETraining"],
            swiftSettings: house),
        .testTarget(
            name: "ElboTests",
            dependencies: ["Datasets", "Files", "PictureSamples", "VAE", "elbo"],
            swiftSettings: house),
        .testTarget(
            name: "DetectionServiceTests",
            dependencies: [
                "Detection", "DetectionService", "Files", "PictureSamples", "VAE", "ZeroMQ",
                "elbo-replay", "elbod",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ReplayTests", dependencies: ["Datasets", "Replay", "Tensors", "VAE", "ZeroMQ"],
            swiftSettings: house),
    ]
)

// Fuzz targets need a main function of libFuzzer's and are built by tools/fuzz/run alone.
if Context.environment["ELBO_FUZZ"] != nil {
    let targets: [(String, [Target.Dependency])] = [
        ("frame", ["Detection", "Files", "VAE"]), ("image", ["Datasets", "Files"]),
        ("model", ["VAE"]), ("calibration", ["Detection", "VAE"]),
        ("configuration", ["DetectionService"]),
        (
            "control",
            [
                "Detection", "DetectionService", "Files", "VAE", "ZeroMQ",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
    ]
    for (name, dependencies) in targets {
        package.targets.append(
            .executableTarget(
                name: "fuzz-\(name)", dependencies: dependencies, path: "tools/fuzz/\(name)",
                swiftSettings: house))
        package.products.append(.executable(name: "fuzz-\(name)", targets: ["fuzz-\(name)"]))
    }
}
