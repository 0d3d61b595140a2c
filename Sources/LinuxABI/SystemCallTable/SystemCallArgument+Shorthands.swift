// SPDX-License-Identifier: BSD-3-Clause

/// Short spellings, so that a row of the table fits on a line or two.
extension SystemCallArgument {
  static var unused: Self { Self(.unused) }
  static var integer: Self { Self(.integer) }
  static var unsigned: Self { Self(.unsigned) }
  static var hex: Self { Self(.hex) }
  static var fd: Self { Self(.descriptor) }
  static var directory: Self { Self(.directoryDescriptor) }
  static var pid: Self { Self(.processID) }
  static var uid: Self { Self(.userID) }
  static var length: Self { Self(.length) }
  static var count: Self { Self(.count) }
  static var offset: Self { Self(.offset) }
  static var address: Self { Self(.address) }
  static var signal: Self { Self(.signal) }
  static var clock: Self { Self(.clock) }
  static var atFlags: Self { Self(.atFlags) }
  static var openFlags: Self { Self(.openFlags) }
  static var mode: Self { Self(.mode) }

  static var path: Self { Self(.path, MemoryEffect(.read, .structure, .string)) }
  static var string: Self { Self(.string, MemoryEffect(.read, .structure, .string)) }
  static var stringVector: Self {
    Self(.stringVector, MemoryEffect(.read, .structure, .stringVector))
  }

  /// A number with a meaning of its own.
  static func code(_ kind: ArgumentKind) -> Self { Self(kind) }

  /// A structure that the kernel reads.
  static func reads(_ kind: ArgumentKind, _ extent: MemoryEffect.Extent) -> Self {
    Self(kind, MemoryEffect(.read, .structure, extent))
  }
  /// A structure that the kernel makes.
  static func writes(_ kind: ArgumentKind, _ extent: MemoryEffect.Extent) -> Self {
    Self(kind, MemoryEffect(.write, .structure, extent))
  }
  /// A structure that the kernel reads and changes.
  static func updates(_ kind: ArgumentKind, _ extent: MemoryEffect.Extent) -> Self {
    Self(kind, MemoryEffect(.update, .structure, extent))
  }
  /// The program's data, which the kernel passes on.
  static func takes(_ extent: MemoryEffect.Extent, as kind: ArgumentKind = .buffer) -> Self {
    Self(kind, MemoryEffect(.read, .data, extent))
  }
  /// Data from outside, which the kernel passes on.
  static func gives(_ extent: MemoryEffect.Extent, as kind: ArgumentKind = .buffer) -> Self {
    Self(kind, MemoryEffect(.write, .data, extent))
  }
}
