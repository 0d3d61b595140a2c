// SPDX-License-Identifier: BSD-3-Clause

/// One argument of a system call.
public struct SystemCallArgument: Equatable, Sendable {
  /// What it means.
  public var kind: ArgumentKind
  /// What the kernel does with the memory that it points to, unless it is null.
  public var memory: MemoryEffect

  /// An argument of its parts.
  public init(_ kind: ArgumentKind, _ memory: MemoryEffect = .none) {
    self.kind = kind
    self.memory = memory
  }
}

/// A row of the call table: all that is said of one system call of x86-64 Linux.
public struct SystemCallDescription: Sendable {
  /// Who decides the outcome.
  public enum Decision: UInt8, Sendable {
    /// The kernel, from what it knows: a diff compares the outcome.
    case modelled
    /// The outside: contents of files, time, processes, the network. The recorded answer is fed in.
    case external
  }

  /// Whether the program goes on after the instruction.
  public enum Completion: UInt8, Sendable {
    /// With a result, always.
    case returns
    /// With an errno only: execve.
    case returnsOnFailure
    /// Never: exit; rt_sigreturn, which goes on where the signal came.
    case neverReturns
  }

  /// Its number.
  public var number: SystemCallNumber
  /// Its name, as in `asm/unistd_64.h`.
  public var name: StaticString
  /// The names of its arguments, as in the manual, with a space between them.
  public var argumentNames: StaticString
  /// How many arguments it has, 0 to 6.
  public var argumentCount: Int
  /// Its arguments; `.unused` from `argumentCount` on.
  public var arguments: InlineArray<6, SystemCallArgument>
  /// What RAX means.
  public var result: ResultKind
  /// Who decides the outcome.
  public var decision: Decision
  /// Whether it can change the VMAs of the caller.
  public var changesVMAs: Bool
  /// Whether the program goes on after it.
  public var completion: Completion
}

extension SystemCallDescription {
  /// Whether it ever returns to the caller with a result.
  public var returns: Bool { completion != .neverReturns }

  /// Appends the name of the argument, UTF-8; nothing where the table has none.
  public func appendArgumentName(_ index: Int, to bytes: inout [UInt8]) {
    var current = 0
    for offset in 0..<argumentNames.utf8CodeUnitCount {
      let byte = unsafe argumentNames.utf8Start[offset]
      if byte == 0x20 {
        current += 1
      } else if current == index {
        bytes.append(byte)
      }
    }
  }
}
