// SPDX-License-Identifier: BSD-3-Clause

public import Foundation

/// A folder of a test's own, removed when the test is done.
public struct Scratch: Sendable {
  /// Where it is.
  public let url: URL

  /// The path of a file in it.
  public func path(_ name: String) -> String {
    url.appending(path: name).path(percentEncoded: false)
  }

  /// Makes a folder for the time of `body`.
  public static func with<Result>(_ body: (Scratch) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "epimetheus-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(Scratch(url: url))
  }

  /// Compiles a C program with these compiler arguments (such as `-static-pie`) and gives its path.
  public func compile(
    _ source: String, as name: String, compiler: String = "/usr/bin/cc", _ arguments: [String] = []
  ) throws -> String {
    let file = path(name + ".c")
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let compilation = try Subprogram.run(
      [compiler, "-O1", "-o", path(name), file] + arguments,
      environment: ProcessInfo.processInfo.environment)
    guard compilation.end == .exited(0) else {
      throw CompileError(message: compilation.errorText)
    }
    return path(name)
  }
}

/// A C program of a test does not compile.
public struct CompileError: Error, CustomStringConvertible {
  /// What the compiler said.
  public let message: String
  /// What the compiler said.
  public var description: String { message }
}
