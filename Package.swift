// swift-tools-version: 6.2
import PackageDescription

/// Settings of the modules that also run on a microcontroller: no unsafe pointer without a mark, and a
/// compile error on the host for what Embedded Swift refuses.
let deviceSettings: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatWarning("EmbeddedRestrictions", as: .error),
]

/// Host modules that hold views of a model.
let hostSettings: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

/// What a report page is made of, in Sources/ScrupleReport/Resources.
let pageResources = [
  "report.css", "page.js", "scruple.js", "twin.js", "parts.js", "plane.js", "rows.js", "ray.js", "picture.js",
  "live.js", "scruple.wasm",
]

let package = Package(
  name: "scruple",
  products: [
    .executable(name: "scruple", targets: ["scruple"]),
    .library(name: "ScrupleRuntime", targets: ["ScrupleRuntime"]),
    .library(name: "ScrupleC", targets: ["ScrupleC"]),
    .library(
      name: "Scruple",
      targets: [
        "ScrupleNetwork", "ScrupleData", "ScrupleTraining", "ScrupleQuantization", "ScrupleCertification",
        "ScrupleDevice", "ScrupleEvaluation", "ScrupleReport",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "CScrupleIntrinsics"),
    .target(name: "ScrupleRuntime", dependencies: ["CScrupleIntrinsics"], swiftSettings: deviceSettings),
    .target(name: "CScruple"),
    .target(name: "ScrupleC", dependencies: ["CScruple", "ScrupleRuntime"], swiftSettings: deviceSettings),

    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    .target(name: "CVectorLoops"),
    .target(
      name: "ScrupleNetwork",
      dependencies: ["COneDNN", "CVectorLoops", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "ScrupleData", dependencies: ["ScrupleNetwork", "CPNG", "CZlib"]),
    .target(
      name: "ScrupleTraining",
      dependencies: [
        "CVectorLoops", "ScrupleNetwork", "ScrupleData", .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "ScrupleQuantization", dependencies: ["ScrupleNetwork", "ScrupleRuntime"],
      swiftSettings: hostSettings),
    .target(
      name: "ScrupleCertification",
      dependencies: ["ScrupleNetwork", "ScrupleRuntime", "ScrupleQuantization"],
      swiftSettings: hostSettings),
    .target(name: "ScrupleDevice", dependencies: ["ScrupleRuntime"], swiftSettings: hostSettings),
    .target(
      name: "ScrupleEvaluation",
      dependencies: ["ScrupleNetwork", "ScrupleRuntime", "ScrupleData", "ScrupleDevice"],
      swiftSettings: hostSettings),
    .target(
      name: "ScrupleReport", dependencies: ["ScrupleEvaluation", "ScrupleData", "ScrupleNetwork"],
      resources: pageResources.map { .embedInCode("Resources/\($0)") }),
    .executableTarget(
      name: "scruple",
      dependencies: [
        "ScrupleNetwork", "ScrupleData", "ScrupleTraining", "ScrupleQuantization", "ScrupleCertification",
        "ScrupleDevice", "ScrupleEvaluation", "ScrupleReport", "ScrupleRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: hostSettings),

    .testTarget(
      name: "ScrupleRuntimeTests", dependencies: ["ScrupleRuntime", "CScrupleIntrinsics"],
      swiftSettings: hostSettings),
    .testTarget(name: "ScrupleNetworkTests", dependencies: ["ScrupleNetwork"]),
    .testTarget(name: "ScrupleDataTests", dependencies: ["ScrupleData"], resources: [.copy("Fixtures")]),
    .testTarget(name: "ScrupleTrainingTests", dependencies: ["ScrupleTraining", "CVectorLoops"]),
    .testTarget(
      name: "ScrupleQuantizationTests", dependencies: ["ScrupleQuantization"], swiftSettings: hostSettings),
    .testTarget(
      name: "ScrupleCertificationTests", dependencies: ["ScrupleCertification"], swiftSettings: hostSettings),
    .testTarget(
      name: "ScrupleDeviceTests",
      dependencies: ["CScruple", "ScrupleC", "ScrupleDevice", "ScrupleQuantization"],
      swiftSettings: hostSettings),
    .testTarget(name: "ScrupleEvaluationTests", dependencies: ["ScrupleEvaluation", "ScrupleQuantization"]),
    .testTarget(name: "ScrupleReportTests", dependencies: ["ScrupleReport"]),
    .testTarget(name: "scrupleTests", dependencies: ["scruple"]),
  ]
)
