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

/// Says `unsafe` aloud or does without, so that `grep -rw unsafe Sources` is the audit.
let safe = house + [.strictMemorySafety()]

/// The floor that wraps C libraries and vends safe views of their memory.
let machinery = safe + [.enableExperimentalFeature("Lifetimes")]

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
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        .systemLibrary(name: "CPNG", path: "Sources/C/CPNG"),
        .systemLibrary(name: "CSodium", path: "Sources/C/CSodium"),
        .systemLibrary(name: "CYAML", path: "Sources/C/CYAML"),
        .systemLibrary(name: "CZeroMQ", path: "Sources/C/CZeroMQ"),
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib"),

        // Our own C.
        .target(
            name: "CKernels",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                // As Swift compiled these loops when they were in headers; SwiftPM's own is -O2.
                .unsafeFlags(["-O3"], .when(configuration: .release)),
            ],
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),

        .target(
            name: "CPictures",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
            ],
            linkerSettings: [
                .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("tiff"),
                .linkedLibrary("webp"),
            ]),

        .target(
            name: "CSyscalls",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
            ]),

        .target(name: "CBuild"),

        // Machinery.
        .target(
            name: "Platform", dependencies: ["CLinux", "CSyscalls"], swiftSettings: machinery),
        .target(
            name: "Files", dependencies: ["CSodium", "CZlib", "Platform"],
            swiftSettings: machinery),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: machinery),
        .target(
            name: "ZeroMQ", dependencies: ["CZeroMQ", "Platform"], swiftSettings: machinery),
        .target(
            name: "Images", dependencies: ["CPNG", "CPictures", "Platform"],
            swiftSettings: machinery),
        .target(
            name: "Tensors", dependencies: ["CKernels", "Platform"], swiftSettings: machinery),

        .target(
            name: "Build", dependencies: ["CBuild", "Platform", "Tensors", "ZeroMQ"],
            swiftSettings: safe),

        // The model.
        .target(name: "Networks", dependencies: ["Platform", "Tensors"], swiftSettings: safe),
        .target(
            name: "Backbone", dependencies: ["Files", "Images", "Networks", "Platform", "Tensors"],
            swiftSettings: safe),
        .target(
            name: "VAE", dependencies: ["Files", "Images", "Networks", "Platform", "Tensors"],
            swiftSettings: safe),
        .target(
            name: "Inspection",
            dependencies: ["Backbone", "Files", "Images", "Networks", "Tensors", "VAE"],
            swiftSettings: safe),
        .target(
            name: "VAETraining",
            dependencies: [
                "Backbone", "Images", "Inspection", "Networks", "Platform", "Tensors", "VAE",
            ],
            swiftSettings: safe),

        // The heart: images at rest, images in motion, and the judgement.
        .target(
            name: "Datasets", dependencies: ["Files", "Images", "Platform", "Tensors"],
            swiftSettings: safe),
        .target(
            name: "Frames", dependencies: ["Images", "Platform", "Tensors"],
            swiftSettings: machinery),
        .target(
            name: "Detection",
            dependencies: [
                "Files", "Formatting", "Frames", "Images", "Inspection", "Platform", "Tensors",
                "VAE",
            ],
            swiftSettings: safe),

        // What the daemon and its clients have in common.
        .target(
            name: "ServiceConfiguration",
            dependencies: [
                "Detection", "Files", "Frames", "Platform", "Tensors", "YAML", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: safe),
        .target(
            name: "Control",
            dependencies: ["Detection", "Files", "Frames", "Platform", "VAE"],
            swiftSettings: safe),
        .target(
            name: "ControlClients", dependencies: ["Control", "Files", "ZeroMQ"],
            swiftSettings: safe),

        // The body.
        .target(
            name: "DetectionService",
            dependencies: [
                "Backbone", "Build", "Control", "Detection", "Drawing", "Files", "Frames", "Images",
                "Inspection", "Platform", "ServiceConfiguration", "Tensors", "VAE", "YAML",
                "ZeroMQ",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: machinery + [
                // Its values are internal, for only programs import it, and tested in release too.
                .unsafeFlags(["-enable-testing"])
            ]),

        // What people look at.
        .target(name: "Formatting", swiftSettings: safe),
        .target(
            name: "Terminal",
            dependencies: [
                "Platform", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: safe),
        .target(
            name: "Drawing", dependencies: ["Formatting", "Images"], swiftSettings: safe),
        .target(
            name: "Reports",
            dependencies: [
                "Backbone", "Datasets", "Detection", "Drawing", "Files", "Formatting", "Images",
                "Inspection", "Platform", "Tensors", "VAE", "VAETraining",
            ], swiftSettings: safe),
        .target(
            name: "Replay",
            dependencies: [
                "Datasets", "Detection", "Files", "Formatting", "Frames", "Images", "Platform",
                "ServiceConfiguration", "Tensors", "Terminal", "VAE", "ZeroMQ",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ], swiftSettings: safe),

        // Programs.
        .executableTarget(
            name: "elbod",
            dependencies: [
                "Build", "Detection", "DetectionService", "Files", "Platform",
                "ServiceConfiguration", "VAE", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: safe),
        .executableTarget(
            name: "elbo",
            dependencies: [
                "Backbone", "Build", "Control", "ControlClients", "Datasets", "Detection",
                "Drawing", "Files", "Formatting", "Frames", "Images", "Inspection", "Networks",
                "Platform", "Reports", "ServiceConfiguration", "Tensors", "Terminal", "VAE",
                "VAETraining", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: safe),
        .executableTarget(
            name: "elbo-replay",
            dependencies: [
                "Build", "Datasets", "Detection", "Files", "Images", "Platform", "Replay",
                "ServiceConfiguration", "Terminal", "VAE", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "tools/replay", swiftSettings: safe),

        // What tests of several targets decode.
        .target(
            name: "TestSupport",
            dependencies: [
                "Backbone", "Frames", "Images", "Inspection", "Networks", "Platform", "Tensors",
                "VAE", "VAETraining",
            ],
            path: "Tests/TestSupport",
            swiftSettings: house),

        .testTarget(
            name: "PlatformTests", dependencies: ["CSyscalls", "Platform", "Tensors"],
            swiftSettings: house),
        .testTarget(
            name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: house),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: house),
        .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: safe),
        .testTarget(
            name: "ImagesTests", dependencies: ["Images", "Tensors", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "TensorsTests", dependencies: ["CKernels", "Platform", "Tensors"],
            swiftSettings: house),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "BackboneTests",
            dependencies: ["Backbone", "Images", "Networks", "Tensors", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "InspectionTests",
            dependencies: [
                "Backbone", "Images", "Inspection", "Networks", "Tensors", "TestSupport", "VAE",
                "VAETraining",
            ],
            swiftSettings: house),
        .testTarget(
            name: "VAETests",
            dependencies: ["Files", "Images", "Networks", "Tensors", "TestSupport", "VAE"],
            exclude: ["Fixtures"], swiftSettings: house),
        .testTarget(
            name: "VAETrainingTests",
            dependencies: [
                "Images", "Networks", "Tensors", "TestSupport", "VAE", "VAETraining",
            ],
            exclude: ["Fixtures"], swiftSettings: house),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Datasets", "Files", "Images", "Platform", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "FramesTests",
            dependencies: ["Frames", "Images", "Platform", "Tensors", "TestSupport"],
            swiftSettings: house),
        .testTarget(
            name: "DetectionTests",
            dependencies: [
                "Detection", "Files", "Frames", "Images", "Inspection", "Platform", "Tensors",
                "TestSupport", "VAE",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ServiceConfigurationTests",
            dependencies: [
                "ServiceConfiguration", "TestSupport", "ZeroMQ",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "ControlTests",
            dependencies: ["Control", "Detection", "Files", "Frames", "Platform", "VAE"],
            swiftSettings: house),
        .testTarget(
            name: "DetectionServiceTests",
            dependencies: [
                "Backbone", "Control", "ControlClients", "Detection", "DetectionService", "elbo",
                "elbo-replay", "elbod", "Files",
                "Frames", "Images", "Inspection", "Networks", "Platform", "ServiceConfiguration",
                "Tensors", "TestSupport", "VAE", "ZeroMQ",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Datasets", "Detection", "Drawing", "Images", "Networks", "Platform", "Reports",
                "Tensors", "VAE", "VAETraining",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ElboTests",
            dependencies: [
                "Backbone", "Control", "Datasets", "Detection", "elbo", "Files", "Images",
                "Networks", "Platform", "Reports", "ServiceConfiguration", "Terminal", "Tensors",
                "TestSupport", "VAE", "VAETraining", "ZeroMQ",
            ],
            swiftSettings: house),
        .testTarget(
            name: "ReplayTests",
            dependencies: [
                "Datasets", "Files", "Images", "Networks", "Replay",
                "ServiceConfiguration", "Tensors", "VAE", "ZeroMQ",
            ], swiftSettings: house),
    ]
)

// Fuzz targets need a main function of libFuzzer's and are built by tools/fuzz/run alone.
if Context.environment["ELBO_FUZZ"] != nil {
    let targets: [(String, [Target.Dependency])] = [
        ("frame", ["Detection", "Files", "Frames", "Images", "Platform", "VAE"]),
        ("image", ["Datasets", "Files", "Images"]), ("model", ["Inspection", "Networks", "VAE"]),
        ("calibration", ["Detection", "Platform", "VAE"]),
        ("configuration", ["ServiceConfiguration"]),
        (
            "control",
            [
                "Detection", "DetectionService", "Files", "Frames", "Images", "Networks",
                "Platform",
                "ServiceConfiguration", "VAE", "ZeroMQ",
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
