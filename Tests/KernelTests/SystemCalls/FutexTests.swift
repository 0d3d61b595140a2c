// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// futex(2) where nobody waits; each outcome is what Linux 6.18 says to a single task.
struct FutexTests {
  private static let isPrivate: UInt64 = 128
  private static let requeue: UInt64 = 3
  private static let compareRequeue: UInt64 = 4
  private static let wakeOperation: UInt64 = 5

  /// A guest, and the addresses of two words that hold 5 and 7.
  private func words(_ guest: inout Guest) -> (UInt64, UInt64) {
    (guest.put([5, 0, 0, 0]), guest.put([7, 0, 0, 0]))
  }

  @Test func `requeueing finds nobody, and looks at all that it is given`() throws {
    var guest = try Guest()
    let (a, b) = words(&guest)
    let cases: [(UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, Errno?)] = [
      (a, Self.requeue, 1, 1, b, 0, nil), (a, Self.requeue, 1, 1, a, 0, nil),
      (a + 1, Self.requeue, 1, 1, b, 0, .invalidArgument),
      (a, Self.requeue, 1, 1, b + 1, 0, .invalidArgument),
      (a, Self.requeue, .max, 1, b, 0, .invalidArgument),
      (a, Self.requeue, 1, .max, b, 0, .invalidArgument),
      (0, Self.requeue, 1, 1, b, 0, .badAddress), (a, Self.requeue, 1, 1, 0, 0, .badAddress),
      (0, Self.requeue | Self.isPrivate, 1, 1, b, 0, nil),
      (a, Self.requeue | Self.isPrivate, 1, 1, 0, 0, nil),
      (a, Self.compareRequeue, 1, 0x7fff_ffff, b, 5, nil),
      (a, Self.compareRequeue, 1, 1, b, 6, .wouldBlock),
      (a, Self.compareRequeue, 1, .max, b, 6, .invalidArgument),
      (0, Self.compareRequeue | Self.isPrivate, 1, 1, b, 5, .badAddress),
      (a, Self.compareRequeue | Self.isPrivate, 1, 1, 0, 5, nil),
      (a, Self.requeue | 256, 1, 1, b, 0, .noSystemCall),
    ]
    for (index, one) in cases.enumerated() {
      let error = guest.errno(.futex, one.0, one.1, one.2, one.3, one.4, one.5)
      #expect(error == one.6, "case \(index)")
    }
  }

  @Test func `waking changes the other word first`() throws {
    var guest = try Guest()
    let (a, b) = words(&guest)
    func code(_ operation: UInt64, _ argument: UInt64, _ comparison: UInt64 = 0) -> UInt64 {
      operation << 28 | comparison << 24 | (argument & 0xfff) << 12
    }
    let steps: [(UInt64, UInt32, Errno?)] = [
      (code(0, 9), 9, nil), (code(1, 3, 1), 12, nil), (code(2, 16, 2), 28, nil),
      (code(3, 4, 3), 24, nil), (code(4, 1, 4), 25, nil), (code(8, 5, 5), 32, nil),
      (code(8, 40), 256, nil), (code(5, 1), 256, .noSystemCall),
      (code(0, 1, 6), 1, .noSystemCall), (code(1, 0xfff), 0, nil),
    ]
    for (code, value, error) in steps {
      #expect(guest.errno(.futex, a, Self.wakeOperation, 1, 1, b, code) == error)
      #expect(guest.u32(b) == value)
    }
    #expect(guest.errno(.futex, a, Self.wakeOperation, 1, 1, 0, code(0, 9)) == .badAddress)
    #expect(guest.errno(.futex, 0, Self.wakeOperation, 1, 1, b, code(0, 9)) == .badAddress)
    #expect(guest.errno(.futex, a, Self.wakeOperation, 1, 1, b + 1, 0) == .invalidArgument)
    #expect(guest.u32(b) == 0)
    #expect(guest.call(.futex, 0, Self.wakeOperation | 128, 1, 1, b, code(0, 9)) == 0)
    #expect(guest.u32(b) == 9)
  }

  @Test func `what others could wait for has to be there`() throws {
    var guest = try Guest()
    let (a, _) = words(&guest)
    #expect(guest.call(.futex, a, 1, 1) == 0)
    #expect(guest.errno(.futex, 0, 1, 1) == .badAddress)
    #expect(guest.call(.futex, 0, 1 | Self.isPrivate, 1) == 0)
    #expect(guest.errno(.futex, 0xffff_ffff_8000_0000, 1 | Self.isPrivate, 1) == .badAddress)
    for operation: UInt64 in [2, 14, 0x201, 256, 257] {
      #expect(guest.errno(.futex, a, operation, 1) == .noSystemCall)
    }
  }
}
