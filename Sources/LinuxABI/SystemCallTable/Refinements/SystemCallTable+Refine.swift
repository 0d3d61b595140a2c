// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// The row as it is for these arguments: what an ioctl, fcntl, prctl... reads and writes depends
  /// on its sub-command, and what the sub-command does not look at is `.unused`. The count of
  /// arguments stays.
  public static func description(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> SystemCallDescription? {
    guard dependsOnOperands(number), var row = description(of: number) else {
      return description(of: number)
    }
    switch number.rawValue {
    case 2, 257: refineOpen(&row, operands)
    case 9, 12, 25, 28: refineMemory(&row, operands)
    case 16: refineIoctl(&row, operands[1] & 0xffff_ffff)
    case 56: refineClone(&row, operands[0])
    case 72: refineFcntl(&row, operands[1] & 0xffff_ffff)
    case 157: refinePrctl(&row, operands)
    case 158: refineArchPrctl(&row, operands[0] & 0xffff_ffff)
    case 202: refineFutex(&row, operands[1] & 0x7f)
    case 233: if operands[1] & 0xffff_ffff == 2 { row.arguments[3] = .unused }
    default: break
    }
    return row
  }

  /// Whether `description(of:operands:)` can differ from `description(of:)`.
  public static func dependsOnOperands(_ number: SystemCallNumber) -> Bool {
    switch number.rawValue {
    case 2, 9, 12, 16, 25, 28, 56, 72, 157, 158, 202, 233, 257: true
    default: false
    }
  }

  /// open(2), openat(2): the mode counts with O_CREAT and O_TMPFILE.
  private static func refineOpen(
    _ row: inout SystemCallDescription, _ operands: InlineArray<6, UInt64>
  ) {
    let index = row.number == .open ? 1 : 2
    if operands[index] & 0o20000100 == 0 { row.arguments[index + 1] = .unused }
  }

  private static func refineMemory(
    _ row: inout SystemCallDescription, _ operands: InlineArray<6, UInt64>
  ) {
    switch row.number.rawValue {
    case 9:
      if operands[3] & 0x20 != 0 { row.arguments[4] = .integer }
    case 12: row.changesVMAs = operands[0] != 0
    case 25: if operands[3] & 0b110 == 0 { row.arguments[4] = .unused }
    default:
      switch operands[2] & 0xffff_ffff {
      case 0...2, 10...19: row.changesVMAs = true
      default: row.changesVMAs = false
      }
    }
  }

  /// clone(2): three of its arguments count with a flag each.
  private static func refineClone(_ row: inout SystemCallDescription, _ flags: UInt64) {
    if flags & 0x0010_1000 == 0 { row.arguments[2] = .unused }
    if flags & 0x0100_0000 == 0 {
      row.arguments[3] = flags & 0x0020_0000 == 0 ? .unused : .address
    }
    if flags & 0x0008_0000 == 0 { row.arguments[4] = .unused }
  }

  /// futex(2): what waits depends on other threads; what the last arguments are, on the command.
  private static func refineFutex(_ row: inout SystemCallDescription, _ command: UInt64) {
    let timeout = SystemCallArgument.reads(.timespec, .fixed(16))
    switch command {
    case 0, 9:  // WAIT, WAIT_BITSET
      row.decision = .external
      setTail(&row, timeout, .unused, command == 9 ? .hex : .unused)
    case 1, 10:  // WAKE, WAKE_BITSET
      row.arguments[0] = .address
      setTail(&row, .unused, .unused, command == 10 ? .hex : .unused)
    case 3:  // REQUEUE
      row.arguments[0] = .address
      setTail(&row, .count, .address, .unused)
    case 4, 12:  // CMP_REQUEUE, CMP_REQUEUE_PI
      setTail(&row, .count, .address, .integer)
    case 5:  // WAKE_OP
      row.arguments[0] = .address
      setTail(&row, .count, .updates(.futexWord, .fixed(4)), .hex)
    case 6, 13:  // LOCK_PI, LOCK_PI2
      row.decision = .external
      row.arguments[0] = .updates(.futexWord, .fixed(4))
      row.arguments[2] = .unused
      setTail(&row, timeout, .unused, .unused)
    case 7, 8:  // UNLOCK_PI, TRYLOCK_PI
      row.arguments[0] = .updates(.futexWord, .fixed(4))
      row.arguments[2] = .unused
      setTail(&row, .unused, .unused, .unused)
    case 11:  // WAIT_REQUEUE_PI
      row.decision = .external
      setTail(&row, timeout, .address, .unused)
    default: break
    }
  }

  private static func setTail(
    _ row: inout SystemCallDescription, _ timeout: SystemCallArgument,
    _ second: SystemCallArgument, _ last: SystemCallArgument
  ) {
    row.arguments[3] = timeout
    row.arguments[4] = second
    row.arguments[5] = last
  }
}
