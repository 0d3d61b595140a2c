// SPDX-License-Identifier: BSD-3-Clause

/// Names of bits in fields of structures, in the order in which they are printed.
extension FlagName {
  static func field(_ index: Int, of kind: ArgumentKind) -> FlagName? {
    switch kind {
    case .actionFlags: actionFlags(index)
    case .stackFlags: stackFlags(index)
    case .pollEvents: pollEvents(index)
    case .epollEvents: epollEvents(index)
    case .resolveFlags: resolveFlags(index)
    default: nil
    }
  }

  private static func actionFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("SA_RESTORER", 0x0400_0000)
    case 1: FlagName("SA_ONSTACK", 0x0800_0000)
    case 2: FlagName("SA_RESTART", 0x1000_0000)
    case 3: FlagName("SA_INTERRUPT", 0x2000_0000)
    case 4: FlagName("SA_NODEFER", 0x4000_0000)
    case 5: FlagName("SA_RESETHAND", 0x8000_0000)
    case 6: FlagName("SA_SIGINFO", 0x4)
    case 7: FlagName("SA_NOCLDSTOP", 0x1)
    case 8: FlagName("SA_NOCLDWAIT", 0x2)
    default: nil
    }
  }

  private static func stackFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("SS_ONSTACK", 0x1)
    case 1: FlagName("SS_DISABLE", 0x2)
    case 2: FlagName("SS_AUTODISARM", 0x8000_0000)
    default: nil
    }
  }

  private static func pollEvents(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("POLLIN", 0x1)
    case 1: FlagName("POLLPRI", 0x2)
    case 2: FlagName("POLLOUT", 0x4)
    case 3: FlagName("POLLRDNORM", 0x40)
    case 4: FlagName("POLLWRNORM", 0x100)
    case 5: FlagName("POLLRDBAND", 0x80)
    case 6: FlagName("POLLWRBAND", 0x200)
    case 7: FlagName("POLLERR", 0x8)
    case 8: FlagName("POLLHUP", 0x10)
    case 9: FlagName("POLLNVAL", 0x20)
    case 10: FlagName("POLLMSG", 0x400)
    case 11: FlagName("POLLREMOVE", 0x1000)
    case 12: FlagName("POLLRDHUP", 0x2000)
    default: nil
    }
  }

  private static func epollEvents(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("EPOLLIN", 0x1)
    case 1: FlagName("EPOLLPRI", 0x2)
    case 2: FlagName("EPOLLOUT", 0x4)
    case 3: FlagName("EPOLLRDNORM", 0x40)
    case 4: FlagName("EPOLLRDBAND", 0x80)
    case 5: FlagName("EPOLLWRNORM", 0x100)
    case 6: FlagName("EPOLLWRBAND", 0x200)
    case 7: FlagName("EPOLLMSG", 0x400)
    case 8: FlagName("EPOLLERR", 0x8)
    case 9: FlagName("EPOLLHUP", 0x10)
    case 10: FlagName("EPOLLRDHUP", 0x2000)
    case 11: FlagName("EPOLLEXCLUSIVE", 0x1000_0000)
    case 12: FlagName("EPOLLWAKEUP", 0x2000_0000)
    case 13: FlagName("EPOLLONESHOT", 0x4000_0000)
    case 14: FlagName("EPOLLET", 0x8000_0000)
    default: nil
    }
  }

  private static func resolveFlags(_ index: Int) -> FlagName? {
    switch index {
    case 0: FlagName("RESOLVE_NO_XDEV", 0x1)
    case 1: FlagName("RESOLVE_NO_MAGICLINKS", 0x2)
    case 2: FlagName("RESOLVE_NO_SYMLINKS", 0x4)
    case 3: FlagName("RESOLVE_BENEATH", 0x8)
    case 4: FlagName("RESOLVE_IN_ROOT", 0x10)
    case 5: FlagName("RESOLVE_CACHED", 0x20)
    default: nil
    }
  }
}
