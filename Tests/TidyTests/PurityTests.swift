// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

/// What keeps the kernel a pure function and the arrows between the modules pointing down.
struct PurityTests {
  /// Which modules of the package, and of the system, each module may import. None of them all of
  /// Foundation, which takes as long to start as the rest of the command.
  private static let allowed: [String: Set<String>] = [
    "LinuxABI": [],
    "Trace": ["LinuxABI"],
    "Kernel": ["LinuxABI"],
    "Replayer": ["Kernel", "Trace", "LinuxABI"],
    "TraceFile": ["Trace", "LinuxABI", "CZstd", "Glibc", "SystemPackage"],
    "Support": ["LinuxABI", "FoundationEssentials", "Glibc"],
    "Import": ["Trace", "LinuxABI"],
    "Analyzer": [
      "Import", "Support", "TraceFile", "Trace", "LinuxABI", "FoundationEssentials",
    ],
    "Symbols": ["CElf", "Glibc"],
    "Recorder": [
      "Kernel", "Symbols", "TraceFile", "Trace", "LinuxABI", "CHosted", "CObserver", "CTrial",
      "CTwin", "CCrypto", "Glibc", "FoundationEssentials", "SystemPackage",
    ],
    "Epimetheus": [
      "Analyzer", "Import", "Recorder", "Replayer", "Support", "Symbols", "Kernel", "TraceFile",
      "Trace",
      "LinuxABI", "ArgumentParser", "FoundationEssentials", "Glibc",
    ],
  ]

  @Test func `modules import only what stands below them`() {
    for (module, allowed) in Self.allowed {
      for file in SourceTree.files(in: "Sources/" + module, endings: [".swift"]) {
        for (index, line) in file.lines.enumerated() {
          let words = line.split(separator: " ")
          guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
            !line.hasPrefix("//"), !line.hasPrefix(" ")
          else { continue }
          let name = String(words[position + 1].split(separator: ".")[0])
          #expect(allowed.contains(name), "\(file.place(index)): \(module) imports \(name)")
        }
      }
    }
  }

  /// What the (E) modules must not use, and why.
  private static let banned: [(word: String, reason: String)] = [
    ("print(", "text leaves through the machine"),
    ("Set<", "iteration order differs from run to run"),
    ("Dictionary", "iteration order differs from run to run"),
    ("Hasher", "seeded per process"),
    ("Double", "rounding, and no vector registers in a kernel"),
    ("AnySequence", "the compiler hangs on it"),
    (".shuffled()", "not deterministic"),
    ("Int.random", "not deterministic"),
    ("String(describing", "not available in Embedded Swift"),
    ("#if hasFeature(Embedded)", "both builds compile the same code"),
    ("#if $Embedded", "both builds compile the same code"),
    ("nonisolated(unsafe)", "no global mutable state"),
  ]

  @Test func `the modules for bare metal use nothing that is not deterministic`() {
    for file in SourceTree.embeddable {
      for (index, line) in file.lines.enumerated() {
        let code = line.prefix(while: { $0 != "/" })
        for (word, reason) in Self.banned where code.contains(word) {
          Issue.record("\(file.place(index)): \(word): \(reason)")
        }
      }
    }
  }

  @Test func `the kernel has no conditional code but its invariants`() {
    for file in SourceTree.files(in: "Sources/Kernel", endings: [".swift"]) {
      for (index, line) in file.lines.enumerated()
      where line.trimmingCharacters(in: .whitespaces).hasPrefix("#if") {
        #expect(line.contains("CHECK_INVARIANTS"), "\(file.place(index)): \(line)")
      }
    }
  }
}
