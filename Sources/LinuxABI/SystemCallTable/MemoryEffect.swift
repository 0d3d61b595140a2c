// SPDX-License-Identifier: BSD-3-Clause

/// What a system call does with the guest memory that an argument points to.
public struct MemoryEffect: Equatable, Sendable {
  /// Which way the bytes go.
  public enum Direction: UInt8, Sendable {
    /// The call does not touch memory through this argument.
    case none
    /// The kernel reads.
    case read
    /// The kernel writes, when the call succeeds.
    case write
    /// The kernel reads, then writes.
    case update
  }

  /// Who makes the bytes.
  public enum Content: UInt8, Sendable {
    /// The kernel: a diff compares them.
    case structure
    /// The outside, or the program: contents of files, sockets, random bytes.
    case data
  }

  /// How many bytes. The number in a case is that of the argument meant, 0 to 5.
  public enum Extent: Equatable, Sendable {
    /// None.
    case none
    /// That many bytes.
    case fixed(UInt16)
    /// As many bytes as the argument says.
    case argument(UInt8)
    /// As many elements as the argument says, of so many bytes each.
    case elements(UInt8, UInt16)
    /// As many bits as the argument says, in whole 64-bit words: `fd_set`.
    case bits(UInt8)
    /// A byte for each page of 4096 bytes, of as many bytes as the argument says: mincore(2).
    case pages(UInt8)
    /// As many bytes as RAX says; if the call fails none.
    case result
    /// As many elements as RAX says, of so many bytes each; if the call fails none.
    case resultElements(UInt16)
    /// Up to the first NUL, and that.
    case string
    /// Addresses up to the first null, and that; each is of a string.
    case stringVector
    /// `struct iovec[]` with as many elements as the argument says, and what they point to: for
    /// a write RAX bytes in all.
    case ioVector(UInt8)
    /// As many bytes as the u32 says that the argument points to: `socklen_t *`.
    case pointedTo(UInt8)
    /// `struct msghdr`, and what it points to.
    case messageHeader
    /// `struct mmsghdr[]` with as many elements as the argument says, and what they point to.
    case messageVector(UInt8)
    /// As many bytes as the structure's own first u32 says: `struct sched_attr`.
    case selfDescribing
  }

  /// Which way the bytes go.
  public var direction: Direction
  /// Who makes the bytes.
  public var content: Content
  /// How many bytes.
  public var extent: Extent

  /// An effect of its parts.
  public init(_ direction: Direction, _ content: Content, _ extent: Extent) {
    self.direction = direction
    self.content = content
    self.extent = extent
  }

  /// No memory is touched.
  public static var none: MemoryEffect { MemoryEffect(.none, .structure, .none) }
}

extension MemoryEffect {
  /// Whether the kernel reads guest memory.
  public var reads: Bool { direction == .read || direction == .update }
  /// Whether the kernel writes guest memory.
  public var writes: Bool { direction == .write || direction == .update }

  /// The bytes meant, where the registers alone say it; nil where memory has to be looked at
  /// (strings, vectors, lengths behind an address) or where the number is beyond 64 bits.
  ///
  /// `result` is RAX; nil before the call was made, then what only the result says is nil too.
  public func byteCount(operands: InlineArray<6, UInt64>, result: Int64?) -> UInt64? {
    switch extent {
    case .none: return 0
    case .fixed(let count): return UInt64(count)
    case .argument(let index): return operands[Int(index)]
    case .elements(let index, let size): return product(operands[Int(index)], size)
    case .bits(let index):
      let words = operands[Int(index)] / 64 + (operands[Int(index)] % 64 == 0 ? 0 : 1)
      return product(words, 8)
    case .pages(let index):
      let count = operands[Int(index)]
      return count / 4096 + (count % 4096 == 0 ? 0 : 1)
    case .result: return result.map { $0 < 0 ? 0 : UInt64($0) }
    case .resultElements(let size):
      guard let result else { return nil }
      return result < 0 ? 0 : product(UInt64(result), size)
    case .string, .stringVector, .ioVector, .pointedTo, .messageHeader, .messageVector,
      .selfDescribing:
      return nil
    }
  }

  private func product(_ count: UInt64, _ size: UInt16) -> UInt64? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
    return overflow ? nil : bytes
  }
}
