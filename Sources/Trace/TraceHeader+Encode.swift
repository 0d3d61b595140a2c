// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension TraceHeader {
  /// What a trace with this header uses of the format.
  public var features: TraceFeatures {
    var compatible: TraceFeatures.Compatible = unseen.contains(.times) ? [] : .times
    if seen.contains(.callSites) { compatible.formUnion([.skippableKinds, .callSites]) }
    if seen.contains(.mappedFiles) { compatible.formUnion([.skippableKinds, .mappedFiles]) }
    if seen.contains(.descriptors) { compatible.insert(.descriptors) }
    return TraceFeatures(
      incompatible: unseen.contains(.operands) ? .unknownOperands : [], compatible: compatible)
  }

  /// The bytes that the first frame of a trace holds: the same header gives the same bytes.
  public func encoded() -> [UInt8] {
    var writer = HeaderWriter()
    writer.append(littleEndian: HeaderFormat.magic)
    writer.append(littleEndian: features.incompatible.rawValue)
    writer.append(littleEndian: features.compatible.rawValue)
    if features.incompatible.contains(.unknownOperands) {
      var name = HeaderWriter()
      name.append(varint: 0)
      for byte in "unknown-operands".utf8 { name.bytes.append(byte) }
      writer.field(.featureName, name.bytes)
    }
    writer.field(.origin, UInt64(origin.rawValue))
    writer.field(.kernel, kernel)
    writer.field(.personality, UInt64(personality.rawValue))
    writer.field(.unseen, UInt64(unseen.rawValue))
    writer.field(.memoryByteCount, memoryByteCount)
    writer.field(.faultAroundShift, UInt64(faultAroundShift))
    writer.field(.seed, seed)
    writer.field(.clockStart, clockStart)
    writer.field(.payloadLimit, UInt64(payloadLimit))
    writer.field(.program, program)
    for argument in arguments { writer.field(.argument, argument) }
    for variable in environment { writer.field(.environment, variable) }
    writer.field(.workingDirectory, workingDirectory)
    for entry in auxiliaryVector {
      var value = HeaderWriter()
      value.append(varint: entry.type)
      value.append(varint: entry.value)
      writer.field(.auxiliaryValue, value.bytes)
    }
    writer.field(.mmapBase, mmapBase.rawValue)
    writer.field(.breakStart, breakStart.rawValue)
    writer.field(.addressEnd, addressEnd.rawValue)
    for file in files {
      var value = HeaderWriter()
      value.append(varint: UInt64(file.path.count))
      value.bytes += file.path
      value.append(varint: file.byteCount)
      value.bytes += file.digest
      writer.field(.file, value.bytes)
    }
    for (index, file) in files.enumerated() where !file.buildID.isEmpty {
      var value = HeaderWriter()
      value.append(varint: UInt64(index))
      value.bytes += file.buildID
      writer.field(.buildID, value.bytes)
    }
    if !processor.isEmpty { writer.field(.processor, processor) }
    if !processorFeatures.isEmpty { writer.field(.processorFeatures, processorFeatures) }
    if seen.contains(.descriptors) {
      for descriptor in descriptors { writer.field(.descriptor, Self.bytes(of: descriptor)) }
    }
    return writer.bytes
  }

  private static func bytes(of descriptor: DescriptorDescription) -> [UInt8] {
    var value = HeaderWriter()
    value.append(varint: UInt64(descriptor.number))
    value.append(varint: UInt64(descriptor.flags.rawValue))
    value.append(varint: descriptor.offset)
    value.append(varint: UInt64(DescriptorKind(descriptor.type).rawValue))
    value.append(varint: UInt64(descriptor.original))
    value.bytes += descriptor.path
    return value.bytes
  }
}

/// Fields one after the other: tag, length, bytes.
private struct HeaderWriter {
  var bytes: [UInt8] = []

  mutating func append(littleEndian value: UInt64) {
    for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (UInt64(index) * 8))) }
  }

  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func field(_ field: HeaderField, _ value: [UInt8]) {
    append(varint: field.rawValue)
    append(varint: UInt64(value.count))
    bytes += value
  }

  mutating func field(_ field: HeaderField, _ value: UInt64) {
    var number = HeaderWriter()
    number.append(varint: value)
    self.field(field, number.bytes)
  }
}
