// SPDX-License-Identifier: BSD-3-Clause

/// Clocks, sleeping and timers.
extension SystemCallRow {
  static func time(_ number: Int) -> SystemCallRow? {
    switch number {
    case 35:
      external(
        "nanosleep", "req rem", .zeroOrError, .reads(.timespec, .fixed(16)),
        .gives(.fixed(16), as: .timespec))
    case 36:
      external(
        "getitimer", "which curr_value", .zeroOrError, .code(.intervalTimer),
        .gives(.fixed(32), as: .intervalValue))
    case 37: external("alarm", "seconds", .time, .code(.seconds))
    case 38:
      external(
        "setitimer", "which new_value old_value", .zeroOrError, .code(.intervalTimer),
        .reads(.intervalValue, .fixed(32)), .gives(.fixed(32), as: .intervalValue))
    case 96:
      external(
        "gettimeofday", "tv tz", .zeroOrError, .gives(.fixed(16), as: .timeval),
        .gives(.fixed(8), as: .timeZone))
    case 100: external("times", "buf", .time, .gives(.fixed(32), as: .processTimes))
    case 159: external("adjtimex", "buf", .integer, .updates(.structure, .fixed(208)))
    case 164:
      external(
        "settimeofday", "tv tz", .zeroOrError, .reads(.timeval, .fixed(16)),
        .reads(.timeZone, .fixed(8)))
    case 201: external("time", "tloc", .time, .gives(.fixed(8), as: .structure))
    case 222:
      modelled(
        "timer_create", "clockid sevp timerid", .zeroOrError, .clock,
        .reads(.structure, .fixed(64)), .writes(.integerPointer, .fixed(4)))
    case 223:
      external(
        "timer_settime", "timerid flags new_value old_value", .zeroOrError, .integer,
        .code(.timerFlags), .reads(.timerSpecification, .fixed(32)),
        .gives(.fixed(32), as: .timerSpecification))
    case 224:
      external(
        "timer_gettime", "timerid curr_value", .zeroOrError, .integer,
        .gives(.fixed(32), as: .timerSpecification))
    case 225: external("timer_getoverrun", "timerid", .count, .integer)
    case 226: modelled("timer_delete", "timerid", .zeroOrError, .integer)
    case 227:
      external("clock_settime", "clockid tp", .zeroOrError, .clock, .reads(.timespec, .fixed(16)))
    case 228:
      external(
        "clock_gettime", "clockid tp", .zeroOrError, .clock, .gives(.fixed(16), as: .timespec))
    case 229:
      external("clock_getres", "clockid res", .zeroOrError, .clock, .writes(.timespec, .fixed(16)))
    case 230:
      external(
        "clock_nanosleep", "clockid flags request remain", .zeroOrError, .clock,
        .code(.timerFlags), .reads(.timespec, .fixed(16)), .gives(.fixed(16), as: .timespec))
    case 283: modelled("timerfd_create", "clockid flags", .descriptor, .clock, .openFlags)
    case 286:
      external(
        "timerfd_settime", "fd flags new_value old_value", .zeroOrError, .fd, .code(.timerFlags),
        .reads(.timerSpecification, .fixed(32)), .gives(.fixed(32), as: .timerSpecification))
    case 287:
      external(
        "timerfd_gettime", "fd curr_value", .zeroOrError, .fd,
        .gives(.fixed(32), as: .timerSpecification))
    case 305:
      external(
        "clock_adjtime", "clockid buf", .integer, .clock, .updates(.structure, .fixed(208)))
    default: nil
    }
  }
}
