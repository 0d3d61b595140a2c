// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// Another program really began, as an execve(2) of the other kernel says whose VMA changes have
  /// been taken over: what a program does not hand on is forgotten, and the heap begins behind the
  /// new one. Linux: `begin_new_exec()`, execve(2).
  mutating func adoptProgram(on machine: inout some Machine & ~Copyable) {
    for descriptor in 0..<Int32(process.descriptors.endIndex) {
      guard let slot = try? process.descriptors.slot(descriptor), slot.closesOnExec else {
        continue
      }
      if let last = try? process.descriptors.remove(descriptor) { files.close(last, on: &machine) }
    }
    process.signals.forgetHandlers()
    process.clearChildTID = VirtualAddress(0)
    process.robustList = VirtualAddress(0)
    process.taskCount = 1
    addressSpace.futureFlags = []
    addressSpace.startBreak(at: programEnd ?? addressSpace.breakStart)
    adoptProgramPath()
  }

  /// `/proc/self/exe` is what was mapped as program, under its path without symbolic links.
  mutating func adoptProgramPath() {
    guard let name = lowestFile.map({ addressSpace.describe($0).name }),
      name.first == UInt8(ascii: "/"), let path = try? FilePath(name, from: files.rootPath)
    else { return }
    files.program = path
  }

  /// The file that is mapped lowest: the program, as long as addresses are not randomised.
  private var lowestFile: VMA? {
    var next = addressSpace.firstVMA
    while let vma = next, vma.backing.kind != .file { next = addressSpace.vma(after: vma) }
    return next
  }

  /// Behind the program and the pages that follow it, its bss. Nil where no file is mapped.
  private var programEnd: VirtualAddress? {
    guard let first = lowestFile else { return nil }
    var last = first
    while let vma = addressSpace.vma(after: last) {
      let isProgram = vma.backing.kind == .file && vma.name == first.name
      let isBSS =
        vma.backing.kind == .anonymous && vma.range.lowerBound == last.range.upperBound
      guard isProgram || isBSS else { break }
      last = vma
    }
    return last.range.upperBound
  }
}
