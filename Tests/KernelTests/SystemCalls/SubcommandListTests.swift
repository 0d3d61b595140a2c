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

  @Test func `handlers refuse the flags that are listed, and no other with a name`() throws {
    let calls: [(SystemCallNumber, Int, [UInt64])] = [
      (.open, 1, [0, 0, 0o600]), (.openat, 2, [Guest.atCurrent, 0, 0, 0o600]),
      (.mmap, 3, [0, 4096, 1, 3, 0, 0]),
      (.renameat2, 4, [Guest.atCurrent, 0, Guest.atCurrent, 0, 0]),
      (.pipe2, 1, [0, 0]), (.msync, 2, [Guest.scratch, 4096, 0]), (.getrandom, 2, [0, 1, 0]),
    ]
    // Of a file, and beside MAP_SHARED_VALIDATE, Linux refuses these, too.
    let others = ["MAP_ANONYMOUS", "MAP_GROWSDOWN"]
    for (number, argument, base) in calls {
      let kind = try #require(SystemCallTable.description(of: number)).arguments[argument].kind
      let refused = Unikernel.refusedFlags(of: number)
      #expect(refused == nil || refused?.argument == argument)
      var index = 0
      while let flag = FlagName.at(index, of: kind) {
        index += 1
        if others.contains("\(flag.name)") { continue }
        var guest = try Guest(["/data": .directory(["f"]), "/data/f": .file([1, 2, 3])])
        var arguments = base
        let path = guest.string("/data/f")
        switch number {
        case .open: arguments[0] = path
        case .openat: arguments[1] = path
        case .renameat2: (arguments[1], arguments[3]) = (path, guest.string("/data/g"))
        case .mmap: arguments[4] = UInt64(guest.open("/data/f"))
        case .pipe2, .getrandom: arguments[0] = guest.put([UInt8](repeating: 0, count: 8))
        default: break
        }
        arguments[argument] = base[argument] & ~flag.mask | flag.value
        let result = guest.attempt(number, arguments)
        let isRefused = [Errno.invalidArgument, .notSupported, .noSystemCall]
          .contains { result == -Int64($0.rawValue) }
        #expect(
          isRefused == (flag.value & (refused?.mask ?? 0) != 0),
          "call \(number.rawValue), \(flag.name): \(result ?? 0)")
      }
    }
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
