// SPDX-License-Identifier: BSD-3-Clause

/// Whether a program works without a system call that it makes, as measured.
///
/// The two bits are kept apart, because verdicts of several runs are joined bit by bit: what works
/// in every run works. Categories that exclude each other cannot be joined so.
public struct CallVerdict: Sendable, Hashable {
  /// The program works where the call fails with ENOSYS.
  public var stubWorks: Bool
  /// The program works where the call does nothing and gives success.
  public var fakeWorks: Bool

  /// A verdict of one run.
  public init(stubWorks: Bool, fakeWorks: Bool) {
    self.stubWorks = stubWorks
    self.fakeWorks = fakeWorks
  }

  /// The program works only where the call does its work.
  public static let required = CallVerdict(stubWorks: false, fakeWorks: false)

  /// Whether the call must be implemented.
  public var isRequired: Bool { self == .required }

  /// What holds in both runs.
  public func joined(_ other: CallVerdict) -> CallVerdict {
    CallVerdict(
      stubWorks: stubWorks && other.stubWorks, fakeWorks: fakeWorks && other.fakeWorks)
  }
}
