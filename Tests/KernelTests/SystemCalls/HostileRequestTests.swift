// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// Every call with arguments at the edges and at random: an answer, never a crash.
struct HostileRequestTests {
  @Test func `every call survives hostile arguments`() throws {
    var state: UInt64 = 0xfeed
    func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    let edges: [UInt64] = [
      0, 1, 2, 3, 8, 16, 4096, 0x1000_0000, 0x1000_0ff8, 0x100f_ffff, 0x1010_0000, 0x2000_0000,
      0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_f000, 0x8000_0000_0000, 1 << 62,
      0x7fff_ffff_ffff_ffff, 1 << 63, .max - 4095, .max - 1, .max,
    ]
    var guest = try Guest(
      ["/data": .directory(["f"]), "/data/f": .file([UInt8](repeating: 65, count: 100))],
      byteCount: 8 << 20)
    guest.write(Array("f\0/dev/zero\0../data/f\0".utf8), at: Guest.scratch)
    for number in 0..<470 {
      let call = SystemCallNumber(rawValue: UInt32(number))
      if !Unikernel.supports(call) { continue }
      for _ in 0..<12 {
        let arguments = (0..<6).map { _ in
          next() % 8 == 0 ? next() : edges[Int(next() % UInt64(edges.count))]
        }
        // What takes the scratch memory away is given back for the next.
        _ = guest.attempt(call, arguments)
      }
      if guest.kernel.addressSpace.find(VirtualAddress(Guest.scratch)) == nil {
        guest.call(.mmap, Guest.scratch, 1 << 20, 3, 0x32, UInt64.max, 0)
      }
    }
    #expect(guest.call(.getpid) == 1000)
  }
}
