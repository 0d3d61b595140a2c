// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Recorder
import Replayer
import Support
import Trace

/// The exit codes of the command, the same for every subcommand.
enum ExitStatusCode {
  /// Nothing found, or done.
  static let nothingFound: Int32 = 0
  /// Findings.
  static let findings: Int32 = 1
  /// The command line makes no sense.
  static let usage: Int32 = 2
  /// The input is bad; the same input will be bad again.
  static let badInput: Int32 = 42
  /// It may work later: no memory, no space, a limit of the machine.
  static let temporary: Int32 = 75

  /// Says what went wrong on stderr, or what was asked for on stdout (help, version), and gives the
  /// exit code.
  static func report(_ error: any Error) -> Int32 {
    switch error {
    case let code as ExitCode:
      return code.rawValue
    case let failure as CommandError:
      Console.error(failure.message)
      return failure.exitCode
    case let failure as RecordError:
      Console.error(failure.description)
      return failure.isTemporary ? temporary : badInput
    case let failure as SupportFileError:
      Console.error(failure.description)
      return badInput
    case let failure as TraceError:
      Console.error("\(failure.message), at \(failure.position)")
      return badInput
    default:
      let code = Epimetheus.exitCode(for: error)
      let message = Epimetheus.fullMessage(for: error)
      if code == .success {
        print(message)
        return nothingFound
      }
      Console.note(message)
      return usage
    }
  }
}

/// What a subcommand could not do, in words that say what to type next.
struct CommandError: Error {
  let message: String
  let exitCode: Int32

  /// The input is bad.
  static func badInput(_ message: String) -> CommandError {
    CommandError(message: message, exitCode: ExitStatusCode.badInput)
  }

  /// The trace at the path cannot be read on.
  static func badTrace(_ path: String, _ error: TraceError) -> CommandError {
    badInput("\(path): \(error.message), at byte \(error.position)")
  }

  /// The request is bad.
  static func usage(_ message: String) -> CommandError {
    CommandError(message: message, exitCode: ExitStatusCode.usage)
  }

  /// It may work later.
  static func temporary(_ message: String) -> CommandError {
    CommandError(message: message, exitCode: ExitStatusCode.temporary)
  }
}
