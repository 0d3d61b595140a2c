// SPDX-License-Identifier: BSD-3-Clause

/// What is run in every trial, and how long.
public struct TrialProgram: Sendable {
  /// The program: a path, or a name to look for in the PATH of `environment`.
  public var program: [UInt8]
  /// Arguments, the first is the program's name.
  public var arguments: [[UInt8]]
  /// Environment, each `NAME=value`.
  public var environment: [[UInt8]]
  /// The directory to start in; nil for the caller's own.
  public var workingDirectory: [UInt8]?
  /// A shell command that runs beside the program, without a filter, and whose status tells
  /// whether the program works; the program is killed when it ends. Nil where the program's own
  /// end tells.
  public var test: [UInt8]?
  /// Whether a program that fails while its test runs is not waited for: that is the outcome.
  public var failsBeforeTest = false
  /// How long a trial may take.
  public var timeout: Duration = .seconds(10)
  /// How much of stdout is kept, in bytes; a program that writes more is killed.
  public var outputLimit = 16 << 20

  /// A program and its arguments, the first of which is its name.
  public init(program: [UInt8], arguments: [[UInt8]], environment: [[UInt8]]) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }
}
