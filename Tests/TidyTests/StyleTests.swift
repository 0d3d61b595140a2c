// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

/// Style that a formatter does not know. Each finding names the file, the line and the reason.
struct StyleTests {
  private func report(_ findings: [String]) {
    for finding in findings { Issue.record("\(finding)") }
  }

  @Test func `every file says its licence in its first lines`() {
    let files =
      SourceTree.files(in: "Sources", endings: [".swift", ".c", ".h", ".S", ".modulemap"])
      + SourceTree.files(in: "Tests", endings: [".swift", ".c"])
      + SourceTree.files(in: "scripts", endings: [""])
    #expect(files.count > 50)
    report(
      files.filter { file in
        !file.lines.prefix(3).contains { $0.contains("SPDX-License-Identifier: BSD-3-Clause") }
      }.map { "\($0.path): no SPDX line" })
  }

  @Test func `no file is longer than 400 lines`() {
    let files =
      SourceTree.files(in: "Sources", endings: [".swift", ".c", ".S"])
      + SourceTree.files(in: "Tests", endings: [".swift"])
    // Lists of names and numbers are as long as Linux made them.
    let lists = ["Sources/LinuxABI/SystemCallNumber.swift", "Sources/LinuxABI/Errno.swift"]
    report(
      files.filter { $0.lines.count > 400 && !lists.contains($0.path) }
        .map { "\($0.path): \($0.lines.count) lines; where does one concept end?" })
  }

  @Test func `no line is wider than 100 columns`() {
    let files = SourceTree.files(in: "Sources", endings: [".swift", ".c", ".h", ".S"])
    report(
      files.flatMap { file in
        file.lines.indices.filter { file.lines[$0].count > 100 }
          .map { "\(file.place($0)): \(file.lines[$0].count) columns" }
      })
  }

  @Test func `nothing is left for later`() {
    let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "fatal" + "Error("]
    let files = SourceTree.files(in: "Sources", endings: [".swift", ".c", ".h", ".S"])
    report(
      files.flatMap { file in
        file.lines.indices.filter { index in words.contains { file.lines[index].contains($0) } }
          .map { "\(file.place($0)): finish it or say it in docs: \(file.lines[$0])" }
      })
  }

  @Test func `every module has a README at its door`() throws {
    let modules = try FileManager.default.contentsOfDirectory(
      atPath: SourceTree.root.appending(path: "Sources").path(percentEncoded: false))
    #expect(modules.count >= 10)
    let systemLibraries = ["CZstd", "CElf", "CCrypto"]
    for module in modules where !systemLibraries.contains(module) {
      let readme = SourceTree.root.appending(path: "Sources/\(module)/README.md")
      let text = try? String(contentsOf: readme, encoding: .utf8)
      #expect((text?.count ?? 0) > 300, "Sources/\(module)/README.md says too little")
    }
  }

  @Test func `every trace has its provenance written down`() throws {
    let folder = SourceTree.root.appending(path: "traces")
    let provenance = try String(
      contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    let walk = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))
    var count = 0
    while let name = walk?.nextObject() as? String {
      guard name.hasSuffix(".epi") || name.hasSuffix(".trace") else { continue }
      count += 1
      #expect(provenance.contains("`\(name)`"), "traces/README.md does not tell of \(name)")
    }
    #expect(count > 0)
  }
}
