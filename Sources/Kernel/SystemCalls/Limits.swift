// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// getrlimit(2).
  mutating func getrlimit(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let limit = try limit(r.word(0))
    try store(limit.bytes, at: r.address(1), on: &machine)
    return 0
  }

  /// setrlimit(2).
  mutating func setrlimit(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let bytes = try examine(r.address(1), byteCount: 16, on: &machine)
    try setLimit(r.word(0), bytes)
    return 0
  }

  /// prlimit64(2).
  mutating func prlimit64(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let new = r.isSet(2) ? try examine(r.address(2), byteCount: 16, on: &machine) : nil
    guard r.int(0) == 0 || Int64(r.int(0)) == ProcessState.id else { throw .noSuchProcess }
    let old = try limit(r.word(1))
    if let new { try setLimit(r.word(1), new) }
    if r.isSet(3) { try store(old.bytes, at: r.address(3), on: &machine) }
    return 0
  }

  private func limit(_ resource: UInt32) throws(Errno) -> ProcessState.Limit {
    guard resource < 16 else { throw .invalidArgument }
    return process.limits[Int(resource)]
  }

  private mutating func setLimit(_ resource: UInt32, _ bytes: [UInt8]) throws(Errno) {
    guard resource < 16 else { throw .invalidArgument }
    let limit = ProcessState.Limit(current: bytes.u64(at: 0), maximum: bytes.u64(at: 8))
    guard limit.current <= limit.maximum else { throw .invalidArgument }
    let isDescriptorLimit = resource == 7  // RLIMIT_NOFILE
    if isDescriptorLimit, limit.maximum > 1 << 20 { throw .notPermitted }
    process.limits[Int(resource)] = limit
    if resource == 8 { addressSpace.lockByteLimit = limit.current }  // RLIMIT_MEMLOCK
  }
}

extension ProcessState.Limit {
  /// `struct rlimit64`.
  fileprivate var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(current)
    bytes.put(maximum)
    return bytes
  }
}
