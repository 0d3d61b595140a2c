// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension Step {
  /// What the step asks or tells, on a line: `openat(AT_FDCWD, "/etc/passwd", 0x80000, 0)`.
  var requestText: String {
    guard let event = principal else { return isFirst ? "first layout" : "VMA change" }
    switch event.kind {
    case .systemCall: return callText(CallRow(event))
    case .pageFault:
      if let wording, !wording.bytes.isEmpty {
        return "page fault " + printable(wording.bytes.prefix(Self.wordingLimit))
      }
      return "page fault at " + hexadecimal(event.operands[0]) + " "
        + FaultCode(rawValue: event.code).text + ", ip " + hexadecimal(event.operands[1])
    case .exception: return "exception \(event.code), ip " + hexadecimal(event.operands[1])
    case .signal: return Signal(rawValue: UInt8(clamping: event.code)).text
    case .taskStarted: return "task \(event.task) started"
    case .taskEnded: return "task \(event.task) ended"
    case .end: return "end of the run"
    default: return "gap"
    }
  }

  /// The name of the call, or what else it is.
  var subject: String {
    guard let event = principal else { return isFirst ? "first layout" : "VMA change" }
    switch event.kind {
    case .systemCall: return CallRow(event).name
    case .pageFault: return "page fault"
    case .exception: return "exception"
    case .signal: return "signal"
    case .taskStarted: return "task start"
    case .taskEnded: return "task end"
    case .end: return "end"
    default: return "gap"
    }
  }

  /// What stays the same of the request in another run.
  var shape: String {
    guard let event = principal else { return "" }
    switch event.kind {
    case .systemCall: return CallRow(event).shape
    case .pageFault, .exception, .signal: return String(event.code)
    default: return ""
    }
  }

  /// Bytes of a source's own words that are shown.
  private static var wordingLimit: Int { 256 }

  private func callText(_ call: CallRow) -> String {
    var parts: [String] = []
    if let wording {
      let isCut = wording.payloadByteCount > Self.wordingLimit
      let text = printable(wording.bytes.prefix(Self.wordingLimit)) + (isCut ? "..." : "")
      return call.name + "(" + text + ")"
    }
    for index in 0..<call.argumentCount {
      let kind = call.kind(index)
      let value = call.operands[index]
      // Which name an option has depends on its level.
      let option = kind == .socketOption ? call.subcommand ?? hexadecimal(value) : nil
      if call.unknown.contains(.operand(index)) {
        parts.append(contentText(at: value))
      } else {
        parts.append(option ?? argumentText(kind, value))
      }
    }
    return call.name + "(" + parts.joined(separator: ", ") + ")"
  }

  /// The bytes behind an address that is not known itself.
  private func contentText(at label: UInt64) -> String {
    guard let read = read(at: label) else { return "?" }
    let isText = !read.isCut && read.bytes.last == 0
    let shown = (isText ? read.bytes.dropLast() : read.bytes[...]).prefix(64)
    let isCut = read.isCut || read.bytes.count > shown.count + 1
    return "\"" + printable(shown) + "\"" + (isCut ? "..." : "")
  }

  private func argumentText(_ kind: ArgumentKind, _ value: UInt64) -> String {
    var name: [UInt8] = []
    if SystemCallTable.append(value, as: kind, to: &name) { return printable(name) }
    switch kind {
    case .path, .string:
      if value == 0 { return "NULL" }
      guard let read = read(at: value) else { return hexadecimal(value) }
      let shown = read.bytes.prefix(64)
      let text = shown.prefix { $0 != 0 }
      return "\"" + printable(text) + "\"" + (text.count == 64 ? "..." : "")
    case .integer, .descriptor, .directoryDescriptor, .processID, .milliseconds:
      return String(Int32(truncatingIfNeeded: value))
    case .longInteger, .offset: return String(Int64(bitPattern: value))
    case .unsigned, .userID, .length, .count, .seconds: return String(value)
    case .mode: return "0" + String(value, radix: 8)
    case let kind where kind.isAddress && value == 0: return "NULL"
    default: return value < 10 ? String(value) : hexadecimal(value)
    }
  }
}

extension FaultCode {
  /// The access in words.
  var text: String {
    let access = contains(.fetch) ? "fetch" : contains(.write) ? "write" : "read"
    return access + (contains(.present) ? ", page present" : ", page absent")
  }
}
