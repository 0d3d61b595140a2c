// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// The argument whose value says what the call does, such as 1 of ioctl(2); nil for a call that
  /// does one thing.
  public static func subcommandArgument(of number: SystemCallNumber) -> Int? {
    switch number.rawValue {
    case 16, 72, 202, 233, 302: 1  // ioctl, fcntl, futex, epoll_ctl, prlimit64
    case 54, 55, 28: 2  // setsockopt, getsockopt, madvise
    case 14, 36, 38, 97, 98, 157, 158, 160, 227...230, 324: 0
    default: nil
    }
  }

  /// The name of what the call is to do, such as `TCGETS`; nil where there is none or it has no
  /// name here.
  public static func subcommandName(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> StaticString? {
    guard let index = subcommandArgument(of: number), let row = description(of: number) else {
      return nil
    }
    let value = operands[index]
    switch row.arguments[index].kind {
    case .socketOption: return socketOptionName(level: operands[1] & 0xffff_ffff, option: value)
    case .futexOperation: return futexCommandName(value & 0x7f)
    case let kind: return codeName(kind, value)
    }
  }

  /// The name of one value of a kind of argument, such as `SEEK_SET` of a whence; nil for a kind
  /// without names and for a value without one. Of kinds that are flags `FlagName` has the names.
  /// The kernel looks at 32 bits of all these codes, and so does this.
  public static func codeName(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    let code = value & 0xffff_ffff
    switch kind {
    case .signal:
      return code < 64 ? Signal(rawValue: UInt8(code)).name : nil
    case .directoryDescriptor:
      return code == 0xffff_ff9c ? "AT_FDCWD" : nil
    case .advice, .membarrierCommand: return memoryCode(kind, code)
    case .fileAdvice, .whence, .fcntlCommand, .lockType: return fileCode(kind, code)
    case .ioctlRequest: return deviceCode(kind, code)
    case .prctlCode, .archPrctlCode, .signalHow, .clock, .intervalTimer, .waitIDType,
      .schedulingPolicy, .priorityTarget, .resource, .resourceUsageTarget:
      return processCode(kind, code)
    case .socketDomain, .socketLevel, .socketOption, .shutdownHow, .epollOperation:
      return networkCode(kind, code)
    default: return nil
    }
  }

  private static func futexCommandName(_ command: UInt64) -> StaticString? {
    var index = 0
    while let flag = FlagName.at(index, of: .futexOperation) {
      if flag.mask == 0x7f, flag.value == command { return flag.name }
      index += 1
    }
    return nil
  }
}
