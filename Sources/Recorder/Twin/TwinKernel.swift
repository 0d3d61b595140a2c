// SPDX-License-Identifier: BSD-3-Clause

internal import Kernel
internal import LinuxABI

/// Our side of the twins: the kernel under `.linux` in the state that the process begins in.
struct TwinKernel: ~Copyable {
  private var kernel: Unikernel
  private var machine: TwinMachine

  private init(kernel: consuming Unikernel, machine: consuming TwinMachine) {
    self.kernel = kernel
    self.machine = machine
  }

  /// A kernel that holds these VMAs and has opened the file as Linux's side has.
  static func make(
    _ start: TwinStart, _ options: TwinOptions
  ) throws(RecordError) -> TwinKernel {
    let machine = try TwinMachine(byteCount: 512 << 20)
    var personality = start.personality
    // Linux's side has a file of tmpfs.
    personality.rules.remove(.alignedLargeFiles)
    options.adjust(&personality)
    let kernel = try makeKernel(machine.memory, personality)
    var side = TwinKernel(kernel: kernel, machine: machine)
    try side.prepare(start)
    return side
  }

  private mutating func prepare(_ start: TwinStart) throws(RecordError) {
    kernel.adoptInitial(
      vmas: start.vmas.map(\.description), breakStart: start.breakStart, on: &machine)
    for (descriptor, flags) in [(Int64(3), UInt64(2)), (4, 0)] {
      guard try open(flags: flags) == descriptor else {
        throw RecordError("our side of the twins cannot open its file")
      }
    }
  }

  private static func makeKernel(
    _ memory: PhysicalMemory, _ personality: Personality
  ) throws(RecordError) -> Unikernel {
    do throws(Errno) {
      return try Unikernel(
        memory: memory,
        configuration: KernelConfiguration(
          personality: personality, program: Array("/twin-stub".utf8), arguments: [],
          environment: [], workingDirectory: [0x2f]))
    } catch {
      throw RecordError("our side of the twins cannot start")
    }
  }

  private mutating func open(flags: UInt64) throws(RecordError) -> Int64 {
    let address = TwinArea.start + TwinArea.text
    let word = TwinMachine.path.enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(8 * $1.offset)
    }
    _ = run(TwinOperation(writing: word, at: address))
    let outcome = run(TwinOperation(.openat, UInt64(bitPattern: -100), address, flags, 0))
    _ = run(TwinOperation(writing: 0, at: address))
    return outcome.result
  }

  /// Takes a step.
  mutating func run(_ operation: TwinOperation) -> TwinOutcome {
    var outcome = TwinOutcome()
    switch operation.kind {
    case .call:
      machine.written.removeAll(keepingCapacity: true)
      let request = SystemCallRequest(
        number: operation.number, arguments: operation.arguments)
      let completion = kernel.handle(.systemCall(request), on: &machine)
      switch completion {
      case .result(let value, _): outcome.result = value
      case .undecided: outcome.result = .min
      case .resolved, .spurious: break
      case .ended: outcome.result = .min + 1
      }
      if operation.answerByteCount > 0, outcome.result == 0 { outcome.answer = machine.written }
    case .read, .write: touch(operation, &outcome)
    }
    kernel.addressSpace.forEachVMA(in: VirtualAddress(0)..<VirtualAddress(1 << 47)) { vma in
      outcome.layout.append(summary(of: vma))
    }
    return outcome
  }

  private mutating func touch(_ operation: TwinOperation, _ outcome: inout TwinOutcome) {
    let address = VirtualAddress(operation.address)
    guard address.isCanonical else {
      // A general-protection fault; Linux tells SI_KERNEL.
      outcome.signal = UInt32(Signal.segmentationViolation.rawValue)
      outcome.code = 0x80
      return
    }
    var code: FaultCode = .user
    if operation.kind == .write { code.insert(.write) }
    // A page that is there and allows it raises no fault.
    for _ in 0..<3 {
      let (pte, level) = kernel.addressSpace.pageTable.walk(address)
      if pte.isLeaf, pte.isPresent, operation.kind == .read || pte.isWritable {
        let span: UInt64 = 1 << UInt64(12 + 9 * level)
        let place = PhysicalSegment(
          start: pte.address + (address.rawValue & (span - 1)), byteCount: 8)
        let bytes = machine.memory.bytes(of: place)
        if operation.kind == .write {
          bytes.storeBytes(of: operation.arguments[0], as: UInt64.self)
        }
        outcome.result = Int64(bitPattern: bytes.load(as: UInt64.self))
        return
      }
      let fault = PageFault(
        address: address, code: pte.isPresent ? code.union(.present) : code,
        instructionPointer: VirtualAddress(TwinArea.stub))
      switch kernel.attempt(fault, on: &machine) {
      case .resolved: continue
      case .signal(let signal, let code):
        outcome.signal = UInt32(signal.rawValue)
        outcome.code = UInt32(bitPattern: code)
        return
      case .undecided:
        outcome.signal = .max
        return
      }
    }
    // A fault that is resolved again and again.
    outcome.signal = .max - 1
  }

  private func summary(of vma: VMA) -> TwinVMA {
    var bits = UInt32(vma.protection.rawValue)
    var object: UInt64 = 0
    var offset: UInt64 = 0
    if vma.isShared { bits |= TwinVMA.shared }
    switch vma.backing {
    case .file(_, let start):
      // There is one file; each of its descriptors has a name of its own here.
      object = 1
      bits |= TwinVMA.file
      offset = start
    case .sharedAnonymous(let number, let start):
      object = UInt64(number) + 1 << 32
      offset = start
    case .anonymous, .stack, .reserved, .direct, .special: break
    }
    if object != 0 { bits |= TwinVMA.hasObject }
    if kernel.addressSpace.describe(vma).backing == .heap { bits |= TwinVMA.heap }
    var summary = TwinVMA(
      start: vma.range.lowerBound.rawValue, end: vma.range.upperBound.rawValue, bits: bits,
      object: object, offset: offset)
    summary.simplify()
    return summary
  }
}
