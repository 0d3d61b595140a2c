// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Names a file for the closure that fills pages; what it stands for is the caller's business.
public struct FileIdentity: RawRepresentable, Equatable, Sendable {
  /// Any number.
  public let rawValue: UInt32

  /// Any number.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What gives a VMA its contents. Unikraft: `uk_vma_ops`.
public enum Backing: Equatable, Sendable {
  /// Zeros at first touch. Unikraft: `uk_vma_map_anon`.
  case anonymous
  /// The bytes of a file from `offset` on, which is page-aligned; zeros behind its end.
  /// Unikraft: `uk_vma_map_file`.
  case file(FileIdentity, offset: UInt64)
  /// Zeros at first touch, shared memory of its own: neighbours of another map() never merge with
  /// it. map() makes it of a shared anonymous mapping.
  case sharedAnonymous(UInt32, offset: UInt64)
  /// Zeros at first touch, growing down or with guard pages. Unikraft: `uk_vma_map_stack`.
  case stack
  /// Taken and never faulted in. Unikraft: `uk_vma_reserve`.
  case reserved
  /// Given physical memory, which the address space does not own. Unikraft: `uk_vma_map_dma`.
  case direct(PhysicalAddress)
  /// Pages of the kernel's own, such as `[vvar]`. Zeros at first touch.
  case special
}

extension Backing {
  /// The kind, as a trace names it. The heap is anonymous memory too: `AddressSpace.describe` knows
  /// it by where it lies.
  public var kind: BackingKind {
    switch self {
    case .anonymous, .sharedAnonymous: .anonymous
    case .file: .file
    case .stack: .stack
    case .reserved: .reserved
    case .direct: .direct
    case .special: .special
    }
  }

  /// For `.file`, the offset of the first byte; for `.direct`, its physical address; else 0.
  public var offset: UInt64 {
    switch self {
    case .file(_, let offset): offset
    case .direct(let address): address.rawValue
    case .anonymous, .sharedAnonymous, .stack, .reserved, .special: 0
    }
  }

  /// The backing of what begins `byteCount` bytes further in the same VMA.
  public func advanced(by byteCount: UInt64) -> Backing {
    switch self {
    case .file(let file, let offset): .file(file, offset: offset &+ byteCount)
    case .direct(let address): .direct(address + byteCount)
    case .sharedAnonymous(let object, let offset):
      .sharedAnonymous(object, offset: offset &+ byteCount)
    case .anonymous, .stack, .reserved, .special: self
    }
  }
}
