// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension TwinDifference {
  /// The sequence with Linux's outcomes as the text form of a trace, so that `assemble` and
  /// `report` show the difference again. A touch is a page fault there.
  public var trace: [UInt8] {
    var header = TraceHeader()
    header.origin = .linux
    header.kernel = Array("Linux".utf8)
    header.personality = .linux
    header.unseen = [.inputs, .times, .payload]
    header.payloadLimit = 0
    header.program = Array("/twin-stub".utf8)
    header.workingDirectory = [0x2f]
    header.mmapBase = start.mmapBase
    header.breakStart = start.breakStart
    var text: [UInt8] = []
    TraceText.append(header, to: &text)
    var standing = start.vmas.map(\.vma)
    for vma in standing { Self.append(vma, to: &text) }
    for (descriptor, flags) in [(Int64(3), UInt64(2)), (4, 0)] {
      var event = Event(
        .systemCall, code: UInt32(SystemCallNumber.openat.rawValue), result: descriptor)
      event.operands[0] = UInt64(bitPattern: -100)
      event.operands[1] = TwinArea.start + TwinArea.text
      event.operands[2] = flags
      Self.append(event, to: &text)
    }
    for (operation, outcome) in zip(operations, expected) {
      Self.append(operation, outcome, to: &text)
      Self.append(changesFrom: standing, to: outcome.layout, &text)
      standing = outcome.layout
    }
    var end = Event(.end, code: UInt32(EndKind.interrupted.rawValue))
    end.result = 0
    Self.append(end, to: &text)
    return text
  }

  private static func append(_ event: Event, payload: [UInt8] = [], to text: inout [UInt8]) {
    payload.withUnsafeBytes { TraceText.append(event, payload: $0, to: &text) }
  }

  private static func append(
    _ operation: TwinOperation, _ outcome: TwinOutcome, to text: inout [UInt8]
  ) {
    var event: Event
    switch operation.kind {
    case .call:
      event = Event(
        .systemCall, code: UInt32(operation.number.rawValue), result: outcome.result)
      let row = SystemCallTable.description(
        of: operation.number, operands: operation.arguments)
      for index in 0..<(row?.argumentCount ?? 6) {
        event.operands[index] = operation.arguments[index]
      }
    case .read, .write:
      var code = FaultCode.user
      if operation.kind == .write { code.insert(.write) }
      event = Event(.pageFault, code: code.rawValue, result: -Int64(outcome.signal))
      event.operands[0] = operation.address
      event.operands[1] = TwinArea.stub
    }
    append(event, to: &text)
  }

  private static func append(_ vma: TwinVMA, to text: inout [UInt8]) {
    let isFile = vma.bits & TwinVMA.file != 0
    let description = VMADescription(
      range: VirtualAddress(vma.start)..<VirtualAddress(vma.end),
      protection: Protection(rawValue: UInt8(vma.bits & 7)),
      isShared: vma.bits & TwinVMA.shared != 0,
      backing: vma.bits & TwinVMA.heap != 0 ? .heap : isFile ? .file : .anonymous,
      offset: isFile ? vma.offset : 0, name: isFile ? TwinMachine.path : [])
    append(Event(mapping: description, task: 1), payload: description.name, to: &text)
  }

  /// What is gone, then what is new.
  private static func append(
    changesFrom old: [TwinVMA], to new: [TwinVMA], _ text: inout [UInt8]
  ) {
    for vma in old where !new.contains(vma) {
      var start = vma.start
      while start < vma.end {
        if let cover = new.first(where: { $0.start <= start && start < $0.end }) {
          start = cover.end
          continue
        }
        let next = new.first { $0.start > start }?.start ?? vma.end
        var event = Event(.vmaUnmapped)
        event.operands[0] = start
        event.operands[1] = min(next, vma.end)
        append(event, to: &text)
        start = min(next, vma.end)
      }
    }
    for vma in new where !old.contains(vma) { append(vma, to: &text) }
  }
}
