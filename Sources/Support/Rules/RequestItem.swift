// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

/// One thing that a request asks for by name: a sub-command, a flag, a socket option.
public struct RequestItem: Sendable {
  /// The argument that it stands in, 0 to 5.
  public var argument: Int
  /// Its name, such as `O_CREAT`; a value or bits without a name in hexadecimal.
  public var name: String
  /// Whether the call table has a name for it.
  public var isNamed: Bool
  /// The whole argument, as far as the kernel looks at it.
  public var value: UInt64

  /// What a call with these arguments asks for, argument by argument. What asks for nothing, such
  /// as no flags at all, is not there.
  public static func items(
    of number: SystemCallNumber, operands: InlineArray<6, UInt64>
  ) -> [RequestItem] {
    guard let row = SystemCallTable.description(of: number, operands: operands) else { return [] }
    var items: [RequestItem] = []
    for index in 0..<row.argumentCount where row.arguments[index].kind.saysWhatIsAsked {
      let kind = row.arguments[index].kind
      // The kernel looks at 32 bits of all these but of clone's.
      let value = kind == .cloneFlags ? operands[index] : operands[index] & 0xffff_ffff
      for name in names(of: value, kind, number, operands) {
        items.append(
          RequestItem(
            argument: index, name: name, isNamed: !name.hasPrefix("0x"), value: value))
      }
    }
    return items
  }

  private static func names(
    of value: UInt64, _ kind: ArgumentKind, _ number: SystemCallNumber,
    _ operands: InlineArray<6, UInt64>
  ) -> [String] {
    if kind == .socketOption {
      let name = SystemCallTable.subcommandName(of: number, operands: operands)
      return [name.map { "\($0)" } ?? hexadecimal(value)]
    }
    return names(of: value, kind)
  }

  /// The names in a value of a kind; bits and codes without one in hexadecimal.
  static func names(of value: UInt64, _ kind: ArgumentKind) -> [String] {
    var bytes: [UInt8] = []
    guard SystemCallTable.append(value, as: kind, to: &bytes) else { return [hexadecimal(value)] }
    let text = String(decoding: bytes, as: UTF8.self)
    return text == "0" ? [] : text.split(separator: "|").map(String.init)
  }

  private static func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}

extension ArgumentKind {
  /// Whether values of the kind say what is asked for, rather than of what or how much.
  public var saysWhatIsAsked: Bool {
    let codes = ArgumentKind.protection.rawValue..<ArgumentKind.address.rawValue
    return codes.contains(rawValue) && self != .mode && self != .device
      && self != .socketProtocol
  }
}
