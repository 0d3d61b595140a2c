// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The list of sub-commands against the handlers: whatever is not listed gets the errno of a
/// sub-command that there is not, or EOPNOTSUPP, and whatever is listed does not.
struct SubcommandListTests {
  private static let values: [UInt64] =
    Array(0...130) + Array(1020...1040) + Array(0x1000...0x1010) + Array(0x5400...0x5460)
    + [0x8004_5430, 0xffff_fffe, 0xffff_ffff]

  @Test func `handlers know the sub-commands that are listed, and no other`() throws {
    var listed = 0
    for number in SystemCallTable.all {
      guard let subcommands = Unikernel.subcommands(of: number) else { continue }
      listed += 1
      #expect(Unikernel.supports(number))
      let argument = try #require(SystemCallTable.subcommandArgument(of: number))
      var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1, 2, 3])])
      let file = UInt64(guest.open("/data/f"))
      for value in Self.values where value & ~subcommands.mask == 0 {
        var arguments = Self.arguments(of: number, &guest, file)
        arguments[argument] = value
        let result = guest.attempt(number, arguments)
        let refusals = [Self.errno(of: number), .notSupported]
        let isKnown = !refusals.contains { result == -Int64($0.rawValue) }
        #expect(
          isKnown == subcommands.values.contains(value), "call \(number.rawValue), \(value)")
      }
    }
    #expect(listed == 14)
  }

  /// Arguments with which no sub-command fails as one that there is not.
  private static func arguments(
    of number: SystemCallNumber, _ guest: inout Guest, _ file: UInt64
  ) -> [UInt64] {
    guest.next = Guest.scratch + 0x1000
    let room = guest.put([UInt8](repeating: 0, count: 256))
    switch number {
    case .fcntl: return [file, 0, 1]
    case .ioctl: return [file, 0, room]
    case .prctl: return [0, 1, 0, 0, 0]
    case .futex: return [room, 0, 1, 0, 0, 1]
    case .madvise: return [Guest.scratch, 0, 0]
    case .prlimit64: return [0, 0, 0, room]
    case .rt_sigprocmask: return [0, room, 0, 8]
    case .clock_nanosleep: return [0, 0, room, 0]
    default: return [0, room, 0, 0]
    }
  }

  private static func errno(of number: SystemCallNumber) -> Errno {
    switch number {
    case .ioctl: .notTerminal
    case .futex: .noSystemCall
    default: .invalidArgument
    }
  }
}
