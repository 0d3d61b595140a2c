// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// One side of a divergence.
public enum Outcome: Sendable {
  /// The call succeeded with this value of RAX.
  case value(Int64)
  /// The call succeeded with an address or a value that reads best in hexadecimal.
  case address(UInt64)
  /// The call failed.
  case error(Errno)
  /// The kernel has no such call.
  case noSuchCall
  /// The call did not return.
  case didNotReturn
  /// The fault was resolved or the exception survived.
  case resolved
  /// The signal with this number.
  case signal(UInt8)
  /// Bytes of a guest write, from where the sides begin to differ; `total`: bytes written.
  case bytes(offset: UInt64, bytes: [UInt8], total: UInt64)
  /// The VMA that stands there, cut to the range that differs.
  case vma(VMADescription)
  /// No VMA stands there.
  case unmapped
  /// So many VMAs stand in the range.
  case vmaCount(Int)
  /// What was asked, as text.
  case request(String)
  /// Nothing of the kind happened.
  case absent
  /// The run ended so, as text.
  case ended(String)
}

extension Outcome {
  /// One line for a reader.
  public var text: String {
    switch self {
    case .value(let value): String(value)
    case .address(let value): hexadecimal(value)
    case .error(let errno): "-1 " + errno.text
    case .noSuchCall: "no such call (ENOSYS)"
    case .didNotReturn: "did not return"
    case .resolved: "resolved"
    case .signal(let number): Signal(rawValue: number).text
    case .bytes(let offset, let bytes, let total):
      "\(total) bytes, from byte \(offset): " + hexadecimalBytes(bytes)
    case .vma(let vma): vma.line
    case .unmapped: "no VMA"
    case .vmaCount(let count): count == 1 ? "1 VMA" : "\(count) VMAs"
    case .request(let text): text
    case .absent: "nothing"
    case .ended(let text): text
    }
  }

  /// The name of the case, for machines.
  public var kind: String {
    switch self {
    case .value: "value"
    case .address: "address"
    case .error: "errno"
    case .noSuchCall: "noSuchCall"
    case .didNotReturn: "didNotReturn"
    case .resolved: "resolved"
    case .signal: "signal"
    case .bytes: "bytes"
    case .vma: "vma"
    case .unmapped: "unmapped"
    case .vmaCount: "vmaCount"
    case .request: "request"
    case .absent: "absent"
    case .ended: "ended"
    }
  }

  /// What stays the same in another run of the same program: no address, no count, no bytes.
  func shape(in divergenceClass: DivergenceClass) -> String {
    switch self {
    case .value(let value): value == 0 ? "0" : value < 0 ? "negative" : "positive"
    case .error(let errno): errno.text
    case .signal(let number): Signal(rawValue: number).text
    case .vma(let vma):
      switch divergenceClass {
      case .vmaProtection: vma.protectionShape
      case .vmaBacking: vma.backing.text
      default: vma.protectionShape + " " + vma.backing.text
      }
    case .ended(let text): text
    case .address, .noSuchCall, .didNotReturn, .resolved, .bytes, .unmapped, .vmaCount, .request,
      .absent:
      kind
    }
  }
}
