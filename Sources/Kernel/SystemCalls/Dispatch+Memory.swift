// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls that change or ask about VMAs.
  static func memoryHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .mmap: { (k, r, m) throws(Errno) in try k.mmap(r, on: &m) }
    case .munmap: { (k, r, m) throws(Errno) in try k.munmap(r) }
    case .mprotect: { (k, r, m) throws(Errno) in try k.mprotect(r, on: &m) }
    case .mremap: { (k, r, m) throws(Errno) in try k.mremap(r, on: &m) }
    case .madvise: { (k, r, m) throws(Errno) in try k.madvise(r, on: &m) }
    case .mincore: { (k, r, m) throws(Errno) in try k.mincore(r, on: &m) }
    case .msync: { (k, r, m) throws(Errno) in try k.msync(r) }
    case .mlock: { (k, r, m) throws(Errno) in try k.mlock(r, on: &m) }
    case .mlock2: { (k, r, m) throws(Errno) in try k.mlock2(r, on: &m) }
    case .munlock: { (k, r, m) throws(Errno) in try k.munlock(r) }
    case .mlockall: { (k, r, m) throws(Errno) in try k.mlockall(r, on: &m) }
    case .munlockall: { (k, r, m) throws(Errno) in k.munlockall() }
    case .brk: { (k, r, m) throws(Errno) in k.brk(r, on: &m) }
    default: nil
    }
  }
}
