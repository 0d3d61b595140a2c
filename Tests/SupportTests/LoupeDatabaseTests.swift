// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LinuxABI
import TestSupport
import Testing

@testable import Support

/// The published database, where it is beside the project, and one made here.
struct LoupeDatabaseTests {
  private static let published = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data/loupedb").standardizedFileURL.path(percentEncoded: false)

  private static var isPublishedThere: Bool { FileManager.default.fileExists(atPath: published) }

  private func files(_ ending: String) -> [String] {
    let walk = FileManager.default.enumerator(atPath: Self.published)
    return (walk?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(ending) }.sorted()
      .map { Self.published + "/" + $0 }
  }

  @Test(.enabled(if: isPublishedThere, "the published database is not beside the project"))
  func `every published file is written back to the same bytes`() throws {
    let tables = files(".csv")
    #expect(tables.count > 40)
    for path in tables {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let kind: LoupeTable.Kind = path.hasSuffix("dyn.csv") ? .dynamic : .staticAnalysis
      #expect(try LoupeTable(parsing: text, kind: kind, path: path).text == text, "\(path)")
    }
    for path in files(".syscalls") {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(try SystemCallList(parsing: text, path: path).text == text, "\(path)")
    }
  }

  @Test(.enabled(if: isPublishedThere, "the published database is not beside the project"))
  func `the counts of each published file are those of its lines`() throws {
    for path in files("dyn.csv") {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let verdicts = try LoupeTable(parsing: text, kind: .dynamic, path: path).verdicts
      func lines(_ ending: String) -> Int {
        text.split(separator: "\n").filter { $0.hasSuffix(ending) }.count
      }
      let used = text.split(separator: "\n").filter { $0.split(separator: ",")[1] == "Y" }
      #expect(verdicts.count == used.count, "\(path)")
      #expect(verdicts.values.filter(\.isRequired).count == lines(",Y,N,N,N"), "\(path)")
      #expect(verdicts.values.filter { $0.fakeWorks && !$0.stubWorks }.count == lines(",Y,Y,N,N"))
      #expect(verdicts.values.filter { !$0.fakeWorks && $0.stubWorks }.count == lines(",Y,N,Y,N"))
      let both = verdicts.values.filter { $0.fakeWorks && $0.stubWorks }.count
      #expect(both == lines(",Y,N,N,Y") + lines(",Y,Y,Y,Y"), "\(path)")
    }
  }

  @Test(.enabled(if: isPublishedThere, "the published database is not beside the project"))
  func `applications without a benchmark are not supported by every kernel`() throws {
    let needs = try LoupeDatabase(folder: Self.published).needs(workload: "benchmark")
    let set = try #require(try KnownSupportSets.set(named: "kerla"))
    let plan = SupportPlanner().plan(for: set, needs)
    let doubtful = Dictionary(uniqueKeysWithValues: plan.doubtful.map { ($0.name, $0.doubt) })
    for name in ["django", "flask", "memcached"] { #expect(doubtful[name] == .noData) }
    #expect(doubtful["leveldb"] == .testAssertsNothing)
    #expect(plan.running.isEmpty == false || !plan.steps.isEmpty)
    #expect(
      plan.running.count + plan.steps.flatMap(\.unlocked).count + plan.doubtful.count
        == needs.count)
  }

  @Test func `a database is read by application, workload and run`() throws {
    try Scratch.with { scratch in
      func write(_ path: String, _ text: String) throws {
        let url = URL(filePath: scratch.path(path))
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      try write("db/b/suite/1/data/dyn.csv", "0,Y,N,N,N\n1,Y,Y,N,N\n")
      try write("db/b/benchmark-x/1/data/dyn.csv", "1,Y,N,Y,N\n")
      try write("db/a/suite/1/data/static_binary.csv", "0,Y\n")
      let database = try LoupeDatabase(folder: scratch.path("db"))
      #expect(database.applications == ["a", "b"])
      let all = database.needs()
      #expect(all.map(\.measurementCount) == [0, 2])
      #expect(all[1].required == [.read, .write])
      #expect(database.needs(workload: "suite")[1].required == [.read])
      try write("db/b/suite/1/data/dyn.csv", "zero\n")
      let error = #expect(throws: SupportFileError.self) {
        try LoupeDatabase(folder: scratch.path("db"))
      }
      #expect(error?.line == 1)
    }
  }
}
