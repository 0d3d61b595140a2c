// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI

/// A call for a printer, with the memory that it saw.
struct Printed {
  var call: CompletedCall
  var journal = Journal()

  init(_ name: String, _ operands: UInt64..., result: Int64, returned: Bool = true) {
    var all: InlineArray<6, UInt64> = InlineArray(repeating: 0)
    for (index, operand) in operands.enumerated() { all[index] = operand }
    let number =
      SystemCallTable.number(named: Array(name.utf8)) ?? SystemCallNumber(rawValue: 9999)
    call = CompletedCall(number: number, operands: all, result: result, returned: returned)
  }

  /// Text of the guest, with its NUL.
  func reading(_ address: UInt64, _ text: String) -> Printed {
    reading(address, Array(text.utf8) + [0])
  }

  /// Bytes of the guest that the kernel read.
  func reading(_ address: UInt64, _ bytes: [UInt8]) -> Printed {
    var copy = self
    copy.journal.note(.read, UInt64(bytes.count), at: VirtualAddress(address), keeping: bytes)
    return copy
  }

  /// Bytes of the guest that the kernel wrote, of which only the first may be kept.
  func writing(_ address: UInt64, _ bytes: [UInt8], of byteCount: Int? = nil) -> Printed {
    var copy = self
    copy.journal.note(
      .write, UInt64(byteCount ?? bytes.count), at: VirtualAddress(address), keeping: bytes)
    return copy
  }

  /// Text that the kernel wrote, without a NUL.
  func writing(_ address: UInt64, _ text: String) -> Printed {
    writing(address, Array(text.utf8))
  }

  /// The line in a style, in a buffer of its size or another.
  func line(_ style: CallStyle, byteCount: Int? = nil) -> String {
    let printer = CallPrinter(style)
    var buffer = printer.makeBuffer(byteCount: byteCount)
    printer.write(call, seeing: journal, into: &buffer)
    return String(decoding: buffer.text, as: UTF8.self)
  }
}

/// Numbers of 8 bytes as they lie in memory.
func words(_ values: UInt64...) -> [UInt8] {
  var bytes: [UInt8] = []
  for value in values { LittleEndian.append(value, to: &bytes) }
  return bytes
}

/// Numbers of 4 bytes as they lie in memory.
func halfWords(_ values: UInt64...) -> [UInt8] {
  var bytes: [UInt8] = []
  for value in values { LittleEndian.append(value, byteCount: 4, to: &bytes) }
  return bytes
}
