// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// Structures that are more than their fields in a row.
extension StraceForm {
  mutating func put(special index: Int, _ kind: ArgumentKind, _ direction: Journal.Direction) {
    let address = call.operand(index)
    let byteCount =
      switch kind {
      case .stat: StructStat.byteCount
      case .statx: StructLayout.statx
      case .statfs: StructLayout.statfs
      case .fileLock: StructLayout.flock
      case .terminalSettings: StructLayout.termios
      case .cloneArguments: 64
      case .openHow: StructLayout.openHow
      default: 2
      }
    guard let offset = call.offset(of: address, direction, byteCount: byteCount) else {
      return put(address: address)
    }
    switch kind {
    case .stat: put(statAt: offset)
    case .statx: put(statxAt: offset)
    case .statfs: put(statfsAt: offset)
    case .fileLock: put(lockAt: offset)
    case .terminalSettings: put(terminalAt: offset)
    case .cloneArguments: put(cloneArgumentsAt: offset)
    case .openHow: put(openHowAt: offset)
    default:
      let seen = call.seen(direction, at: address)?.kept.count ?? 0
      put(socketAddressAt: offset, byteCount: seen)
    }
  }

  // MARK: Metadata

  private mutating func put(statAt offset: Int) {
    let mode = call.number(at: offset + 24, 4)
    out.append("{st_mode=")
    put(fileMode: mode)
    if mode & 0o170000 == 0o020000 || mode & 0o170000 == 0o060000 {
      out.append(", st_rdev=")
      put(device: call.number(at: offset + 40, 8))
    } else {
      out.append(", st_size=")
      out.append(signed: Int64(bitPattern: call.number(at: offset + 48, 8)))
    }
    out.append(", ...}")
  }

  private mutating func put(statxAt offset: Int) {
    out.append("{stx_mask=")
    put(statxMask: call.number(at: offset, 4))
    out.append(", stx_attributes=")
    put(flags: call.number(at: offset + 8, 8), Self.statxAttribute)
    out.append(", stx_mode=")
    put(fileMode: call.number(at: offset + 28, 2))
    out.append(", stx_size=")
    out.append(decimal: call.number(at: offset + 40, 8))
    out.append(", ...}")
  }

  private static func statxAttribute(_ index: Int) -> (bits: UInt64, name: StaticString)? {
    switch index {
    case 0: (0x4, "STATX_ATTR_COMPRESSED")
    case 1: (0x10, "STATX_ATTR_IMMUTABLE")
    case 2: (0x20, "STATX_ATTR_APPEND")
    case 3: (0x40, "STATX_ATTR_NODUMP")
    case 4: (0x800, "STATX_ATTR_ENCRYPTED")
    case 5: (0x1000, "STATX_ATTR_AUTOMOUNT")
    case 6: (0x2000, "STATX_ATTR_MOUNT_ROOT")
    case 7: (0x100000, "STATX_ATTR_VERITY")
    case 8: (0x200000, "STATX_ATTR_DAX")
    default: nil
    }
  }

  /// A mode with the type of the file.
  private mutating func put(fileMode mode: UInt64) {
    switch mode & 0o170000 {
    case 0o010000: out.append("S_IFIFO")
    case 0o020000: out.append("S_IFCHR")
    case 0o040000: out.append("S_IFDIR")
    case 0o060000: out.append("S_IFBLK")
    case 0o100000: out.append("S_IFREG")
    case 0o120000: out.append("S_IFLNK")
    case 0o140000: out.append("S_IFSOCK")
    default: return put(mode: mode)
    }
    if mode & 0o4000 != 0 { out.append("|S_ISUID") }
    if mode & 0o2000 != 0 { out.append("|S_ISGID") }
    if mode & 0o1000 != 0 { out.append("|S_ISVTX") }
    out.append("|")
    put(mode: mode & 0o777)
  }

  private mutating func put(statfsAt offset: Int) {
    let type = call.number(at: offset, 8)
    out.append("{f_type=")
    if let name = Self.fileSystemName(type) { out.append(name) } else { put(hex: type) }
    for index in 0..<6 {
      out.append(", ")
      out.append(Self.statfsField(index))
      out.append("=")
      out.append(decimal: call.number(at: offset + 8 + 8 * index, 8))
    }
    out.append(", f_fsid={val=[")
    put(hex: call.number(at: offset + 56, 4))
    out.append(", ")
    put(hex: call.number(at: offset + 60, 4))
    out.append("]}, f_namelen=")
    out.append(decimal: call.number(at: offset + 64, 8))
    out.append(", f_frsize=")
    out.append(decimal: call.number(at: offset + 72, 8))
    out.append(", f_flags=")
    put(flags: call.number(at: offset + 80, 8), Self.mountFlag)
    out.append("}")
  }

  private static func statfsField(_ index: Int) -> StaticString {
    switch index {
    case 0: "f_bsize"
    case 1: "f_blocks"
    case 2: "f_bfree"
    case 3: "f_bavail"
    case 4: "f_files"
    default: "f_ffree"
    }
  }

  private static func fileSystemName(_ magic: UInt64) -> StaticString? {
    switch magic {
    case 0xef53: "EXT2_SUPER_MAGIC"
    case 0x0102_1994: "TMPFS_MAGIC"
    case 0x9fa0: "PROC_SUPER_MAGIC"
    case 0x6265_6572: "SYSFS_MAGIC"
    case 0x794c_7630: "OVERLAYFS_SUPER_MAGIC"
    case 0x5846_5342: "XFS_SUPER_MAGIC"
    case 0x9123_683e: "BTRFS_SUPER_MAGIC"
    case 0x0027_e0eb: "CGROUP_SUPER_MAGIC"
    case 0x6367_7270: "CGROUP2_SUPER_MAGIC"
    case 0x6462_6720: "DEBUGFS_MAGIC"
    case 0x7363_6673: "SECURITYFS_MAGIC"
    case 0x1cd1: "DEVPTS_SUPER_MAGIC"
    case 0x8584_58f6: "RAMFS_MAGIC"
    case 0x6969: "NFS_SUPER_MAGIC"
    case 0x7371_7368: "SQUASHFS_MAGIC"
    case 0x6573_5546: "FUSE_SUPER_MAGIC"
    default: nil
    }
  }

  private static func mountFlag(_ index: Int) -> (bits: UInt64, name: StaticString)? {
    switch index {
    case 0: (0x20, "ST_VALID")
    case 1: (0x1, "ST_RDONLY")
    case 2: (0x2, "ST_NOSUID")
    case 3: (0x4, "ST_NODEV")
    case 4: (0x8, "ST_NOEXEC")
    case 5: (0x10, "ST_SYNCHRONOUS")
    case 6: (0x40, "ST_MANDLOCK")
    case 7: (0x400, "ST_NOATIME")
    case 8: (0x800, "ST_NODIRATIME")
    case 9: (0x1000, "ST_RELATIME")
    case 10: (0x2000, "ST_NOSYMFOLLOW")
    default: nil
    }
  }

  // MARK: Others

  private mutating func put(lockAt offset: Int) {
    out.append("{l_type=")
    put(names: call.number(at: offset, 2), as: .lockType)
    out.append(", l_whence=")
    put(names: call.number(at: offset + 2, 2), as: .whence)
    out.append(", l_start=")
    out.append(signed: Int64(bitPattern: call.number(at: offset + 8, 8)))
    out.append(", l_len=")
    out.append(signed: Int64(bitPattern: call.number(at: offset + 16, 8)))
    if call.operand(1) & 0xffff_ffff == 5 {
      out.append(", l_pid=")
      out.append(signed: Int64(Int32(truncatingIfNeeded: call.number(at: offset + 24, 4))))
    }
    out.append("}")
  }

  private mutating func put(terminalAt offset: Int) {
    let output = call.number(at: offset + 4, 4)
    let control = call.number(at: offset + 8, 4)
    let local = call.number(at: offset + 12, 4)
    let speeds: InlineArray<16, StaticString> = [
      "B0", "B50", "B75", "B110", "B134", "B150", "B200", "B300", "B600", "B1200", "B1800", "B2400",
      "B4800", "B9600", "B19200", "B38400",
    ]
    out.append("{")
    if control & 0x1000 == 0 { out.append(speeds[Int(control & 0xf)]) } else { put(hex: control) }
    out.append(output & 0x1 != 0 ? " opost" : " -opost")
    out.append(local & 0x1 != 0 ? " isig" : " -isig")
    out.append(local & 0x2 != 0 ? " icanon" : " -icanon")
    out.append(local & 0x8 != 0 ? " echo ...}" : " -echo ...}")
  }

  private mutating func put(cloneArgumentsAt offset: Int) {
    let flags = call.number(at: offset, 8)
    out.append("{flags=")
    put(names: flags & ~0xff, as: .cloneFlags)
    if flags & 0x0120_0000 != 0 {
      out.append(", child_tid=")
      out.append(hex: call.number(at: offset + 16, 8))
    }
    if flags & 0x0010_0000 != 0 {
      out.append(", parent_tid=")
      out.append(hex: call.number(at: offset + 24, 8))
    }
    out.append(", exit_signal=")
    put(signal: call.number(at: offset + 32, 8))
    out.append(", stack=")
    put(address: call.number(at: offset + 40, 8))
    out.append(", stack_size=")
    put(hex: call.number(at: offset + 48, 8))
    if flags & 0x0008_0000 != 0 {
      out.append(", tls=")
      out.append(hex: call.number(at: offset + 56, 8))
    }
    out.append("}")
  }

  private mutating func put(openHowAt offset: Int) {
    let flags = call.number(at: offset, 8)
    let mode = call.number(at: offset + 8, 8)
    out.append("{flags=")
    put(names: flags, as: .openFlags)
    // Only a call that makes a file looks at it.
    if mode != 0 || flags & 0x40 != 0 || flags & 0x41_0000 == 0x41_0000 {
      out.append(", mode=")
      put(mode: mode)
    }
    out.append(", resolve=")
    let resolve = call.number(at: offset + 16, 8)
    if resolve == 0 { out.append("0") } else { put(names: resolve, as: .resolveFlags) }
    out.append("}")
  }

  private mutating func put(socketAddressAt offset: Int, byteCount: Int) {
    let family = call.number(at: offset, 2)
    out.append("{sa_family=")
    put(names: family, as: .socketDomain)
    switch family {
    case 1:
      out.append(", sun_path=")
      let isAbstract = byteCount > 2 && call.number(at: offset + 2, 1) == 0
      if isAbstract { out.append("@") }
      let start = offset + (isAbstract ? 3 : 2)
      var end = start
      while end < offset + byteCount, isAbstract || call.number(at: end, 1) != 0 { end += 1 }
      putQuoted(start..<max(start, end))
    case 2 where byteCount >= 8:
      out.append(", sin_port=htons(")
      put(port: offset + 2)
      out.append("), sin_addr=inet_addr(\"")
      for index in 0..<4 {
        if index > 0 { out.append(".") }
        out.append(decimal: call.number(at: offset + 4 + index, 1))
      }
      out.append("\")")
    case 10 where byteCount >= 24:
      out.append(", sin6_port=htons(")
      put(port: offset + 2)
      out.append("), sin6_addr=0x")
      for index in 0..<16 {
        out.append(call.number(at: offset + 8 + index, 1), base: 16, width: 2)
      }
    default:
      if byteCount > 2 {
        out.append(", sa_data=")
        putQuoted(offset + 2..<offset + min(byteCount, 16))
      }
    }
    out.append("}")
  }

  private mutating func put(port offset: Int) {
    out.append(decimal: call.number(at: offset, 1) << 8 | call.number(at: offset + 1, 1))
  }
}
