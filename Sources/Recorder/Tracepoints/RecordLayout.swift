// SPDX-License-Identifier: BSD-3-Clause

/// What the programs write into the ring, in bytes: the words between them and the recorder.
enum RecordLayout {
  /// What a record tells: its first two bytes.
  enum Kind: UInt16 {
    /// What a call read when it was entered; or, with `isFinal`, a call that will not return.
    case entry = 1
    /// A call that returned.
    case exit = 2
    case fault = 3
    case newTask = 4
    case exec = 5
    case ended = 6
    case signal = 7
    /// The name of what stands behind a VMA.
    case name = 8
    /// A call through the 32-bit entry.
    case foreignCall = 9
  }

  // Every record.
  static let kind = 0, flags = 2, task = 4, lost = 8, number = 12, time = 16
  /// Bits of `flags`.
  static let isFinal: Int32 = 1, isInCall: Int32 = 1, isTruncated: Int32 = 2

  // Entry, exit, and as far as `callPointer` also ended.
  static let call = 24, arguments = 32, startTime = 80, callPointer = 88
  static let result = 96, pieces = 104
  static let endedSize = 96

  // The others.
  static let faultAddress = 24, faultPointer = 32, faultCode = 40, faultSize = 48
  static let cloneFlags = 24, newTaskSize = 32
  static let execSize = 24
  static let signalCode = 24, signalAddress = 32, signalSize = 40
  static let nameKey = 24, nameParts = 40

  // A piece: a header, then its bytes in whole words.
  static let pieceAddress = 0, pieceCount = 8, pieceKept = 16, pieceMeta = 20, pieceHeader = 24
  /// Bits of a piece's meta word; the low byte is the number of the argument.
  static let isWrite: Int32 = 0x100, wantsVector: Int32 = 0x200, wantsBuffers: Int32 = 0x400
  static let isString: Int32 = 0x800, isMap: Int32 = 0x8000

  // A map piece: from the address to the count, exactly these VMAs stand there.
  static let mapBreakStart = 0, mapBreak = 8, mapStack = 16, mapHeader = 24
  static let vmaStart = 0, vmaEnd = 8, vmaFlags = 16, vmaOffset = 24, vmaKey = 32
  /// The length of the regular file behind the VMA; all bits are set where there is none.
  static let vmaFileLength = 48, vmaSize = 56

  // The value of a task in the tasks map.
  static let stateInCall = 0, stateMissed = 4, stateCall = 8, stateArguments = 16
  static let stateTime = 64, statePointer = 72, stateStack = 80, stateSize = 96

  // The room of each CPU in which a record is put together.
  static let cursor = 0, isProbing = 8, truncated = 12, left = 16, count = 24
  static let file = 32, key = 40, room = 64
  static let cursorLimit: Int32 = 0x3ffff
  static let nameRoom = 0x4a000, nameSize = 0x2000
  static let ruleRoom = 0x4c000, scratchSize = 0x4d000
  /// The longest piece that is kept.
  static let pieceLimit: UInt32 = 0x8000

  // The counters.
  static let liveTasks = 0, lostRecords = 8, countersSize = 64
}
