// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension Unikernel {
  /// Takes over a program that already runs, as at the start of a trace recorded on Linux: its VMAs
  /// and its first break, which the personality also names. Tells the machine of the VMAs.
  ///
  /// `descriptors`: those that it has; nil: 0, 1 and 2 are open, and only the outside knows what
  /// they are. What cannot be taken over, a VMA or a descriptor beyond the limit, is counted in
  /// `failedAdoptionCount`.
  public mutating func adoptInitial(
    vmas: [VMADescription], breakStart: VirtualAddress,
    descriptors: [DescriptorDescription]? = nil,
    on machine: inout some Machine & ~Copyable
  ) {
    var breakEnd = breakStart
    for vma in vmas {
      if vma.backing == .heap { breakEnd = max(breakEnd, vma.range.upperBound) }
      adopt(.mapped(vma), file: nil)
    }
    adoptProgramPath()
    addressSpace.adoptBreak(start: breakStart, end: breakEnd)
    adopt(
      descriptors
        ?? (0..<3).map {
          DescriptorDescription(number: $0, flags: .readWrite, type: nil, path: [])
        })
    for change in addressSpace.takeTranslationChanges() { machine.apply(change) }
    reportVMAChanges(to: &machine)
  }

  /// Makes the kernel's state agree with what really came of the trap, which it completed so.
  mutating func adopt(
    _ adoption: Adoption, after trap: Trap, completedAs completion: Completion,
    on machine: inout some Machine & ~Copyable
  ) -> Completion {
    endReason = nil
    var file: OpenFile?
    if case .systemCall(let request) = trap {
      if request.number == .mmap {
        file = try? process.descriptors.file(Registers(request).int(4))
      }
      var isOurs = false
      if case .result(let result, _) = completion { isOurs = result == adoption.result }
      if !isOurs {
        withdraw(completion, of: request)
        adopt(
          adoption.result, of: request, cloneFlags: adoption.cloneFlags, on: &machine)
        followLength(request, result: adoption.result)
      }
      if !adoption.descriptors.isEmpty, adoption.descriptors != madeDescriptors {
        adopt(adoption.descriptors, of: request, on: &machine)
      }
    }
    if case .pageFault(let fault) = trap, case .ended = completion, adoption.result == 0 {
      forgetLength(at: fault.address)
    }
    for change in adoption.vmaChanges {
      learnName(from: change, at: adoption.result, of: file)
      adopt(change, file: file)
    }
    if case .systemCall(let request) = trap, request.number == .brk, adoption.result >= 0 {
      adoptBreak(VirtualAddress(UInt64(adoption.result)))
    }
    if case .systemCall(let request) = trap, adoption.result == 0,
      request.number == .execve || request.number == .execveat
    {
      adoptProgram(on: &machine)
    }
    settleFiles(on: &machine)
    for change in addressSpace.takeTranslationChanges() { machine.apply(change) }
    _ = addressSpace.takeVMAChanges()
    if case .systemCall = trap { return .result(adoption.result, isMissing: false) }
    return .resolved
  }

  /// Takes away what the kernel mapped where the other kernel did not.
  private mutating func withdraw(_ completion: Completion, of request: SystemCallRequest) {
    guard request.number == .mmap, case .result(let result, _) = completion, result >= 0,
      MapFlags(rawValue: Registers(request).word(3)).isDisjoint(with: [.fixed, .fixedNoReplace]),
      let end = VirtualAddress(UInt64(result) &+ request.arguments[1]).alignedUp(
        to: PageSize.base.byteCount), end.rawValue > UInt64(result)
    else { return }
    do throws(Errno) {
      try addressSpace.adopt(unmapped: VirtualAddress(UInt64(result))..<end)
    } catch {
      failedAdoptionCount += 1
    }
  }

  /// Takes the name that the other kernel gives to a file that was just mapped there: its path with
  /// symbolic links resolved, so that further mappings of the file are known to be of the same.
  private func learnName(from change: VMAChange, at address: Int64, of file: OpenFile?) {
    guard let file, case .unknown = file.body, case .mapped(let vma) = change,
      vma.backing == .file, vma.range.lowerBound.rawValue == UInt64(bitPattern: address)
    else { return }
    do throws(Errno) { file.path = try FilePath(vma.name, from: FilePath()) } catch {}
  }

  /// Makes the address space agree with a VMA change that really happened.
  private mutating func adopt(_ change: VMAChange, file: OpenFile?) {
    do throws(Errno) {
      switch change {
      case .unmapped(let range): try addressSpace.adopt(unmapped: range)
      case .mapped(let vma):
        guard vma.backing == .file else {
          try addressSpace.adopt(vma)
          return
        }
        let identity: FileIdentity
        if let file, file.path.bytes == vma.name {
          identity = files.identity(of: file)
        } else {
          identity = files.identity(named: try FilePath(vma.name, from: FilePath()))
        }
        try addressSpace.adopt(vma, file: identity)
      }
    } catch {
      failedAdoptionCount += 1
    }
  }

  /// The break really stands here; before the heap has begun, it begins here.
  private mutating func adoptBreak(_ end: VirtualAddress) {
    let start = addressSpace.breakStart
    let hasBegun = addressSpace.currentBreak > start && end >= start
    addressSpace.adoptBreak(start: hasBegun ? start : end, end: end)
  }

  /// Makes the descriptor that a call returned, and the working directory, agree with its result.
  private mutating func adopt(
    _ result: Int64, of request: SystemCallRequest, cloneFlags: CloneFlags?,
    on machine: inout some Machine & ~Copyable
  ) {
    let registers = Registers(request)
    let ours = madeDescriptors
    madeDescriptors.removeAll()
    for descriptor in ours where Int64(descriptor) != result {
      if let last = try? process.descriptors.remove(descriptor) { files.close(last, on: &machine) }
    }
    guard result >= 0 else { return }
    switch request.number {
    case .close:
      if let last = try? process.descriptors.remove(registers.int(0)) {
        files.close(last, on: &machine)
      }
    case .chdir, .fchdir: if let openedPath { process.workingDirectory = openedPath }
    case .lseek:
      if let file = try? process.descriptors.file(registers.int(0)) {
        file.offset = UInt64(result)
      }
    case .clone, .clone3, .fork, .vfork:
      if result > 0 { process.taskCount += 1 }
      let flags =
        request.number == .clone ? CloneFlags(rawValue: request.arguments[0]) : cloneFlags
      if flags?.contains(.files) != true { sharePipes() }
    default:
      let row = SystemCallTable.description(of: request.number, operands: request.arguments)
      if row?.result == .processID, result > 0 { process.hasOutsideIDs = true }
      if request.number == .fcntl { adoptOwner(registers) }
      guard row?.result == .descriptor, result < Int64(process.descriptorLimit)
      else { return }
      adoptDescriptor(Int(result), of: request, on: &machine)
    }
  }

  /// Another process has the descriptors, too, in a table of its own.
  private func sharePipes() {
    for descriptor in 0..<Int32(process.descriptors.endIndex) {
      if case .pipe(let pipe)? = try? process.descriptors.file(descriptor).body {
        pipe.isShared = true
      }
    }
  }

  /// Moves what the call made, as pipe(2) does, to the descriptors that it really stored; where the
  /// kernel made nothing, files that only the outside knows stand there.
  private mutating func adopt(
    _ descriptors: [Int32], of request: SystemCallRequest,
    on machine: inout some Machine & ~Copyable
  ) {
    var made: [DescriptorTable.Slot] = []
    for descriptor in madeDescriptors {
      if let slot = try? process.descriptors.slot(descriptor) {
        made.append(slot)
        _ = try? process.descriptors.remove(descriptor)
      }
    }
    let closesOnExec = Self.closesOnExec(request)
    for (index, descriptor) in descriptors.enumerated()
    where descriptor >= 0 && Int(descriptor) < process.descriptorLimit {
      let unknown = DescriptorTable.Slot(
        file: OpenFile(.unknown, path: FilePath(), flags: .readWrite), closesOnExec: closesOnExec)
      let slot = index < made.count ? made[index] : unknown
      if let last = process.descriptors.set(slot, at: Int(descriptor)) {
        files.close(last, on: &machine)
      }
    }
  }

  /// Whether the call asks for FD_CLOEXEC on the descriptor that it makes.
  private static func closesOnExec(_ request: SystemCallRequest) -> Bool {
    let registers = Registers(request)
    switch request.number {
    case .open, .pipe2, .socketpair:
      return OpenFlags(rawValue: registers.word(1)).contains(.closeOnExec)
    case .openat, .dup3:
      return OpenFlags(rawValue: registers.word(2)).contains(.closeOnExec)
    case .fcntl:
      return FcntlCommand(rawValue: registers.word(1)) == .duplicateCloseOnExec
    default: return false
    }
  }

  /// How the call opens the file that it makes; for reading and writing where it does not say.
  private static func flags(of request: SystemCallRequest) -> OpenFlags {
    let registers = Registers(request)
    let flags: OpenFlags
    switch request.number {
    case .open: flags = OpenFlags(rawValue: registers.word(1))
    case .openat: flags = OpenFlags(rawValue: registers.word(2))
    default: return .readWrite
    }
    return flags.subtracting(.transient).union(.largeFile)
  }

  /// Puts a file at the descriptor that the call really gave: a copy's own, else an unknown one.
  private mutating func adoptDescriptor(
    _ descriptor: Int, of request: SystemCallRequest,
    on machine: inout some Machine & ~Copyable
  ) {
    if (try? process.descriptors.file(Int32(descriptor))) != nil,
      request.number != .dup2, request.number != .dup3
    {
      return
    }
    var file = OpenFile(.unknown, path: openedPath ?? FilePath(), flags: Self.flags(of: request))
    switch request.number {
    case .dup, .dup2, .dup3, .fcntl:
      if let original = try? process.descriptors.file(Registers(request).int(0)) {
        file = original
      }
    default: break
    }
    let slot = DescriptorTable.Slot(file: file, closesOnExec: Self.closesOnExec(request))
    if let last = process.descriptors.set(slot, at: descriptor) { files.close(last, on: &machine) }
  }
}
