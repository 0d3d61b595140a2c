// SPDX-License-Identifier: BSD-3-Clause

/// All that a run is given before its first instruction.
public struct KernelConfiguration: Sendable {
  /// How the address space is kept.
  public var personality: Personality
  /// Absolute path of the program as the outside knows it, without NUL.
  public var program: [UInt8]
  /// argv, the program's name first; none contains a NUL.
  public var arguments: [[UInt8]]
  /// envp, each `NAME=value` without NUL.
  public var environment: [[UInt8]]
  /// Absolute path of the working directory.
  public var workingDirectory: [UInt8]
  /// Pages mapped on a demand fault, binary logarithm of bytes: 12 for one base page.
  public var faultAroundShift: UInt8
  /// How many bytes of each guest read or write of data the machine is given.
  public var payloadLimit: Int
  /// Where programs are put.
  public var loadPlacement: LoadPlacement

  /// A configuration of its parts.
  public init(
    personality: Personality, program: [UInt8], arguments: [[UInt8]], environment: [[UInt8]],
    workingDirectory: [UInt8], faultAroundShift: UInt8 = 12, payloadLimit: Int = 4096,
    loadPlacement: LoadPlacement = LoadPlacement()
  ) {
    self.personality = personality
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.faultAroundShift = faultAroundShift
    self.payloadLimit = payloadLimit
    self.loadPlacement = loadPlacement
  }
}
