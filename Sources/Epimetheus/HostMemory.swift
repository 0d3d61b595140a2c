// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Kernel

/// Zeroed memory of this process that serves a replay as its physical memory; pages are taken from
/// the host when they are touched.
struct HostMemory: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// The largest memory that a trace may ask for, in bytes.
  static var limit: UInt64 { 64 << 30 }

  private init(base: UnsafeMutableRawPointer, byteCount: Int) {
    self.base = base
    self.byteCount = byteCount
  }

  /// Reserves `byteCount` bytes, rounded up to pages.
  static func reserve(byteCount: UInt64) throws -> HostMemory {
    guard byteCount <= limit else {
      throw CommandError.badInput(
        "the trace asks for \(byteCount) bytes of memory; at most \(limit) are given")
    }
    let rounded = Int((byteCount + 4095) & ~4095)
    guard
      let base = mmap(
        nil, rounded, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE), -1, 0),
      base != MAP_FAILED
    else {
      throw CommandError.temporary("cannot reserve \(byteCount) bytes of memory for the replay")
    }
    return HostMemory(base: base, byteCount: rounded)
  }

  /// The memory as the kernel takes it, valid as long as this value.
  var physicalMemory: PhysicalMemory { PhysicalMemory(base: base, byteCount: UInt64(byteCount)) }

  deinit { munmap(base, byteCount) }
}
