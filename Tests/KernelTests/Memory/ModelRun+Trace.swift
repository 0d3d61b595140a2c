// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Trace

@testable import Kernel

extension ModelRun {
  /// A difference as the text form of a trace, which `epimetheus assemble` takes: each operation as
  /// the call that it is most like, with the model's outcome. A place that the model chose is asked
  /// for; a reservation is memory without protection; names and requests that fail for want of a
  /// frame have no call and are left out.
  func trace(of difference: Difference) -> [UInt8] {
    var header = TraceHeader()
    header.origin = .hosted
    header.kernel = Array("an array of pages".utf8)
    header.personality = isLinux ? .linux : .unikraft
    header.unseen = [.inputs, .times, .payload]
    header.payloadLimit = 0
    header.memoryByteCount = 1024 * 4096
    header.faultAroundShift = UInt8(faultAroundShift)
    header.program = Array("/model".utf8)
    header.workingDirectory = [0x2f]
    var text: [UInt8] = []
    TraceText.append(header, to: &text)
    func put(_ event: Event) {
      [UInt8]().withUnsafeBytes { TraceText.append(event, payload: $0, to: &text) }
    }
    for outcome in difference.outcomes { put(outcome.event) }
    put(Event(.end, code: UInt32(EndKind.interrupted.rawValue)))
    return text
  }
}

extension ModelRun.Outcome {
  fileprivate var event: Event {
    func at(_ number: Int) -> UInt64 { page(UInt64(number)).rawValue }
    func bytes(_ range: Range<Int>) -> UInt64 { UInt64(range.count) * 4096 }
    func call(_ number: SystemCallNumber, _ operands: UInt64...) -> Event {
      var event = Event(.systemCall, code: UInt32(number.rawValue), result: errno)
      for (index, operand) in operands.enumerated() { event.operands[index] = operand }
      return event
    }
    switch item.step {
    case .map(let fixed, let count, let backing, let protection, let replacing, let populates, _):
      let start = at(fixed?.lowerBound ?? value ?? 0)
      var flags: UInt64 = replacing && fixed != nil ? 0x12 : 0x10_0002  // MAP_FIXED, _NOREPLACE
      if populates { flags |= 0x8000 }
      if case .file = backing {} else { flags |= 0x20 }  // MAP_ANONYMOUS
      var event = call(
        .mmap, start, UInt64(count) * 4096,
        backing == .reserved ? 0 : UInt64(protection.rawValue), flags,
        flags & 0x20 == 0 ? 3 : .max, backing.offset)
      if errno == 0 { event.result = Int64(start) }
      return event
    case .unmap(let range): return call(.munmap, at(range.lowerBound), bytes(range))
    case .protect(let range, let protection, _):
      return call(.mprotect, at(range.lowerBound), bytes(range), UInt64(protection.rawValue))
    case .remap(let range, let target, let newCount):
      var event = call(
        .mremap, at(range.lowerBound), bytes(range), UInt64(newCount) * 4096, 3, at(target))
      if errno == 0 { event.result = Int64(at(target)) }
      return event
    case .drop(let range): return call(.madvise, at(range.lowerBound), bytes(range), 4)
    case .mark(let range, let flag, let isSet):
      let advice: UInt64 = (flag == .dontFork ? 10 : 16) + (isSet ? 0 : 1)
      return call(.madvise, at(range.lowerBound), bytes(range), advice)
    case .store(let number, _): return fault(at(number), [.user, .write])
    case .load(let number): return fault(at(number), .user)
    }
  }

  private func fault(_ address: UInt64, _ code: FaultCode) -> Event {
    // SIGSEGV.
    var event = Event(.pageFault, code: code.rawValue, result: errno == 0 ? 0 : -11)
    event.operands[0] = address
    event.operands[1] = page(0).rawValue - 4096
    return event
  }

  /// 0 or minus the number that the result names.
  private var errno: Int64 {
    let all: [Errno] = [.badAddress, .exists, .invalidArgument, .noSuchFile, .outOfMemory]
    return all.first { $0.name.map { "\($0)" } == result }.map { -Int64($0.rawValue) } ?? 0
  }
}
