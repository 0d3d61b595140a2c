// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import LinuxABI

/// A `syscall` instruction with a neighbour that leaves room for a jump of seven bytes.
struct CallSite {
  /// Which instructions the jump covers.
  enum Form {
    /// `syscall; cmp $operand, %rax`: the call, and the comparison but for its last byte.
    case compared
    /// `mov $number, %eax; syscall`.
    case numbered

    /// Bytes of the jump that lie before the call.
    var byteCountBefore: Int {
      switch self {
      case .compared: 0
      case .numbered: 5
      }
    }
  }

  let form: Form
  /// The operand of the comparison, or the number.
  private let constant: UInt32

  /// The site of the `syscall` at `offset` in a page of text, which was reached with `number` in
  /// EAX; nil where its neighbours are of no known form, lie in another page, or may be read in
  /// more than one way.
  init?(at offset: Int, number: UInt32, in page: UnsafeRawBufferPointer) {
    let text = Text(page: page)
    guard text[offset] == 0x0f, text[offset + 1] == 0x05 else { return nil }
    if text[offset + 2] == 0x48, text[offset + 3] == 0x3d, offset + 8 <= page.count, offset > 0,
      !Self.isPrefix(text[offset - 1])
    {
      form = .compared
      constant = text.word(at: offset + 4)
    } else if offset >= 16, text[offset - 5] == 0xb8, text.word(at: offset - 4) == number,
      !Self.isAmbiguous(text, before: offset - 5)
    {
      form = .numbered
      constant = number
    } else {
      return nil
    }
  }

  /// What the stub of the site does.
  func stub(at site: UInt64) -> hosted_stub {
    let behind = site + SystemCallRequest.instructionByteCount
    switch form {
    case .compared:
      return hosted_stub(
        behind: behind, back: behind + 6, number: 0, moves_number: 0,
        operand: Int32(bitPattern: constant), compares: 1)
    case .numbered:
      return hosted_stub(
        behind: behind, back: behind, number: constant, moves_number: 1, operand: 0, compares: 0)
    }
  }

  /// Bytes of a page; 0 beyond it.
  private struct Text {
    let page: UnsafeRawBufferPointer

    subscript(_ index: Int) -> UInt8 { page.indices.contains(index) ? page[index] : 0 }

    func word(at index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(self[index + $1]) << UInt32(8 * $1) }
    }
  }

  /// Whether the byte may be a prefix of the instruction behind it. Source: Intel SDM 2, 2.1.1.
  private static func isPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x26, 0x2e, 0x36, 0x3e, 0x40...0x4f, 0x64...0x67, 0xf0, 0xf2, 0xf3: true
    default: false
    }
  }

  /// Whether `b8` at `index` may be another thing than the first byte of `mov $number, %eax`: part
  /// of an instruction that began before it and ends with the same four bytes.
  private static func isAmbiguous(_ text: Text, before index: Int) -> Bool {
    let last = text[index - 1]
    if isPrefix(last) || text[index - 2] == 0x0f { return true }
    // VEX.
    if text[index - 3] == 0xc5 || text[index - 4] == 0xc4 { return true }
    // An opcode without immediate, whose ModRM would be b8; or a ModRM, whose SIB.
    switch last {
    case _ where last & 0xc4 == 0, 0x84...0x8f, 0xd0...0xd3, 0xd8...0xdf, 0xf6, 0xf7: return true
    case _ where last & 0xc7 == 0x84: return true
    default: break
    }
    // movabs, whose immediate ends so.
    if (0xb8...0xbf).contains(text[index - 4]), isPrefix(text[index - 5]) { return true }
    // An opcode with a displacement that ends in b8, and an immediate.
    for distance in 2...6 {
      switch text[index - distance] {
      case 0x69, 0x81, 0xc7: return true
      default: break
      }
    }
    return false
  }
}
