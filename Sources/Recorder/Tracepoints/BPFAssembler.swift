// SPDX-License-Identifier: BSD-3-Clause

/// Puts one BPF program together, instruction by instruction, with labels.
///
/// There is no compiler and no object file: what a program looks like depends on the offsets of
/// this kernel's own structures, which are known only when it is loaded.
struct BPFAssembler {
  /// A place in the program, before or after it is known where.
  struct Label: Hashable {
    fileprivate let number: Int
  }

  /// The finished instructions; complete after `finish()`.
  private(set) var code: [UInt64] = []
  private var labelCount = 0
  private var places: [Label: Int] = [:]
  private var jumps: [(at: Int, to: Label)] = []
  private var calls: [(at: Int, to: Label)] = []

  /// A new place, to be put down by `place(_:)`.
  mutating func label() -> Label {
    labelCount += 1
    return Label(number: labelCount)
  }

  /// Puts the label here.
  mutating func place(_ label: Label) { places[label] = code.count }

  /// Fills in where jumps and calls go.
  mutating func finish() -> [UInt64] {
    for jump in jumps {
      let distance = places[jump.to]! - jump.at - 1
      code[jump.at] |= UInt64(UInt16(bitPattern: Int16(distance))) << 16
    }
    for call in calls {
      let distance = places[call.to]! - call.at - 1
      code[call.at] |= UInt64(UInt32(bitPattern: Int32(distance))) << 32
    }
    jumps = []
    calls = []
    return code
  }

  private mutating func emit(
    _ opcode: UInt64, _ destination: BPFRegister = .r0, _ source: UInt64 = 0, offset: Int = 0,
    immediate: Int32 = 0
  ) {
    code.append(
      opcode | destination.rawValue << 8 | source << 12
        | UInt64(UInt16(bitPattern: Int16(offset))) << 16
        | UInt64(UInt32(bitPattern: immediate)) << 32)
  }

  // MARK: Arithmetic

  /// destination = destination OPERATION source, of 64 bits.
  mutating func apply(
    _ operation: BPFOperation, _ destination: BPFRegister, _ source: BPFRegister
  ) {
    emit(0x0f | operation.rawValue, destination, source.rawValue)
  }

  /// destination = destination OPERATION constant, sign-extended to 64 bits.
  mutating func apply(_ operation: BPFOperation, _ destination: BPFRegister, _ constant: Int32) {
    emit(0x07 | operation.rawValue, destination, immediate: constant)
  }

  /// destination = source.
  mutating func move(_ destination: BPFRegister, _ source: BPFRegister) {
    apply(.move, destination, source)
  }

  /// destination = constant, sign-extended.
  mutating func move(_ destination: BPFRegister, _ constant: Int32) {
    apply(.move, destination, constant)
  }

  /// destination = a constant of 64 bits.
  mutating func moveWide(_ destination: BPFRegister, _ constant: UInt64) {
    emit(
      0x18, destination, 0, immediate: Int32(bitPattern: UInt32(truncatingIfNeeded: constant)))
    code.append(constant & 0xffff_ffff_0000_0000)
  }

  /// destination = the map with this descriptor.
  mutating func moveMap(_ destination: BPFRegister, _ descriptor: Int32) {
    emit(0x18, destination, 1, immediate: descriptor)
    code.append(0)
  }

  /// destination = address of `offset` in the stack frame, negative.
  mutating func moveFrame(_ destination: BPFRegister, _ offset: Int32) {
    move(destination, .r10)
    apply(.add, destination, offset)
  }

  // MARK: Memory

  /// destination = memory at base + offset, zero-extended.
  mutating func load(
    _ destination: BPFRegister, _ base: BPFRegister, _ offset: Int, _ width: BPFWidth = .double
  ) {
    emit(0x61 | width.rawValue, destination, base.rawValue, offset: offset)
  }

  /// memory at base + offset = source.
  mutating func store(
    _ base: BPFRegister, _ offset: Int, _ source: BPFRegister, _ width: BPFWidth = .double
  ) {
    emit(0x63 | width.rawValue, base, source.rawValue, offset: offset)
  }

  /// memory at base + offset = constant.
  mutating func store(
    _ base: BPFRegister, _ offset: Int, constant: Int32, _ width: BPFWidth = .double
  ) {
    emit(0x62 | width.rawValue, base, 0, offset: offset, immediate: constant)
  }

  /// memory at base + offset += source, of 64 bits and atomically.
  mutating func atomicAdd(_ base: BPFRegister, _ offset: Int, _ source: BPFRegister) {
    emit(0xdb, base, source.rawValue, offset: offset)
  }

  // MARK: Control

  /// Goes on at the label.
  mutating func jump(_ label: Label) {
    jumps.append((code.count, label))
    emit(0x05)
  }

  /// Goes on at the label if the condition holds between register and constant.
  mutating func jump(
    if condition: BPFCondition, _ register: BPFRegister, _ constant: Int32, _ label: Label
  ) {
    jumps.append((code.count, label))
    emit(0x05 | condition.rawValue, register, immediate: constant)
  }

  /// Goes on at the label if the condition holds between two registers.
  mutating func jump(
    if condition: BPFCondition, _ register: BPFRegister, _ other: BPFRegister, _ label: Label
  ) {
    jumps.append((code.count, label))
    emit(0x0d | condition.rawValue, register, other.rawValue)
  }

  /// Calls a helper.
  mutating func call(_ helper: BPFHelper) { emit(0x85, immediate: helper.rawValue) }

  /// Calls a function of the kernel by its number in the kernel's type information.
  mutating func call(kernelFunction type: UInt32) {
    emit(0x85, .r0, 2, immediate: Int32(bitPattern: type))
  }

  /// Calls a function of this program.
  mutating func call(_ function: Label) {
    calls.append((code.count, function))
    emit(0x85, .r0, 1)
  }

  /// Returns from a function or ends the program.
  mutating func exit() { emit(0x95) }

  /// Returns a number.
  mutating func exit(with value: Int32) {
    move(.r0, value)
    exit()
  }

  /// Returns what a register holds.
  mutating func exit(with register: BPFRegister) {
    move(.r0, register)
    exit()
  }
}
