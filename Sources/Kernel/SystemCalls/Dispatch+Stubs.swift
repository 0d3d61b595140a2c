// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls that are answered and do nothing: with the errno that a descriptor or a request
  /// deserves, and never with success where Linux would do something.
  static func stubHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .connect, .getpeername, .getsockname:
      { (k, r, m) throws(Errno) in try k.socketOperation(r) }
    case .alarm: { (k, r, m) throws(Errno) in try k.alarm(r) }
    default: nil
    }
  }
}
