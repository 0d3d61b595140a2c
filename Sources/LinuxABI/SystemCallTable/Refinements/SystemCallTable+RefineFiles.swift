// SPDX-License-Identifier: BSD-3-Clause

extension SystemCallTable {
  /// fcntl(2).
  static func refineFcntl(_ row: inout SystemCallDescription, _ command: UInt64) {
    switch command {
    case 0, 1030:  // F_DUPFD, F_DUPFD_CLOEXEC
      row.arguments[2] = .fd
      row.result = .descriptor
    case 1: row.arguments[2] = .unused  // F_GETFD
    case 2:  // F_SETFD
      row.arguments[2] = .code(.descriptorFlags)
      row.result = .zeroOrError
    case 3:  // F_GETFL
      row.arguments[2] = .unused
      row.result = .hex
    case 4:  // F_SETFL
      row.arguments[2] = .openFlags
      row.result = .zeroOrError
    case 5, 36:  // F_GETLK, F_OFD_GETLK
      row.decision = .external
      row.arguments[2] = .updates(.fileLock, .fixed(32))
      row.result = .zeroOrError
    case 6, 7, 37, 38:  // F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
      row.decision = .external
      row.arguments[2] = .reads(.fileLock, .fixed(32))
      row.result = .zeroOrError
    case 8:  // F_SETOWN
      row.arguments[2] = .pid
      row.result = .zeroOrError
    case 9:  // F_GETOWN
      row.arguments[2] = .unused
      row.result = .processID
    case 10: row.arguments[2] = .signal  // F_SETSIG
    case 15: row.arguments[2] = .reads(.structure, .fixed(8))  // F_SETOWN_EX
    case 16: row.arguments[2] = .writes(.structure, .fixed(8))  // F_GETOWN_EX
    case 1027: row.arguments[2] = .fd  // F_DUPFD_QUERY
    case 11, 1025, 1028, 1032, 1034: row.arguments[2] = .unused
    case 1031: row.arguments[2] = .length  // F_SETPIPE_SZ
    case 1035, 1037: row.arguments[2] = .writes(.structure, .fixed(8))  // F_GET_RW_HINT
    case 1036, 1038: row.arguments[2] = .reads(.structure, .fixed(8))  // F_SET_RW_HINT
    default: break
    }
  }

  /// ioctl(2): the old terminal requests by list, the others by what their number says of itself:
  /// direction in bits 30 and 31, byte count in bits 16 to 29. Source: `asm-generic/ioctl.h`.
  static func refineIoctl(_ row: inout SystemCallDescription, _ request: UInt64) {
    switch request {
    case 0x5401: row.arguments[2] = .gives(.fixed(36), as: .terminalSettings)  // TCGETS
    case 0x5402...0x5404: row.arguments[2] = .reads(.terminalSettings, .fixed(36))  // TCSETS...
    case 0x5405: row.arguments[2] = .gives(.fixed(18), as: .terminalSettings)  // TCGETA
    case 0x5406...0x5408: row.arguments[2] = .reads(.terminalSettings, .fixed(18))  // TCSETA...
    case 0x5409...0x540b, 0x5425: row.arguments[2] = .integer  // TCSBRK, TCXONC, TCFLSH, TCSBRKP
    case 0x540c, 0x540d, 0x5422: row.arguments[2] = .unused  // TIOCEXCL, TIOCNXCL, TIOCNOTTY
    case 0x540e: row.arguments[2] = .integer  // TIOCSCTTY
    case 0x540f, 0x5429: row.arguments[2] = .gives(.fixed(4), as: .processIDPointer)  // TIOCGPGRP
    case 0x5410: row.arguments[2] = .reads(.processIDPointer, .fixed(4))  // TIOCSPGRP
    case 0x5413: row.arguments[2] = .gives(.fixed(8), as: .windowSize)  // TIOCGWINSZ
    case 0x5414: row.arguments[2] = .reads(.windowSize, .fixed(8))  // TIOCSWINSZ
    case 0x5411, 0x5415, 0x541b, 0x5424:  // TIOCOUTQ, TIOCMGET, FIONREAD, TIOCGETD
      row.arguments[2] = .gives(.fixed(4), as: .integerPointer)
    case 0x5416...0x5418, 0x5420, 0x5423, 0x5452:  // TIOCMBIS..., TIOCPKT, TIOCSETD, FIOASYNC
      row.arguments[2] = .reads(.integerPointer, .fixed(4))
    case 0x5421:  // FIONBIO
      row.decision = .modelled
      row.arguments[2] = .reads(.integerPointer, .fixed(4))
    case 0x5450, 0x5451:  // FIONCLEX, FIOCLEX
      row.decision = .modelled
      row.arguments[2] = .unused
    case 0x5460: row.arguments[2] = .gives(.fixed(8), as: .structure)  // FIOQSIZE
    case 0x1: row.arguments[2] = .updates(.integerPointer, .fixed(4))  // FIBMAP
    case 0x2, 0x1268: row.arguments[2] = .gives(.fixed(4), as: .integerPointer)  // FIGETBSZ
    case 0x1260: row.arguments[2] = .gives(.fixed(8), as: .structure)  // BLKGETSIZE
    case 0x1261: row.arguments[2] = .unused  // BLKFLSBUF
    case 0x8912: row.arguments[2] = .updates(.structure, .fixed(16))  // SIOCGIFCONF
    case 0x8910, 0x8913, 0x8915, 0x8919, 0x891b, 0x8921, 0x8927, 0x8933:  // SIOCGIF...
      row.arguments[2] = .updates(.structure, .fixed(40))
    case 0x4004_9409: row.arguments[2] = .fd  // FICLONE
    default: refineByNumber(&row, request)
    }
  }

  private static func refineByNumber(_ row: inout SystemCallDescription, _ request: UInt64) {
    let count = UInt16(request >> 16 & 0x3fff)
    if count == 0 { return }
    switch request >> 30 {
    case 1: row.arguments[2] = .reads(.structure, .fixed(count))
    case 2: row.arguments[2] = .gives(.fixed(count), as: .structure)
    case 3: row.arguments[2] = .updates(.structure, .fixed(count))
    default: break
    }
  }
}
