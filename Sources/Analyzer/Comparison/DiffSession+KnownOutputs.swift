// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Outputs where one side is an import, which knows some fields of some structures.
extension DiffSession {
  /// How far above its argument a byte may lie to belong to it.
  private static var reach: UInt64 { 1 << 20 }

  /// Compares the bytes that both sides know, and counts the others. Returns the root of what
  /// differs.
  mutating func compareKnownOutputs(
    _ left: Step, _ leftEvent: Event, _ right: Step, _ rightEvent: Event, _ call: CallRow
  ) -> Int? {
    var root: Int?
    for leftWrite in left.attachments where leftWrite.event.kind == .guestWrite {
      if leftWrite.event.code != 0 {
        statistics.outsideByteCount &+= leftWrite.event.operands[1]
        continue
      }
      guard let place = Self.place(of: leftWrite, in: leftEvent, call) else { continue }
      var known: UInt64 = 0
      for rightWrite in right.attachments
      where rightWrite.event.kind == .guestWrite && rightWrite.event.code == 0 {
        guard let other = Self.place(of: rightWrite, in: rightEvent, call),
          other.argument == place.argument
        else { continue }
        let found = compare(leftWrite, at: place.offset, rightWrite, at: other.offset)
        known += found.byteCount
        if call.kind(place.argument).isTime {
          statistics.uncomparedTimeCount += 1
        } else if let difference = found.difference {
          root =
            root
            ?? record(
              .outputBytes, left, right, expected: difference.expected, actual: difference.actual,
              field: Self.field(of: difference.expected, in: call.kind(place.argument)),
              shape: "known")
        }
      }
      statistics.comparedByteCount &+= known
      let total = leftWrite.event.operands[1]
      statistics.cutByteCount &+= total > known ? total - known : 0
    }
    return root
  }

  /// The field in which bytes of a structure begin to differ, such as `st_atim.tv_sec`.
  static func field(of outcome: Outcome, in kind: ArgumentKind?) -> String? {
    guard let kind, case .bytes(let offset, _, _) = outcome, let byte = Int(exactly: offset),
      let field = StructureShape.field(holding: byte, of: kind)
    else { return nil }
    guard case .nested(let inner) = field.form,
      let own = StructureShape.field(holding: byte - field.offset, of: inner)
    else { return "\(field.name)" }
    return "\(field.name).\(own.name)"
  }

  /// Which argument of the call the bytes belong to, and how far above it they lie.
  private static func place(
    of write: StepAttachment, in event: Event, _ call: CallRow
  ) -> (argument: Int, offset: UInt64)? {
    var best: (argument: Int, offset: UInt64)?
    for index in 0..<call.argumentCount where call.kind(index).isAddress {
      let offset = write.event.operands[0] &- event.operands[index]
      if event.operands[index] != 0, offset < best?.offset ?? reach { best = (index, offset) }
    }
    return best
  }

  /// Where the bytes that both have of one argument begin to differ.
  private func compare(
    _ left: StepAttachment, at leftOffset: UInt64, _ right: StepAttachment,
    at rightOffset: UInt64
  ) -> (byteCount: UInt64, difference: (expected: Outcome, actual: Outcome)?) {
    let from = max(leftOffset, rightOffset)
    let to = min(
      leftOffset + UInt64(left.bytes.count), rightOffset + UInt64(right.bytes.count))
    guard from < to else { return (0, nil) }
    let mine = left.bytes[Int(from - leftOffset)..<Int(to - leftOffset)]
    let theirs = right.bytes[Int(from - rightOffset)..<Int(to - rightOffset)]
    let same = zip(mine, theirs).prefix { $0 == $1 }.count
    if same == mine.count { return (to - from, nil) }
    func side(_ bytes: ArraySlice<UInt8>) -> Outcome {
      .bytes(
        offset: from + UInt64(same), bytes: [UInt8](bytes.dropFirst(same).prefix(16)),
        total: to - from)
    }
    return (to - from, (side(mine), side(theirs)))
  }
}
