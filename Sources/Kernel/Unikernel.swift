// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// The kernel of one program: its address space, its files, its process state.
///
/// A deterministic function of its configuration and of what the machine answers. It learns of the
/// guest through traps and acts on the world through the machine alone.
public struct Unikernel: ~Copyable {
  /// What the kernel calls itself in the header of a trace: its name and version.
  public static var name: StaticString { "epimetheus 0.1.0" }

  /// What the run was given.
  public let configuration: KernelConfiguration
  /// The VMAs and the page table.
  public internal(set) var addressSpace: AddressSpace
  /// How the program ended; nil while it has not.
  public internal(set) var exitStatus: ExitStatus?
  /// Why the kernel ended the program, where that was not the program's own wish.
  public internal(set) var endReason: StaticString?

  /// VMA changes of a trace that the address space could not take over.
  public internal(set) var failedAdoptionCount = 0

  /// The guest's physical memory.
  let memory: PhysicalMemory
  /// The files.
  let files: FileSystem
  /// The rest of what the kernel keeps of the program.
  var process: ProcessState
  /// What was read and written for the trap at hand.
  var journal = Journal()
  /// How the call at hand ends the program, if it does.
  var ending: ExitStatus?
  /// The descriptors that the call at hand made.
  var madeDescriptors: [Int32] = []
  /// The path that the call at hand opens, for an adoption of its descriptor.
  var openedPath: FilePath?

  /// A kernel without a program; `boot(on:)` or `adoptInitial` brings one.
  ///
  /// Throws ENOMEM where `memory` is too small for the first page tables, EINVAL or ENAMETOOLONG
  /// for a program or working directory that is no path.
  public init(memory: PhysicalMemory, configuration: KernelConfiguration) throws(Errno) {
    let directory = try FilePath(configuration.workingDirectory, from: FilePath())
    let program = try FilePath(configuration.program, from: directory)
    guard memory.byteCount >= 2 * Self.windowByteCount else { throw .outOfMemory }
    let window = PhysicalSegment(
      start: PhysicalAddress(memory.byteCount - Self.windowByteCount),
      byteCount: Self.windowByteCount)
    var process = ProcessState(
      workingDirectory: directory, name: program.lastName ?? [],
      stackByteCount: configuration.loadPlacement.stackByteCount)
    for stream in UInt32(0)..<3 {
      let file = OpenFile(.stream(stream), path: FilePath(), flags: stream == 0 ? [] : .writeOnly)
      _ = try process.descriptors.insert(
        file, closesOnExec: false, limit: process.descriptorLimit)
    }
    let addressSpace = unsafe try AddressSpace(
      memory: PhysicalMemory(base: memory.base, byteCount: window.start.rawValue),
      personality: configuration.personality)
    self.memory = memory
    self.configuration = configuration
    self.files = FileSystem(
      memory: memory, window: window, program: program, cache: addressSpace.cache)
    self.process = process
    self.addressSpace = addressSpace
    self.addressSpace.faultAroundShift = UInt64(configuration.faultAroundShift)
  }

  /// The end of memory that the address space does not get, in bytes: through it the kernel looks
  /// at bytes of outside files.
  static var windowByteCount: UInt64 { 65536 }

  /// Serves the program until there is nothing more to run; how it ended, nil if it did not.
  public mutating func run(on machine: inout some Machine & ~Copyable) -> ExitStatus? {
    while let trap = machine.run() {
      if case .ended(let status) = handle(trap, on: &machine) { return status }
    }
    return exitStatus
  }

  /// Answers one trap. The machine hears, in this order: guest memory read and written, changes of
  /// the page table, the completion, changes of the VMAs; then it is asked for an adoption.
  /// Returns the completion, the adopted one where there is an adoption.
  public mutating func handle(
    _ trap: Trap, on machine: inout some Machine & ~Copyable
  ) -> Completion {
    journal.reset()
    followOutside(on: &machine)
    openedPath = nil
    if !madeDescriptors.isEmpty { madeDescriptors.removeAll(keepingCapacity: true) }
    let completion =
      switch trap {
      case .systemCall(let request): answer(request, on: &machine)
      case .pageFault(let fault): answer(fault, on: &machine)
      case .exception(let exception): answer(exception)
      }
    settleFiles(on: &machine)
    journal.report(to: &machine)
    for change in addressSpace.takeTranslationChanges() { machine.apply(change) }
    machine.complete(trap, completion)
    reportVMAChanges(to: &machine)
    guard let adoption = machine.adoption() else {
      if case .ended(let status) = completion { exitStatus = status }
      return completion
    }
    return adopt(adoption, after: trap, completedAs: completion, on: &machine)
  }

  /// Tells the machine how the VMAs changed.
  mutating func reportVMAChanges(to machine: inout some Machine & ~Copyable) {
    for change in addressSpace.takeVMAChanges() {
      switch change {
      case .mapped(let vma): machine.didMap(vma)
      case .unmapped(let range): machine.didUnmap(range)
      }
    }
  }
}
