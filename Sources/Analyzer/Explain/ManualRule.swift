// SPDX-License-Identifier: BSD-3-Clause

/// What a page of the Linux manual says of a call and an outcome, in our own words.
struct ManualRule {
  /// The page and its section, such as `mmap(2), ERRORS`.
  var place: String
  /// The rule.
  var rule: String

  /// The rule for a call that fails with an errno on one side; nil where none is written here.
  static func rule(for call: String, errno: String) -> ManualRule? {
    guard let rule = text(call, errno) else { return nil }
    return ManualRule(place: "\(call)(2), ERRORS", rule: rule)
  }

  /// The page about what differs where nobody fails.
  static func page(
    for divergenceClass: DivergenceClass, subject: String
  ) -> ManualRule? {
    switch divergenceClass {
    case .missingCall:
      return ManualRule(
        place: "syscalls(2)",
        rule: "A call that the kernel does not have fails with ENOSYS: intro(2), errno(3).")
    case .vmaExtent, .vmaBacking:
      return ManualRule(
        place: "mmap(2), DESCRIPTION",
        rule: "A mapping covers whole pages from its address on; MAP_FIXED takes away what was "
          + "mapped there before, and munmap(2) every page of which a part is named.")
    case .vmaProtection:
      return ManualRule(
        place: "mprotect(2), DESCRIPTION",
        rule: "The protection changes for all pages that hold a part of the range, and it "
          + "replaces what was allowed before.")
    case .vmaCount:
      return ManualRule(
        place: "proc_pid_maps(5); mmap(2), ERRORS (ENOMEM)",
        rule: "How areas are joined is not promised, but their number is limited: "
          + "/proc/sys/vm/max_map_count.")
    case .placement:
      return ManualRule(
        place: "mmap(2), DESCRIPTION",
        rule: "Without MAP_FIXED the kernel chooses the address; a hint is taken where it is free.")
    case .faultOutcome:
      return ManualRule(
        place: "signal(7); mmap(2), SIGNALS",
        rule: "An access that the mapping does not allow raises SIGSEGV, one behind the end of the "
          + "mapped file SIGBUS.")
    case .outputBytes, .result:
      return ManualRule(
        place: "\(subject)(2), DESCRIPTION and RETURN VALUE",
        rule: "The page says what the call returns and what it writes to the memory it was given.")
    case .errno, .pageTable, .request, .path: return nil
    }
  }

  private static func text(_ call: String, _ errno: String) -> String? {
    switch (call, errno) {
    case ("mmap", "EINVAL"):
      "The address, length or offset is too large or not at a page boundary where it must be, the "
        + "length is 0, or the flags name neither or both of MAP_PRIVATE and MAP_SHARED."
    case ("mmap", "ENOMEM"):
      "There is no room for the mapping, or the process would have more mappings than allowed."
    case ("mmap", "EEXIST"): "MAP_FIXED_NOREPLACE was given, and something is mapped in the range."
    case ("mmap", "EACCES"):
      "The descriptor is not a regular file's or not open for reading, or a shared mapping to be "
        + "written was asked of a file that is not open for writing."
    case ("mmap", "EBADF"): "The descriptor is none, and MAP_ANONYMOUS was not given."
    case ("mmap", "ENODEV"): "The file's file system cannot map files."
    case ("mmap", "EOVERFLOW"): "Offset and length together lie beyond what a file can have."
    case ("mmap", "EPERM"):
      "Execution was asked for on a file system that forbids it, or a seal does."
    case ("munmap", "EINVAL"): "The address is not at a page boundary, or the length is 0."
    case ("munmap", "ENOMEM"):
      "Cutting a hole into a mapping would make more mappings than allowed."
    case ("mprotect", "ENOMEM"):
      "Pages of the range are not mapped, or the change would make more mappings than allowed."
    case ("mprotect", "EACCES"): "The memory may not have that protection: a file open for reading."
    case ("mprotect", "EINVAL"): "The address is not at a page boundary, or the flags contradict."
    case ("mremap", "EFAULT"):
      "A part of the old range is not mapped, or several mappings lie in it."
    case ("mremap", "ENOMEM"):
      "It cannot grow in place, and MREMAP_MAYMOVE was not given; or no room."
    case ("mremap", "EINVAL"):
      "An address is not at a page boundary, the flags exclude each other, the new size is 0, "
        + "or the ranges overlap."
    case ("madvise", "EINVAL"):
      "The address is not at a page boundary, the advice is unknown, or not for this mapping."
    case ("madvise", "ENOMEM"): "Addresses in the range are not mapped."
    case ("msync", "ENOMEM"): "A part of the range is not mapped."
    case ("mlock", "ENOMEM"): "The limit of locked memory is reached, or the range is not mapped."
    case (_, "EFAULT"):
      "An address that the call was given does not lie in the memory it may touch."
    case (_, "EBADF"): "The descriptor is not open, or not open in the way the call needs."
    case (_, "ENOENT"): "The file, or a directory on the way to it, is not there."
    case (_, "EACCES"): "A permission on the way to the file, or of the file itself, is lacking."
    case (_, "ENOTDIR"): "Something on the way to the file is used as a directory and is none."
    case (_, "ENOSYS"): "The kernel does not have the call."
    case (_, "EINVAL"): "An argument is not one that the call takes."
    case (_, "ENOTTY"): "The request does not fit the kind of file that the descriptor stands for."
    case (_, "EPERM"): "The caller lacks the privilege."
    case (_, "ENOMEM"): "The kernel has no memory for it, or a limit of the process is reached."
    case (_, "ENOTSOCK"): "The descriptor does not stand for a socket."
    case (_, "ERANGE"): "The result does not fit into the room that was given."
    default: nil
    }
  }
}
