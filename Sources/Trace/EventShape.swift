// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// What many events of a block have in common and is stored once.
///
/// The count of operands is part of it, so that a trace is read alike by every later version,
/// whatever its call table says.
struct EventShape: Equatable {
  /// `Event.Kind`, or a later version's.
  var kind: UInt8
  var flags: UInt8
  var code: UInt32
  var operandCount: UInt8
  var hasPayload: Bool
  var unknown: Event.Unknown = []
}

extension Event {
  /// How many operands an event of this kind and code has.
  static func operandCount(_ kind: Kind, code: UInt32) -> Int {
    switch kind {
    case .systemCall: SystemCallTable.argumentCount(of: SystemCallNumber(rawValue: code))
    case .pageFault, .exception, .guestRead, .guestWrite, .vmaUnmapped, .signal: 2
    case .input: InputKind(code: code)?.operandCount ?? 0
    case .vmaMapped: 4
    case .taskStarted, .gap, .callSite, .mappedFile: 1
    case .taskEnded, .end, .wording: 0
    }
  }

  /// How many operands must be kept: those that the kind has, and any other that is not 0. Spelled
  /// out, since an index that is not constant makes the compiler copy all six.
  @inline(__always)
  func operandCount(atLeast count: Int) -> Int {
    if operands[5] != 0 { return 6 }
    if count < 5 && operands[4] != 0 { return 5 }
    if count < 4 && operands[3] != 0 { return 4 }
    if count < 3 && operands[2] != 0 { return 3 }
    if count < 2 && operands[1] != 0 { return 2 }
    if count < 1 && operands[0] != 0 { return 1 }
    return count
  }
}

extension Event {
  /// How many operands the text form has in their places: as `operandCount(atLeast:)`, and those
  /// that are marked.
  func printedOperandCount(atLeast count: Int) -> Int {
    let marked = 8 - (unknown.rawValue & 0x3f).leadingZeroBitCount
    return max(operandCount(atLeast: count), marked)
  }
}

extension InputKind {
  /// The kind that an input event with this code has; nil if there is none.
  init?(code: UInt32) {
    guard code <= 0xff else { return nil }
    self.init(rawValue: UInt8(code))
  }

  /// How many operands such an input has.
  var operandCount: Int {
    switch self {
    case .clock, .entropy, .metadata, .open, .entries, .length: 1
    case .link: 0
    case .fileRead: 3
    case .streamRead, .streamWrite: 2
    }
  }
}
