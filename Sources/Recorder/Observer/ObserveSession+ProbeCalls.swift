// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Kernel
internal import LinuxABI
internal import Trace

/// Calls as the programs tell them: what was read at the entry, all the rest at the exit.
extension ObserveSession {
  /// Takes over number and arguments.
  func describe(_ task: ObservedTask, _ record: ProbeRecord) {
    var given: InlineArray<6, UInt64> = InlineArray(repeating: 0)
    for index in 0..<6 { given[index] = record.word(RecordLayout.arguments + 8 * index) }
    task.callNumber = record.word(RecordLayout.call)
    task.row = table.row(task.callNumber, given)
    task.operands = InlineArray(repeating: 0)
    for index in 0..<(task.row?.argumentCount ?? 6) { task.operands[index] = given[index] }
    task.startTime = record.word(RecordLayout.startTime)
    task.callSite =
      record.word(RecordLayout.callPointer) &- SystemCallRequest.instructionByteCount
  }

  mutating func enter(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    closeFaults(of: task, signal: nil, into: &sink)
    task.captured.removeAll()
    describe(task, record)
    capture(task, record, result: 0)
    tellTruncation(of: record, task, into: &sink)
    if record.flags & RecordLayout.isFinal != 0 {
      appendCall(task, result: nil, endTime: record.time, to: &sink)
    }
  }

  mutating func leave(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    describe(task, record)
    let result = Int64(bitPattern: record.word(RecordLayout.result))
    closeFaults(of: task, signal: nil, callResult: result, into: &sink)
    capture(task, record, result: result)
    tellTruncation(of: record, task, into: &sink)
    if task.row?.number == .madvise, task.operands[2] == 10 { task.memory.keepsFromFork = true }
    if mapsFile(task, result),
      let file = file(at: UInt64(bitPattern: result), record)
    {
      task.mappedLength = describe(
        file.byteCount, of: task, inode: file.name.second >> 1, name: names[file.name] ?? [])
    }
    appendCall(task, result: result, endTime: record.time, to: &sink)
    applyMaps(task, record, into: &sink)
  }

  private mutating func tellTruncation(
    of record: ProbeRecord, _ task: ObservedTask, into sink: inout some EventSink & ~Copyable
  ) {
    guard record.flags & RecordLayout.isTruncated != 0 else { return }
    append(Event(.gap, task: task.number), to: &sink)
  }

  /// Takes over the pieces of memory.
  private func capture(_ task: ObservedTask, _ record: ProbeRecord, result: Int64) {
    guard let row = task.row, record.bytes.count > RecordLayout.pieces else { return }
    var rereads: UInt8 = 0
    let isExit = record.kind == .exit
    record.forEachPiece { at in
      guard !record.isMap(at) else { return }
      let meta = record.half(at + RecordLayout.pieceMeta)
      let argument = UInt8(meta & 7)
      let isWrite = meta & UInt32(RecordLayout.isWrite) != 0
      guard argument < 6, row.arguments[Int(argument)].memory.direction != .none else { return }
      if isExit, !isWrite, rereads & 1 << argument == 0 {
        task.captured.forgetReads(ofArgument: argument)
        rereads |= 1 << argument
      }
      append(at, record, to: task, row.arguments[Int(argument)].memory, argument, isWrite)
    }
    if rereads != 0 { task.captured.sort() }
  }

  private func append(
    _ at: Int, _ record: ProbeRecord, to task: ObservedTask, _ effect: MemoryEffect,
    _ argument: UInt8, _ isWrite: Bool
  ) {
    let address = record.word(at + RecordLayout.pieceAddress)
    var count = record.word(at + RecordLayout.pieceCount)
    let kept = Int(record.half(at + RecordLayout.pieceKept))
    let first = at + RecordLayout.pieceHeader
    guard first + kept <= record.bytes.count else { return }
    if isWrite, case .pointedTo(let index) = effect.extent {
      count = min(count, UInt64(task.captured.lengthRead(at: task.operands[Int(index)])))
      if count == 0 { return }
    }
    let isData =
      effect.content == .data && !isHeader(address, effect, at: task.operands[Int(argument)])
    task.captured.append(
      CapturedMemory.Piece(
        isWrite: isWrite, isData: isData, address: address, byteCount: count, kept: 0..<0,
        argument: argument),
      UnsafeRawBufferPointer(
        rebasing: record.bytes[first..<first + min(kept, Int(clamping: count))]))
  }

  /// Whether a piece of a message is its header or its length, which the kernel makes.
  private func isHeader(_ address: UInt64, _ effect: MemoryEffect, at start: UInt64) -> Bool {
    switch effect.extent {
    case .messageHeader: return address == start
    case .messageVector:
      let distance = address &- start
      let within = distance % CallMemory.messageSize
      return distance < CallMemory.messageSize * CallMemory.vectorLimit
        && (within == 0 || within == CallMemory.headerSize)
    default: return false
    }
  }
}

/// VMAs as the programs tell them.
extension ObserveSession {
  mutating func learnName(_ record: ProbeRecord) {
    let key = ProbeName(
      first: record.word(RecordLayout.nameKey), second: record.word(RecordLayout.nameKey + 8))
    let parts = record.bytes[RecordLayout.nameParts...].split(
      separator: 0, omittingEmptySubsequences: true)
    guard record.flags & 1 != 0 else {
      names[key] = parts.first.map { Array($0) } ?? []
      return
    }
    var name: [UInt8] = []
    for part in parts.reversed() { name += [0x2f] + part }
    if record.flags & 2 != 0, name.count > 1, name[1] == 0x5b {
      name = Array("anon_inode:".utf8) + name.dropFirst()
    } else if key.second & 1 != 0 {
      name += Array(" (deleted)".utf8)
    }
    names[key] = name
  }

  private mutating func applyMaps(
    _ task: ObservedTask, _ record: ProbeRecord, into sink: inout some EventSink & ~Copyable
  ) {
    guard record.bytes.count > RecordLayout.pieces else { return }
    var windows: [Int] = []
    record.forEachPiece { if record.isMap($0) { windows.append($0) } }
    let replaced = task.replacedMap
    task.replacedMap = nil
    for at in windows {
      guard record.half(at + RecordLayout.pieceKept) != .max else {
        // Another thread was changing the map: what stands there now is the best that can be known.
        updateMap(of: task, into: &sink)
        continue
      }
      let lower = VirtualAddress(record.word(at + RecordLayout.pieceAddress))
      let upper = VirtualAddress(record.word(at + RecordLayout.pieceCount))
      guard lower <= upper else { continue }
      let changes = task.memory.map.replace(lower..<upper, by: vmas(at, record))
      if replaced == nil {
        for change in changes { append(change, of: task, to: &sink) }
      }
    }
    if let replaced { replaceMap(of: task, replaced, into: &sink) }
  }

  /// How long the file is that the VMA at an address maps, and its name; nil where that is no
  /// regular file.
  private func file(
    at address: UInt64, _ record: ProbeRecord
  ) -> (byteCount: UInt64, name: ProbeName)? {
    guard record.bytes.count > RecordLayout.pieces else { return nil }
    var file: (byteCount: UInt64, name: ProbeName)?
    record.forEachPiece { at in
      guard record.isMap(at), record.half(at + RecordLayout.pieceKept) != .max else { return }
      let first = at + RecordLayout.pieceHeader + RecordLayout.mapHeader
      for index in 0..<Int(record.half(at + RecordLayout.pieceKept)) {
        let vma = first + index * RecordLayout.vmaSize
        guard vma + RecordLayout.vmaSize <= record.bytes.count else { return }
        if record.word(vma + RecordLayout.vmaStart) <= address,
          address < record.word(vma + RecordLayout.vmaEnd)
        {
          let told = record.word(vma + RecordLayout.vmaFileLength)
          file = told == .max ? nil : (told, name(at: vma, record))
        }
      }
    }
    return file
  }

  private func name(at vma: Int, _ record: ProbeRecord) -> ProbeName {
    ProbeName(
      first: record.word(vma + RecordLayout.vmaKey),
      second: record.word(vma + RecordLayout.vmaKey + 8))
  }

  private func vmas(_ at: Int, _ record: ProbeRecord) -> [VMADescription] {
    let head = at + RecordLayout.pieceHeader
    let heap =
      record.word(
        head + RecordLayout.mapBreakStart)..<max(
        record.word(head + RecordLayout.mapBreakStart), record.word(head + RecordLayout.mapBreak))
    let stack = record.word(head + RecordLayout.mapStack)
    return (0..<Int(record.half(at + RecordLayout.pieceKept))).compactMap { index in
      let vma = head + RecordLayout.mapHeader + index * RecordLayout.vmaSize
      guard vma + RecordLayout.vmaSize <= record.bytes.count else { return nil }
      return self.vma(vma, record, heap: heap, stack: stack)
    }
  }

  /// Named as `/proc/PID/maps` does. Source: Linux, `fs/proc/task_mmu.c`.
  private func vma(
    _ at: Int, _ record: ProbeRecord, heap: Range<UInt64>, stack: UInt64
  ) -> VMADescription? {
    let start = record.word(at + RecordLayout.vmaStart)
    let end = record.word(at + RecordLayout.vmaEnd)
    let flags = record.word(at + RecordLayout.vmaFlags)
    guard start < end else { return nil }
    let key = name(at: at, record)
    var vma = VMADescription(
      range: VirtualAddress(start)..<VirtualAddress(end),
      protection: Protection(rawValue: UInt8(flags & 7)), isShared: flags & 0x80 != 0,
      backing: .anonymous)
    if key.first != 0 {
      MemoryMap.describe(&vma, name: names[key] ?? [])
      if vma.backing == .file { vma.offset = record.word(at + RecordLayout.vmaOffset) << 12 }
    } else if start < heap.upperBound && end > heap.lowerBound {
      vma.backing = .heap
    } else if start <= stack && end >= stack {
      vma.backing = .stack
    }
    return vma
  }
}
