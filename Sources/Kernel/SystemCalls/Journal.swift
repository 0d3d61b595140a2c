// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A string of the guest that was read for the trap at hand: it lies in the journal.
struct GuestText {
  fileprivate(set) var range: Range<Int>

  /// No bytes.
  static var none: GuestText { GuestText(range: 0..<0) }

  var isEmpty: Bool { range.isEmpty }
}

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

  /// How many bytes of traps that are over may stay.
  private static var staleByteLimit: Int { 16384 }

  private(set) var entries: [Entry] = []
  /// The bytes that entries point at, and perhaps others before them.
  var bytes: [UInt8] = []

  /// Nothing read, nothing written.
  public init() {}

  /// Forgets the last trap.
  public mutating func reset() {
    // Of few elements cheaper than removeAll. To the bytes of earlier traps nothing points any
    // more; they go when there are many.
    while entries.popLast() != nil {}
    if bytes.count > Self.staleByteLimit { bytes.removeAll(keepingCapacity: true) }
  }

  /// Notes an access of which `kept` are the first bytes.
  public mutating func note(
    _ direction: Direction, _ byteCount: UInt64, at address: VirtualAddress, keeping kept: [UInt8]
  ) {
    unsafe kept.withUnsafeBytes { unsafe note(direction, byteCount, at: address, keeping: $0) }
  }

  /// The same with bytes that lie elsewhere.
  mutating func note(
    _ direction: Direction, _ byteCount: UInt64, at address: VirtualAddress,
    keeping kept: UnsafeRawBufferPointer
  ) {
    let start = bytes.count
    unsafe bytes.append(contentsOf: kept)
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

  /// Notes the string that was copied to `bytes` from `start` on, with its NUL.
  mutating func noteText(from start: Int, at address: VirtualAddress) -> GuestText {
    let end = bytes.count
    entries.append(
      Entry(
        direction: .read, address: address, byteCount: UInt64(end - start), isData: false,
        kept: start..<end))
    return GuestText(range: start..<end - 1)
  }

  /// The bytes of a string, without its NUL.
  @_lifetime(borrow self)
  func span(of text: GuestText) -> Span<UInt8> { bytes.span.extracting(text.range) }

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
