// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
internal import Trace

/// The address that an access faulted at, and what stood there on both sides.
public struct TouchedMemory: Sendable {
  /// The address, as the left has it.
  public var address: UInt64
  /// Whether it was read, written or executed, as a word.
  public var access: String
  /// The VMA of the left; nil where there is none.
  public var left: VMADescription?
  /// The VMA of the right; nil where there is none.
  public var right: VMADescription?
}

extension TouchedMemory {
  /// For machines.
  static func json(_ touched: TouchedMemory?) -> JSONValue {
    guard let touched else { return .null }
    return .object([
      ("address", .hex(touched.address)), ("access", .string(touched.access)),
      ("left", touched.left.map(Report.vmaJSON) ?? .null),
      ("right", touched.right.map(Report.vmaJSON) ?? .null),
    ])
  }
}

extension DiffSession {
  /// What a fault of the first process touched.
  func touched(_ left: Step?, _ right: Step?) -> TouchedMemory? {
    guard let event = (left ?? right)?.principal, event.kind == .pageFault,
      spaceOfTask[event.task] == nil
    else { return nil }
    let code = FaultCode(rawValue: event.code)
    let address = event.operands[0]
    // Of a fault that the right alone has, the address is one of the right.
    let rightAddress = (right?.principal ?? event).operands[0]
    return TouchedMemory(
      address: address,
      access: code.contains(.fetch) ? "execute" : code.contains(.write) ? "write" : "read",
      left: layouts.left.vma(at: address), right: layouts.right.vma(at: rightAddress))
  }

  /// Where a step of the first process came from: the instruction that faulted, or that made the
  /// call, where the traces say so.
  func place(_ left: Step?, _ right: Step?) -> CodePlace? {
    guard let step = left ?? right, let event = step.principal, spaceOfTask[step.task] == nil else {
      return nil
    }
    switch event.kind {
    case .pageFault, .exception:
      return CodePlace(event.operands[1], in: left == nil ? layouts.right : layouts.left)
    case .systemCall: return site(left, right)
    default: return nil
    }
  }
}

extension VMALayout {
  /// The VMA that an address is in.
  func vma(at address: UInt64) -> VMADescription? {
    runs.run(at: address).map { $0.value.description($0.lower, $0.upper) }
  }
}
