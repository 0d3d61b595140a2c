// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension TextScanner {
  /// The event of the line; its bytes go to `storage`.
  mutating func event(
    _ names: CallNames, _ storage: inout ByteStorage
  ) throws(TraceError) -> Event {
    var time: UInt64 = 0
    var duration: UInt64 = 0
    if accept("@") {
      time = try number()
      if accept("+") { duration = try number() }
      skipSpaces()
    }
    let task = try number32()
    skipSpaces()
    var event = try body(names)
    event.task = task
    event.time = time
    event.duration = duration
    var hasEllipsis = false
    while !isDone, try extra(&event, &storage, &hasEllipsis) {}
    if event.isTruncated(storage.count) != hasEllipsis {
      throw error(
        "\(storage.count) of \(event.operands[1]) bytes are there: ... is "
          + (hasEllipsis ? "too much" : "expected"))
    }
    try result(&event)
    try flags(&event)
    return event
  }

  private mutating func body(_ names: CallNames) throws(TraceError) -> Event {
    let before = self
    let name = word()
    if accept("(") {
      guard let code = names.number(name) ?? Self.unnamedCall(name) else {
        throw before.error("an unknown system call; call_N(...) stands for number N")
      }
      return try arguments(Event(.systemCall, code: code))
    }
    for kind in Event.Kind.allCases where kind != .systemCall && Self.isEqual(name, kind.word) {
      var event = Event(kind)
      try fields(&event)
      return event
    }
    throw before.error("an unknown event")
  }

  /// N of `call_N`.
  private static func unnamedCall(_ name: ArraySlice<UInt8>) -> UInt32? {
    guard name.count > 5, isEqual(name.prefix(5), "call_") else { return nil }
    var scanner = TextScanner(
      Array(name.dropFirst(5)), start: 0, end: name.count - 5, line: 0)
    guard let code = try? scanner.number32(), scanner.peek == nil else { return nil }
    return code
  }

  private mutating func arguments(_ event: Event) throws(TraceError) -> Event {
    var event = event
    var count = 0
    skipSpaces()
    while !accept(")") {
      if count > 0 { try expect(",") }
      if count == 6 { throw error("a system call has at most 6 arguments") }
      try operand(count, &event)
      count += 1
      skipSpaces()
    }
    return event
  }

  /// What belongs to the kind of the event.
  private mutating func fields(_ event: inout Event) throws(TraceError) {
    skipSpaces()
    switch event.kind {
    case .systemCall: break
    case .pageFault:
      try operand(0, &event)
      try operand(after: "ip", 1, &event)
      if acceptMark() { event.unknown.insert(.operand(2)) }
      skipSpaces()
      event.code = try bits(.fault, separator: 0x7c)
    case .exception:
      event.code = try number32()
      try operand(after: "error", 0, &event)
      try operand(after: "ip", 1, &event)
    case .guestRead, .guestWrite:
      try operand(0, &event)
      try operand(1, &event)
      skipSpaces()
      if event.kind == .guestWrite && accept("outside") { event.code = 1 }
    case .input:
      event.code = try code(InputKind.self)
      for index in 0..<(InputKind(code: event.code)?.operandCount ?? 0) {
        try operand(index, &event)
      }
    case .vmaUnmapped: try range(&event)
    case .vmaMapped:
      try range(&event)
      if acceptMark() { event.unknown.insert(.operand(2)) }
      event.operands[2] = try protection()
      try operand(3, &event)
      event.code = try code(BackingKind.self)
    case .taskStarted:
      event.code = try code(TaskStart.self)
      try operand(0, &event)
    case .taskEnded: event.code = try code(TaskEnd.self)
    case .end: event.code = try code(EndKind.self)
    case .gap, .callSite, .mappedFile: try operand(0, &event)
    case .wording: event.code = try code(WordingKind.self)
    case .signal:
      event.code = try signal()
      try operand(0, &event)
      try operand(1, &event)
    }
  }

  private mutating func operand(
    after word: StaticString, _ index: Int, _ event: inout Event
  ) throws(TraceError) {
    skipSpaces()
    try expect(word)
    try operand(index, &event)
  }

  /// The number of an operand, after a `?` if it is not known.
  private mutating func operand(_ index: Int, _ event: inout Event) throws(TraceError) {
    if acceptMark() { event.unknown.insert(.operand(index)) }
    event.operands[index] = try number()
  }

  private mutating func acceptMark() -> Bool {
    skipSpaces()
    return accept("?")
  }

  private mutating func range(_ event: inout Event) throws(TraceError) {
    try operand(0, &event)
    try expect("-")
    try operand(1, &event)
  }

  private mutating func protection() throws(TraceError) -> UInt64 {
    skipSpaces()
    if let peek, 0x30...0x39 ~= peek { return try number() }
    var bits: UInt64 = 0
    if accept("r") { bits |= 1 } else { try expect("-") }
    if accept("w") { bits |= 2 } else { try expect("-") }
    if accept("x") { bits |= 4 } else { try expect("-") }
    if accept("s") { bits |= 8 } else { try expect("p") }
    return bits
  }

  private mutating func signal() throws(TraceError) -> UInt32 {
    skipSpaces()
    if let peek, 0x30...0x39 ~= peek { return try number32() }
    let before = self
    let name = word()
    for code: UInt32 in 1...64 {
      if let own = Signal(code: code)?.name, Self.isEqual(name, own) { return code }
    }
    throw before.error("an unknown signal")
  }

  /// `code:N`, `+N:N`, bytes or `...`; false if none of them comes next.
  private mutating func extra(
    _ event: inout Event, _ storage: inout ByteStorage, _ hasEllipsis: inout Bool
  ) throws(TraceError) -> Bool {
    if accept("code:") {
      event.code = try number32()
    } else if accept("+") {
      let before = self
      let index = try number()
      guard index < 6 else { throw before.error("operands are numbered from 0 to 5") }
      try expect(":")
      try operand(Int(index), &event)
    } else if accept("...") {
      hasEllipsis = true
    } else if let bytes = try bytes() {
      if storage.count > 0 { throw error("bytes are there twice") }
      unsafe bytes.withUnsafeBytes { unsafe storage.append($0) }
    } else {
      return false
    }
    return true
  }

  private mutating func result(_ event: inout Event) throws(TraceError) {
    skipSpaces()
    if !accept("=") {
      if event.alwaysHasResult { throw error("= and a result are expected") }
      return
    }
    skipSpaces()
    if accept("?") {
      if let peek, peek == 0x2d || 0x30...0x39 ~= peek {
        event.unknown.insert(.result)
        event.result = Int64(bitPattern: try number())
      } else {
        event.flags.insert(.didNotReturn)
      }
      return
    }
    if let value = try named() {
      event.result = value
    } else {
      event.result = Int64(bitPattern: try number())
    }
  }

  /// `-ENOENT` or `-SIGSEGV`.
  private mutating func named() throws(TraceError) -> Int64? {
    let before = self
    guard accept("-E") || accept("-SIG") else { return nil }
    self = before
    _ = accept("-")
    let name = word()
    for number: UInt16 in 1...4095 {
      if let own = Errno(rawValue: number).name, Self.isEqual(name, own) { return -Int64(number) }
      if let own = Signal(code: UInt32(number))?.name, Self.isEqual(name, own) {
        return -Int64(number)
      }
    }
    throw before.error("an unknown error or signal")
  }

  private mutating func flags(_ event: inout Event) throws(TraceError) {
    skipSpaces()
    if !accept("[") { return }
    let before = self
    let bits = try bits(.flags, separator: 0x20)
    guard bits <= 0xff else { throw before.error("flags exceed 8 bits") }
    event.flags.formUnion(Event.Flags(rawValue: UInt8(bits)))
    try expect("]")
  }
}
