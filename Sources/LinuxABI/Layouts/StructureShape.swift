// SPDX-License-Identifier: BSD-3-Clause

/// A field of a structure of the guest, as printers show it.
public struct StructureField: Sendable {
  /// What the bytes are.
  public enum Form: Sendable {
    /// A number with a sign.
    case signed
    /// A number without one.
    case unsigned
    /// A number that reads best in hexadecimal.
    case hex
    /// An address in the guest.
    case address
    /// Text with a NUL at its end or at the end of the field.
    case text
    /// RLIM_INFINITY, or a number.
    case limit
    /// Three numbers of 8 bytes.
    case triple
    /// A structure within the structure.
    case nested(ArgumentKind)
  }

  /// Its name in C.
  public var name: StaticString
  /// Where it begins, in bytes.
  public var offset: Int
  /// How long it is.
  public var byteCount: Int
  /// What the bytes are.
  public var form: Form

  init(_ name: StaticString, _ offset: Int, _ byteCount: Int, _ form: Form = .signed) {
    self.name = name
    self.offset = offset
    self.byteCount = byteCount
    self.form = form
  }
}

/// The structures whose fields stand one after the other in a row, without exceptions; the
/// printers of the others are code. Source: the man page of the call that each belongs to.
public enum StructureShape {
  /// The structure's name in C and its size; nil for a kind that has no fields here.
  public static func outline(_ kind: ArgumentKind) -> (name: StaticString, byteCount: Int)? {
    switch kind {
    case .timespec: ("timespec", 16)
    case .timeval: ("timeval", 16)
    case .timerSpecification: ("itimerspec", 32)
    case .intervalValue: ("itimerval", 32)
    case .timeZone: ("timezone", 8)
    case .resourceLimit: ("rlimit", 16)
    case .resourceUsage: ("rusage", 144)
    case .processTimes: ("tms", 32)
    case .systemName: ("utsname", 390)
    case .systemInformation: ("sysinfo", 112)
    case .windowSize: ("winsize", 8)
    case .capabilityHeader: ("cap_user_header", 8)
    default: nil
    }
  }

  /// Whether there is more in the structure than its fields here.
  public static func hasMore(_ kind: ArgumentKind) -> Bool {
    kind == .systemName || kind == .resourceUsage
  }

  /// The fields, one index each from 0 on; nil after the last.
  public static func field(_ index: Int, of kind: ArgumentKind) -> StructureField? {
    switch kind {
    case .timespec, .timeval, .timerSpecification, .intervalValue, .timeZone, .processTimes:
      time(index, kind)
    case .stat: metadata(index)
    default: system(index, kind)
    }
  }

  /// Fields behind those that printers show.
  private static func further(_ index: Int, of kind: ArgumentKind) -> StructureField? {
    switch (kind, index) {
    case (.systemName, 0): StructureField("release", 130, 65, .text)
    case (.systemName, 1): StructureField("version", 195, 65, .text)
    case (.systemName, 2): StructureField("machine", 260, 65, .text)
    case (.systemName, 3): StructureField("domainname", 325, 65, .text)
    default: nil
    }
  }

  /// The field that holds the byte at that offset; nil where none does.
  public static func field(holding byte: Int, of kind: ArgumentKind) -> StructureField? {
    var index = 0
    while let field = further(index, of: kind) {
      if byte >= field.offset, byte < field.offset + field.byteCount { return field }
      index += 1
    }
    index = 0
    while let field = field(index, of: kind) {
      if byte >= field.offset, byte < field.offset + field.byteCount { return field }
      index += 1
    }
    return nil
  }

  private static func metadata(_ index: Int) -> StructureField? {
    typealias Offset = StructStat.Offset
    return switch index {
    case 0: StructureField("st_dev", Offset.device, 8, .unsigned)
    case 1: StructureField("st_ino", Offset.inode, 8, .unsigned)
    case 2: StructureField("st_nlink", Offset.linkCount, 8, .unsigned)
    case 3: StructureField("st_mode", Offset.mode, 4, .hex)
    case 4: StructureField("st_uid", Offset.owner, 4, .unsigned)
    case 5: StructureField("st_gid", Offset.group, 4, .unsigned)
    case 6: StructureField("st_rdev", Offset.specialDevice, 8, .unsigned)
    case 7: StructureField("st_size", Offset.byteCount, 8)
    case 8: StructureField("st_blksize", Offset.blockByteCount, 8)
    case 9: StructureField("st_blocks", Offset.blockCount, 8)
    case 10: StructureField("st_atim", Offset.accessTime, 16, .nested(.timespec))
    case 11: StructureField("st_mtim", Offset.modificationTime, 16, .nested(.timespec))
    case 12: StructureField("st_ctim", Offset.changeTime, 16, .nested(.timespec))
    default: nil
    }
  }

  private static func time(_ index: Int, _ kind: ArgumentKind) -> StructureField? {
    switch (kind, index) {
    case (.timespec, 0), (.timeval, 0): StructureField("tv_sec", 0, 8)
    case (.timespec, 1): StructureField("tv_nsec", 8, 8)
    case (.timeval, 1): StructureField("tv_usec", 8, 8)
    case (.timerSpecification, 0): StructureField("it_interval", 0, 16, .nested(.timespec))
    case (.timerSpecification, 1): StructureField("it_value", 16, 16, .nested(.timespec))
    case (.intervalValue, 0): StructureField("it_interval", 0, 16, .nested(.timeval))
    case (.intervalValue, 1): StructureField("it_value", 16, 16, .nested(.timeval))
    case (.timeZone, 0): StructureField("tz_minuteswest", 0, 4)
    case (.timeZone, 1): StructureField("tz_dsttime", 4, 4)
    case (.processTimes, 0): StructureField("tms_utime", 0, 8)
    case (.processTimes, 1): StructureField("tms_stime", 8, 8)
    case (.processTimes, 2): StructureField("tms_cutime", 16, 8)
    case (.processTimes, 3): StructureField("tms_cstime", 24, 8)
    default: nil
    }
  }

  private static func system(_ index: Int, _ kind: ArgumentKind) -> StructureField? {
    switch (kind, index) {
    case (.resourceLimit, 0): StructureField("rlim_cur", 0, 8, .limit)
    case (.resourceLimit, 1): StructureField("rlim_max", 8, 8, .limit)
    case (.resourceUsage, 0): StructureField("ru_utime", 0, 16, .nested(.timeval))
    case (.resourceUsage, 1): StructureField("ru_stime", 16, 16, .nested(.timeval))
    case (.systemName, 0): StructureField("sysname", 0, 65, .text)
    case (.systemName, 1): StructureField("nodename", 65, 65, .text)
    case (.windowSize, 0): StructureField("ws_row", 0, 2, .unsigned)
    case (.windowSize, 1): StructureField("ws_col", 2, 2, .unsigned)
    case (.windowSize, 2): StructureField("ws_xpixel", 4, 2, .unsigned)
    case (.windowSize, 3): StructureField("ws_ypixel", 6, 2, .unsigned)
    case (.capabilityHeader, 0): StructureField("version", 0, 4, .hex)
    case (.capabilityHeader, 1): StructureField("pid", 4, 4)
    case (.systemInformation, _): information(index)
    default: nil
    }
  }

  private static func information(_ index: Int) -> StructureField? {
    switch index {
    case 0: StructureField("uptime", 0, 8)
    case 1: StructureField("loads", 8, 24, .triple)
    case 2: StructureField("totalram", 32, 8, .unsigned)
    case 3: StructureField("freeram", 40, 8, .unsigned)
    case 4: StructureField("sharedram", 48, 8, .unsigned)
    case 5: StructureField("bufferram", 56, 8, .unsigned)
    case 6: StructureField("totalswap", 64, 8, .unsigned)
    case 7: StructureField("freeswap", 72, 8, .unsigned)
    case 8: StructureField("procs", 80, 2, .unsigned)
    case 9: StructureField("totalhigh", 88, 8, .unsigned)
    case 10: StructureField("freehigh", 96, 8, .unsigned)
    case 11: StructureField("mem_unit", 104, 4, .unsigned)
    default: nil
    }
  }
}
