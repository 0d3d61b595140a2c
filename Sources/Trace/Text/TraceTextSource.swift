// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

/// Reads a trace from its text form, which may hold anything. An error's position is the line.
public struct TraceTextSource: ~Copyable, EventSource {
  private let text: [UInt8]
  private let names = CallNames()
  private var storage = ByteStorage(capacity: 0)
  private var offset = 0

  /// What the header lines say.
  public private(set) var header = TraceHeader()
  /// The line that was read last, from 1 on.
  public private(set) var line: UInt64 = 0

  /// Reads the header lines of a text.
  public init(_ text: [UInt8]) throws(TraceError) {
    self.text = text
    guard var first = nextLine() else { throw TraceError("the text is empty", at: 1) }
    if !first.accept("epimetheus-trace ") {
      throw first.error("not a trace: epimetheus-trace 1 is expected")
    }
    let version = try first.number()
    guard version == 1, first.isDone else {
      throw first.error("this version reads only epimetheus-trace 1")
    }
    var seen: UInt64 = 0
    while true {
      let before = (offset, line)
      guard var scanner = nextLine() else { return }
      if let peek = scanner.peek, peek == 0x40 || 0x30...0x39 ~= peek {
        (offset, line) = before
        return
      }
      try header.read(&scanner, &seen)
      if !scanner.isDone { throw scanner.error("more than the line should have") }
    }
  }

  /// The event of the next line that has one; nil at the end.
  public mutating func next() throws(TraceError) -> Event? {
    storage.removeAll()
    guard var scanner = nextLine() else { return nil }
    let event = try scanner.event(names, &storage)
    if !scanner.isDone { throw scanner.error("more than the line should have") }
    if !event.unknown.isEmpty, !header.unseen.contains(.operands) {
      throw scanner.error("? needs the word operands in the line unseen")
    }
    if event.kind == .mappedFile, !header.seen.contains(.mappedFiles) {
      throw scanner.error("mapped-file needs the word mapped-files in a header line seen")
    }
    if event.kind == .callSite, !header.seen.contains(.callSites) {
      throw scanner.error("call-site needs the word call-sites in a header line seen")
    }
    return event
  }

  /// The bytes of the event that `next` gave last.
  public var payload: UnsafeRawBufferPointer { unsafe storage.bytes }

  /// The next line that is neither blank nor a comment.
  private mutating func nextLine() -> TextScanner? {
    while offset < text.count {
      let start = offset
      while offset < text.count && text[offset] != 0x0a { offset += 1 }
      line += 1
      var scanner = TextScanner(text, start: start, end: offset, line: line)
      offset += 1
      if !scanner.isDone { return scanner }
    }
    return nil
  }
}

extension TraceHeader {
  /// Reads one header line; `seen` has a bit for each field that may stand there once.
  fileprivate mutating func read(
    _ scanner: inout TextScanner, _ seen: inout UInt64
  ) throws(TraceError) {
    let before = scanner
    let key = scanner.word()
    for field in TextField.allCases where TextScanner.isEqual(key, field.word) {
      let bit: UInt64 = 1 << UInt64(field.rawValue)
      if !field.isRepeated && seen & bit != 0 { throw before.error("the line is there twice") }
      seen |= bit
      return try read(field, &scanner)
    }
    throw before.error("an unknown header line")
  }

  private mutating func read(
    _ field: TextField, _ scanner: inout TextScanner
  ) throws(TraceError) {
    switch field {
    case .origin: origin = try scanner.known()
    case .kernel: kernel = try scanner.requiredBytes()
    case .personality: personality = try scanner.known()
    case .unseen:
      scanner.skipSpaces()
      if !scanner.accept("nothing") {
        unseen = Unseen(rawValue: try scanner.bits(.unseen, separator: 0x20))
      }
    case .seen:
      let before = scanner
      seen = Seen(rawValue: try scanner.bits(.seen, separator: 0x20))
      if !seen.isSubset(of: .all) { throw before.error("an unknown word or number") }
    case .memory: memoryByteCount = try scanner.number()
    case .faultAround:
      let shift = try scanner.number()
      guard shift < 64 else { throw scanner.error("fault-around is at most 63") }
      faultAroundShift = UInt8(shift)
    case .seed: seed = try scanner.number()
    case .clockStart: clockStart = try scanner.number()
    case .payloadLimit: payloadLimit = try scanner.number32()
    case .program: program = try scanner.requiredBytes()
    case .argument: arguments.append(try scanner.requiredBytes())
    case .environment: environment.append(try scanner.requiredBytes())
    case .directory: workingDirectory = try scanner.requiredBytes()
    case .auxiliary:
      auxiliaryVector.append((type: try scanner.number(), value: try scanner.number()))
    case .mmapBase: mmapBase = VirtualAddress(try scanner.number())
    case .breakStart: breakStart = VirtualAddress(try scanner.number())
    case .addressEnd: addressEnd = VirtualAddress(try scanner.number())
    case .file:
      files.append(
        File(
          path: try scanner.requiredBytes(), byteCount: try scanner.number(),
          digest: try scanner.requiredBytes()))
      if let buildID = try scanner.bytes() {
        if buildID.count > 64 { throw scanner.error("a build id has at most 64 bytes") }
        files[files.count - 1].buildID = buildID
      }
    case .processor: processor = try scanner.requiredBytes()
    case .processorFeatures: processorFeatures = try scanner.requiredBytes()
    case .descriptor:
      let before = scanner
      let problem = add(
        DescriptorDescription(
          number: try scanner.descriptor(), flags: OpenFlags(rawValue: try scanner.number32()),
          offset: try scanner.number(), type: (try scanner.known() as DescriptorKind).type,
          original: try scanner.descriptor(), path: try scanner.requiredBytes()))
      if let problem { throw before.error("\(problem)") }
    }
  }
}

/// The header lines.
private enum TextField: UInt8, CaseIterable {
  case origin, kernel, personality, unseen, seen, memory, faultAround, seed, clockStart
  case payloadLimit
  case program, argument, environment, directory, auxiliary, mmapBase, breakStart
  case addressEnd, file, processor, processorFeatures, descriptor

  var word: StaticString {
    switch self {
    case .origin: "origin"
    case .kernel: "kernel"
    case .personality: "personality"
    case .unseen: "unseen"
    case .seen: "seen"
    case .memory: "memory"
    case .faultAround: "fault-around"
    case .seed: "seed"
    case .clockStart: "clock-start"
    case .payloadLimit: "payload-limit"
    case .program: "program"
    case .argument: "argument"
    case .environment: "environment"
    case .directory: "directory"
    case .auxiliary: "auxiliary"
    case .mmapBase: "mmap-base"
    case .breakStart: "break-start"
    case .addressEnd: "address-end"
    case .file: "file"
    case .processor: "processor"
    case .processorFeatures: "processor-features"
    case .descriptor: "descriptor"
    }
  }

  var isRepeated: Bool {
    switch self {
    case .argument, .environment, .auxiliary, .file, .descriptor: true
    default: false
    }
  }
}

extension TextScanner {
  fileprivate mutating func requiredBytes() throws(TraceError) -> [UInt8] {
    guard let bytes = try bytes() else { throw error("bytes in quotes or after hex: are expected") }
    return bytes
  }

  fileprivate mutating func descriptor() throws(TraceError) -> Int32 {
    let before = self
    guard let number = Int32(exactly: try number()) else {
      throw before.error("no number of a descriptor")
    }
    return number
  }

  fileprivate mutating func known<Word: TextWord>() throws(TraceError) -> Word {
    let code = try code(Word.self)
    guard code <= 0xff, let word = Word(rawValue: UInt8(code)) else {
      throw error("an unknown number")
    }
    return word
  }
}
