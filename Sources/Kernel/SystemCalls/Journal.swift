// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// What the kernel read from and wrote to guest memory for the trap at hand, in order.
public struct Journal: Sendable {
  /// Which way the bytes went.
  public enum Direction: Sendable {
    /// The kernel read.
    case read
    /// The kernel wrote.
    case write
  }

  struct Entry {
    var direction: Direction
    var address: VirtualAddress
    var byteCount: UInt64
    /// The bytes are the outside's and not kept.
    var isData: Bool
    /// Where the kept bytes lie in `bytes`.
    var kept: Range<Int>
  }

  private(set) var entries: [Entry] = []
  private(set) var bytes: [UInt8] = []

  /// Nothing read, nothing written.
  public init() {}

  /// Forgets the last trap.
  public mutating func reset() {
    entries.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Notes an access of which `kept` are the first bytes.
  public mutating func note(
    _ direction: Direction, _ byteCount: UInt64, at address: VirtualAddress, keeping kept: [UInt8]
  ) {
    let start = bytes.count
    bytes.append(contentsOf: kept)
    entries.append(
      Entry(
        direction: direction, address: address, byteCount: byteCount, isData: false,
        kept: start..<bytes.count))
  }

  /// Notes that bytes of the outside were written to the guest.
  mutating func noteData(_ byteCount: UInt64, at address: VirtualAddress) {
    entries.append(
      Entry(
        direction: .write, address: address, byteCount: byteCount, isData: true,
        kept: bytes.count..<bytes.count))
  }

  /// Tells the machine all of it.
  func report(to machine: inout some Machine & ~Copyable) {
    for entry in entries {
      unsafe bytes.withUnsafeBytes { all in
        let kept = unsafe UnsafeRawBufferPointer(rebasing: all[entry.kept])
        switch entry.direction {
        case .read: unsafe machine.didRead(entry.byteCount, at: entry.address, bytes: kept)
        case .write:
          unsafe machine.didWrite(
            entry.byteCount, at: entry.address, bytes: kept, isData: entry.isData)
        }
      }
    }
  }
}
