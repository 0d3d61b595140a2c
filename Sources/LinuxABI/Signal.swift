// SPDX-License-Identifier: BSD-3-Clause

/// A signal number, 1 to 64. Source: signal(7).
public struct Signal: RawRepresentable, Equatable, Sendable {
  /// The number.
  public let rawValue: UInt8

  /// Any number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}

// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Signal {
  public static var hangUp: Signal { Signal(rawValue: 1) }
  public static var interrupt: Signal { Signal(rawValue: 2) }
  public static var quit: Signal { Signal(rawValue: 3) }
  public static var illegalInstruction: Signal { Signal(rawValue: 4) }
  public static var trap: Signal { Signal(rawValue: 5) }
  public static var abort: Signal { Signal(rawValue: 6) }
  public static var busError: Signal { Signal(rawValue: 7) }
  public static var floatingPoint: Signal { Signal(rawValue: 8) }
  public static var kill: Signal { Signal(rawValue: 9) }
  public static var segmentationViolation: Signal { Signal(rawValue: 11) }
  public static var pipe: Signal { Signal(rawValue: 13) }
  public static var alarm: Signal { Signal(rawValue: 14) }
  public static var terminate: Signal { Signal(rawValue: 15) }
  public static var child: Signal { Signal(rawValue: 17) }
  public static var stop: Signal { Signal(rawValue: 19) }
  public static var badSystemCall: Signal { Signal(rawValue: 31) }
}

extension Signal {
  /// The C name, such as `SIGSEGV`; nil for a real-time signal or none.
  public var name: StaticString? {
    switch rawValue {
    case 1: "SIGHUP"
    case 2: "SIGINT"
    case 3: "SIGQUIT"
    case 4: "SIGILL"
    case 5: "SIGTRAP"
    case 6: "SIGABRT"
    case 7: "SIGBUS"
    case 8: "SIGFPE"
    case 9: "SIGKILL"
    case 10: "SIGUSR1"
    case 11: "SIGSEGV"
    case 12: "SIGUSR2"
    case 13: "SIGPIPE"
    case 14: "SIGALRM"
    case 15: "SIGTERM"
    case 16: "SIGSTKFLT"
    case 17: "SIGCHLD"
    case 18: "SIGCONT"
    case 19: "SIGSTOP"
    case 20: "SIGTSTP"
    case 21: "SIGTTIN"
    case 22: "SIGTTOU"
    case 23: "SIGURG"
    case 24: "SIGXCPU"
    case 25: "SIGXFSZ"
    case 26: "SIGVTALRM"
    case 27: "SIGPROF"
    case 28: "SIGWINCH"
    case 29: "SIGIO"
    case 30: "SIGPWR"
    case 31: "SIGSYS"
    default: nil
    }
  }
}
