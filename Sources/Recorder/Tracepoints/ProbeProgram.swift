// SPDX-License-Identifier: BSD-3-Clause

/// Makes the BPF program of each tracepoint.
///
/// Registers: r6 the tracepoint's arguments or registers, r7 the task's state, r8 the CPU's room,
/// r9 the rule; each piece of code says what it expects. Counters live in the room, not in
/// registers, so that the kernel's verifier finds the same state again and stops early.
struct ProbeProgram {
  typealias Layout = RecordLayout

  /// The maps' descriptors.
  struct Maps {
    var tasks: Int32 = -1, rules: Int32 = -1, subcommands: Int32 = -1, scratch: Int32 = -1
    var names: Int32 = -1, counters: Int32 = -1, ring: Int32 = -1
  }

  let maps: Maps
  let kernel: KernelLayout
  let recordsTimes: Bool
  let payloadLimit: Int32
  var code = BPFAssembler()
  /// Where a program ends without a word.
  var end: BPFAssembler.Label
  /// Functions that the program calls, and where in it they begin.
  var functions: [Function: BPFAssembler.Label] = [:]
  var starts: [(at: Int, function: Function)] = []

  /// A function of the program. The kernel verifies each once.
  enum Function: CaseIterable {
    case effect, message, vectors, string, piece, walk, name

    /// How many numbers it takes.
    var argumentCount: Int {
      switch self {
      case .effect: 5
      case .piece, .vectors: 3
      case .message, .string, .walk: 2
      case .name: 0
      }
    }
  }

  init(_ maps: Maps, _ kernel: KernelLayout, recordsTimes: Bool, payloadLimit: UInt32) {
    self.maps = maps
    self.kernel = kernel
    self.recordsTimes = recordsTimes
    self.payloadLimit = Int32(min(payloadLimit, RecordLayout.pieceLimit))
    end = code.label()
  }

  /// The finished program of a tracepoint.
  mutating func assemble(_ tracepoint: Tracepoint) -> [UInt64] {
    code.move(.r6, .r1)
    switch tracepoint {
    case .callEntry: assembleCallEntry()
    case .callExit: assembleCallExit()
    case .userFault: assembleFault(isKernel: false)
    case .kernelFault: assembleFault(isKernel: true)
    case .newTask: assembleNewTask()
    case .taskExit: assembleTaskExit()
    case .exec: assembleExec()
    case .signal: assembleSignal()
    }
    code.place(end)
    code.exit(with: 0)
    assembleFunctions()
    return code.finish()
  }
}

/// What the programs have in common.
extension ProbeProgram {
  /// r7 = the state of the task that runs; ends the program if it is not observed. Its id stands at
  /// -4 of the frame.
  mutating func findTask() {
    code.call(.currentIDs)
    code.store(.r10, -4, .r0, .word)
    lookUpTask(keyAt: -4)
    code.jump(if: .equal, .r0, 0, end)
    code.move(.r7, .r0)
  }

  /// r0 = the state of the task whose id stands in the frame, or 0.
  mutating func lookUpTask(keyAt offset: Int32) {
    code.moveMap(.r1, maps.tasks)
    code.moveFrame(.r2, offset)
    code.call(.mapLookup)
  }

  /// r8 = the room of this CPU.
  mutating func findRoom() {
    code.call(.processorNumber)
    code.store(.r10, -8, .r0, .word)
    code.moveMap(.r1, maps.scratch)
    code.moveFrame(.r2, -8)
    code.call(.mapLookup)
    code.jump(if: .equal, .r0, 0, end)
    code.move(.r8, .r0)
  }

  /// base[offset] = the time, if it is wanted, else 0. Loses r0 to r5.
  mutating func storeTime(_ base: BPFRegister, _ offset: Int) {
    if recordsTimes {
      code.call(.monotonicTime)
      code.store(base, offset, .r0)
    } else {
      code.store(base, offset, constant: 0)
    }
  }

  /// r1 = how many records have been lost so far.
  mutating func loadLost() {
    code.store(.r10, -12, constant: 0, .word)
    code.moveMap(.r1, maps.counters)
    code.moveFrame(.r2, -12)
    code.call(.mapLookup)
    let isThere = code.label()
    code.jump(if: .notEqual, .r0, 0, isThere)
    code.exit(with: 0)
    code.place(isThere)
    code.load(.r1, .r0, Layout.lostRecords)
  }

  /// counters[offset] += amount. Loses r0 to r5.
  mutating func count(_ offset: Int, _ amount: Int32) {
    let skip = code.label()
    code.store(.r10, -12, constant: 0, .word)
    code.moveMap(.r1, maps.counters)
    code.moveFrame(.r2, -12)
    code.call(.mapLookup)
    code.jump(if: .equal, .r0, 0, skip)
    code.move(.r1, amount)
    code.atomicAdd(.r0, offset, .r1)
    code.place(skip)
  }

  /// Calls a function of the program, which is then part of it.
  mutating func call(_ function: Function) {
    let label = functions[function] ?? code.label()
    functions[function] = label
    code.call(label)
  }

  /// Writes the head of a record at base + offset. The task's id stands at -4 of the frame.
  mutating func storeHead(_ kind: Layout.Kind, _ base: BPFRegister, _ offset: Int) {
    code.store(base, offset + Layout.kind, constant: Int32(kind.rawValue), .word)
    code.load(.r1, .r10, -4, .word)
    code.store(base, offset + Layout.task, .r1, .word)
    loadLost()
    code.store(base, offset + Layout.lost, .r1, .word)
    code.store(base, offset + Layout.number, constant: 0, .word)
    storeTime(base, offset + Layout.time)
  }

  /// Puts `size` bytes at r2 into the ring; counts them as lost where there is no room.
  mutating func output(size: Int32) {
    code.move(.r3, size)
    outputBytes()
  }

  /// Puts r3 bytes at r2 into the ring. Nobody is woken: the recorder looks by itself.
  mutating func outputBytes() {
    let isDone = code.label()
    code.moveMap(.r1, maps.ring)
    code.move(.r4, 1)
    code.call(.ringOutput)
    code.jump(if: .equal, .r0, 0, isDone)
    count(Layout.lostRecords, 1)
    code.place(isDone)
  }
}
