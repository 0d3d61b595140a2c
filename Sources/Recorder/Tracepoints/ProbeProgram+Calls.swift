// SPDX-License-Identifier: BSD-3-Clause

/// Entry and exit of system calls.
extension ProbeProgram {
  private typealias Rule = CaptureRule

  /// raw_syscalls:sys_enter: registers, number.
  mutating func assembleCallEntry() {
    let isNative = code.label()
    let hasReads = code.label()
    let send = code.label()
    findTask()
    code.call(.currentTask)
    code.load(.r1, .r0, kernel.taskStatus, .word)
    code.jump(if: .hasBits, .r1, 2, isNative)  // TS_COMPAT
    code.load(.r1, .r6, 8)
    code.store(.r7, Layout.stateCall, .r1)
    code.load(.r9, .r6, 0)
    for index in 0..<6 {
      code.load(.r1, .r9, kernel.arguments[index])
      code.store(.r7, Layout.stateArguments + 8 * index, .r1)
    }
    code.load(.r1, .r9, kernel.instructionPointer)
    code.store(.r7, Layout.statePointer, .r1)
    code.move(.r1, 1)
    code.store(.r7, Layout.stateInCall, .r1)  // nothing missed
    if recordsTimes { storeTime(.r7, Layout.stateTime) }
    findRule()
    code.load(.r1, .r9, Rule.flags, .byte)
    code.apply(.and, .r1, Int32(Rule.hasReads | Rule.neverReturns))
    code.jump(if: .equal, .r1, 0, end)
    beginCall(.entry)
    code.load(.r1, .r9, Rule.flags, .byte)
    code.jump(if: .hasBits, .r1, Int32(Rule.hasReads), hasReads)
    code.store(.r8, Layout.room + Layout.flags, constant: Layout.isFinal, .half)
    code.store(.r7, Layout.stateInCall, constant: 0, .word)
    code.jump(send)
    code.place(hasReads)
    if payloadLimit == 0 {
      code.jump(end)
    } else {
      code.store(.r8, Layout.isProbing, constant: 1, .word)
      for index in 0..<6 {
        let next = code.label()
        code.load(.r1, .r9, Rule.reads + 4 * index, .word)
        code.jump(if: .equal, .r1, 0, next)
        callEffect(index, isWrite: false)
        code.jump(if: .equal, .r0, 0, next)
        code.load(.r1, .r7, Layout.stateMissed, .word)
        code.apply(.or, .r1, 1 << Int32(index))
        code.store(.r7, Layout.stateMissed, .r1, .word)
        code.place(next)
      }
      code.store(.r8, Layout.isProbing, constant: 0, .word)
    }
    code.place(send)
    sendCall()
    code.jump(end)

    code.place(isNative)
    code.store(.r7, Layout.stateInCall, constant: 0)
    let frame = -16 - Layout.execSize
    storeHead(.foreignCall, .r10, frame)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.execSize))
  }

  /// raw_syscalls:sys_exit: registers, result.
  mutating func assembleCallExit() {
    let noMisses = code.label()
    let noWrites = code.label()
    findTask()
    code.load(.r1, .r7, Layout.stateInCall, .word)
    code.jump(if: .equal, .r1, 0, end)
    code.store(.r7, Layout.stateInCall, constant: 0, .word)
    findRule()
    beginCall(.exit)
    code.load(.r1, .r6, 8)
    code.store(.r8, Layout.room + Layout.result, .r1)
    if payloadLimit > 0 {
      code.store(.r8, Layout.isProbing, constant: 1, .word)
      // What was not in memory when the call was entered is so now.
      code.load(.r1, .r7, Layout.stateMissed, .word)
      code.jump(if: .equal, .r1, 0, noMisses)
      for index in 0..<6 {
        let next = code.label()
        code.load(.r1, .r7, Layout.stateMissed, .word)
        code.apply(.and, .r1, 1 << Int32(index))
        code.jump(if: .equal, .r1, 0, next)
        code.load(.r1, .r9, Rule.reads + 4 * index, .word)
        callEffect(index, isWrite: false)
        code.place(next)
      }
      code.place(noMisses)
      code.load(.r1, .r9, Rule.flags, .byte)
      code.apply(.and, .r1, Int32(Rule.hasWrites))
      code.jump(if: .equal, .r1, 0, noWrites)
      code.load(.r1, .r8, Layout.room + Layout.result)
      code.move(.r2, -4096)
      code.jump(if: .above, .r1, .r2, noWrites)
      for index in 0..<6 {
        let next = code.label()
        code.load(.r1, .r9, Rule.writes + 4 * index, .word)
        code.jump(if: .equal, .r1, 0, next)
        callEffect(index, isWrite: true)
        code.place(next)
      }
      code.place(noWrites)
      code.store(.r8, Layout.isProbing, constant: 0, .word)
    }
    assembleMap()
    sendCall()
  }

  /// Captures what argument `index` points to, whose four bytes of the rule r9 are in r1.
  private mutating func callEffect(_ index: Int, isWrite: Bool) {
    code.move(.r2, Int32(index) | (isWrite ? Layout.isWrite : 0))
    code.load(.r3, .r8, Layout.room + Layout.result)
    code.load(.r4, .r7, Layout.stateArguments + 8 * index)
    code.move(.r5, .r1)
    code.apply(.shiftRight, .r5, 5)
    code.apply(.and, .r5, 7 << 3)
    code.apply(.add, .r5, .r7)
    code.load(.r5, .r5, Layout.stateArguments)
    call(.effect)
  }

  /// r9 = the rule of the task's call.
  private mutating func findRule() {
    let hasRule = code.label()
    let isFound = code.label()
    code.load(.r1, .r7, Layout.stateCall)
    let isSmall = code.label()
    code.jump(if: .below, .r1, 512, isSmall)
    code.move(.r1, 511)
    code.place(isSmall)
    code.store(.r10, -8, .r1, .word)
    code.moveMap(.r1, maps.rules)
    code.moveFrame(.r2, -8)
    code.call(.mapLookup)
    code.jump(if: .equal, .r0, 0, end)
    code.move(.r9, .r0)
    code.load(.r1, .r9, Rule.flags, .byte)
    code.apply(.and, .r1, Int32(Rule.hasSubcommands))
    code.jump(if: .equal, .r1, 0, hasRule)
    code.load(.r1, .r9, Rule.subcommandArgument, .byte)
    code.apply(.and, .r1, 7)
    code.apply(.shiftLeft, .r1, 3)
    code.apply(.add, .r1, .r7)
    code.load(.r1, .r1, Layout.stateArguments)
    code.load(.r2, .r9, Rule.subcommandMask, .word)
    code.apply(.and, .r1, .r2)
    code.store(.r10, -12, .r1, .word)
    code.load(.r1, .r7, Layout.stateCall)
    code.store(.r10, -16, .r1, .word)
    code.moveMap(.r1, maps.subcommands)
    code.moveFrame(.r2, -16)
    code.call(.mapLookup)
    code.jump(if: .notEqual, .r0, 0, isFound)
    code.load(.r1, .r9, Rule.flags, .byte)
    code.apply(.and, .r1, Int32(Rule.sizesItself))
    code.jump(if: .equal, .r1, 0, hasRule)
    makeSizedRule(else: hasRule)
    code.jump(hasRule)
    code.place(isFound)
    code.move(.r9, .r0)
    code.place(hasRule)
  }

  /// r9 = a rule made for an ioctl(2) that the table does not list: its request, at -12 of the
  /// frame, says how many bytes go which way. Loses r8.
  private mutating func makeSizedRule(else other: BPFAssembler.Label) {
    let readsNothing = code.label()
    let writesNothing = code.label()
    code.load(.r1, .r10, -12, .word)
    code.move(.r2, .r1)
    code.apply(.shiftRight, .r1, 30)
    code.jump(if: .equal, .r1, 0, other)
    code.apply(.shiftRight, .r2, 16)
    code.apply(.and, .r2, 0x3fff)
    code.jump(if: .equal, .r2, 0, other)
    code.apply(.shiftLeft, .r2, 16)
    code.apply(.or, .r2, Int32(CaptureRule.fixedShape))
    code.store(.r10, -16, .r2, .word)
    findRoom()
    code.move(.r9, .r8)
    code.apply(.add, .r9, Int32(Layout.ruleRoom))
    for offset in stride(from: 0, to: Rule.byteCount, by: 8) {
      code.store(.r9, offset, constant: 0)
    }
    code.load(.r2, .r10, -16, .word)
    code.load(.r1, .r10, -12, .word)
    code.apply(.shiftRight, .r1, 30)
    code.move(.r3, .r1)
    code.apply(.and, .r3, 1)
    code.jump(if: .equal, .r3, 0, readsNothing)
    code.store(.r9, Rule.reads + 8, .r2, .word)
    code.place(readsNothing)
    code.move(.r3, .r1)
    code.apply(.and, .r3, 2)
    code.jump(if: .equal, .r3, 0, writesNothing)
    code.store(.r9, Rule.writes + 8, .r2, .word)
    code.place(writesNothing)
    // Bit 0 of the direction is the flag of reads, bit 1 that of writes.
    code.store(.r9, Rule.flags, .r1, .byte)
  }

  /// Begins the record of a call in the room.
  private mutating func beginCall(_ kind: Layout.Kind) {
    findRoom()
    code.store(.r8, Layout.cursor, constant: Int32(Layout.pieces))
    code.store(.r8, Layout.truncated, constant: 0, .word)
    storeHead(kind, .r8, Layout.room)
    code.load(.r1, .r7, Layout.stateCall)
    code.store(.r8, Layout.room + Layout.call, .r1)
    for index in 0..<6 {
      code.load(.r1, .r7, Layout.stateArguments + 8 * index)
      code.store(.r8, Layout.room + Layout.arguments + 8 * index, .r1)
    }
    code.load(.r1, .r7, Layout.stateTime)
    code.store(.r8, Layout.room + Layout.startTime, .r1)
    code.load(.r1, .r7, Layout.statePointer)
    code.store(.r8, Layout.room + Layout.callPointer, .r1)
    code.store(.r8, Layout.room + Layout.result, constant: 0)
  }

  private mutating func sendCall() {
    let isWhole = code.label()
    code.load(.r1, .r8, Layout.truncated, .word)
    code.jump(if: .equal, .r1, 0, isWhole)
    code.load(.r1, .r8, Layout.room + Layout.flags, .half)
    code.apply(.or, .r1, Layout.isTruncated)
    code.store(.r8, Layout.room + Layout.flags, .r1, .half)
    code.place(isWhole)
    code.load(.r3, .r8, Layout.cursor)
    code.jump(if: .above, .r3, Int32(Layout.nameRoom - Layout.room), end)
    code.move(.r2, .r8)
    code.apply(.add, .r2, Int32(Layout.room))
    outputBytes()
  }
}
