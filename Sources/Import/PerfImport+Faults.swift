// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Page faults of `perf script`.
extension PerfImport {
  /// The names of the events, with the colon behind them: the tracepoint, which has the error code,
  /// and those that perf counts itself, which have not.
  static let faultNames: [StaticString] = [
    "exceptions:page_fault_user:", "page-faults:", "minor-faults:", "major-faults:",
  ]

  /// Where the kernel's half of the addresses begins.
  static var kernelStart: UInt64 { 0xffff_8000_0000_0000 }

  /// `address=0x7f.. ip=0x.. error_code=0x6`; how it ended no line tells.
  mutating func fault(
    _ text: ByteText, _ task: UInt32, _ time: UInt64, _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    var values: [UInt64] = []
    for (name, word) in zip(
      ["address=", "ip=", "error_code="] as [StaticString], text.split(separator: 0x20))
    {
      var word = word
      guard word.accept(name) else { return false }
      // A symbol in the place of a number: sym+0x10.
      guard let value = Numbers.value(word) else { return false }
      values.append(value)
    }
    guard values.count == 3, values[2] <= 0xffff_ffff else { return false }
    var event = Event(.pageFault, task: task, code: UInt32(values[2]))
    event.operands[0] = values[0]
    event.operands[1] = values[1]
    event.unknown.insert(.result)
    event.time = time
    emit(event, &sink)
    return true
  }

  /// `5e4710 ffffffff8175336a`, the address and the instruction, or the instruction alone; each
  /// perhaps with a symbol and a file: `5e4710 [unknown] (/bin/a) 40ebf0 main+0x4 (/bin/a)`.
  /// Neither whether it was a write nor how it ended is told. A sample that stands for more faults
  /// says that the others are not there.
  mutating func softwareFault(
    _ text: ByteText, _ task: UInt32, _ time: UInt64, _ period: UInt64,
    _ sink: inout some EventSink & ~Copyable
  ) -> Bool {
    if period > 1 { lose(period - 1, &sink) }
    let words = text.split(separator: 0x20)
    var values: [UInt64] = []
    for (index, word) in words.enumerated() {
      // A number stands first, behind another, or behind a symbol or a file.
      let isPlace =
        index < 2 || words[index - 1].last == 0x29 || words[index - 1].isText("[unknown]")
        || (index == 2 && text.firstIndex(of: 0x28) == nil)
      guard isPlace, index == 0 || word.count > 3, let value = Numbers.value(word, radix: 16)
      else { continue }
      values.append(value)
    }
    guard values.count <= 2, words.isEmpty || Numbers.value(words[0], radix: 16) != nil else {
      return false
    }
    emit(
      Self.fault(values.count == 2 ? values[0] : nil, at: values.last, of: task, time), &sink)
    return true
  }

  /// A fault of which the access is not known, nor how it ended. Whether the program or the kernel
  /// had it is told by the instruction; which call the kernel had it for is not.
  static func fault(
    _ address: UInt64?, at instruction: UInt64?, of task: UInt32, _ time: UInt64
  ) -> Event {
    let isKernels = instruction.map { $0 >= kernelStart } ?? false
    var event = Event(.pageFault, task: task, code: isKernels ? 0 : FaultCode.user.rawValue)
    event.unknown = [.result, .operand(2)]
    if let address { event.operands[0] = address } else { event.unknown.insert(.operand(0)) }
    if let instruction, !isKernels {
      event.operands[1] = instruction
    } else {
      event.unknown.insert(.operand(1))
    }
    event.time = time
    return event
  }
}
