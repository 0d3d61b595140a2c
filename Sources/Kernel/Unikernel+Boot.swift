// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// Loads the program, starts it on the machine, and tells the machine of the first VMAs.
  /// Unikraft: app-elfloader's `main()`. Linux: execve(2).
  public mutating func boot(on machine: inout some Machine & ~Copyable) throws(LoadError) {
    throw LoadError(path: configuration.program, problem: "no loader yet", errno: .noSystemCall)
  }
}
