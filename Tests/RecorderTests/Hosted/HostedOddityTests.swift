// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import Trace

/// Mappings that the host allows a process.
private let mappingLimit =
  (try? String(contentsOfFile: "/proc/sys/vm/max_map_count", encoding: .utf8))
  .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? .max

/// What few programs do and the machine must stand.
@Suite struct HostedOddityTests {
  private func expectEnd(
    _ how: String, _ end: EndKind, status: Int64, errors: String = ""
  ) throws {
    try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.odd, as: "odd", ["-static-pie", "-mfsgsbase", "-Wno-nonnull"])
      let run = try HostedRun.record(
        [program, how], options: ["--clock", "2000000000"], in: scratch)
      #expect(run.end == end)
      #expect(run.status == status)
      #expect(errors.isEmpty || run.command.errorText.contains(errors))
    }
  }

  @Test func `the GS base is the guest's own`() throws {
    try expectEnd("gs", .exited, status: 1)
  }

  @Test func `the direction flag is the guest's own`() throws {
    try expectEnd("direction", .exited, status: 1)
  }

  @Test func `a single step is a trap`() throws {
    try expectEnd("step", .killed, status: 5)
  }

  @Test func `32-bit code gets no system calls`() throws {
    try expectEnd("compatibility", .killed, status: 11)
  }

  @Test func `a vsyscall is served by our kernel, or is a fault where the host has none`() throws {
    let isNative = try Scratch.with { scratch in
      let program = try scratch.compile(
        Guests.odd, as: "odd", ["-static-pie", "-mfsgsbase", "-Wno-nonnull"])
      return try Subprogram.run([program, "vsyscall"]).end == .exited(2)
    }
    try expectEnd("vsyscall", isNative ? .exited : .killed, status: isNative ? 1 : 11)
  }

  @Test(.enabled(if: mappingLimit < 66000, "the host allows many mappings"))
  func `a guest of more scattered pages than the host maps ends by name`() throws {
    try expectEnd("scatter", .machineFailed, status: -120, errors: "vm.max_map_count")
  }
}
