// SPDX-License-Identifier: BSD-3-Clause

/// Page faults, tasks and signals: records of a fixed size, put together in the stack frame.
extension ProbeProgram {
  /// exceptions:page_fault_user and page_fault_kernel: address, registers, error code.
  mutating func assembleFault(isKernel: Bool) {
    if isKernel {
      // Addresses of the kernel itself are no fault of the program's memory.
      code.load(.r8, .r6, 0)
      code.moveWide(.r1, 1 << 47)
      code.jump(if: .aboveOrEqual, .r8, .r1, end)
    }
    findTask()
    if isKernel {
      findRoom()
      code.load(.r1, .r8, Layout.isProbing, .word)
      code.jump(if: .notEqual, .r1, 0, end)
    }
    let frame = -16 - Layout.faultSize
    storeHead(.fault, .r10, frame)
    code.load(.r1, .r6, 0)
    code.store(.r10, frame + Layout.faultAddress, .r1)
    code.load(.r1, .r6, 16)
    code.store(.r10, frame + Layout.faultCode, .r1)
    if isKernel {
      // The instruction that asked the kernel, if one did.
      let isOutside = code.label()
      code.move(.r1, 0)
      code.load(.r2, .r7, Layout.stateInCall, .word)
      code.jump(if: .equal, .r2, 0, isOutside)
      code.load(.r1, .r7, Layout.statePointer)
      code.place(isOutside)
    } else {
      code.load(.r2, .r6, 8)
      code.load(.r1, .r2, kernel.instructionPointer)
    }
    code.store(.r10, frame + Layout.faultPointer, .r1)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.faultSize))
  }

  /// task:task_newtask: the new task, the flags of clone.
  mutating func assembleNewTask() {
    findTask()
    code.load(.r9, .r6, 0)
    // A worker that the kernel makes for itself in the process (io_uring) is not the program's.
    code.load(.r1, .r9, kernel.taskFlags, .word)
    code.jump(if: .hasBits, .r1, 0x4010, end)
    code.load(.r9, .r9, kernel.taskID, .word)
    code.store(.r10, -8, .r9, .word)
    let frame = -16 - Layout.newTaskSize
    storeHead(.newTask, .r10, frame)
    code.store(.r10, frame + Layout.number, .r9, .word)
    code.load(.r1, .r6, 8)
    code.store(.r10, frame + Layout.cloneFlags, .r1)
    let state = frame - Layout.stateSize
    for offset in stride(from: 0, to: Layout.stateSize, by: 8) {
      code.store(.r10, state + offset, constant: 0)
    }
    let isFull = code.label()
    code.moveMap(.r1, maps.tasks)
    code.moveFrame(.r2, -8)
    code.moveFrame(.r3, Int32(state))
    code.move(.r4, 0)
    code.call(.mapUpdate)
    code.jump(if: .notEqual, .r0, 0, isFull)
    count(Layout.liveTasks, 1)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.newTaskSize))
    code.jump(end)
    code.place(isFull)
    count(Layout.lostRecords, 1)
  }

  /// sched:sched_process_exit: the task, which is the one that runs.
  mutating func assembleTaskExit() {
    findTask()
    let frame = -16 - Layout.endedSize
    storeHead(.ended, .r10, frame)
    code.load(.r1, .r6, 0)
    code.load(.r1, .r1, kernel.taskExitCode, .word)
    code.store(.r10, frame + Layout.number, .r1, .word)
    code.load(.r1, .r7, Layout.stateInCall, .word)
    code.store(.r10, frame + Layout.flags, .r1, .half)
    code.load(.r1, .r7, Layout.stateCall)
    code.store(.r10, frame + Layout.call, .r1)
    for index in 0..<6 {
      code.load(.r1, .r7, Layout.stateArguments + 8 * index)
      code.store(.r10, frame + Layout.arguments + 8 * index, .r1)
    }
    code.load(.r1, .r7, Layout.stateTime)
    code.store(.r10, frame + Layout.startTime, .r1)
    code.load(.r1, .r7, Layout.statePointer)
    code.store(.r10, frame + Layout.callPointer, .r1)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.endedSize))
    deleteTask(keyAt: -4)
    count(Layout.liveTasks, -1)
  }

  private mutating func deleteTask(keyAt offset: Int32) {
    code.moveMap(.r1, maps.tasks)
    code.moveFrame(.r2, offset)
    code.call(.mapDelete)
  }

  /// sched:sched_process_exec: the task, the id that it had.
  mutating func assembleExec() {
    let isSame = code.label()
    let isFull = code.label()
    code.call(.currentIDs)
    code.store(.r10, -4, .r0, .word)
    code.load(.r9, .r6, 8)
    code.store(.r10, -8, .r9, .word)
    lookUpTask(keyAt: -8)
    code.jump(if: .equal, .r0, 0, end)
    code.move(.r7, .r0)
    code.load(.r1, .r10, -4, .word)
    code.load(.r2, .r10, -8, .word)
    code.jump(if: .equal, .r1, .r2, isSame)
    // A thread that executes takes the id of its process over.
    code.moveMap(.r1, maps.tasks)
    code.moveFrame(.r2, -4)
    code.move(.r3, .r7)
    code.move(.r4, 0)
    code.call(.mapUpdate)
    code.jump(if: .notEqual, .r0, 0, isFull)
    deleteTask(keyAt: -8)
    code.place(isSame)
    let frame = -16 - Layout.execSize
    storeHead(.exec, .r10, frame)
    code.load(.r1, .r10, -8, .word)
    code.store(.r10, frame + Layout.number, .r1, .word)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.execSize))
    code.jump(end)
    code.place(isFull)
    count(Layout.lostRecords, 1)
  }

  /// signal:signal_deliver: number, siginfo, action.
  mutating func assembleSignal() {
    findTask()
    code.load(.r9, .r6, 0)
    code.apply(.and, .r9, 0xff)
    // A program never sees SIGKILL; its end says so.
    code.jump(if: .equal, .r9, 9, end)
    let frame = -16 - Layout.signalSize
    storeHead(.signal, .r10, frame)
    code.store(.r10, frame + Layout.number, .r9, .word)
    code.store(.r10, -64 - 32, constant: 0)
    code.store(.r10, -64 - 32 + 8, constant: 0)
    code.store(.r10, -64 - 32 + 16, constant: 0)
    code.moveFrame(.r1, -64 - 32)
    code.move(.r2, 24)
    code.load(.r3, .r6, 8)
    code.call(.readKernel)
    code.load(.r1, .r10, -64 - 32 + 8, .word)
    code.apply(.shiftLeft, .r1, 32)
    code.apply(.shiftRightSigned, .r1, 32)
    code.store(.r10, frame + Layout.signalCode, .r1)
    code.load(.r1, .r10, -64 - 32 + 16)
    code.store(.r10, frame + Layout.signalAddress, .r1)
    code.moveFrame(.r2, Int32(frame))
    output(size: Int32(Layout.signalSize))
  }
}
