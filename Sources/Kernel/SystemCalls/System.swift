// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// uname(2): `struct new_utsname`, six fields of 65 bytes.
  mutating func uname(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let fields: [StaticString] = [
      "Linux", "epimetheus", "6.18.0-epimetheus", "#1 Epimetheus", "x86_64", "(none)",
    ]
    var bytes: [UInt8] = []
    for field in fields {
      let start = bytes.count
      bytes.append(contentsOf: [UInt8](field))
      bytes.pad(to: start + 65)
    }
    try store(bytes, at: r.address(0), on: &machine)
    return 0
  }

  /// sysinfo(2): `struct sysinfo`, 112 bytes. Free memory is told as half of all, the same in every
  /// run.
  mutating func sysinfo(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    var bytes: [UInt8] = []
    bytes.put(try machine.time(of: 7) / 1_000_000_000)
    bytes.pad(to: 32)  // loads
    bytes.put(memory.byteCount)
    bytes.put(memory.byteCount / 2)
    bytes.pad(to: 80)  // shared, buffers, swap
    bytes.put(UInt16(process.taskCount))
    bytes.pad(to: 104)
    bytes.put(UInt32(1))
    bytes.pad(to: 112)
    try store(bytes, at: r.address(0), on: &machine)
    return 0
  }

  /// getrandom(2).
  mutating func getrandom(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let flags = r.word(2)  // GRND_NONBLOCK 1, GRND_RANDOM 2, GRND_INSECURE 4
    guard flags & ~7 == 0, flags & 6 != 6 else { throw .invalidArgument }
    let byteCount = min(r[1], UInt64(Int32.max))
    var total: UInt64 = 0
    do throws(Errno) {
      while total < byteCount {
        let segments = try writableSegments(
          r.address(0) + total, byteCount: min(byteCount - total, 65536), on: &machine)
        let bytes = try machine.entropy(byteCount: Int(segments.byteCount))
        let count = bytes.copy(from: 0, into: segments, of: memory)
        if count == 0 { break }
        journal.noteData(count, at: r.address(0) + total)
        total += count
      }
    } catch {
      if total == 0 || error == .outsideDecides { throw error }
    }
    return Int64(total)
  }
}
