// SPDX-License-Identifier: BSD-3-Clause

/// Address space: mapping, protection, advice, locks, policies, shared memory.
extension SystemCallRow {
  static func memory(_ number: Int) -> SystemCallRow? {
    switch number {
    case 9:
      modelled(
        "mmap", "addr length prot flags fd offset", .address, .address, .length,
        .code(.protection), .code(.mapFlags), .fd, .offset
      ).changingVMAs
    case 10:
      modelled(
        "mprotect", "addr len prot", .zeroOrError, .address, .length, .code(.protection)
      ).changingVMAs
    case 11: modelled("munmap", "addr length", .zeroOrError, .address, .length).changingVMAs
    case 12: modelled("brk", "addr", .address, .address).changingVMAs
    case 25:
      modelled(
        "mremap", "old_address old_size new_size flags new_address", .address, .address, .length,
        .length, .code(.remapFlags), .address
      ).changingVMAs
    case 26:
      modelled("msync", "addr length flags", .zeroOrError, .address, .length, .code(.syncFlags))
    case 27:
      modelled(
        "mincore", "addr length vec", .zeroOrError, .address, .length,
        .writes(.structure, .pages(1)))
    case 28:
      modelled(
        "madvise", "addr length advice", .zeroOrError, .address, .length, .code(.advice)
      ).changingVMAs
    case 149: modelled("mlock", "addr len", .zeroOrError, .address, .length).changingVMAs
    case 150: modelled("munlock", "addr len", .zeroOrError, .address, .length).changingVMAs
    case 151: modelled("mlockall", "flags", .zeroOrError, .code(.lockFlags)).changingVMAs
    case 152: modelled("munlockall", "", .zeroOrError).changingVMAs
    case 216:
      modelled(
        "remap_file_pages", "addr size prot pgoff flags", .zeroOrError, .address, .length,
        .code(.protection), .unsigned, .code(.mapFlags)
      ).changingVMAs
    case 319: modelled("memfd_create", "name flags", .descriptor, .string, .code(.memoryFileFlags))
    case 323: modelled("userfaultfd", "flags", .descriptor, .openFlags)
    case 324:
      modelled(
        "membarrier", "cmd flags cpu_id", .integer, .code(.membarrierCommand), .hex, .integer)
    case 325:
      modelled("mlock2", "addr len flags", .zeroOrError, .address, .length, .hex).changingVMAs
    case 329:
      modelled(
        "pkey_mprotect", "addr len prot pkey", .zeroOrError, .address, .length,
        .code(.protection), .integer
      ).changingVMAs
    case 330: modelled("pkey_alloc", "flags access_rights", .integer, .hex, .hex)
    case 331: modelled("pkey_free", "pkey", .zeroOrError, .integer)
    case 447: modelled("memfd_secret", "flags", .descriptor, .code(.memoryFileFlags))
    case 453:
      modelled("map_shadow_stack", "addr size flags", .address, .address, .length, .hex)
        .changingVMAs
    case 462:
      modelled("mseal", "addr len flags", .zeroOrError, .address, .length, .hex).changingVMAs
    default: memoryPolicy(number)
    }
  }

  private static func memoryPolicy(_ number: Int) -> SystemCallRow? {
    switch number {
    case 29: external("shmget", "key size shmflg", .integer, .hex, .length, .hex)
    case 30:
      modelled("shmat", "shmid shmaddr shmflg", .address, .integer, .address, .hex).changingVMAs
    case 31:
      external(
        "shmctl", "shmid cmd buf", .integer, .integer, .integer,
        .updates(.structure, .fixed(112)))
    case 67: modelled("shmdt", "shmaddr", .zeroOrError, .address).changingVMAs
    case 237:
      modelled(
        "mbind", "addr len mode nodemask maxnode flags", .zeroOrError, .address, .length,
        .integer, .reads(.structure, .bits(4)), .count, .hex
      ).changingVMAs
    case 238:
      modelled(
        "set_mempolicy", "mode nodemask maxnode", .zeroOrError, .integer,
        .reads(.structure, .bits(2)), .count)
    case 239:
      external(
        "get_mempolicy", "mode nodemask maxnode addr flags", .zeroOrError,
        .writes(.integerPointer, .fixed(4)), .writes(.structure, .bits(2)), .count, .address, .hex)
    case 256:
      external(
        "migrate_pages", "pid maxnode old_nodes new_nodes", .count, .pid, .count,
        .reads(.structure, .bits(1)), .reads(.structure, .bits(1)))
    case 279:
      external(
        "move_pages", "pid count pages nodes status flags", .count, .pid, .count,
        .reads(.structure, .elements(1, 8)), .reads(.structure, .elements(1, 4)),
        .writes(.structure, .elements(1, 4)), .hex)
    case 310:
      external(
        "process_vm_readv", "pid local_iov liovcnt remote_iov riovcnt flags", .byteCount, .pid,
        .gives(.ioVector(2), as: .ioVector), .count, .reads(.structure, .elements(4, 16)), .count,
        .hex)
    case 311:
      external(
        "process_vm_writev", "pid local_iov liovcnt remote_iov riovcnt flags", .byteCount, .pid,
        .takes(.ioVector(2), as: .ioVector), .count, .reads(.structure, .elements(4, 16)), .count,
        .hex)
    case 440:
      external(
        "process_madvise", "pidfd iovec vlen advice flags", .byteCount, .fd,
        .reads(.structure, .elements(2, 16)), .count, .code(.advice), .hex)
    case 448: external("process_mrelease", "pidfd flags", .zeroOrError, .fd, .hex)
    case 450:
      modelled(
        "set_mempolicy_home_node", "start len home_node flags", .zeroOrError, .address, .length,
        .unsigned, .hex
      ).changingVMAs
    default: nil
    }
  }
}
