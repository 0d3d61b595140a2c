// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import Trace

/// The system calls of a trace as lines of another tracer: what stands before a call is kept until
/// the call comes, and then printed with it.
struct CallLines {
  private let printer: CallPrinter
  private var buffer: StreamBuffer
  private var journals: [UInt32: Journal] = [:]
  private var wordings: [UInt32: Wording] = [:]
  /// Tasks that began and did not end, beside the first.
  private var others: Set<UInt32> = []

  /// The words of an imported trace's source for a call.
  private struct Wording {
    var arguments: [UInt8] = []
    var result: [UInt8] = []
  }

  /// Lines of a style.
  init(_ style: CallStyle) {
    printer = CallPrinter(style)
    buffer = printer.makeBuffer()
  }

  private var isStrace: Bool { printer.style.format == .strace }

  /// The line of the execve(2) that began the run, which no event tells. Where the environment lay
  /// is not known.
  func appendStart(of header: TraceHeader, to text: inout [UInt8]) {
    // An import has it as an event, in the words of its source.
    guard isStrace, !header.program.isEmpty, !header.unseen.contains(.operands) else { return }
    var line = "execve(\(Self.quoted(header.program)), ["
    line += header.arguments.map(Self.quoted).joined(separator: ", ")
    let count = header.environment.count
    line += "], [/* \(count) \(count == 1 ? "var" : "vars") */]) = 0\n"
    text.append(contentsOf: line.utf8)
  }

  /// Adds the line of an event, if it has one.
  mutating func append(
    _ event: Event, payload: UnsafeRawBufferPointer, to text: inout [UInt8]
  ) {
    switch event.kind {
    case .guestRead:
      journals[event.task, default: Journal()].note(
        .read, event.operands[1], at: VirtualAddress(event.operands[0]), keeping: Array(payload))
    case .guestWrite:
      journals[event.task, default: Journal()].note(
        .write, event.operands[1], at: VirtualAddress(event.operands[0]), keeping: Array(payload))
    case .systemCall:
      appendTask(event.task, to: &text)
      appendCall(event, to: &text)
      journals[event.task] = nil
      wordings[event.task] = nil
    case .pageFault, .exception:
      journals[event.task] = nil
      wordings[event.task] = nil
    case .wording: note(event, Array(payload), &text)
    case .signal, .end: if isStrace { appendEnd(event, to: &text) }
    case .taskStarted:
      others.insert(event.task)
      if isStrace { text += Array("strace: Process \(event.task) attached\n".utf8) }
    case .taskEnded:
      if isStrace { appendEnd(event, to: &text) }
      others.remove(event.task)
    case .input, .vmaMapped, .vmaUnmapped, .gap, .callSite, .mappedFile: break
    }
  }

  private mutating func note(_ event: Event, _ words: [UInt8], _ text: inout [UInt8]) {
    switch WordingKind(rawValue: UInt8(clamping: event.code)) {
    case .arguments: wordings[event.task, default: Wording()].arguments = words
    case .result: wordings[event.task, default: Wording()].result = words
    case .start:
      if isStrace { text += words + Array(" = 0\n".utf8) }
    case nil: break
    }
  }

  private func appendTask(_ task: UInt32, to text: inout [UInt8]) {
    if isStrace, !others.isEmpty || task != 1 { text.append(contentsOf: "[pid \(task)] ".utf8) }
  }

  private mutating func appendCall(_ event: Event, to text: inout [UInt8]) {
    let returned = !event.flags.contains(.didNotReturn)
    // Unikraft writes its lines when a call is over.
    if !returned && !isStrace { return }
    var call = CompletedCall(
      number: SystemCallNumber(rawValue: event.code), operands: event.operands,
      result: event.result, returned: returned)
    call.unknown = event.unknown.rawValue
    call.argumentsWording = wordings[event.task]?.arguments ?? []
    call.resultWording = wordings[event.task]?.result ?? []
    buffer.reset()
    printer.write(call, seeing: journals[event.task] ?? Journal(), into: &buffer)
    text.append(contentsOf: buffer.text)
  }

  private mutating func appendEnd(_ event: Event, to text: inout [UInt8]) {
    let number = event.kind == .signal ? event.code : UInt32(truncatingIfNeeded: event.result)
    let name = number <= 64 ? Signal(rawValue: UInt8(number)).name.map(\.description) : nil
    let signal = name ?? "SIGRT_\(max(32, number) - 32)"
    if event.kind == .signal {
      appendTask(event.task, to: &text)
      text += Array("--- \(signal) ".utf8)
      let words = wordings.removeValue(forKey: event.task)?.arguments ?? []
      text += words.isEmpty ? Array(Self.details(of: event, signal).utf8) : words
      text += Array(" ---\n".utf8)
      return
    }
    let isKilled = EndKind(rawValue: UInt8(clamping: event.code)) == .killed
    guard isKilled || event.code == UInt32(EndKind.exited.rawValue) else { return }
    appendTask(event.task, to: &text)
    let end = isKilled ? "killed by \(signal)" : "exited with \(event.result)"
    text += Array("+++ \(end) +++\n".utf8)
  }

  private static func details(of event: Event, _ signal: String) -> String {
    let code = Int32(truncatingIfNeeded: event.operands[0])
    var text = "{si_signo=\(signal), si_code=\(codeName(event.code, code))"
    if [4, 5, 7, 8, 11].contains(event.code) {
      let address = event.operands[1]
      text += ", si_addr=\(address == 0 ? "NULL" : "0x" + String(address, radix: 16))"
    }
    return text + "}"
  }

  private static func codeName(_ signal: UInt32, _ code: Int32) -> String {
    switch (signal, code) {
    case (_, 0): "SI_USER"
    case (_, 0x80): "SI_KERNEL"
    case (_, -1): "SI_QUEUE"
    case (_, -2): "SI_TIMER"
    case (_, -6): "SI_TKILL"
    case (11, 1): "SEGV_MAPERR"
    case (11, 2): "SEGV_ACCERR"
    case (7, 2): "BUS_ADRERR"
    case (17, 1): "CLD_EXITED"
    case (17, 2): "CLD_KILLED"
    case (17, 3): "CLD_DUMPED"
    default: "\(code)"
    }
  }

  private static func quoted(_ bytes: [UInt8]) -> String {
    var text = "\""
    for byte in bytes {
      switch byte {
      case 0x22: text += "\\\""
      case 0x5c: text += "\\\\"
      case 0x20...0x7e: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "\\" + String(byte, radix: 8)
      }
    }
    return text + "\""
  }
}
