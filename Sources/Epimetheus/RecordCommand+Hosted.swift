// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Recorder
import Trace
import TraceFile

extension RecordCommand {
  /// Runs the program on our kernel.
  func recordHosted() throws -> RecordOutcome {
    var options = HostedOptions(
      program: [UInt8](program[0].utf8), arguments: program.map { [UInt8]($0.utf8) },
      environment: environment)
    options.workingDirectory = [UInt8](FileManager.default.currentDirectoryPath.utf8)
    options.payloadLimit = payload
    options.timeoutNanoseconds = timeout.map { UInt64($0 * 1e9) }
    if let root = hosted.root {
      options.root = root
      options.workingDirectory = [UInt8(ascii: "/")]
    }
    if let memory = hosted.memory {
      options.memoryByteCount = try Self.byteCount(mebibytes: memory)
    }
    if let seed = hosted.seed { options.seed = seed }
    if let clock = hosted.clock { options.clock = try Self.clock(clock) }
    options.faultAroundShift = try hosted.faultAroundShift
    options.rewritesCalls = hosted.rewrite
    var session = try RecordSession(options)
    return try TraceFiles.write(output, header: session.header) { writer in
      guard let style = printing.style else { return try session.record(into: &writer) }
      var sink = PrintingSink(style, header: session.header, into: writer)
      return try session.record(into: &sink)
    }
  }

  private static func byteCount(mebibytes: UInt64) throws -> UInt64 {
    guard mebibytes >= 4, mebibytes <= HostMemory.limit >> 20 else {
      throw CommandError.usage("--memory takes MiB, from 4 to \(HostMemory.limit >> 20)")
    }
    return mebibytes << 20
  }

  private static func clock(_ text: String) throws -> ClockChoice {
    switch text {
    case "virtual": return .virtual
    case "real": return .real
    default:
      guard let seconds = UInt64(text), seconds < 1 << 33 else {
        throw CommandError.usage("--clock takes virtual, real, or seconds since 1970")
      }
      return .virtualFrom(seconds * 1_000_000_000)
    }
  }
}
