// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension TraceHeader {
  /// What the first frame of a trace says.
  public struct Decoded: Sendable {
    /// What this version knows of it.
    public var header = TraceHeader()
    /// What the trace uses of the format.
    public var features = TraceFeatures()
    /// The tags of the fields that this version does not know, in order.
    public var unknownFields: [UInt64] = []
  }

  /// Reads the bytes of the first frame, which may be anything. An error's position counts from
  /// the first byte; a trace that needs what this version does not know is refused by name.
  public static func decode(_ bytes: UnsafeRawBufferPointer) throws(TraceError) -> Decoded {
    var reader = unsafe ColumnReader(bytes)
    guard bytes.count <= HeaderFormat.byteLimit else {
      throw TraceError("a header of \(bytes.count) bytes, at most \(HeaderFormat.byteLimit)", at: 0)
    }
    guard reader.remaining >= 24, try reader.word() == HeaderFormat.magic else {
      throw TraceError("not a trace: it does not begin with EPITRACE", at: 0)
    }
    var decoded = Decoded()
    let incompatible = try reader.word()
    decoded.features = TraceFeatures(
      incompatible: .init(rawValue: incompatible), compatible: .init(rawValue: try reader.word()))
    if decoded.features.compatible.contains(.callSites) { decoded.header.seen.insert(.callSites) }
    if decoded.features.compatible.contains(.mappedFiles) {
      decoded.header.seen.insert(.mappedFiles)
    }
    if decoded.features.compatible.contains(.descriptors) {
      decoded.header.seen.insert(.descriptors)
    }
    let unknown = incompatible & ~TraceFeatures.Incompatible.known.rawValue
    if unknown != 0 { throw refusal(unknown, reader) }
    var seen: UInt64 = 0
    while !reader.isAtEnd {
      let start = reader.position
      let tag = try reader.varint()
      var value = try reader.column(try reader.varint())
      guard let field = HeaderField(rawValue: tag) else {
        decoded.unknownFields.append(tag)
        continue
      }
      if !field.isRepeated {
        if seen >> tag & 1 != 0 {
          throw TraceError("header field \(tag) is there twice", at: start)
        }
        seen |= 1 << tag
      }
      try decoded.header.read(field, &value)
      if field != .featureName { try value.finish("a header field") }
    }
    return decoded
  }

  private mutating func read(
    _ field: HeaderField, _ value: inout ColumnReader
  ) throws(TraceError) {
    switch field {
    case .origin:
      let raw = try value.varint(upTo: 255, "the origin")
      guard let known = TraceOrigin(rawValue: UInt8(raw)) else {
        throw TraceError("origin \(raw) is not known to this version", at: value.position)
      }
      origin = known
    case .kernel: kernel = try value.rest()
    case .personality:
      let raw = try value.varint(upTo: 255, "the personality")
      guard let known = PersonalityName(rawValue: UInt8(raw)) else {
        throw TraceError("personality \(raw) is not known to this version", at: value.position)
      }
      personality = known
    case .unseen:
      unseen = Unseen(rawValue: UInt32(try value.varint(upTo: 0xffff_ffff, "unseen")))
    case .memoryByteCount: memoryByteCount = try value.varint()
    case .faultAroundShift: faultAroundShift = UInt8(try value.varint(upTo: 63, "fault-around"))
    case .seed: seed = try value.varint()
    case .clockStart: clockStart = try value.varint()
    case .payloadLimit:
      payloadLimit = UInt32(try value.varint(upTo: 0xffff_ffff, "the payload limit"))
    case .program: program = try value.rest()
    case .argument: arguments.append(try value.rest())
    case .environment: environment.append(try value.rest())
    case .workingDirectory: workingDirectory = try value.rest()
    case .auxiliaryValue:
      auxiliaryVector.append((type: try value.varint(), value: try value.varint()))
    case .mmapBase: mmapBase = VirtualAddress(try value.varint())
    case .breakStart: breakStart = VirtualAddress(try value.varint())
    case .addressEnd: addressEnd = VirtualAddress(try value.varint())
    case .file:
      var path = try value.column(try value.varint())
      files.append(
        File(path: try path.rest(), byteCount: try value.varint(), digest: try value.rest()))
    case .buildID:
      let index = try value.varint(upTo: UInt64(Int32.max), "the number of a file")
      let place = value.position
      let buildID = try value.rest()
      guard index < UInt64(files.count), buildID.count <= 64 else {
        throw TraceError("a build id of a file that is not there, or of too many bytes", at: place)
      }
      files[Int(index)].buildID = buildID
    case .processor: processor = try value.rest()
    case .processorFeatures: processorFeatures = try value.rest()
    case .descriptor: try readDescriptor(&value)
    case .featureName: break
    }
  }

  private mutating func readDescriptor(_ value: inout ColumnReader) throws(TraceError) {
    let place = value.position
    let limit = UInt64(Int32.max)
    let number = try value.varint(upTo: limit, "a descriptor")
    let flags = try value.varint(upTo: 0xffff_ffff, "flags of a descriptor")
    let offset = try value.varint()
    let kind = try value.varint(upTo: 255, "what a descriptor stands for")
    let original = try value.varint(upTo: limit, "a descriptor")
    guard let known = DescriptorKind(rawValue: UInt8(kind)) else {
      throw TraceError("a descriptor of a kind that is not known to this version", at: place)
    }
    let problem = add(
      DescriptorDescription(
        number: Int32(number), flags: OpenFlags(rawValue: UInt32(flags)), offset: offset,
        type: known.type, original: Int32(original), path: try value.rest()))
    if let problem { throw TraceError("\(problem)", at: place) }
  }

  /// Why a trace with these unknown features is not read: their names, if the header tells them.
  private static func refusal(_ unknown: UInt64, _ fields: ColumnReader) -> TraceError {
    var reader = fields
    var names: [UInt8] = []
    while !reader.isAtEnd {
      guard let tag = try? reader.varint(), let length = try? reader.varint(),
        var value = try? reader.column(length)
      else { break }
      guard tag == HeaderField.featureName.rawValue, let bit = try? value.varint(), bit < 64,
        unknown >> bit & 1 != 0, let name = try? value.rest(), name.count <= 64
      else { continue }
      names += name.filter { $0 > 0x20 && $0 < 0x7f } + [0x20]
    }
    let text = String(decoding: names, as: UTF8.self)
    return TraceError(
      "the trace needs features that this version does not know: \(text)(bits 0x"
        + String(unknown, radix: 16) + ")", at: 8)
  }
}

extension ColumnReader {
  /// Eight bytes, the lowest first.
  fileprivate mutating func word() throws(TraceError) -> UInt64 {
    unsafe UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self))
  }

  /// All bytes up to the end.
  fileprivate mutating func rest() throws(TraceError) -> [UInt8] {
    let bytes = try unsafe take(UInt64(remaining))
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      count = bytes.count
    }
  }
}
