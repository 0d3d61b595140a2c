// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A system call that is over, as a printer needs it.
public struct CompletedCall: Sendable {
  /// Its number.
  public var number: SystemCallNumber
  /// Its arguments as the registers had them; 0 where the call has none.
  public var operands: InlineArray<6, UInt64>
  /// RAX: a value, or minus an errno.
  public var result: Int64
  /// Whether the program went on after it.
  public var returned: Bool
  /// Operands that are not known, a bit for each, and in bit 6 the result: of a call that another
  /// tracer told of.
  public var unknown: UInt8 = 0
  /// What that tracer wrote between the parentheses, where values do not say it all.
  public var argumentsWording: [UInt8] = []
  /// What it wrote behind the `=`, where the value does not say it all.
  public var resultWording: [UInt8] = []

  /// A call of its parts.
  public init(
    number: SystemCallNumber, operands: InlineArray<6, UInt64>, result: Int64, returned: Bool = true
  ) {
    self.number = number
    self.operands = operands
    self.result = result
    self.returned = returned
  }
}

/// Guest memory that was seen during a call, from an address on.
struct SeenMemory {
  /// Which of the journal's bytes these are.
  var kept: Range<Int>
  /// Bytes that the call read or wrote from the address on, kept or not.
  var byteCount: UInt64
}

/// The one decoder of arguments: a call with its row of the call table and the memory that was
/// seen. What its parts look like in text is the business of a form.
struct DecodedCall {
  let call: CompletedCall
  /// The row for these arguments; nil for a number that Linux does not have.
  let row: SystemCallDescription?
  let journal: Journal

  init(_ call: CompletedCall, seeing journal: Journal) {
    self.call = call
    self.journal = journal
    row = SystemCallTable.description(of: call.number, operands: call.operands)
  }

  /// The arguments that the call looks at: those after the last that it uses are left out.
  var argumentCount: Int {
    guard let row else { return 6 }
    var count = row.argumentCount
    while count > 0, row.arguments[count - 1].kind == .unused { count -= 1 }
    return count
  }

  func argument(_ index: Int) -> SystemCallArgument {
    row.map { $0.arguments[index] } ?? SystemCallArgument(.hex)
  }

  func operand(_ index: Int) -> UInt64 { call.operands[index] }

  /// Whether neither the operand nor what it points to is known.
  func isUnknown(_ index: Int) -> Bool {
    if call.unknown == 0 || call.unknown >> UInt8(index) & 1 == 0 { return false }
    let address = call.operands[index]
    return seen(.read, at: address) == nil && seen(.write, at: address) == nil
  }

  /// An operand of 32 bits, with its sign.
  func small(_ index: Int) -> Int64 {
    Int64(Int32(truncatingIfNeeded: call.operands[index]))
  }

  /// The error, where the result is one.
  var errno: Errno? {
    (-4095 ... -1).contains(call.result) ? Errno(rawValue: UInt16(-call.result)) : nil
  }

  /// Whether the call did what it was asked for.
  var succeeded: Bool { call.returned && errno == nil }

  /// All bytes that were seen, pieces one after the other.
  var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { journal.bytes.span }
  }

  /// Memory from `address` on in this direction; nil where none was seen.
  func seen(_ direction: Journal.Direction, at address: UInt64) -> SeenMemory? {
    for entry in journal.entries where entry.direction == direction {
      let start = entry.address.rawValue
      guard address >= start else { continue }
      let offset = address - start
      guard offset < entry.byteCount || offset == 0 else { continue }
      let lower = entry.kept.lowerBound + Int(clamping: min(offset, UInt64(entry.kept.count)))
      return SeenMemory(
        kept: lower..<entry.kept.upperBound, byteCount: entry.byteCount - offset)
    }
    return nil
  }

  /// At least `byteCount` kept bytes from `address` on; where they begin among `bytes`.
  func offset(of address: UInt64, _ direction: Journal.Direction, byteCount: Int) -> Int? {
    guard address != 0, let memory = seen(direction, at: address),
      memory.kept.count >= byteCount
    else { return nil }
    return memory.kept.lowerBound
  }

  /// The number of so many bytes at an offset of `bytes`, 0 where it is not all there.
  func number(at offset: Int, _ byteCount: Int) -> UInt64 {
    LittleEndian.load(journal.bytes.span, at: offset, byteCount: byteCount) ?? 0
  }

  /// The number of so many bytes in the guest.
  func number(of address: UInt64, _ direction: Journal.Direction, _ byteCount: Int) -> UInt64? {
    offset(of: address, direction, byteCount: byteCount).map { number(at: $0, byteCount) }
  }
}
