// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// fcntl(2): F_SETOWN, F_GETOWN, F_SETOWN_EX, F_GETOWN_EX, F_SETSIG, F_GETSIG. No file has
  /// anything to signal: what is set is told again. Linux: `f_setown()`, `f_setown_ex()`.
  mutating func owner(
    of file: OpenFile, _ command: FcntlCommand, _ r: Registers,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> Int64 {
    switch command {
    case .getSignal: return Int64(file.owner.signal)
    case .setSignal:
      guard r[2] <= 64 else { throw .invalidArgument }
      file.owner.signal = r.int(2)
    case .getOwner:
      return Int64(file.owner.kind == .group ? -file.owner.id : file.owner.id)
    case .setOwner:
      guard r.int(2) != .min else { throw .invalidArgument }
      try set(OpenFile.Owner(signed: r.int(2)), of: file, r)
    case .getTypedOwner:
      var bytes: [UInt8] = []
      bytes.put(file.owner.kind.rawValue)
      bytes.put(file.owner.id)
      try store(bytes, at: r.address(2), on: &machine)
    default:
      let bytes = try examine(r.address(2), byteCount: 8, on: &machine)
      guard let kind = OpenFile.Owner.Kind(rawValue: bytes.u32(at: 0)) else {
        throw .invalidArgument
      }
      let id = Int32(bitPattern: bytes.u32(at: 4))
      try set(OpenFile.Owner(kind: kind, id: id), of: file, r)
    }
    return 0
  }

  /// Throws ESRCH for an id that is nobody's.
  private func set(_ owner: OpenFile.Owner, of file: OpenFile, _ r: Registers) throws(Errno) {
    let own = owner.kind == .task ? taskID(r) : ProcessState.id
    if owner.id != 0, Int64(owner.id) != own {
      throw process.hasOutsideIDs ? .outsideDecides : .noSuchProcess
    }
    file.owner.kind = owner.kind
    file.owner.id = owner.id
  }

  /// F_SETOWN really was done with an id that is not ours.
  func adoptOwner(_ r: Registers) {
    guard FcntlCommand(rawValue: r.word(1)) == .setOwner, r.int(2) != .min,
      let file = try? process.descriptors.file(r.int(0))
    else { return }
    let owner = OpenFile.Owner(signed: r.int(2))
    file.owner.kind = owner.kind
    file.owner.id = owner.id
  }
}

extension OpenFile.Owner {
  /// As F_SETOWN takes it: below 0 a group.
  fileprivate init(signed id: Int32) {
    self.init(kind: id < 0 ? .group : .process, id: id < 0 ? -id : id)
  }
}
