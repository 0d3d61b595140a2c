// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Prints traces as text, one event a line; `TraceTextSource` reads it back. The grammar is in
/// docs/trace-format.md. Printing what was read from a printed text gives the same text.
public enum TraceText {
  /// Adds the lines of the header and the blank one after them to a text.
  public static func append(_ header: TraceHeader, to text: inout [UInt8]) {
    var out = TextBuffer(bytes: text)
    text = []
    out.put("epimetheus-trace 1\n")
    out.put("origin ")
    out.put(header.origin.word)
    out.line("kernel", header.kernel)
    out.put("\npersonality ")
    out.put(header.personality.word)
    out.put("\nunseen ")
    out.put(header.unseen.rawValue, .unseen, separator: 0x20, none: "nothing")
    if !header.seen.isEmpty {
      out.put("\nseen ")
      out.put(header.seen.rawValue, .seen, separator: 0x20, none: "")
    }
    out.line("memory", header.memoryByteCount, .amount)
    out.line("fault-around", UInt64(header.faultAroundShift), .amount)
    out.line("seed", header.seed, .hex)
    out.line("clock-start", header.clockStart, .amount)
    out.line("payload-limit", UInt64(header.payloadLimit), .amount)
    out.line("program", header.program)
    for argument in header.arguments { out.line("argument", argument) }
    for variable in header.environment { out.line("environment", variable) }
    out.line("directory", header.workingDirectory)
    for entry in header.auxiliaryVector {
      out.line("auxiliary", entry.type, .amount)
      out.put(" ")
      out.put(hex: entry.value)
    }
    out.line("mmap-base", header.mmapBase.rawValue, .hex)
    out.line("break-start", header.breakStart.rawValue, .hex)
    out.line("address-end", header.addressEnd.rawValue, .hex)
    for file in header.files {
      out.line("file", file.path)
      out.put(" ")
      out.put(file.byteCount, .amount)
      out.put(" ")
      out.put(hexDigits: file.digest)
      if !file.buildID.isEmpty {
        out.put(" ")
        out.put(hexDigits: file.buildID)
      }
    }
    if !header.processor.isEmpty { out.line("processor", header.processor) }
    if !header.processorFeatures.isEmpty {
      out.line("processor-features", header.processorFeatures)
    }
    if header.seen.contains(.descriptors) {
      for descriptor in header.descriptors { out.line(descriptor) }
    }
    out.put("\n\n")
    text = out.bytes
  }

  /// Adds the line of an event to a text.
  public static func append(
    _ event: Event, payload: UnsafeRawBufferPointer, to text: inout [UInt8]
  ) {
    var out = TextBuffer(bytes: text)
    text = []
    if event.time != 0 || event.duration != 0 {
      out.put("@")
      out.put(decimal: event.time)
      out.put("+")
      out.put(decimal: event.duration)
      out.put(" ")
    }
    out.put(decimal: UInt64(event.task))
    out.put(" ")
    let printed = out.put(bodyOf: event)
    for operand in printed..<6
    where event.operands[operand] != 0 || event.unknown.contains(.operand(operand)) {
      out.put(" +")
      out.put(decimal: UInt64(operand))
      out.put(":")
      out.mark(event, operand)
      out.put(hex: event.operands[operand])
    }
    if unsafe !payload.isEmpty {
      out.put(" ")
      unsafe out.put(payload: payload)
    }
    if event.isTruncated(payload.count) { out.put(" ...") }
    out.put(resultOf: event)
    out.put("\n")
    text = out.bytes
  }
}

extension TextBuffer {
  fileprivate mutating func line(_ key: StaticString, _ value: [UInt8]) {
    put("\n")
    put(key)
    put(" ")
    put(payload: value)
  }

  fileprivate mutating func line(_ key: StaticString, _ value: UInt64, _ style: NumberStyle) {
    put("\n")
    put(key)
    put(" ")
    put(value, style)
  }

  fileprivate mutating func line(_ descriptor: DescriptorDescription) {
    line("descriptor", UInt64(descriptor.number), .small)
    put(" ")
    put(hex: UInt64(descriptor.flags.rawValue))
    put(" ")
    put(descriptor.offset, .amount)
    put(" ")
    put(DescriptorKind(descriptor.type).word)
    put(" ")
    put(UInt64(descriptor.original), .small)
    put(" ")
    put(payload: descriptor.path)
  }

  /// Bytes as hexadecimal whatever they are.
  fileprivate mutating func put(hexDigits value: [UInt8]) {
    put("hex:")
    for byte in value {
      bytes.append(Self.digit(byte >> 4))
      bytes.append(Self.digit(byte & 0xf))
    }
  }
}

extension Event {
  /// Whether the call read or wrote more bytes than are kept.
  func isTruncated(_ byteCount: Int) -> Bool {
    (kind == .guestRead || kind == .guestWrite) && UInt64(byteCount) < operands[1]
  }

  /// Whether the text form has the result even if it is 0.
  var alwaysHasResult: Bool {
    switch kind {
    case .systemCall, .pageFault, .exception, .input, .taskEnded, .end: true
    default: false
    }
  }
}
