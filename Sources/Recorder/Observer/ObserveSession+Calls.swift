// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import LinuxABI
internal import Trace

extension ObserveSession {
  /// The entry or the exit of a call.
  mutating func handleCall(_ task: ObservedTask, into sink: inout some EventSink & ~Copyable) {
    var call = observer_call()
    guard observer_call_info(task.id, &call) >= 0 else { return }
    if call.operation == 1 {
      enter(task, call, into: &sink)
    } else if call.operation == 2 && task.isInCall {
      leave(task, call.result, into: &sink)
    }
  }

  private mutating func enter(
    _ task: ObservedTask, _ call: observer_call, into sink: inout some EventSink & ~Copyable
  ) {
    guard call.is_native != 0 else {
      gapCount += 1
      var gap = Event(.gap, task: task.number)
      gap.operands[0] = 1
      append(gap, to: &sink)
      return
    }
    let given: InlineArray<6, UInt64> = [
      call.arguments.0, call.arguments.1, call.arguments.2, call.arguments.3, call.arguments.4,
      call.arguments.5,
    ]
    task.isInCall = true
    task.callNumber = call.number
    task.callSite = call.instruction &- SystemCallRequest.instructionByteCount
    task.row = table.row(call.number, given)
    task.operands = InlineArray(repeating: 0)
    for index in 0..<(task.row?.argumentCount ?? 6) { task.operands[index] = given[index] }
    task.awaitsChild = task.row.map { Self.makesTask($0.number) } ?? false
    if options.recordsTimes { task.startTime = observer_now() }
    if let row = task.row, options.payloadLimit > 0 {
      memory(of: task, row).captureReads(into: &task.captured)
    }
    if let row = task.row, row.number == .exit || row.number == .exit_group {
      appendCall(task, result: nil, to: &sink)
    }
  }

  private static func makesTask(_ number: SystemCallNumber) -> Bool {
    number == .clone || number == .clone3 || number == .fork || number == .vfork
  }

  private mutating func leave(
    _ task: ObservedTask, _ result: Int64, into sink: inout some EventSink & ~Copyable
  ) {
    task.awaitsChild = false
    let isFailure = result < 0 && result >= -4095
    if let row = task.row, options.payloadLimit > 0, !isFailure {
      memory(of: task, row).captureWrites(result: result, into: &task.captured)
    }
    if mapsFile(task, result) { task.mappedLength = mappedLength(task) }
    let mayChangeMap = task.row?.changesVMAs ?? true
    appendCall(task, result: result, to: &sink)
    if let replaced = task.replacedMap {
      task.replacedMap = nil
      replaceMap(of: task, replaced, into: &sink)
    } else if mayChangeMap {
      updateMap(of: task, into: &sink)
    }
  }

  private func memory(of task: ObservedTask, _ row: SystemCallDescription) -> CallMemory {
    CallMemory(
      task: task.id, row: row, operands: task.operands, limit: Int(options.payloadLimit))
  }

  /// Appends the call that a task is in, after what it read and wrote; without a result, as one
  /// that did not return.
  mutating func appendCall(
    _ task: ObservedTask, result: Int64?, endTime: UInt64? = nil,
    to sink: inout some EventSink & ~Copyable
  ) {
    task.isInCall = false
    var first = Event(.systemCall)
    first.time = options.recordsTimes ? task.startTime - startTime : 0
    tellFiles(before: first, to: &sink)
    appendSite(task, to: &sink)
    appendLength(task, to: &sink)
    for piece in task.captured.pieces {
      var event = Event(piece.isWrite ? .guestWrite : .guestRead, task: task.number)
      event.code = piece.isWrite && piece.isData ? 1 : 0
      event.operands[0] = piece.address
      event.operands[1] = piece.byteCount
      eventCount += 1
      task.captured.bytes.withUnsafeBytes {
        sink.append(event, payload: UnsafeRawBufferPointer(rebasing: $0[piece.kept]))
      }
    }
    task.captured.removeAll()
    var event = Event(
      .systemCall, task: task.number, code: UInt32(truncatingIfNeeded: task.callNumber))
    event.operands = task.operands
    event.result = result ?? 0
    if result == nil { event.flags.insert(.didNotReturn) }
    if options.recordsTimes {
      event.time = task.startTime - startTime
      event.duration = (endTime ?? observer_now()) - task.startTime
    }
    append(event, to: &sink)
  }

  private mutating func appendSite(_ task: ObservedTask, to sink: inout some EventSink & ~Copyable)
  {
    let number = SystemCallNumber(rawValue: UInt32(truncatingIfNeeded: task.callNumber))
    guard task.sites.filter.isFirst(number, task.operands) else { return }
    var event = Event(.callSite, task: task.number)
    event.operands[0] = task.callSite
    if options.recordsTimes { event.time = task.startTime - startTime }
    append(event, to: &sink)
  }

  private mutating func appendLength(
    _ task: ObservedTask, to sink: inout some EventSink & ~Copyable
  ) {
    guard let length = task.mappedLength else { return }
    task.mappedLength = nil
    var event = Event(.input, task: task.number, code: UInt32(InputKind.length.rawValue))
    event.operands[0] = task.operands[4]
    if let aligns = length.alignsLargeMappings { event.operands[1] = aligns ? 1 : 2 }
    event.result = Int64(bitPattern: length.byteCount)
    if options.recordsTimes { event.time = task.startTime - startTime }
    append(event, to: &sink)
  }

  /// Whether the call has mapped what a descriptor stands for.
  func mapsFile(_ task: ObservedTask, _ result: Int64) -> Bool {
    task.row?.number == .mmap && (result >= 0 || result < -4095)
      && !MapFlags(rawValue: UInt32(truncatingIfNeeded: task.operands[3])).contains(.anonymous)
  }

  /// The length of the file that the call has mapped; nil where it is no regular file.
  private mutating func mappedLength(_ task: ObservedTask) -> MappedLength? {
    let number = Int32(truncatingIfNeeded: task.operands[4])
    guard let byteCount = ProcFile.regularByteCount(task.id, descriptor: number) else {
      return nil
    }
    return describe(byteCount, of: task)
  }

  /// The length of a mapped file, and how large mappings of it are placed if this is one. `name`:
  /// where the file may be found if the descriptor stands for another one by now, which `inode`
  /// tells.
  mutating func describe(
    _ byteCount: UInt64, of task: ObservedTask, inode: UInt64? = nil, name: [UInt8] = []
  ) -> MappedLength {
    var length = MappedLength(byteCount: byteCount, alignsLargeMappings: nil)
    guard task.operands[1] >= LargePlacements.byteCount else { return length }
    let number = Int32(truncatingIfNeeded: task.operands[4])
    length.alignsLargeMappings =
      placements.areAligned(for: Array("/proc/\(task.id)/fd/\(number)".utf8), inode: inode)
      ?? placements.areAligned(for: name)
    return length
  }

  /// Appends how the task's VMAs differ from what was last known.
  mutating func updateMap(of task: ObservedTask, into sink: inout some EventSink & ~Copyable) {
    guard let map = task.memory.map.refreshed(ofProcess: task.id) else { return }
    for change in map.changes(since: task.memory.map) { append(change, of: task, to: &sink) }
    task.memory.map = map
  }

  /// After an execve(2): nothing of the old address space remains, even where VMAs look alike.
  mutating func replaceMap(
    of task: ObservedTask, _ replaced: MemoryMap, into sink: inout some EventSink & ~Copyable
  ) {
    for change in replaced.removal { append(change, of: task, to: &sink) }
    for change in task.memory.map.changes(since: MemoryMap()) {
      append(change, of: task, to: &sink)
    }
    if probe == nil { updateMap(of: task, into: &sink) }
  }
}
