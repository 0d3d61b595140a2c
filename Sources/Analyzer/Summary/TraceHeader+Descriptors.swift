// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

extension TraceHeader {
  /// The descriptors that the program began with, as a table; empty where the trace does not say.
  var descriptorsText: String {
    if descriptors.isEmpty { return "" }
    var table = TextTable([
      ("descriptor", .right), ("flags", .left), ("offset", .right), ("shares", .left),
      ("file", .left),
    ])
    for descriptor in descriptors.prefix(TraceSummary.listLimit) {
      table.add([
        String(descriptor.number), descriptor.flagsText, String(descriptor.offset),
        descriptor.original == descriptor.number ? "-" : String(descriptor.original),
        printable(descriptor.path),
      ])
    }
    let more = descriptors.count - TraceSummary.listLimit
    return Report.heading("Descriptors that the program began with") + table.text
      + (more > 0 ? "  and \(more) more\n" : "")
  }

  /// The same for machines; null where the trace does not say.
  var descriptorsJSON: JSONValue {
    guard seen.contains(.descriptors) else { return .null }
    return .array(
      descriptors.map { descriptor in
        .object([
          ("descriptor", .integer(UInt64(descriptor.number))),
          ("flags", .string(descriptor.flagsText)), ("offset", .integer(descriptor.offset)),
          ("shares", .integer(UInt64(descriptor.original))),
          ("type", .optional(descriptor.type?.text)), ("path", .text(descriptor.path)),
        ])
      })
  }
}

extension DescriptorDescription {
  /// The words of open(2).
  fileprivate var flagsText: String {
    var text: [UInt8] = []
    _ = SystemCallTable.append(UInt64(flags.rawValue), as: .openFlags, to: &text)
    return printable(text)
  }
}

extension FileType {
  /// The name for machines.
  fileprivate var text: String {
    switch self {
    case .fifo: "fifo"
    case .characterDevice: "character"
    case .directory: "directory"
    case .blockDevice: "block"
    case .regular: "regular"
    case .symbolicLink: "link"
    case .socket: "socket"
    }
  }
}
