// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A file that the kernel makes up, below /proc, /dev or /sys, and what was done with it.
public struct PseudoFile: Sendable {
  /// Its path; a part that is a number is `N`.
  public var path: String
  /// How many calls named it.
  public var count: UInt64 = 0
  /// The calls that named it, in order of appearance.
  public var calls: [DiffStatistics.CallCount] = []
  /// What the kernel of the traces made of them.
  public var native = NativeRecord()
  /// Where it was named first.
  public var first: CallSite

  mutating func note(_ call: String, _ step: Step) {
    guard let event = step.principal else { return }
    count += 1
    native.note(step, event)
    if let index = calls.firstIndex(where: { $0.name == call }) {
      calls[index].count += 1
    } else {
      calls.append(.init(name: call, count: 1))
    }
  }

  /// The pseudo-files that a call names, as paths without numbers.
  static func paths(_ call: CallRow, _ step: Step, _ follower: PathFollower) -> [String] {
    var paths: [String] = []
    for index in 0..<call.argumentCount where call.kind(index) == .path {
      guard let bytes = follower.path(index, of: call, step) else { continue }
      let parts = bytes.split(separator: 0x2f, omittingEmptySubsequences: true)
      guard let top = parts.first, parts.count <= 16,
        ["proc", "dev", "sys"].contains(String(decoding: top, as: UTF8.self))
      else { continue }
      paths.append(
        parts.reduce(into: "") { path, part in
          let isNumber = part.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
          path += "/" + (isNumber ? "N" : printable(part.prefix(64)))
        })
    }
    return paths
  }
}
