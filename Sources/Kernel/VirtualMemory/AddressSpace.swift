// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The sorted set of VMAs of a program with its page table and its frames. Unikraft: `struct uk_vas`.
public struct AddressSpace: ~Copyable {
  /// How it places, guards and merges.
  public let personality: Personality
  /// The memory that its frames and page tables lie in.
  public let memory: PhysicalMemory
  /// The binary logarithm of the window that a fault populates; 12: one page.
  public var faultAroundShift: UInt64 = 12

  /// An empty address space that owns all of `memory`. ENOMEM where it is too small for a page table.
  public init(memory: PhysicalMemory, personality: Personality) throws(Errno) {
    self.memory = memory
    self.personality = personality
  }
}
