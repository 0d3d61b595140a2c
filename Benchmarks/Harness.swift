// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Why a benchmark could not be run.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What a process printed and how long it took.
struct Run {
  let output: String
  let seconds: Double
}

/// Runs programs and turns repetitions into medians.
struct Harness {
  /// The command that is measured.
  let command: String
  /// A folder for programs and traces, removed at the end.
  let scratch: URL
  /// Repetitions of each measurement.
  let repetitions: Int
  /// Whether figures are only to be shown to exist.
  let isSmoke: Bool

  /// A path in the scratch folder.
  func path(_ name: String) -> String { scratch.appending(path: name).path(percentEncoded: false) }

  /// Runs a program to its end on one CPU; it must exit with 0.
  @discardableResult
  func run(_ arguments: [String], outputTo file: String? = nil) throws -> Run {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let name = file ?? path("output-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: name, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(filePath: name))
    defer { try? handle.close() }
    process.standardOutput = handle
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    process.waitUntilExit()
    let duration = start.duration(to: clock.now)
    guard process.terminationStatus == 0 else {
      throw BenchmarkError(
        "exit \(process.terminationStatus): \(arguments.joined(separator: " "))")
    }
    let output = file == nil ? try String(contentsOfFile: name, encoding: .utf8) : ""
    if file == nil { try? FileManager.default.removeItem(atPath: name) }
    let (seconds, attoseconds) = duration.components
    return Run(output: output, seconds: Double(seconds) + Double(attoseconds) * 1e-18)
  }

  /// Lets the variants take turns and gives the median of each, of so many times the usual
  /// repetitions.
  func medians(_ variants: [() throws -> Double], times: Int = 1) throws -> [Double] {
    var samples = [[Double]](repeating: [], count: variants.count)
    for _ in 0..<(isSmoke ? 1 : repetitions * times) {
      for (index, variant) in variants.enumerated() { samples[index].append(try variant()) }
    }
    return samples.map { $0.sorted()[$0.count / 2] }
  }

  /// The size of a file in bytes.
  func byteCount(of file: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    return (attributes[.size] as? Int) ?? 0
  }
}

/// One line of the table.
struct Figure {
  let name: String
  let value: String
  let goal: String
  /// Whether the goal is met; nil where there is none.
  var isMet: Bool?

  /// A ratio to a goal that should not be passed.
  static func ratio(_ name: String, _ value: Double, atMost goal: Double) -> Figure {
    Figure(
      name: name, value: String(format: "%.2f x", value),
      goal: String(format: "%.2f x or less", goal), isMet: value <= goal)
  }

  /// A number with so many digits behind the point, and what it should not pass.
  static func atMost(_ goal: Double, _ value: Double, digits: Int, _ name: String) -> Figure {
    Figure(
      name: name, value: String(format: "%.*f", digits, value),
      goal: String(format: "%g or less", goal), isMet: value <= goal)
  }

  func print() {
    let padded = name.padding(toLength: 58, withPad: " ", startingAt: 0)
    let shown = value.padding(toLength: 22, withPad: " ", startingAt: 0)
    let verdict = isMet.map { $0 ? ", met" : ", missed" } ?? ""
    Swift.print("\(padded) \(shown) \(goal)\(verdict)")
    fflush(nil)
  }
}
