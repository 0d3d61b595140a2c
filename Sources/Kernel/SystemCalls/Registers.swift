// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The arguments of a call, read out of the registers as the types that it has them in.
struct Registers {
  /// Which task asked.
  let task: UInt32
  private let values: InlineArray<6, UInt64>

  init(_ request: SystemCallRequest) {
    task = request.task
    values = request.arguments
  }

  /// An unsigned 64-bit argument, such as a size_t.
  subscript(_ index: Int) -> UInt64 { values[index] }

  /// A guest address.
  func address(_ index: Int) -> VirtualAddress { VirtualAddress(values[index]) }

  /// An int, such as a descriptor: the upper half of the register does not count.
  func int(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: values[index]) }

  /// An unsigned int, such as flags or a mode.
  func word(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: values[index]) }

  /// A long, such as an off_t.
  func long(_ index: Int) -> Int64 { Int64(bitPattern: values[index]) }

  /// Whether the pointer is not NULL.
  func isSet(_ index: Int) -> Bool { values[index] != 0 }
}
