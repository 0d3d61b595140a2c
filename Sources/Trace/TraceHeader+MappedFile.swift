// SPDX-License-Identifier: BSD-3-Clause

extension TraceHeader.File {
  /// The bytes of the event that says that this file was mapped: see `Event.Kind.mappedFile`.
  public var payload: [UInt8] {
    path + [0] + Self.digits(digest) + [0] + Self.digits(buildID)
  }

  /// The file that a `.mappedFile` event with this payload tells of; nil where it makes no sense.
  public init?(_ event: Event, payload: Span<UInt8>) {
    guard event.kind == .mappedFile else { return nil }
    var parts: [[UInt8]] = [[]]
    for index in payload.indices {
      if payload[index] != 0 {
        parts[parts.count - 1].append(payload[index])
      } else if parts.count < 3 {
        parts.append([])
      } else {
        return nil
      }
    }
    guard parts.count == 3, !parts[0].isEmpty, let digest = Self.bytes(parts[1]),
      let buildID = Self.bytes(parts[2]), digest.isEmpty || digest.count == 32, buildID.count <= 64
    else { return nil }
    self.init(path: parts[0], byteCount: event.operands[0], digest: digest, buildID: buildID)
  }

  /// Bytes as hexadecimal digits, in ASCII.
  public static func digits(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return text
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  private static func bytes(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<digits.count / 2 {
      guard let high = value(digits[2 * index]), let low = value(digits[2 * index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
