// SPDX-License-Identifier: BSD-3-Clause

/// Names of codes: requests of ioctl(2).
extension SystemCallTable {
  static func deviceCode(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    switch kind {
    case .ioctlRequest: ioctlRequest(value)
    default: nil
    }
  }

  private static func ioctlRequest(_ value: UInt64) -> StaticString? {
    terminalRequest(value) ?? otherRequest(value)
  }

  private static func terminalRequest(_ value: UInt64) -> StaticString? {
    switch value {
    case 0x5401: "TCGETS"
    case 0x5402: "TCSETS"
    case 0x5403: "TCSETSW"
    case 0x5404: "TCSETSF"
    case 0x5405: "TCGETA"
    case 0x5406: "TCSETA"
    case 0x5407: "TCSETAW"
    case 0x5408: "TCSETAF"
    case 0x5409: "TCSBRK"
    case 0x540a: "TCXONC"
    case 0x540b: "TCFLSH"
    case 0x540c: "TIOCEXCL"
    case 0x540d: "TIOCNXCL"
    case 0x540e: "TIOCSCTTY"
    case 0x540f: "TIOCGPGRP"
    case 0x5410: "TIOCSPGRP"
    case 0x5411: "TIOCOUTQ"
    case 0x5412: "TIOCSTI"
    case 0x5413: "TIOCGWINSZ"
    case 0x5414: "TIOCSWINSZ"
    case 0x5415: "TIOCMGET"
    case 0x5416: "TIOCMBIS"
    case 0x5417: "TIOCMBIC"
    case 0x5418: "TIOCMSET"
    case 0x541b: "FIONREAD"
    case 0x541c: "TIOCLINUX"
    case 0x541d: "TIOCCONS"
    case 0x5420: "TIOCPKT"
    case 0x5421: "FIONBIO"
    case 0x5422: "TIOCNOTTY"
    case 0x5423: "TIOCSETD"
    case 0x5424: "TIOCGETD"
    case 0x5425: "TCSBRKP"
    case 0x5429: "TIOCGSID"
    case 0x802c542a: "TCGETS2"
    case 0x402c542b: "TCSETS2"
    case 0x402c542c: "TCSETSW2"
    case 0x402c542d: "TCSETSF2"
    case 0x80045430: "TIOCGPTN"
    case 0x40045431: "TIOCSPTLCK"
    case 0x5441: "TIOCGPTPEER"
    case 0x5450: "FIONCLEX"
    case 0x5451: "FIOCLEX"
    case 0x5452: "FIOASYNC"
    case 0x5460: "FIOQSIZE"
    default: nil
    }
  }

  private static func otherRequest(_ value: UInt64) -> StaticString? {
    switch value {
    case 0x1: "FIBMAP"
    case 0x2: "FIGETBSZ"
    case 0x40049409: "FICLONE"
    case 0x4020940d: "FICLONERANGE"
    case 0xc0189436: "FIDEDUPERANGE"
    case 0x80086601: "FS_IOC_GETFLAGS"
    case 0x40086602: "FS_IOC_SETFLAGS"
    case 0x801c581f: "FS_IOC_FSGETXATTR"
    case 0x401c5820: "FS_IOC_FSSETXATTR"
    case 0xc020660b: "FS_IOC_FIEMAP"
    case 0x1260: "BLKGETSIZE"
    case 0x80081272: "BLKGETSIZE64"
    case 0x1268: "BLKSSZGET"
    case 0x1261: "BLKFLSBUF"
    case 0x1277: "BLKDISCARD"
    case 0x80045200: "RNDGETENTCNT"
    case 0x8912: "SIOCGIFCONF"
    case 0x8913: "SIOCGIFFLAGS"
    case 0x8915: "SIOCGIFADDR"
    case 0x8919: "SIOCGIFBRDADDR"
    case 0x891b: "SIOCGIFNETMASK"
    case 0x8921: "SIOCGIFMTU"
    case 0x8927: "SIOCGIFHWADDR"
    case 0x8933: "SIOCGIFINDEX"
    case 0x8910: "SIOCGIFNAME"
    case 0x8905: "SIOCATMARK"
    case 0xc018aa3f: "UFFDIO_API"
    case 0xc020aa00: "UFFDIO_REGISTER"
    case 0x8010aa01: "UFFDIO_UNREGISTER"
    case 0x8010aa02: "UFFDIO_WAKE"
    case 0xc028aa03: "UFFDIO_COPY"
    case 0xc020aa04: "UFFDIO_ZEROPAGE"
    case 0xc018aa06: "UFFDIO_WRITEPROTECT"
    case 0xc020aa07: "UFFDIO_CONTINUE"
    case 0xc0686611: "PROCMAP_QUERY"
    default: nil
    }
  }
}
