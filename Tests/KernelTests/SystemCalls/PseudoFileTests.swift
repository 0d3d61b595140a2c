// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@testable import Kernel

/// The list of pseudo-files against the kernel: each that is listed opens though the outside has
/// nothing there, and the rest of those folders does not.
struct PseudoFileTests {
  @Test func `what is listed opens, and nothing else below those folders`() throws {
    var guest = try Guest(["/program": .file([1])])
    for path in Unikernel.pseudoFiles.map({ "\($0)".replacing("*", with: "1") })
    where !path.hasSuffix("/exe") {
      #expect(guest.open(path) >= 0, "\(path)")
    }
    for path in [
      "/dev/tty", "/dev/mem", "/dev/fd/77", "/proc/self/maps", "/proc/cpuinfo", "/sys/kernel",
    ] {
      #expect(guest.open(path) == -Int64(Errno.noSuchFile.rawValue), "\(path)")
    }
  }
}
