// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// fcntl(2). Locks are always granted: nobody else is there to hold one.
  mutating func fcntl(
    _ r: Registers, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let slot = try process.descriptors.slot(r.int(0))
    let command = FcntlCommand(rawValue: r.word(1))
    if slot.file.flags.contains(.path), !command.isAboutDescriptor { throw .badFileDescriptor }
    switch command {
    case .duplicate, .duplicateCloseOnExec:
      guard r.int(2) >= 0, Int(r.int(2)) < process.descriptorLimit else { throw .invalidArgument }
      return try install(
        slot.file, closesOnExec: command == .duplicateCloseOnExec, from: Int(r.int(2)))
    case .getDescriptorFlags: return slot.closesOnExec ? 1 : 0
    case .setDescriptorFlags:
      try process.descriptors.setClosesOnExec(r[2] & 1 != 0, of: r.int(0))
      return 0
    case .getFlags: return Int64(slot.file.flags.rawValue)
    case .setFlags:
      var wanted = OpenFlags(rawValue: r.word(2)).intersection(.changeable)
      if !slot.file.sendsSignals { wanted.remove(.async) }
      slot.file.flags = slot.file.flags.subtracting(.changeable).union(wanted)
      return 0
    case .getLock, .getFileLock: return try getLock(at: r.address(2), on: &machine)
    case .setLock, .setLockWaiting, .setFileLock, .setFileLockWaiting:
      return try setLock(at: r.address(2), of: slot.file, on: &machine)
    case .setOwner, .getOwner, .setTypedOwner, .getTypedOwner, .setSignal, .getSignal:
      return try owner(of: slot.file, command, r, on: &machine)
    case .setPipeByteCount, .getPipeByteCount:
      guard case .pipe = slot.file.body else { throw .badFileDescriptor }
      return Int64(Pipe.byteLimit)
    default: throw .invalidArgument
    }
  }

  /// F_GETLK: no lock stands in the way.
  private mutating func getLock(
    at address: VirtualAddress, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    var lock = try examine(address, byteCount: 32, on: &machine)
    guard lock.u16(at: 0) <= 2 else { throw .invalidArgument }
    lock[0] = 2  // F_UNLCK
    try store(lock, at: address, on: &machine)
    return 0
  }

  /// F_SETLK and F_SETLKW.
  private mutating func setLock(
    at address: VirtualAddress, of file: OpenFile, on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    let lock = try examine(address, byteCount: 32, on: &machine)
    switch lock.u16(at: 0) {
    case 0:  // F_RDLCK
      guard file.flags.allowsReading else { throw .badFileDescriptor }
    case 1:  // F_WRLCK
      guard file.flags.allowsWriting else { throw .badFileDescriptor }
    case 2: break  // F_UNLCK
    default: throw .invalidArgument
    }
    guard lock.u16(at: 2) <= 2 else { throw .invalidArgument }  // l_whence
    return 0
  }

  /// flock(2).
  mutating func flock(_ r: Registers) throws(Errno) -> Int64 {
    let operation = r.int(1) & ~4  // LOCK_NB
    guard operation == 1 || operation == 2 || operation == 8 else { throw .invalidArgument }
    _ = try process.descriptors.file(r.int(0))
    return 0
  }
}

extension FcntlCommand {
  /// Whether it works on a descriptor made with O_PATH. Linux: `check_fcntl_cmd()`.
  fileprivate var isAboutDescriptor: Bool {
    switch self {
    case .duplicate, .duplicateCloseOnExec, .getDescriptorFlags, .setDescriptorFlags, .getFlags:
      true
    default: false
    }
  }
}
