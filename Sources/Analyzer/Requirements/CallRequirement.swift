// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
internal import Support
internal import Trace

/// What programs asked of one system call.
public struct CallRequirement: Sendable {
  /// Calls that ask for the same: the same flags, codes and sub-commands, in the fields of
  /// structures, too, whatever the addresses, amounts and descriptors.
  public struct Shape: Sendable {
    /// The first of them as text.
    public var request: String
    /// The arguments of the first.
    public var operands: InlineArray<6, UInt64>
    /// The structures that it gave the kernel, by argument, as far as they say what is asked and
    /// the trace has all of them.
    public var memory: [Int: [UInt8]] = [:]
    /// Whether all of them are known that are no addresses.
    public var isWholeKnown = true
    /// How many.
    public var count: UInt64 = 0
    /// What the kernel made of them.
    public var native = NativeRecord()
    /// Where the first was made.
    public var first: CallSite
  }

  /// Its number.
  public var number: SystemCallNumber
  /// Its name, or `syscall_N`.
  public var name: String
  /// How often it was called.
  public private(set) var count: UInt64 = 0
  /// What the kernel of the traces made of it.
  public private(set) var native = NativeRecord()
  /// Where it was made first.
  public private(set) var first: CallSite
  /// What was asked, in order of appearance; at most 256.
  public private(set) var shapes: [Shape] = []
  /// Calls of shapes that were too many to keep.
  public private(set) var unkeptCount: UInt64 = 0
  private var places: [String: Int] = [:]
  private static var shapeLimit: Int { 256 }

  init(_ call: CallRow, first: CallSite) {
    number = call.number
    name = CallRow.name(ofKey: call.key)
    self.first = first
  }

  mutating func note(_ call: CallRow, _ step: Step, at site: () -> CallSite) {
    guard let event = step.principal else { return }
    count += 1
    native.note(step, event)
    let memory = call.key == .max ? [:] : step.askedStructures(call)
    let asked = memory.sorted { $0.key < $1.key }.flatMap { index, bytes in
      RequestItem.text(of: bytes, call.kind(index))
    }
    let text = asked.joined(separator: ", ")
    let key = call.key == .max ? "" : call.shape + text
    guard let place = places[key] ?? newShape(key, call, step, memory, text, at: site) else {
      unkeptCount += 1
      return
    }
    shapes[place].count += 1
    shapes[place].native.note(step, event)
  }

  mutating func resolveSites(_ body: (inout CallSite) -> Void) {
    body(&first)
    for index in shapes.indices { body(&shapes[index].first) }
  }

  private mutating func newShape(
    _ key: String, _ call: CallRow, _ step: Step, _ memory: [Int: [UInt8]], _ asked: String,
    at site: () -> CallSite
  ) -> Int? {
    if shapes.count >= Self.shapeLimit { return nil }
    places[key] = shapes.count
    let words = asked.isEmpty ? "" : " with " + asked
    var shape = Shape(
      request: step.requestText + words, operands: call.operands, memory: memory, first: site())
    shape.isWholeKnown = (0..<call.argumentCount).allSatisfy {
      !call.unknown.contains(.operand($0)) || call.kind($0).isAddress
    }
    shapes.append(shape)
    return shapes.count - 1
  }
}

extension Step {
  /// The structures that the call gave the kernel and that say what is asked, by argument. Those
  /// that are not whole in the trace are not there.
  fileprivate func askedStructures(_ call: CallRow) -> [Int: [UInt8]] {
    var structures: [Int: [UInt8]] = [:]
    for index in 0..<call.argumentCount
    where StructureShape.asked(0, of: call.kind(index)) != nil {
      guard let read = read(at: call.operands[index]), !read.isCut,
        read.bytes.count == read.payloadByteCount
      else { continue }
      structures[index] = read.bytes
    }
    return structures
  }
}
