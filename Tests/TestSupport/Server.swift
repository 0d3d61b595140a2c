// SPDX-License-Identifier: BSD-3-Clause

public import Foundation

/// A server on a port of 127.0.0.1 of its own, while a test puts a bounded load on it.
public final class Server {
  /// The port.
  public let port: UInt16
  private let process = Process()
  private var watchdog: DispatchWorkItem?

  /// Starts a program and waits until it takes connections; it is killed after `timeout` seconds.
  public init(
    on port: UInt16, _ arguments: [String], output: URL, timeout: Double = 60
  ) throws {
    self.port = port
    process.executableURL = URL(filePath: arguments[0])
    process.arguments = Array(arguments.dropFirst())
    process.environment = ServerTools.environment
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let processID = process.processIdentifier
    let watchdog = DispatchWorkItem { kill(processID, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + timeout, execute: watchdog)
    self.watchdog = watchdog
    while !Self.takesConnections(port) {
      guard process.isRunning else { throw ServerError(file: output) }
      usleep(10_000)
    }
  }

  /// Waits for the end, which the caller asked the server for; its exit status.
  public func end() -> Int32 {
    process.waitUntilExit()
    watchdog?.cancel()
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }

  /// A port that nobody uses now.
  public static func freePort() -> UInt16 {
    withSocket { socket, address, size in
      guard bind(socket, address, size) == 0, getsockname(socket, address, &size) == 0 else {
        return 0
      }
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
  }

  private static func takesConnections(_ port: UInt16) -> Bool {
    withSocket(port: port) { socket, address, size in connect(socket, address, size) == 0 }
  }

  private static func withSocket<Result>(
    port: UInt16 = 0,
    _ body: (Int32, UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> Result {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0, &size) }
    }
  }
}

/// A server ended before it took connections.
public struct ServerError: Error, CustomStringConvertible {
  let file: URL

  /// Of a server that writes there what it says.
  public init(file: URL) { self.file = file }

  /// What it said.
  public var description: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
}

/// Servers and what puts load on them: those that are installed, or else those that
/// `scripts/servers` unpacked.
public enum ServerTools {
  private static let unpacked = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build/servers/usr")

  /// The path of a tool; nil where there is none.
  public static func path(_ name: String) -> String? {
    let places = ["/usr", "/usr/local"].map { URL(filePath: $0) } + [unpacked]
    for place in places {
      for folder in ["bin", "sbin"] {
        let path = place.appending(path: folder).appending(path: name).path(percentEncoded: false)
        if access(path, X_OK) == 0 { return path }
      }
    }
    return nil
  }

  /// Whether all of them are there.
  public static func have(_ names: String...) -> Bool { names.allSatisfy { path($0) != nil } }

  /// What they are run with: the libraries that were unpacked with them.
  public static var environment: [String: String] {
    let libraries = unpacked.appending(path: "lib/x86_64-linux-gnu").path(percentEncoded: false)
    return ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "LD_LIBRARY_PATH": libraries]
  }
}
