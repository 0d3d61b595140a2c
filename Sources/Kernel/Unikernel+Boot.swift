// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// Loads the program, starts it on the machine, and tells the machine of the first VMAs.
  /// Unikraft: app-elfloader's `main()`. Linux: execve(2).
  public mutating func boot(on machine: inout some Machine & ~Copyable) throws(LoadError) {
    let (image, file) = try openImage(files.program, on: &machine)
    let program = try load(
      image, from: file, base: configuration.loadPlacement.programBase, on: &machine)
    var interpreter: LoadedImage?
    if let text = image.interpreter {
      interpreter = try loadInterpreter(text, of: image, on: &machine)
    }
    placeBreak(behind: program)
    do throws(Errno) {
      let pointer = try makeStack(program, interpreter: interpreter, on: &machine)
      for change in addressSpace.takeTranslationChanges() { machine.apply(change) }
      reportVMAChanges(to: &machine)
      machine.start(at: interpreter?.entry ?? program.entry, stack: pointer)
    } catch {
      throw LoadError(
        path: image.path, problem: "no room for its stack, arguments and environment",
        errno: error)
    }
  }

  /// Loads the interpreter of a program where the address space has room.
  private mutating func loadInterpreter(
    _ text: [UInt8], of program: ELFImage, on machine: inout some Machine & ~Copyable
  ) throws(LoadError) -> LoadedImage {
    let path: FilePath
    do throws(Errno) {
      path = try FilePath(text, from: process.workingDirectory)
    } catch {
      throw LoadError(
        path: program.path, problem: "its interpreter's path is no path", errno: error)
    }
    let (image, file) = try openImage(path, on: &machine)
    guard image.interpreter == nil else {
      throw LoadError(
        path: image.path, problem: "an interpreter that wants one itself", errno: .badExecutable)
    }
    return try load(image, from: file, base: nil, on: &machine)
  }

  /// The heap begins where the personality says; behind the program where that place is taken or
  /// the personality leaves it open with 0.
  private mutating func placeBreak(behind program: LoadedImage) {
    let start = configuration.personality.breakStart
    if start.rawValue == 0 || addressSpace.find(start) != nil {
      addressSpace.startBreak(at: program.end)
    }
  }

  /// Makes the stack and returns its pointer. Throws E2BIG where arguments and environment take
  /// more than a quarter of it, ENOMEM where it has no room.
  private mutating func makeStack(
    _ program: LoadedImage, interpreter: LoadedImage?,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) -> VirtualAddress {
    let byteCount = try configuration.loadPlacement.stackByteCount.roundedUp(to: 4096)
    let needed = try argumentByteCount(limit: byteCount / 4)
    let protection: Protection =
      program.image.hasExecutableStack ? [.read, .write, .execute] : [.read, .write]
    let top = try mapStack(byteCount, initial: needed, protection: protection)
    let stack = InitialStack(
      top: top, path: configuration.program, arguments: configuration.arguments,
      environment: configuration.environment, random: try machine.entropy(byteCount: 16),
      auxiliary: auxiliaryVector(program, interpreter: interpreter))
    try store(stack.bytes, at: stack.pointer, on: &machine)
    return stack.pointer
  }

  /// Bytes that strings and pointers take, at most. Throws E2BIG.
  private func argumentByteCount(limit: UInt64) throws(Errno) -> UInt64 {
    var byteCount = UInt64(configuration.program.count) + 4096
    for text in configuration.arguments + configuration.environment {
      guard text.count < 131_072 else { throw .argumentListTooLong }  // MAX_ARG_STRLEN
      byteCount += UInt64(text.count) + 9
      guard byteCount <= limit else { throw .argumentListTooLong }
    }
    return byteCount
  }

  /// Maps the stack and returns its end: below the highest address and growing where the
  /// personality has stacks that grow, else whole and where it has room.
  private mutating func mapStack(
    _ byteCount: UInt64, initial: UInt64, protection: Protection
  ) throws(Errno) -> VirtualAddress {
    let personality = configuration.personality
    if personality.growsStackOnFault {
      // Linux begins with 132 KiB, and with more where arguments take more.
      let first = min(byteCount, try (initial + 131_072).roundedUp(to: 4096))
      let top = personality.highestAddress.alignedDown(to: 4096)
      guard top.rawValue > byteCount else { throw .outOfMemory }
      _ = try addressSpace.map(
        .stack, at: .fixed(top - first, replacing: false), byteCount: first,
        protection: protection, options: .growsDown)
      return top
    }
    let start = try addressSpace.map(.stack, byteCount: byteCount, protection: protection)
    return start + byteCount
  }

  /// The auxiliary vector in Linux's order, without what `InitialStack` adds. No AT_SYSINFO_EHDR:
  /// there is no vDSO.
  private func auxiliaryVector(
    _ program: LoadedImage, interpreter: LoadedImage?
  ) -> [InitialStack.AuxiliaryEntry] {
    let header = program.image.header
    let table = program.image.tableAddress.map { $0 &+ program.bias } ?? 0
    return [
      (51, 2048),  // AT_MINSIGSTKSZ
      (16, 0),  // AT_HWCAP
      (6, 4096),  // AT_PAGESZ
      (17, 100),  // AT_CLKTCK
      (3, table),  // AT_PHDR
      (4, ELFHeader.entryByteCount),  // AT_PHENT
      (5, header.segmentCount),  // AT_PHNUM
      (7, interpreter?.start.rawValue ?? 0),  // AT_BASE
      (8, 0),  // AT_FLAGS
      (9, program.entry.rawValue),  // AT_ENTRY
      (11, 0),  // AT_UID
      (12, 0),  // AT_EUID
      (13, 0),  // AT_GID
      (14, 0),  // AT_EGID
      (23, 0),  // AT_SECURE
      (26, 0),  // AT_HWCAP2
    ]
  }
}
