// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

/// Reads the console of a Unikraft kernel that prints its system calls: releases 0.12 to 0.17,
/// between the lines of the kernel's log and the program's own output, with or without colours.
struct UnikraftImport {
  private let text: [UInt8]
  private var assembler = CallAssembler(.unikraft)
  /// Calls that were answered otherwise than with ENOSYS.
  private var answered: Set<UInt32> = []
  var summary = ImportSummary(.unikraft)

  /// Looks through the whole text for what has to be known before the first event.
  init(_ text: [UInt8]) {
    self.text = text
    var lines = TextLines(text)
    while let line = lines.next() {
      if case .call(let assembled) = read(Self.plain(line)), assembled.call.result != Self.noCall {
        answered.insert(assembled.call.code)
      }
    }
  }

  /// Minus ENOSYS.
  private static let noCall = -Int64(Errno.noSystemCall.rawValue)

  /// What the trace's header says.
  var header: TraceHeader {
    var header = TraceHeader()
    header.origin = .imported
    header.personality = .unikraft
    header.kernel = [UInt8]("Unikraft".utf8)
    header.unseen = [.faults, .vmas, .inputs, .times, .operands, .signals, .ends]
    var lines = TextLines(text)
    var isNamed = false
    while let line = lines.next() {
      let line = Self.plain(line)
      if !isNamed, let start = line.find("> Unikraft "), line.begins("[") {
        header.kernel = [UInt8](line[(start + 2)...].trimmed)
        isNamed = true
      }
      if header.program.isEmpty, let start = line.find("Command line: ") {
        Self.describe(line[(start + 14)...], &header)
      }
    }
    return header
  }

  /// The program and its arguments stand behind `--`.
  private static func describe(_ line: ByteText, _ header: inout TraceHeader) {
    guard let start = line.find(" -- ") else { return }
    var argument: [UInt8] = []
    var isQuoted = false
    var isThere = false
    for byte in line[(start + 4)...].trimmed {
      switch byte {
      case 0x22:
        isQuoted.toggle()
        isThere = true
      case 0x20 where !isQuoted:
        if isThere { header.arguments.append(argument) }
        argument = []
        isThere = false
      default:
        argument.append(byte)
        isThere = true
      }
    }
    if isThere { header.arguments.append(argument) }
    header.program = header.arguments.first ?? []
  }

  /// Gives the events of all lines to `sink`.
  mutating func run(into sink: inout some EventSink & ~Copyable) {
    var lines = TextLines(text)
    while let line = lines.next() {
      let line = Self.plain(line)
      switch read(line) {
      case .call(let assembled):
        summary.importedLineCount += 1
        emit(assembled, &sink)
      case .refused(let reason): summary.refuse(lines.number, reason, line)
      case .other:
        if line.isEmpty { summary.blankLineCount += 1 } else { summary.otherLineCount += 1 }
      }
    }
    summary.lineCount = lines.number
    summary.taskCount = summary.callCount > 0 ? 1 : 0
  }

  private mutating func emit(
    _ assembled: AssembledCall, _ sink: inout some EventSink & ~Copyable
  ) {
    var call = assembled.call
    // Whether a handler or the dispatcher said ENOSYS no line tells; a call that never got another
    // answer is one that the kernel lacks.
    if call.result == Self.noCall, !answered.contains(call.code) { call.flags.insert(.missing) }
    for (event, bytes) in assembled.attachments {
      bytes.withUnsafeBytes { sink.append(event, payload: $0) }
    }
    sink.append(call, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    summary.eventCount += assembled.attachments.count + 1
    summary.callCount += 1
    summary.unknownArgumentCount += assembled.unknownArgumentCount
    if call.unknown.contains(.result) { summary.unknownResultCount += 1 }
  }

  // MARK: Lines

  private enum Reading {
    case call(AssembledCall)
    case refused(String)
    case other
  }

  /// Finds the call on a line. What the program wrote without a newline stands before it.
  private mutating func read(_ line: ByteText) -> Reading {
    var at = line.startIndex
    var isPromising = false
    while let open = line[at...].firstIndex(of: 0x28) {
      at = open + 1
      guard let (number, start) = call(before: open, in: line) else { continue }
      let rest = line[(open + 1)...]
      if let parts = CallLine(number, rest: rest, .unikraft),
        let assembled = assembler.assemble(parts, task: 1)
      {
        return .call(assembled)
      }
      // A line that did not fit into the printer's buffer ends so.
      if start == line.startIndex {
        if line.ends("...") {
          let parts = CallLine(cut: number, rest: rest.dropLast(3), .unikraft)
          if let assembled = assembler.assemble(parts, task: 1) { return .call(assembled) }
        }
        isPromising = true
      }
    }
    return isPromising ? .refused("a call without a result that can be read") : .other
  }

  /// The call whose name ends before a parenthesis, and where its name begins: the longest one.
  private func call(before open: Int, in line: ByteText) -> (SystemCallNumber, Int)? {
    var start = open
    while start > line.startIndex, open - start < assembler.reader.names.longestCallName,
      line[start - 1] == 0x5f || 0x30...0x39 ~= line[start - 1] || 0x61...0x7a ~= line[start - 1]
    {
      start -= 1
    }
    while start < open {
      if let number = assembler.reader.names.call(line[start..<open]) { return (number, start) }
      start += 1
    }
    return nil
  }

  /// A line without the codes of colours.
  private static func plain(_ line: ByteText) -> ByteText {
    guard line.contains(0x1b) else { return line }
    var bytes: [UInt8] = []
    var at = line.startIndex
    while at < line.endIndex {
      if line[at] == 0x1b, at + 1 < line.endIndex, line[at + 1] == 0x5b {
        var end = at + 2
        while end < line.endIndex, line[end] == 0x3b || 0x30...0x39 ~= line[end] { end += 1 }
        at = min(end + 1, line.endIndex)
      } else {
        bytes.append(line[at])
        at += 1
      }
    }
    return bytes[...]
  }
}
