// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// A number as `0x` and lower-case digits.
func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// How often, in words.
func timesText(_ count: UInt64) -> String { count == 1 ? "once" : "\(count) times" }

/// The number as 16 digits, as a fingerprint is printed.
func sixteenDigits(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// Bytes as two digits each.
func digits(_ bytes: some Collection<UInt8>) -> String {
  String(decoding: TraceHeader.File.digits(bytes), as: UTF8.self)
}

/// Bytes as two digits each, with a space between them.
func hexadecimalBytes(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

/// Text of unknown bytes that is safe on a terminal: what is not printable ASCII becomes `\xNN`.
func printable(_ bytes: some Sequence<UInt8>) -> String {
  var text = ""
  for byte in bytes {
    switch byte {
    case 0x5c: text += "\\\\"
    case 0x0a: text += "\\n"
    case 0x09: text += "\\t"
    case 0x20...0x7e: text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
  return text
}

extension Errno {
  /// The C name, or `errno N`.
  var text: String { name.map { "\($0)" } ?? "errno \(rawValue)" }

  /// The errno that RAX tells of, nil for a success.
  init?(result: Int64) {
    guard result < 0, result >= -4095 else { return nil }
    self.init(rawValue: UInt16(-result))
  }
}

extension Signal {
  /// The C name, or `signal N`.
  var text: String { name.map { "\($0)" } ?? "signal \(rawValue)" }
}

extension BackingKind {
  /// The word for it in a report.
  var text: String {
    switch self {
    case .anonymous: "anonymous"
    case .file: "file"
    case .stack: "[stack]"
    case .heap: "[heap]"
    case .reserved: "reserved"
    case .direct: "direct"
    case .special: "special"
    }
  }
}

extension VMADescription {
  /// Protection, sharing, backing and name, as `/proc/PID/maps` has them.
  var attributes: String {
    var text = protection.description + (isShared ? "s" : "p")
    switch backing {
    case .file: text += " " + hexadecimal(offset) + " " + printable(name)
    case .direct: text += " direct " + hexadecimal(offset)
    case .special: text += " " + printable(name)
    default: text += " " + backing.text
    }
    return text
  }

  /// The whole VMA on a line.
  var line: String {
    hexadecimal(range.lowerBound.rawValue).dropFirst(2) + "-"
      + hexadecimal(range.upperBound.rawValue).dropFirst(2) + " " + attributes
  }

  /// Protection and sharing.
  var protectionShape: String { protection.description + (isShared ? "s" : "p") }
}
