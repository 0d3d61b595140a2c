// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The kernel of one program: its address space, its files, its process state.
///
/// A deterministic function of its configuration and of what the machine answers. It learns of the
/// guest through traps and acts on the world through the machine alone.
public struct Unikernel: ~Copyable {
  /// What the run was given.
  public let configuration: KernelConfiguration
  /// The guest's physical memory.
  let memory: PhysicalMemory

  /// A kernel without a program; `boot(on:)` or `adoptInitial` brings one.
  ///
  /// Throws ENOMEM where `memory` is too small for the first page tables, EINVAL for a configuration
  /// that contradicts itself.
  public init(memory: PhysicalMemory, configuration: KernelConfiguration) throws(Errno) {
    self.memory = memory
    self.configuration = configuration
  }

  /// Loads the program, starts it on the machine, and tells the machine of the first VMAs.
  /// Unikraft: app-elfloader's `main()`. Linux: execve(2).
  public mutating func boot(on machine: inout some Machine & ~Copyable) throws(LoadError) {
    throw LoadError(
      path: configuration.program, problem: "no loader yet", errno: .noSystemCall)
  }

  /// Takes over a program that already runs, as at the start of a trace recorded on Linux: its VMAs
  /// and its first break. Descriptors 0, 1 and 2 are the standard streams. Tells the machine of
  /// the VMAs.
  public mutating func adoptInitial(
    vmas: [VMADescription], breakStart: VirtualAddress,
    on machine: inout some Machine & ~Copyable
  ) {
    for vma in vmas { machine.didMap(vma) }
  }

  /// Serves the program until there is nothing more to run; how it ended, nil if it did not.
  public mutating func run(on machine: inout some Machine & ~Copyable) -> ExitStatus? {
    while let trap = machine.run() {
      if case .ended(let status) = handle(trap, on: &machine) { return status }
    }
    return nil
  }

  /// Answers one trap. The machine hears, in this order: guest memory read and written, changes of
  /// the page table, the completion, changes of the VMAs; then it is asked for an adoption.
  /// Returns the completion, the adopted one where there is an adoption.
  public mutating func handle(
    _ trap: Trap, on machine: inout some Machine & ~Copyable
  ) -> Completion {
    let completion = Completion.result(-38, isMissing: true)
    machine.complete(trap, completion)
    return completion
  }

  /// Whether the dispatcher has a handler for the call.
  public static func supports(_ number: SystemCallNumber) -> Bool { false }
}
