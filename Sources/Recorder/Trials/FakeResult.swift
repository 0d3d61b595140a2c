// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import CTrial
internal import LinuxABI

/// What a call gives that does nothing and says that all went well.
///
/// Not always 0: to a program that opens a file, 0 is its own stdin, and to one that writes, 0
/// bytes written are a reason to try again for ever.
enum FakeResult {
  /// Descriptors, processes and memory that are none.
  private static let descriptor: Int64 = 900
  private static let process: Int64 = 4_000_000
  private static let address: Int64 = 0x7e00_0000_0000

  /// The result for a call.
  static func of(_ call: trial_call) -> Int64 {
    let number = SystemCallNumber(rawValue: call.number)
    let (a0, a1, a2) = (call.arguments.0, call.arguments.1, call.arguments.2)
    switch number {
    case .dup2, .dup3: return Int64(truncatingIfNeeded: a1 & 0xffff_ffff)
    case .brk: return Int64(truncatingIfNeeded: a0 == 0 ? UInt64(address) : a0)
    case .lseek: return Int64(truncatingIfNeeded: a2 == 0 ? a1 : 0)
    case .getrandom: return Int64(truncatingIfNeeded: a1)
    case .writev, .pwritev, .pwritev2: return vectors(call)
    case .sendfile, .copy_file_range, .splice: return 0
    default: break
    }
    guard let row = SystemCallTable.description(of: number) else { return 0 }
    switch row.result {
    case .descriptor: return descriptor
    case .address: return a0 == 0 ? address : Int64(truncatingIfNeeded: a0)
    case .processID: return process
    case .mode: return 0o22
    case .byteCount: return written(row, call)
    case .none, .zeroOrError, .integer, .hex, .count, .offset, .userID, .time: return 0
    }
  }

  /// A call that takes bytes from the program has taken all of them; one that brings some brings
  /// none: the end of the file.
  private static func written(_ row: SystemCallDescription, _ call: trial_call) -> Int64 {
    for index in 0..<row.argumentCount {
      let memory = row.arguments[index].memory
      guard memory.direction == .read, memory.content == .data else { continue }
      guard case .argument(let length) = memory.extent else { continue }
      return Int64(truncatingIfNeeded: argument(Int(length), of: call))
    }
    return 0
  }

  /// The bytes of all vectors together.
  private static func vectors(_ call: trial_call) -> Int64 {
    var sum: UInt64 = 0
    for index in 0..<min(call.arguments.2, 1024) {
      var vector: (base: UInt64, length: UInt64) = (0, 0)
      let got = observer_read_memory(call.pid, call.arguments.1 &+ index * 16, &vector, 16)
      if got != 16 { break }
      sum &+= vector.length
    }
    return Int64(truncatingIfNeeded: sum & 0x7fff_ffff)
  }

  /// An argument, 0 to 5.
  static func argument(_ index: Int, of call: trial_call) -> UInt64 { operands(of: call)[index] }

  /// All arguments.
  static func operands(of call: trial_call) -> InlineArray<6, UInt64> {
    let all = call.arguments
    return [all.0, all.1, all.2, all.3, all.4, all.5]
  }
}
