// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// A sub-command or a flag of a system call, as something that an application needs and a kernel
/// may lack: `ioctl(TIOCGPGRP)`.
public struct CallPart: Sendable, Hashable {
  /// The call.
  public var number: SystemCallNumber
  /// The argument that it stands in, 0 to 5.
  public var argument: Int
  /// Its name; a value or bits without one in hexadecimal.
  public var name: String
  /// The code, or the bit.
  public var value: UInt64

  /// A part.
  public init(number: SystemCallNumber, argument: Int, name: String, value: UInt64) {
    self.number = number
    self.argument = argument
    self.name = name
    self.value = value
  }

  /// What a request asks for.
  public init(_ item: RequestItem, of number: SystemCallNumber) {
    self.init(number: number, argument: item.argument, name: item.name, value: item.value)
  }

  /// The same, as a support set is asked about it.
  var item: RequestItem {
    RequestItem(argument: argument, name: name, isNamed: !name.hasPrefix("0x"), value: value)
  }
}

extension CallPart: Comparable {
  /// By call, argument and name.
  public static func < (left: CallPart, right: CallPart) -> Bool {
    (left.number.rawValue, left.argument, left.name)
      < (right.number.rawValue, right.argument, right.name)
  }

  /// One part of a call has one name, whatever else is in its argument.
  public static func == (left: CallPart, right: CallPart) -> Bool {
    (left.number, left.argument, left.name) == (right.number, right.argument, right.name)
  }

  /// As `==` says.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(number)
    hasher.combine(argument)
    hasher.combine(name)
  }
}
