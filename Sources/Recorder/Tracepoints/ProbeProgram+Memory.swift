// SPDX-License-Identifier: BSD-3-Clause

/// The functions that copy guest memory into the record, by a rule of `CaptureRule`.
///
/// They take numbers alone and find the CPU's room themselves: so the kernel verifies each of them
/// once, not anew wherever it is called. Each returns 1 where memory was not there to be read, else
/// 0. Memory that has not been touched yet cannot be read here, and is there when the call returns,
/// because then the kernel read it.
extension ProbeProgram {
  /// Appends the functions that the program calls; some call others.
  mutating func assembleFunctions() {
    assemble(.effect) { $0.assembleEffect($1) }
    assemble(.message) { $0.assembleMessage($1) }
    assemble(.vectors) { $0.assembleVectors($1) }
    assemble(.string) { $0.assembleString($1) }
    assemble(.piece) { $0.assemblePiece($1) }
    assemble(.walk) { $0.assembleWalk($1) }
    assemble(.name) { $0.assembleName($1) }
  }

  mutating func assemble(
    _ function: Function, _ body: (inout ProbeProgram, BPFAssembler.Label) -> Void
  ) {
    guard let label = functions[function] else { return }
    starts.append((code.code.count, function))
    body(&self, label)
  }

  /// r6 = the room of this CPU. Loses r0 to r5 and -20 of the frame.
  mutating func enterRoom(else failed: BPFAssembler.Label) {
    code.call(.processorNumber)
    code.store(.r10, -20, .r0, .word)
    code.moveMap(.r1, maps.scratch)
    code.moveFrame(.r2, -20)
    code.call(.mapLookup)
    code.jump(if: .equal, .r0, 0, failed)
    code.move(.r6, .r0)
  }

  /// Begins a loop from 0 to below r3 (at most `limit`); its number stands in the frame's word at
  /// `offset`. Loses r0 to r5.
  mutating func beginNumbers(at offset: Int32) {
    code.moveFrame(.r1, offset)
    code.move(.r2, 0)
    code.call(kernelFunction: kernel.numbersNew)
  }

  /// r0 = the address of the next number, 0 at the end.
  mutating func nextNumber(at offset: Int32, else done: BPFAssembler.Label) {
    code.moveFrame(.r1, offset)
    code.call(kernelFunction: kernel.numbersNext)
    code.jump(if: .equal, .r0, 0, done)
  }

  mutating func endNumbers(at offset: Int32) {
    code.moveFrame(.r1, offset)
    code.call(kernelFunction: kernel.numbersEnd)
  }

  /// r2 = where the next piece goes, r1 = the cursor; jumps where the room is full. r6: the room.
  mutating func findPlace(else full: BPFAssembler.Label) {
    code.load(.r1, .r6, Layout.cursor)
    code.jump(if: .above, .r1, Layout.cursorLimit, full)
    code.move(.r2, .r6)
    code.apply(.add, .r2, .r1)
    code.apply(.add, .r2, Int32(Layout.room))
  }

  /// cursor += header + r1 in whole words. r6: the room. Loses r1, r2.
  mutating func advanceCursor() {
    code.apply(.add, .r1, 7 + Int32(Layout.pieceHeader))
    code.apply(.and, .r1, -8)
    code.load(.r2, .r6, Layout.cursor)
    code.apply(.add, .r2, .r1)
    code.store(.r6, Layout.cursor, .r2)
  }

  mutating func returnTruncated(_ full: BPFAssembler.Label) {
    code.place(full)
    code.store(.r6, Layout.truncated, constant: 1, .word)
    code.exit(with: 0)
  }

  /// A piece of known length. r1: address; r2: bytes; r3: meta.
  mutating func assemblePiece(_ label: BPFAssembler.Label) {
    let full = code.label()
    let nothing = code.label()
    let isShort = code.label()
    let done = code.label()
    let failed = code.label()
    code.place(label)
    code.jump(if: .equal, .r1, 0, nothing)
    code.jump(if: .equal, .r2, 0, nothing)
    code.move(.r7, .r1)
    code.move(.r8, .r2)
    code.move(.r9, .r3)
    enterRoom(else: nothing)
    findPlace(else: full)
    code.store(.r10, -8, .r2)
    code.store(.r2, Layout.pieceAddress, .r7)
    code.store(.r2, Layout.pieceCount, .r8)
    code.store(.r2, Layout.pieceMeta, .r9, .word)
    code.move(.r9, 0)
    code.jump(if: .belowOrEqual, .r8, payloadLimit, isShort)
    code.move(.r8, payloadLimit)
    code.place(isShort)
    readPiece()
    code.jump(if: .equal, .r0, 0, done)
    // Part of it may be there: up to the end of its first page.
    code.move(.r9, 1)
    code.move(.r1, .r7)
    code.apply(.and, .r1, 4095)
    code.move(.r2, 4096)
    code.apply(.subtract, .r2, .r1)
    code.jump(if: .aboveOrEqual, .r2, .r8, failed)
    code.move(.r8, .r2)
    readPiece()
    code.jump(if: .equal, .r0, 0, done)
    code.place(failed)
    code.move(.r8, 0)
    code.place(done)
    code.load(.r2, .r10, -8)
    code.store(.r2, Layout.pieceKept, .r8, .word)
    code.move(.r1, .r8)
    advanceCursor()
    code.exit(with: .r9)
    code.place(nothing)
    code.exit(with: 0)
    returnTruncated(full)
  }

  /// Reads r8 bytes at r7 behind the header whose address stands at -8 of the frame.
  mutating func readPiece() {
    code.load(.r1, .r10, -8)
    code.apply(.add, .r1, Int32(Layout.pieceHeader))
    code.move(.r2, .r8)
    code.move(.r3, .r7)
    code.call(.readUser)
  }

  /// A string. r1: address; r2: meta. The bytes beyond the limit are read and counted.
  mutating func assembleString(_ label: BPFAssembler.Label) {
    let full = code.label()
    let nothing = code.label()
    let isThere = code.label()
    let isShort = code.label()
    let isWhole = code.label()
    let chunk = max(4096, payloadLimit) + 1
    code.place(label)
    code.jump(if: .equal, .r1, 0, nothing)
    code.move(.r7, .r1)
    code.move(.r8, .r2)
    code.move(.r9, 0)
    enterRoom(else: nothing)
    findPlace(else: full)
    code.store(.r10, -8, .r2)
    code.store(.r2, Layout.pieceAddress, .r7)
    code.apply(.or, .r8, Layout.isString)
    code.store(.r2, Layout.pieceMeta, .r8, .word)
    code.move(.r1, .r2)
    code.apply(.add, .r1, Int32(Layout.pieceHeader))
    code.move(.r2, chunk)
    code.move(.r3, .r7)
    code.call(.readUserString)
    code.move(.r8, .r0)
    code.jump(if: .lessSigned, .r8, chunk + 1, isThere)
    code.move(.r8, 0)
    code.place(isThere)
    let isRead = code.label()
    code.move(.r1, 0)
    code.jump(if: .lessSigned, .r1, .r8, isRead)
    code.move(.r8, 0)
    code.move(.r9, 1)
    code.place(isRead)
    code.load(.r2, .r10, -8)
    code.store(.r2, Layout.pieceCount, .r8)
    // The last byte of a full chunk is a NUL that the string may not have.
    code.jump(if: .notEqual, .r8, chunk, isWhole)
    code.store(.r6, Layout.truncated, constant: 1, .word)
    code.apply(.subtract, .r8, 1)
    code.place(isWhole)
    code.jump(if: .belowOrEqual, .r8, payloadLimit, isShort)
    code.move(.r8, payloadLimit)
    code.place(isShort)
    code.store(.r2, Layout.pieceKept, .r8, .word)
    code.move(.r1, .r8)
    advanceCursor()
    code.exit(with: .r9)
    code.place(nothing)
    code.exit(with: 0)
    returnTruncated(full)
  }
}
