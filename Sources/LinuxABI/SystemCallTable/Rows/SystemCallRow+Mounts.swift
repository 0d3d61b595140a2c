// SPDX-License-Identifier: BSD-3-Clause

/// File systems: mounting, swapping, quotas.
extension SystemCallRow {
  static func mounts(_ number: Int) -> SystemCallRow? {
    switch number {
    case 155: external("pivot_root", "new_root put_old", .zeroOrError, .path, .path)
    case 165:
      external(
        "mount", "source target filesystemtype mountflags data", .zeroOrError, .string, .path,
        .string, .hex, .address)
    case 166: external("umount2", "target flags", .zeroOrError, .path, .hex)
    case 167: external("swapon", "path swapflags", .zeroOrError, .path, .hex)
    case 168: external("swapoff", "path", .zeroOrError, .path)
    case 179:
      external("quotactl", "op special id addr", .zeroOrError, .hex, .path, .integer, .address)
    case 428: external("open_tree", "dirfd path flags", .descriptor, .directory, .path, .hex)
    case 429:
      external(
        "move_mount", "from_dirfd from_path to_dirfd to_path flags", .zeroOrError, .directory,
        .path, .directory, .path, .hex)
    case 430: external("fsopen", "fs_name flags", .descriptor, .string, .hex)
    case 431:
      external(
        "fsconfig", "fs_fd cmd key value aux", .zeroOrError, .fd, .integer, .string, .address,
        .integer)
    case 432: external("fsmount", "fs_fd flags attr_flags", .descriptor, .fd, .hex, .hex)
    case 433: external("fspick", "dirfd path flags", .descriptor, .directory, .path, .hex)
    case 442:
      external(
        "mount_setattr", "dirfd path flags uattr usize", .zeroOrError, .directory, .path, .atFlags,
        .reads(.structure, .argument(4)), .length)
    case 443: external("quotactl_fd", "fd cmd id addr", .zeroOrError, .fd, .hex, .integer, .address)
    case 457:
      external(
        "statmount", "req buf bufsize flags", .zeroOrError, .reads(.structure, .selfDescribing),
        .gives(.argument(2), as: .structure), .length, .hex)
    case 458:
      external(
        "listmount", "req mnt_ids nr_mnt_ids flags", .count, .reads(.structure, .selfDescribing),
        .gives(.resultElements(8), as: .structure), .count, .hex)
    case 467:
      external(
        "open_tree_attr", "dirfd path flags uattr usize", .descriptor, .directory, .path, .hex,
        .reads(.structure, .argument(4)), .length)
    default: nil
    }
  }
}
