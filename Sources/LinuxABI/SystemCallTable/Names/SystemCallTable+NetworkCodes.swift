// SPDX-License-Identifier: BSD-3-Clause

/// Names of codes: sockets and epoll.
extension SystemCallTable {
  static func networkCode(_ kind: ArgumentKind, _ value: UInt64) -> StaticString? {
    switch kind {
    case .socketDomain: socketDomain(value)
    case .socketLevel: socketLevel(value)
    case .socketOption: socketOption(value)
    case .shutdownHow: shutdownHow(value)
    case .epollOperation: epollOperation(value)
    default: nil
    }
  }

  /// The name of an option of setsockopt(2), which depends on its level.
  public static func socketOptionName(level: UInt64, option: UInt64) -> StaticString? {
    switch level {
    case 0: ipOption(option)
    case 1: socketOption(option)
    case 6: tcpOption(option)
    case 41: ipv6Option(option)
    default: nil
    }
  }

  private static func socketDomain(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "AF_UNSPEC"
    case 1: "AF_UNIX"
    case 2: "AF_INET"
    case 3: "AF_AX25"
    case 4: "AF_IPX"
    case 9: "AF_X25"
    case 10: "AF_INET6"
    case 15: "AF_KEY"
    case 16: "AF_NETLINK"
    case 17: "AF_PACKET"
    case 29: "AF_CAN"
    case 30: "AF_TIPC"
    case 31: "AF_BLUETOOTH"
    case 38: "AF_ALG"
    case 40: "AF_VSOCK"
    case 41: "AF_KCM"
    case 42: "AF_QIPCRTR"
    case 43: "AF_SMC"
    case 44: "AF_XDP"
    default: nil
    }
  }

  private static func socketLevel(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "IPPROTO_IP"
    case 1: "SOL_SOCKET"
    case 6: "IPPROTO_TCP"
    case 17: "IPPROTO_UDP"
    case 41: "IPPROTO_IPV6"
    case 255: "IPPROTO_RAW"
    case 263: "SOL_PACKET"
    case 270: "SOL_NETLINK"
    case 279: "SOL_ALG"
    case 287: "SOL_VSOCK"
    default: nil
    }
  }

  private static func socketOption(_ value: UInt64) -> StaticString? {
    switch value {
    case 1: "SO_DEBUG"
    case 2: "SO_REUSEADDR"
    case 3: "SO_TYPE"
    case 4: "SO_ERROR"
    case 5: "SO_DONTROUTE"
    case 6: "SO_BROADCAST"
    case 7: "SO_SNDBUF"
    case 8: "SO_RCVBUF"
    case 9: "SO_KEEPALIVE"
    case 10: "SO_OOBINLINE"
    case 11: "SO_NO_CHECK"
    case 12: "SO_PRIORITY"
    case 13: "SO_LINGER"
    case 14: "SO_BSDCOMPAT"
    case 15: "SO_REUSEPORT"
    case 16: "SO_PASSCRED"
    case 17: "SO_PEERCRED"
    case 18: "SO_RCVLOWAT"
    case 19: "SO_SNDLOWAT"
    case 20: "SO_RCVTIMEO"
    case 21: "SO_SNDTIMEO"
    case 25: "SO_BINDTODEVICE"
    case 26: "SO_ATTACH_FILTER"
    case 27: "SO_DETACH_FILTER"
    case 28: "SO_PEERNAME"
    case 29: "SO_TIMESTAMP"
    case 30: "SO_ACCEPTCONN"
    case 31: "SO_PEERSEC"
    case 32: "SO_SNDBUFFORCE"
    case 33: "SO_RCVBUFFORCE"
    case 34: "SO_PASSSEC"
    case 35: "SO_TIMESTAMPNS"
    case 36: "SO_MARK"
    case 37: "SO_TIMESTAMPING"
    case 38: "SO_PROTOCOL"
    case 39: "SO_DOMAIN"
    case 40: "SO_RXQ_OVFL"
    case 42: "SO_PEEK_OFF"
    case 44: "SO_LOCK_FILTER"
    case 46: "SO_BUSY_POLL"
    case 49: "SO_INCOMING_CPU"
    case 50: "SO_ATTACH_BPF"
    case 57: "SO_COOKIE"
    case 59: "SO_PEERGROUPS"
    case 60: "SO_ZEROCOPY"
    case 61: "SO_TXTIME"
    case 69: "SO_PREFER_BUSY_POLL"
    default: nil
    }
  }

  private static func tcpOption(_ value: UInt64) -> StaticString? {
    switch value {
    case 1: "TCP_NODELAY"
    case 2: "TCP_MAXSEG"
    case 3: "TCP_CORK"
    case 4: "TCP_KEEPIDLE"
    case 5: "TCP_KEEPINTVL"
    case 6: "TCP_KEEPCNT"
    case 7: "TCP_SYNCNT"
    case 8: "TCP_LINGER2"
    case 9: "TCP_DEFER_ACCEPT"
    case 10: "TCP_WINDOW_CLAMP"
    case 11: "TCP_INFO"
    case 12: "TCP_QUICKACK"
    case 13: "TCP_CONGESTION"
    case 18: "TCP_USER_TIMEOUT"
    case 23: "TCP_FASTOPEN"
    case 30: "TCP_FASTOPEN_CONNECT"
    case 31: "TCP_ULP"
    default: nil
    }
  }

  private static func ipv6Option(_ value: UInt64) -> StaticString? {
    switch value {
    case 26: "IPV6_V6ONLY"
    case 16: "IPV6_UNICAST_HOPS"
    case 17: "IPV6_MULTICAST_IF"
    case 18: "IPV6_MULTICAST_HOPS"
    case 19: "IPV6_MULTICAST_LOOP"
    case 23: "IPV6_MTU_DISCOVER"
    case 24: "IPV6_MTU"
    case 25: "IPV6_RECVERR"
    case 49: "IPV6_RECVPKTINFO"
    case 67: "IPV6_TCLASS"
    default: nil
    }
  }

  private static func ipOption(_ value: UInt64) -> StaticString? {
    switch value {
    case 1: "IP_TOS"
    case 2: "IP_TTL"
    case 3: "IP_HDRINCL"
    case 4: "IP_OPTIONS"
    case 6: "IP_RECVOPTS"
    case 8: "IP_PKTINFO"
    case 10: "IP_MTU_DISCOVER"
    case 11: "IP_RECVERR"
    case 12: "IP_RECVTTL"
    case 14: "IP_MTU"
    case 15: "IP_FREEBIND"
    case 19: "IP_TRANSPARENT"
    case 32: "IP_MULTICAST_IF"
    case 33: "IP_MULTICAST_TTL"
    case 34: "IP_MULTICAST_LOOP"
    case 35: "IP_ADD_MEMBERSHIP"
    case 36: "IP_DROP_MEMBERSHIP"
    case 24: "IP_BIND_ADDRESS_NO_PORT"
    default: nil
    }
  }

  private static func shutdownHow(_ value: UInt64) -> StaticString? {
    switch value {
    case 0: "SHUT_RD"
    case 1: "SHUT_WR"
    case 2: "SHUT_RDWR"
    default: nil
    }
  }

  private static func epollOperation(_ value: UInt64) -> StaticString? {
    switch value {
    case 1: "EPOLL_CTL_ADD"
    case 2: "EPOLL_CTL_DEL"
    case 3: "EPOLL_CTL_MOD"
    default: nil
    }
  }
}
