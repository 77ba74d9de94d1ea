// swift-tools-version: 6.2
import PackageDescription

/// What only a simulated board needs. Built by `tools/build-firmware`, once per processor; the linking of one
/// image per board is the script's.
let package = Package(
  name: "firmware-sim",
  products: [.library(name: "Firmware", type: .static, targets: ["Firmware"])],
  dependencies: [.package(name: "scruple", path: "..")],
  targets: [
    .target(
      name: "Firmware",
      dependencies: [.product(name: "ScrupleRuntime", package: "scruple"), "Board"],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]
    ),
    .target(name: "Board"),
    // The browser's module is the C library and these few lines; `tools/build-library` links it.
    .target(
      name: "WebModule", dependencies: [.product(name: "ScrupleC", package: "scruple")],
      publicHeadersPath: "."),
  ]
)
