// SPDX-License-Identifier: BSD-3-Clause

public import Kernel
public import LinuxABI
internal import Trace

extension TraceMachine where Source: ~Copyable, Sink: ~Copyable {
  /// Written down.
  public mutating func didRead(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer
  ) {
    unsafe tee.didRead(byteCount, at: address, bytes: bytes)
  }

  /// Written down.
  public mutating func didWrite(
    _ byteCount: UInt64, at address: VirtualAddress, bytes: UnsafeRawBufferPointer, isData: Bool
  ) {
    unsafe tee.didWrite(byteCount, at: address, bytes: bytes, isData: isData)
  }

  /// Written down.
  public mutating func didUnmap(_ range: AddressRange) { tee.didUnmap(range) }

  /// Written down.
  public mutating func didMap(_ vma: VMADescription) { tee.didMap(vma) }

  /// Writes the outcome down; where the kernel could not decide, the recorded one.
  public mutating func complete(_ trap: Trap, _ completion: Completion) {
    self.completion = completion
    guard case .undecided = completion, var recorded = step.trap else {
      tee.complete(trap, completion.outcome(of: trap))
      return
    }
    for attachment in step.attachments where attachment.event.kind == .guestWrite {
      emit(attachment)
    }
    recorded.flags.insert(.adopted)
    tee.emit(recorded)
    outcome.undecidedCount += 1
  }

  /// What the recorded run went on with, where the kernel decided otherwise or not at all.
  public mutating func adoption() -> Adoption? {
    guard let recorded = step.trap, let completion else { return nil }
    let wentOn =
      recorded.kind == .systemCall
      ? !recorded.flags.contains(.didNotReturn) : recorded.result == 0
    switch completion {
    case .result(let result, isMissing: _):
      if wentOn, result != recorded.result {
        outcome.divergentCount += 1
      } else if step.vmaChanges.isEmpty, recordedDescriptors().isEmpty {
        return nil
      }
    case .undecided: break
    case .resolved, .spurious: if step.vmaChanges.isEmpty { return nil }
    case .ended:
      if !wentOn {
        // Delivered to the program as a signal, which may have a handler; if not, the trace ends.
        guard recorded.kind == .pageFault, let next = lookahead, next.kind == .signal,
          next.task == recorded.task
        else { return nil }
      } else {
        outcome.divergentCount += 1
      }
    }
    return Adoption(
      result: recorded.result, vmaChanges: recordedVMAChanges(),
      descriptors: recordedDescriptors(), cloneFlags: recordedCloneFlags())
  }

  /// The descriptors that the recorded call stored in guest memory, where the trace kept them.
  private func recordedDescriptors() -> [Int32] {
    guard let trap = step.trap, trap.kind == .systemCall, trap.result == 0 else { return [] }
    let address: UInt64
    switch SystemCallNumber(rawValue: trap.code) {
    case .pipe, .pipe2: address = trap.operands[0]
    case .socketpair: address = trap.operands[3]
    default: return []
    }
    for attachment in step.attachments
    where attachment.event.kind == .guestWrite && attachment.event.operands[0] == address
      && attachment.payload.count >= 8
    {
      let bytes = unsafe step.bytes(of: attachment)
      return [0, 4].map { offset in
        unsafe Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
      }
    }
    return []
  }

  /// The flags that the recorded clone3(2) read in guest memory, where the trace kept them.
  private func recordedCloneFlags() -> CloneFlags? {
    guard let trap = step.trap, trap.kind == .systemCall,
      SystemCallNumber(rawValue: trap.code) == .clone3
    else { return nil }
    for attachment in step.attachments
    where attachment.event.kind == .guestRead && attachment.event.operands[0] == trap.operands[0]
      && attachment.payload.count >= 8
    {
      let bytes = unsafe step.bytes(of: attachment)
      return unsafe CloneFlags(
        rawValue: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    }
    return nil
  }

  /// The VMA changes behind the recorded trap, as the kernel takes them.
  func recordedVMAChanges() -> [VMAChange] {
    var changes: [VMAChange] = []
    for change in step.vmaChanges {
      let event = change.event
      if let vma = unsafe event.mappedVMA(name: [UInt8](step.bytes(of: change))) {
        changes.append(.mapped(vma))
      } else if event.kind == .vmaUnmapped, event.operands[0] < event.operands[1] {
        changes.append(
          .unmapped(VirtualAddress(event.operands[0])..<VirtualAddress(event.operands[1])))
      }
    }
    return changes
  }
}
