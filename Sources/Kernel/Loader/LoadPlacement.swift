// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// Where the loader puts what may stand anywhere.
public struct LoadPlacement: Sendable {
  /// Where the lowest segment of a position-independent program goes. Linux: ELF_ET_DYN_BASE.
  public var programBase: VirtualAddress
  /// The address space that the stack takes, in bytes. Linux: RLIMIT_STACK.
  public var stackByteCount: UInt64

  /// A placement; without arguments 0x4000000000 for programs and a stack of 8 MiB.
  public init(
    programBase: VirtualAddress = VirtualAddress(0x40_0000_0000), stackByteCount: UInt64 = 8 << 20
  ) {
    self.programBase = programBase
    self.stackByteCount = stackByteCount
  }
}
