// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Here and not in `LinuxABI`: nothing in the kernel may depend on the order of a hash table.
extension SystemCallNumber: Hashable {
  /// Feeds the number.
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
