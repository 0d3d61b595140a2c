// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI
import Testing

@Suite(.enabled(if: Headers.areAvailable, "needs a C compiler and Linux's headers"))
struct HeaderNumberTests {
  /// Calls that are younger than the oldest headers the tests run with, those of Linux 6.1.
  private let younger: [String: UInt32] = [
    "cachestat": 451, "fchmodat2": 452, "map_shadow_stack": 453, "futex_wake": 454,
    "futex_wait": 455, "futex_requeue": 456, "statmount": 457, "listmount": 458,
    "lsm_get_self_attr": 459, "lsm_set_self_attr": 460, "lsm_list_modules": 461, "mseal": 462,
    "setxattrat": 463, "getxattrat": 464, "listxattrat": 465, "removexattrat": 466,
    "open_tree_attr": 467, "file_getattr": 468, "file_setattr": 469,
    // They are only entered by the kernel's own trampolines, and old headers do not list them.
    "uretprobe": 335, "uprobe": 336,
  ]

  @Test func `every call of the system's header has its row, and no other number has one`() throws {
    let prefix = "__NR_"
    let header = try Headers.numbers(of: "asm/unistd.h", prefix: prefix)
    #expect(header.count > 360)
    for (macro, number) in header {
      let name = String(macro.dropFirst(prefix.count))
      guard number <= SystemCallTable.highestNumber.rawValue else { continue }
      let row = SystemCallTable.description(of: SystemCallNumber(rawValue: UInt32(number)))
      #expect(row?.name.text == name)
      #expect(SystemCallTable.number(named: Array(name.utf8))?.rawValue == UInt32(number))
    }
    for number in SystemCallTable.all {
      let name = try #require(SystemCallTable.name(of: number)).text
      let inHeader = header[prefix + name].map { UInt32($0) }
      #expect((inHeader ?? younger[name]) == number.rawValue, "\(name)")
    }
  }

  @Test func `every younger call has its row`() {
    for (name, number) in younger {
      #expect(SystemCallTable.name(of: SystemCallNumber(rawValue: number))?.text == name)
    }
  }

  @Test func `every errno of the system's header has its name`() throws {
    let header = try Headers.numbers(of: "errno.h", prefix: "E")
    #expect(header.count > 125)
    for (name, number) in header {
      #expect(Errno(rawValue: UInt16(number)).name?.text == name)
    }
    let known = Set(header.values)
    for number in UInt16(0)..<512 where !known.contains(Int(number)) {
      #expect(Errno(rawValue: number).name == nil)
    }
  }

  @Test func `every signal of the system's header has its name`() throws {
    let aliases: Set = ["SIGIOT", "SIGCLD", "SIGPOLL", "SIGUNUSED", "SIGSTKSZ"]
    let header = try Headers.numbers(of: "asm/signal.h", prefix: "SIG")
      .filter { !$0.key.hasPrefix("SIG_") && !aliases.contains($0.key) && $0.key != "SIGRTMIN" }
    #expect(header.count >= 30)
    for (name, number) in header {
      #expect(Signal(rawValue: UInt8(number)).name?.text == name)
    }
  }

  @Test func `every type of the auxiliary vector has its name`() throws {
    let header = try Headers.numbers(of: "linux/auxvec.h", prefix: "AT_")
      .merging(Headers.numbers(of: "asm/auxvec.h", prefix: "AT_")) { first, _ in first }
      .filter { $0.key != "AT_VECTOR_SIZE_ARCH" }
    #expect(header.count >= 24)
    for (name, number) in header {
      #expect(AuxiliaryType(rawValue: UInt64(number)).name?.text == name)
    }
  }

  @Test func `a name that is none has no number`() {
    for name in ["", "rea", "reads", "READ", "read\0", "mmap2", "\u{e9}"] {
      #expect(SystemCallTable.number(named: Array(name.utf8)) == nil)
    }
    #expect(SystemCallTable.number(named: Array("read".utf8)) == .read)
  }

  @Test func `a number that is none has no row and six arguments`() {
    for number: UInt32 in [337, 400, 423, 470, 0x4000_0000, .max] {
      let number = SystemCallNumber(rawValue: number)
      #expect(SystemCallTable.description(of: number) == nil)
      #expect(SystemCallTable.argumentCount(of: number) == 6)
      #expect(SystemCallTable.name(of: number) == nil)
    }
  }
}
