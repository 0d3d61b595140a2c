// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The calls about clocks.
  static func timeHandler<M: Machine & ~Copyable>(
    _ number: SystemCallNumber
  ) -> SystemCallHandler<M>? {
    switch number {
    case .clock_gettime: { (k, r, m) throws(Errno) in try k.clockGettime(r, on: &m) }
    case .clock_getres: { (k, r, m) throws(Errno) in try k.clockGetres(r, on: &m) }
    case .gettimeofday: { (k, r, m) throws(Errno) in try k.gettimeofday(r, on: &m) }
    case .time: { (k, r, m) throws(Errno) in try k.time(r, on: &m) }
    case .times: { (k, r, m) throws(Errno) in try k.times(r, on: &m) }
    case .getrusage: { (k, r, m) throws(Errno) in try k.getrusage(r, on: &m) }
    case .nanosleep: { (k, r, m) throws(Errno) in try k.nanosleep(r, on: &m) }
    case .clock_nanosleep: { (k, r, m) throws(Errno) in try k.clockNanosleep(r, on: &m) }
    default: nil
    }
  }
}
