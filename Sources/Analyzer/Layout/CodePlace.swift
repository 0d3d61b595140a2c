// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// An address in a program's code, and the file that is mapped there.
public struct CodePlace: Sendable {
  /// The address of the instruction.
  public var address: UInt64
  /// The file that is mapped there, and the offset in it; nil where the trace does not say.
  public var file: (name: [UInt8], offset: UInt64)?
}

extension CodePlace {
  /// The place of an address among the VMAs that are there.
  init(_ address: UInt64, in layout: VMALayout) {
    self.address = address
    if let run = layout.runs.run(at: address), run.value.backing == .file {
      file = (run.value.name, run.value.offset &+ (address - run.lower))
    }
  }

  /// `ip 0x401000, /lib/libc.so.6+0x1000`.
  var text: String {
    var text = "ip " + hexadecimal(address)
    if let file { text += ", " + printable(file.name) + "+" + hexadecimal(file.offset) }
    return text
  }

  /// For machines; null where it is not known.
  static func json(_ place: CodePlace?) -> JSONValue {
    place == nil ? .null : .object(members(place))
  }

  static func members(_ place: CodePlace?) -> [(String, JSONValue)] {
    [
      ("instruction", .optional(place.map { hexadecimal($0.address) })),
      ("file", .optional(place?.file.map { printable($0.name) })),
      ("fileOffset", .optional(place?.file.map { hexadecimal($0.offset) })),
    ]
  }
}
