// SPDX-License-Identifier: BSD-3-Clause

/// Sockets.
extension SystemCallRow {
  static func network(_ number: Int) -> SystemCallRow? {
    switch number {
    case 41:
      external(
        "socket", "domain type protocol", .descriptor, .code(.socketDomain), .code(.socketType),
        .code(.socketProtocol))
    case 42:
      external(
        "connect", "sockfd addr addrlen", .zeroOrError, .fd,
        .reads(.socketAddress, .argument(2)), .length)
    case 43:
      external(
        "accept", "sockfd addr addrlen", .descriptor, .fd,
        .gives(.pointedTo(2), as: .socketAddress), .updates(.lengthPointer, .fixed(4)))
    case 44:
      external(
        "sendto", "sockfd buf len flags dest_addr addrlen", .byteCount, .fd,
        .takes(.argument(2)), .length, .code(.messageFlags),
        .reads(.socketAddress, .argument(5)), .length)
    case 45:
      external(
        "recvfrom", "sockfd buf len flags src_addr addrlen", .byteCount, .fd, .gives(.result),
        .length, .code(.messageFlags), .gives(.pointedTo(5), as: .socketAddress),
        .updates(.lengthPointer, .fixed(4)))
    case 46:
      external(
        "sendmsg", "sockfd msg flags", .byteCount, .fd,
        .takes(.messageHeader, as: .messageHeader), .code(.messageFlags))
    case 47:
      external(
        "recvmsg", "sockfd msg flags", .byteCount, .fd,
        .gives(.messageHeader, as: .messageHeader), .code(.messageFlags))
    case 48: external("shutdown", "sockfd how", .zeroOrError, .fd, .code(.shutdownHow))
    case 49:
      external(
        "bind", "sockfd addr addrlen", .zeroOrError, .fd, .reads(.socketAddress, .argument(2)),
        .length)
    case 50: external("listen", "sockfd backlog", .zeroOrError, .fd, .integer)
    case 51, 52:
      external(
        number == 51 ? "getsockname" : "getpeername", "sockfd addr addrlen", .zeroOrError, .fd,
        .gives(.pointedTo(2), as: .socketAddress), .updates(.lengthPointer, .fixed(4)))
    case 53:
      external(
        "socketpair", "domain type protocol sv", .zeroOrError, .code(.socketDomain),
        .code(.socketType), .code(.socketProtocol), .writes(.descriptorPair, .fixed(8)))
    default: networkMore(number)
    }
  }

  /// Options, and calls that are younger than sockets.
  private static func networkMore(_ number: Int) -> SystemCallRow? {
    switch number {
    case 54:
      external(
        "setsockopt", "sockfd level optname optval optlen", .zeroOrError, .fd,
        .code(.socketLevel), .code(.socketOption), .reads(.structure, .argument(4)), .length)
    case 55:
      external(
        "getsockopt", "sockfd level optname optval optlen", .zeroOrError, .fd,
        .code(.socketLevel), .code(.socketOption), .gives(.pointedTo(4), as: .structure),
        .updates(.lengthPointer, .fixed(4)))
    case 288:
      external(
        "accept4", "sockfd addr addrlen flags", .descriptor, .fd,
        .gives(.pointedTo(2), as: .socketAddress), .updates(.lengthPointer, .fixed(4)),
        .code(.socketType))
    case 299:
      external(
        "recvmmsg", "sockfd msgvec vlen flags timeout", .count, .fd,
        .gives(.messageVector(2), as: .messageVector), .count, .code(.messageFlags),
        .updates(.timespec, .fixed(16)))
    case 307:
      external(
        "sendmmsg", "sockfd msgvec vlen flags", .count, .fd,
        .takes(.messageVector(2), as: .messageVector), .count, .code(.messageFlags))
    default: nil
    }
  }
}
