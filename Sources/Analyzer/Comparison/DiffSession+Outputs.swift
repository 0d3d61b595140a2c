// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension DiffSession {
  /// Compares the bytes that the kernels made and wrote for two calls. Returns the root of what
  /// differs.
  mutating func compareOutputs(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event, _ call: CallRow
  ) -> Int? {
    if unseen.contains(.operands) {
      return compareKnownOutputs(left, leftEvent, right, rightEvent, call)
    }
    let leftWrites = left.attachments.filter { $0.event.kind == .guestWrite }
    let rightWrites = right.attachments.filter { $0.event.kind == .guestWrite }
    var root: Int?
    for index in 0..<min(leftWrites.count, rightWrites.count) {
      let leftWrite = leftWrites[index]
      let rightWrite = rightWrites[index]
      if leftWrite.event.code != 0 || rightWrite.event.code != 0 {
        statistics.outsideByteCount &+= rightWrite.event.operands[1]
        continue
      }
      guard let difference = compareWrite(leftWrite, rightWrite, call) else { continue }
      root =
        root
        ?? record(
          .outputBytes, left, right, expected: difference.expected, actual: difference.actual,
          field: Self.field(
            of: difference.expected, in: call.kind(ofAddress: leftWrite.event.operands[0])))
    }
    if root == nil, leftWrites.count != rightWrites.count {
      let common = min(leftWrites.count, rightWrites.count)
      let expected = extraWrite(leftWrites, after: common)
      let actual = extraWrite(rightWrites, after: common)
      if expected != nil || actual != nil {
        root = record(
          .outputBytes, left, right, expected: expected ?? .absent, actual: actual ?? .absent,
          shape: "count")
      }
    }
    return root
  }

  /// The first write beyond `count` that a kernel made, if there is one.
  private func extraWrite(_ writes: [StepAttachment], after count: Int) -> Outcome? {
    writes.dropFirst(count).first { $0.event.code == 0 }.map {
      .bytes(offset: 0, bytes: [UInt8]($0.bytes.prefix(16)), total: $0.event.operands[1])
    }
  }

  private mutating func compareWrite(
    _ left: StepAttachment, _ right: StepAttachment, _ call: CallRow
  ) -> (expected: Outcome, actual: Outcome)? {
    if let kind = call.kind(ofAddress: left.event.operands[0]) {
      if kind.isTime, unseen.contains(.inputs) || !normaliser.isReplay {
        statistics.uncomparedTimeCount += 1
        return nil
      }
      if kind == .descriptorPair, learnDescriptors(left.bytes, right.bytes) { return nil }
    }
    let isSameLength = left.event.operands[1] == right.event.operands[1]
    let keptCount = min(left.payloadByteCount, right.payloadByteCount)
    statistics.comparedByteCount &+= UInt64(keptCount)
    let cut = left.event.operands[1].subtractingReportingOverflow(UInt64(keptCount))
    if !cut.overflow { statistics.cutByteCount &+= cut.partialValue }
    let isSameKernel = leftHeader.kernel == rightHeader.kernel
    let kind = isSameKernel ? nil : call.kind(ofAddress: left.event.operands[0])
    let offset = firstDifference(left, right, kind)
    if isSameLength, offset == nil { return nil }
    let from = offset ?? min(left.bytes.count, right.bytes.count)
    func side(_ write: StepAttachment) -> Outcome {
      .bytes(
        offset: UInt64(from), bytes: [UInt8](write.bytes.dropFirst(from).prefix(16)),
        total: write.event.operands[1])
    }
    return (side(left), side(right))
  }

  /// Where the kept bytes begin to differ, apart from addresses and process ids that mean the same,
  /// and from fields that are the outside's.
  private mutating func firstDifference(
    _ left: StepAttachment, _ right: StepAttachment, _ kind: ArgumentKind?
  ) -> Int? {
    let count = min(left.bytes.count, right.bytes.count)
    if left.payloadByteCount == right.payloadByteCount, left.digest == right.digest { return nil }
    var index = 0
    var isExplained = false
    while index < count {
      if left.bytes[index] == right.bytes[index] {
        index += 1
        continue
      }
      if let kind, let field = outsideField(holding: index, of: kind) {
        statistics.outsideByteCount &+= UInt64(field.byteCount)
        index = field.offset + field.byteCount
        isExplained = true
        continue
      }
      let word = index & ~7
      guard word + 8 <= count, !normaliser.isReplay,
        normaliser.addresses.matches(Self.word(left.bytes, word), Self.word(right.bytes, word))
      else { return index }
      index = word + 8
      isExplained = true
    }
    // The bytes beyond those kept here are known by their digest alone.
    let isCutHere = left.payloadByteCount > count || right.payloadByteCount > count
    return isCutHere && !isExplained ? count : nil
  }

  /// The field that holds the byte, if it is the outside's: nothing that a kernel decides.
  private func outsideField(holding byte: Int, of kind: ArgumentKind) -> StructureField? {
    guard let field = StructureShape.field(holding: byte, of: kind) else { return nil }
    let isTime = unseen.contains(.inputs) && kind.isTime(field)
    return isTime || kind.isOfMachine(field) ? field : nil
  }

  private mutating func learnDescriptors(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    if normaliser.isReplay || left.count < 8 || right.count < 8 { return false }
    let leftWord = Self.word(left, 0)
    let rightWord = Self.word(right, 0)
    for shift in [UInt64(0), 32] {
      normaliser.descriptors.learn(
        Int64(Int32(truncatingIfNeeded: leftWord >> shift)),
        Int64(Int32(truncatingIfNeeded: rightWord >> shift)))
    }
    return true
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<8).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value
  }
}

extension ArgumentKind {
  /// Whether the field of the structure says which machine and kernel it is, not what a kernel
  /// does: names, numbers of file systems and files, the limits of the session.
  fileprivate func isOfMachine(_ field: StructureField) -> Bool {
    switch self {
    case .systemName: !field.isNamed("sysname") && !field.isNamed("machine")
    case .stat: field.isNamed("st_dev") || field.isNamed("st_ino")
    case .resourceLimit: true
    default: false
    }
  }

  /// Whether the field is a time within a structure of other things.
  fileprivate func isTime(_ field: StructureField) -> Bool {
    if self == .stat, case .nested(.timespec) = field.form { return true }
    return false
  }

  /// Whether the structure holds times or what depends on how long something took.
  var isTime: Bool {
    switch self {
    case .timespec, .timeval, .processTimes, .resourceUsage, .systemInformation,
      .timerSpecification, .intervalValue, .timeZone:
      true
    default: false
    }
  }
}

extension StructureField {
  fileprivate func isNamed(_ other: StaticString) -> Bool { "\(name)" == "\(other)" }
}
