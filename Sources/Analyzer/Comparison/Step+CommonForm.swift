// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Calls that ask the same of a kernel under two names: C libraries went over from `stat` to
/// `newfstatat`, from `open` to `openat`, without asking for anything else. Source: section 2 of
/// the manual, each page's words on what `AT_FDCWD`, `AT_EMPTY_PATH` and no flags are the same as.
extension Step {
  /// Where an argument of the common form comes from.
  private enum Origin {
    case argument(Int)
    case value(UInt64)

    /// The directory that a call without one starts from.
    static var workingDirectory: Origin { .value(0xffff_ff9c) }
  }

  /// The call in the form that all its names have in common; the call itself where it has one name.
  func commonForm(of event: Event) -> Event {
    guard event.kind == .systemCall, let (number, origins) = form(of: event) else { return event }
    var common = event
    common.code = number.rawValue
    common.operands = [0, 0, 0, 0, 0, 0]
    common.unknown = event.unknown.intersection(.result)
    for (index, origin) in origins.enumerated() {
      switch origin {
      case .value(let value): common.operands[index] = value
      case .argument(let argument):
        common.operands[index] = event.operands[argument]
        if event.unknown.contains(.operand(argument)) { common.unknown.insert(.operand(index)) }
      }
    }
    return common
  }

  private func form(of event: Event) -> (SystemCallNumber, [Origin])? {
    let (first, second, third) = (Origin.argument(0), Origin.argument(1), Origin.argument(2))
    let here = Origin.workingDirectory
    return switch SystemCallNumber(rawValue: event.code) {
    case .newfstatat: asksOfDescriptor(event) ? (.fstat, [first, third]) : nil
    case .stat: (.newfstatat, [here, first, second, .value(0)])
    case .lstat: (.newfstatat, [here, first, second, .value(0x100)])
    case .open: (.openat, [here, first, second, third])
    case .creat: (.openat, [here, first, .value(0x241), second])
    case .access: (.faccessat, [here, first, second])
    case .readlink: (.readlinkat, [here, first, second, third])
    case .mkdir: (.mkdirat, [here, first, second])
    case .mknod: (.mknodat, [here, first, second, third])
    case .chmod: (.fchmodat, [here, first, second])
    case .chown: (.fchownat, [here, first, second, third, .value(0)])
    case .lchown: (.fchownat, [here, first, second, third, .value(0x100)])
    case .unlink: (.unlinkat, [here, first, .value(0)])
    case .rmdir: (.unlinkat, [here, first, .value(0x200)])
    case .link: (.linkat, [here, first, here, second, .value(0)])
    case .symlink: (.symlinkat, [first, here, second])
    case .rename: (.renameat2, [here, first, here, second, .value(0)])
    case .renameat: (.renameat2, [first, second, third, .argument(3), .value(0)])
    case .pipe: (.pipe2, [first, .value(0)])
    case .accept: (.accept4, [first, second, third, .value(0)])
    case .epoll_create: (.epoll_create1, [.value(0)])
    case .eventfd: (.eventfd2, [first, .value(0)])
    case .inotify_init: (.inotify_init1, [.value(0)])
    default: nil
    }
  }

  /// Whether a newfstatat(2) names no file and asks about its descriptor, as fstat(2) does.
  private func asksOfDescriptor(_ event: Event) -> Bool {
    event.operands[3] & 0xffff_ffff == 0x1000 && !event.unknown.contains(.operand(3))
      && read(at: event.operands[1])?.bytes.first == 0
  }
}
