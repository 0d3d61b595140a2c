// swift-tools-version: 6.2
// SPDX-License-Identifier: BSD-3-Clause

import PackageDescription

/// What every module of this package is compiled with.
let common: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// What a module that is also compiled as Embedded Swift adds: see docs/embedded.md.
let embeddable: [SwiftSetting] =
  common + [
    .treatWarning("EmbeddedRestrictions", as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .define("CHECK_INVARIANTS", .when(configuration: .debug)),
  ]

/// The support sets that are compiled into the command: Sources/Support/Sets.
let knownSupportSets = [
  "Browsix", "Freebsd", "Fuchsia", "Graphene", "Gvisor", "Hermitux", "Kerla", "LinuxNoLibc", "Osv",
  "Unikraft", "Zephyr", "unikraft-0.12.0", "unikraft-0.16.3", "unikraft-0.17.0",
]

let package = Package(
  name: "epimetheus",
  products: [
    .executable(name: "epimetheus", targets: ["Epimetheus"]),
    .executable(name: "epimetheus-benchmarks", targets: ["EpimetheusBenchmarks"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // (E): compiled hosted and as Embedded Swift, from the same files.
    .target(name: "LinuxABI", exclude: ["README.md"], swiftSettings: embeddable),
    .target(
      name: "Trace", dependencies: ["LinuxABI"], exclude: ["README.md"], swiftSettings: embeddable),
    .target(
      name: "Kernel", dependencies: ["LinuxABI"],
      exclude: [
        "README.md", "FileSystem/README.md", "Loader/README.md", "NoFault/README.md",
        "Paging/README.md", "PhysicalMemory/README.md", "SystemCalls/Printing/README.md",
        "VirtualMemory/README.md",
      ],
      swiftSettings: embeddable),
    .target(
      name: "Replayer", dependencies: ["Kernel", "Trace", "LinuxABI"], exclude: ["README.md"],
      swiftSettings: embeddable),

    // Hosted.
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CElf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CHosted", exclude: ["README.md"]),
    .target(name: "CObserver", exclude: ["README.md"]),
    .target(name: "CTrial", exclude: ["README.md"]),
    .target(name: "CTwin", exclude: ["README.md"]),
    .target(
      name: "TraceFile", dependencies: ["Trace", "LinuxABI", "CZstd"], exclude: ["README.md"],
      swiftSettings: common),
    .target(
      name: "Symbols", dependencies: ["CElf"], exclude: ["README.md"], swiftSettings: common),
    .target(
      name: "Recorder",
      dependencies: [
        "Kernel", "Symbols", "TraceFile", "Trace", "LinuxABI", "CHosted", "CObserver", "CTrial",
        "CTwin", "CCrypto",
      ],
      exclude: [
        "README.md", "Observer/README.md", "Tracepoints/README.md", "Trials/README.md",
        "Twin/README.md",
      ],
      swiftSettings: common),
    .target(
      name: "Support", dependencies: ["LinuxABI"],
      exclude: ["README.md", "Sets/ATTRIBUTION.md"],
      resources: knownSupportSets.map { .embedInCode("Sets/" + $0 + ".syscalls") },
      swiftSettings: common),
    .target(
      name: "Import", dependencies: ["Trace", "LinuxABI"], exclude: ["README.md"],
      swiftSettings: common),
    .target(
      name: "Analyzer", dependencies: ["Import", "Support", "TraceFile", "Trace", "LinuxABI"],
      exclude: ["README.md"], resources: [.embedInCode("Page/report.html")],
      swiftSettings: common),
    .executableTarget(
      name: "Epimetheus",
      dependencies: [
        "Recorder", "Replayer", "Analyzer", "Import", "Support", "Symbols", "TraceFile", "Kernel",
        "Trace", "LinuxABI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"], swiftSettings: common),
    .executableTarget(
      name: "EpimetheusBenchmarks",
      dependencies: ["Replayer", "TraceFile", "Kernel", "Trace", "LinuxABI"],
      path: "Benchmarks", exclude: ["README.md"], swiftSettings: common),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: common),
    .testTarget(
      name: "LinuxABITests", dependencies: ["TestSupport", "LinuxABI"], swiftSettings: common),
    .testTarget(
      name: "KernelTests", dependencies: ["TestSupport", "Kernel", "Trace", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "TraceTests", dependencies: ["TestSupport", "Trace", "TraceFile", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "ReplayerTests",
      dependencies: ["TestSupport", "Replayer", "Kernel", "TraceFile", "Trace", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "SymbolsTests", dependencies: ["TestSupport", "Symbols"], swiftSettings: common),
    .testTarget(
      name: "RecorderTests",
      dependencies: ["TestSupport", "Recorder", "Kernel", "TraceFile", "Trace", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "SupportTests", dependencies: ["TestSupport", "Support", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "ImportTests", dependencies: ["TestSupport", "Import", "Trace", "LinuxABI"],
      swiftSettings: common),
    .testTarget(
      name: "AnalyzerTests",
      dependencies: ["TestSupport", "Analyzer", "Support", "TraceFile", "Trace", "LinuxABI"],
      exclude: ["Goldens"], swiftSettings: common),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "TestSupport", "Epimetheus", "Recorder", "Kernel", "TraceFile", "Trace", "LinuxABI",
      ],
      swiftSettings: common),
    .testTarget(name: "TidyTests", swiftSettings: common),
  ]
)

// Only what the kernel's own tests need, for what builds them often: see scripts/kernel-package.
if Context.environment["EPIMETHEUS_KERNEL"] != nil {
  var kept: Set<String> = []
  func keep(_ name: String) {
    guard kept.insert(name).inserted else { return }
    for dependency in package.targets.first(where: { $0.name == name })?.dependencies ?? [] {
      if case .byNameItem(let name, _) = dependency { keep(name) }
    }
  }
  keep("KernelTests")
  package.products = []
  package.dependencies = []
  package.targets.removeAll { !kept.contains($0.name) }
}

// The image for bare metal has a link script of its own, so it is there only when it is asked for:
// see scripts/metal-test. With `linux` the same Swift files become a Linux process.
if let machine = Context.environment["EPIMETHEUS_METAL"] {
  package.products.append(.executable(name: "metal", targets: ["Metal"]))
  package.targets += [
    .target(
      name: "CMetal",
      exclude: ["README.md"]
        + (machine == "linux" ? ["boot.S", "start.c", "heap.c", "console.c"] : ["linux.c"])),
    .executableTarget(
      name: "Metal", dependencies: ["Replayer", "Kernel", "Trace", "LinuxABI", "CMetal"],
      exclude: ["README.md"], swiftSettings: embeddable + [.unsafeFlags(["-parse-as-library"])]),
  ]
}
