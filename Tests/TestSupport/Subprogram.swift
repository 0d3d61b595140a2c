// SPDX-License-Identifier: BSD-3-Clause

public import Foundation

/// A program that a test ran to its end.
public struct Subprogram: Sendable {
  /// How it ended.
  public enum End: Equatable, Sendable {
    /// With this status.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)
  }

  /// How it ended.
  public let end: End
  /// What it wrote to stdout.
  public let output: Data
  /// What it wrote to stderr.
  public let errors: Data

  /// `output` as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// `errors` as text.
  public var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// Runs a program given by its path, with stdin from `input`, and waits; it is ended after
  /// `timeout` seconds. Output goes through files, so nothing can fill up.
  public static func run(
    _ arguments: [String], input: Data = Data(), environment: [String: String]? = nil,
    in folder: URL? = nil, timeout: Double = 120
  ) throws -> Subprogram {
    try Scratch.with { scratch in
      let process = Process()
      process.executableURL = URL(filePath: arguments[0])
      process.arguments = Array(arguments.dropFirst())
      if let environment { process.environment = environment }
      if let folder { process.currentDirectoryURL = folder }
      let files = ["in", "out", "err"].map { scratch.url.appending(path: $0) }
      try input.write(to: files[0])
      try Data().write(to: files[1])
      try Data().write(to: files[2])
      process.standardInput = try FileHandle(forReadingFrom: files[0])
      process.standardOutput = try FileHandle(forWritingTo: files[1])
      process.standardError = try FileHandle(forWritingTo: files[2])
      try process.run()
      let processID = process.processIdentifier
      let watchdog = DispatchWorkItem { kill(processID, SIGKILL) }
      DispatchQueue.global().asyncAfter(deadline: .now() + timeout, execute: watchdog)
      process.waitUntilExit()
      watchdog.cancel()
      return Subprogram(
        end: process.terminationReason == .exit
          ? .exited(process.terminationStatus) : .killed(process.terminationStatus),
        output: try Data(contentsOf: files[1]), errors: try Data(contentsOf: files[2]))
    }
  }

  /// The path of the `epimetheus` command that was built beside the tests.
  public static var epimetheus: String {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "epimetheus")
      .path(percentEncoded: false)
  }

  /// Runs `epimetheus` with these arguments.
  public static func epimetheus(
    _ arguments: String..., input: Data = Data(), in folder: URL? = nil, timeout: Double = 120
  ) throws -> Subprogram {
    try run([epimetheus] + arguments, input: input, in: folder, timeout: timeout)
  }
}
