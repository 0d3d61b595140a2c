// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// One step that Linux and our kernel take alike.
public struct TwinOperation: Sendable {
  /// What it does.
  public enum Kind: UInt32, Sendable {
    /// A system call.
    case call = 0
    /// A read of eight bytes.
    case read = 1
    /// A write of eight bytes.
    case write = 2
  }

  /// What it does.
  public var kind: Kind
  /// The call; 0 for a touch.
  public var number = SystemCallNumber(rawValue: 0)
  /// The address of a touch.
  public var address: UInt64 = 0
  /// The arguments of a call; of a write the word.
  public var arguments: InlineArray<6, UInt64> = InlineArray(repeating: 0)

  /// A system call.
  init(_ number: SystemCallNumber, _ arguments: UInt64...) {
    kind = .call
    self.number = number
    for (index, argument) in arguments.enumerated() { self.arguments[index] = argument }
  }

  /// A read.
  init(reading address: UInt64) {
    kind = .read
    self.address = address
  }

  /// A write.
  init(writing word: UInt64, at address: UInt64) {
    kind = .write
    self.address = address
    arguments[0] = word
  }

  /// How many bytes mincore(2) writes, 0 for all else.
  var answerByteCount: Int {
    guard kind == .call, number == .mincore else { return 0 }
    return Int(min(arguments[1] / 4096 + 1, UInt64(TwinArea.answerByteCount)))
  }
}

extension TwinOperation: CustomStringConvertible {
  /// As a line of C.
  public var description: String {
    func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
    switch kind {
    case .read: return "read \(hex(address))"
    case .write: return "write \(hex(address)) = \(hex(arguments[0]))"
    case .call:
      let row = SystemCallTable.description(of: number, operands: arguments)
      let words = (0..<(row?.argumentCount ?? 6)).map { hex(arguments[$0]) }
      return "\(row?.name.description ?? "call \(number.rawValue)")("
        + words.joined(separator: ", ") + ")"
    }
  }
}

/// What came of an operation.
public struct TwinOutcome: Equatable, Sendable {
  /// RAX of a call, the word of a read; 0 for a touch that failed.
  public var result: Int64 = 0
  /// The signal of a touch that failed, 0 for all else.
  public var signal: UInt32 = 0
  /// Its si_code.
  public var code: UInt32 = 0
  /// What the call wrote: mincore(2).
  public var answer: [UInt8] = []
  /// The VMAs after it.
  public var layout: [TwinVMA] = []
}

extension TwinOutcome: CustomStringConvertible {
  /// Result, errno or signal.
  public var description: String {
    if signal != 0 { return "signal \(signal), code \(code)" }
    if result < 0, result > -4096, let name = Errno(rawValue: UInt16(-result)).name {
      return name.description
    }
    var text = "0x" + String(UInt64(bitPattern: result), radix: 16)
    if !answer.isEmpty { text += " " + answer.map { String($0) }.joined() }
    return text
  }
}
