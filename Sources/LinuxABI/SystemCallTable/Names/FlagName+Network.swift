// SPDX-License-Identifier: BSD-3-Clause

/// Names of bits: network.
extension FlagName {
  static func network(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    switch kind {
    case .socketType: socketType(index)
    case .messageFlags: messageFlags(index)
    case .epollFlags: epollFlags(index)
    case .eventFlags: eventFlags(index)
    default: nil
    }
  }

  private static func socketType(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("SOCK_STREAM", 0x1, mask: 0xf)
    case 1: FlagName("SOCK_DGRAM", 0x2, mask: 0xf)
    case 2: FlagName("SOCK_RAW", 0x3, mask: 0xf)
    case 3: FlagName("SOCK_RDM", 0x4, mask: 0xf)
    case 4: FlagName("SOCK_SEQPACKET", 0x5, mask: 0xf)
    case 5: FlagName("SOCK_DCCP", 0x6, mask: 0xf)
    case 6: FlagName("SOCK_PACKET", 0xa, mask: 0xf)
    case 7: FlagName("SOCK_CLOEXEC", 0x80000)
    case 8: FlagName("SOCK_NONBLOCK", 0x800)
    default: nil
    }
  }

  private static func messageFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("MSG_OOB", 0x1)
    case 1: FlagName("MSG_PEEK", 0x2)
    case 2: FlagName("MSG_DONTROUTE", 0x4)
    case 3: FlagName("MSG_CTRUNC", 0x8)
    case 4: FlagName("MSG_PROXY", 0x10)
    case 5: FlagName("MSG_TRUNC", 0x20)
    case 6: FlagName("MSG_DONTWAIT", 0x40)
    case 7: FlagName("MSG_EOR", 0x80)
    case 8: FlagName("MSG_WAITALL", 0x100)
    case 9: FlagName("MSG_FIN", 0x200)
    case 10: FlagName("MSG_SYN", 0x400)
    case 11: FlagName("MSG_CONFIRM", 0x800)
    case 12: FlagName("MSG_RST", 0x1000)
    case 13: FlagName("MSG_ERRQUEUE", 0x2000)
    case 14: FlagName("MSG_NOSIGNAL", 0x4000)
    case 15: FlagName("MSG_MORE", 0x8000)
    case 16: FlagName("MSG_WAITFORONE", 0x10000)
    case 17: FlagName("MSG_BATCH", 0x40000)
    case 18: FlagName("MSG_ZEROCOPY", 0x4000000)
    case 19: FlagName("MSG_FASTOPEN", 0x20000000)
    case 20: FlagName("MSG_CMSG_CLOEXEC", 0x40000000)
    default: nil
    }
  }

  private static func epollFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("EPOLL_CLOEXEC", 0x80000)
    default: nil
    }
  }

  private static func eventFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("EFD_SEMAPHORE", 0x1)
    case 1: FlagName("EFD_CLOEXEC", 0x80000)
    case 2: FlagName("EFD_NONBLOCK", 0x800)
    default: nil
    }
  }
}
