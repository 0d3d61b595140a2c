// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI
public import Support

/// How two traces are compared.
public struct DiffOptions: Sendable {
  /// Whether the requests of both traces are the same by construction.
  public enum Requests: Sendable {
    /// As the headers say: the same where both tell of one run.
    case automatic
    /// One trace is a replay of the other, or both of a third.
    case same
    /// The runs were recorded apart; addresses, descriptors and process ids may differ.
    case independent
  }

  /// Whether the requests of both traces are the same by construction.
  public var requests: Requests = .automatic
  /// VMAs that an excerpt shows on each side of the difference.
  public var context: Int = 3
  /// Divergences of different fingerprints that are kept; those beyond are counted.
  public var rootLimit: Int = 4096
  /// Kinds of consequences that are kept of one root; those beyond are counted.
  public var consequenceLimit: Int = 64
  /// Calls that are listed side by side, whether they differ or not.
  public var listedCalls: Set<SystemCallNumber> = []
  /// As described.
  public init() {}
}
