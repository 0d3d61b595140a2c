// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Recorder
import TestSupport
import Testing
import Trace

/// What perf(1) counts: a second witness of page faults.
private enum Perf {
  /// Whether it is there and may trace.
  static let isPermitted: Bool = {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/perf") else { return false }
    return (try? addresses(of: ["/bin/busybox", "true"], environment: [:]))?.isEmpty == false
  }()

  /// The addresses of a program's page faults in user mode, in order, with ASLR off.
  static func addresses(of program: [String], environment: [String: String]) throws -> [UInt64] {
    try Scratch.with { scratch in
      let data = scratch.path("perf.data")
      _ = try Subprogram.run(
        ["/usr/bin/setarch", "-R", "/usr/bin/perf", "record", "-q"]
          + ["-e", "exceptions:page_fault_user", "-o", data, "--"] + program,
        environment: environment)
      let text = try Subprogram.run(["/usr/bin/perf", "script", "-i", data, "-F", "trace"]).text
      return text.split(separator: "\n").compactMap { line in
        guard let start = line.range(of: "address=0x") else { return nil }
        return UInt64(line[start.upperBound...].prefix { $0.isHexDigit }, radix: 16)
      }
    }
  }
}

extension ObserveTests.ProbeTests {
  @Test(
    .enabled(if: Perf.isPermitted, "perf is not here, or may not trace"),
    arguments: [
      ["/bin/busybox", "ls", "/usr"], ["/bin/ls", "/usr"],
      ["/bin/busybox", "awk", "BEGIN { for (i = 0; i < 9999; i++) a[i] = i; print length(a) }"],
    ])
  func `user faults are those that perf counts, address by address`(program: [String]) throws {
    let observed = try Observation.run(program, by: .ebpf)
    let mine = observed.all(.pageFault).filter { $0.code & 4 != 0 }.map { $0.operands[0] }
    let theirs = try Perf.addresses(
      of: program, environment: ["PATH": "/bin:/usr/bin", "LC_ALL": "C"])
    #expect(observed.all(.gap).isEmpty)
    // The environment's length moves the stack: another page of it may be the first.
    func comparable(_ addresses: [UInt64]) -> [UInt64] {
      addresses.map { $0 >> 12 }.filter { $0 < 0x7_ffff_ff00 }
    }
    #expect(!mine.isEmpty)
    #expect(comparable(mine) == comparable(theirs))
  }
}
