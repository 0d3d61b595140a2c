// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
public import Trace

/// An address in a program's code, and what stands there.
public struct CodePlace: Sendable {
  /// The address of the instruction.
  public var address: UInt64
  /// The file that is mapped there, and the offset in it; nil where the trace does not say.
  public var file: (name: [UInt8], offset: UInt64)?
  /// Which build of the file it is; nil where the trace does not say.
  public var identity: TraceHeader.File?
  /// The function, and how far into it; nil where that was not asked, or nothing says.
  public var function: CodeFunction?
}

/// A function, and how far into it a place is.
public struct CodeFunction: Sendable {
  /// Its name.
  public var name: [UInt8]
  /// Bytes from its beginning.
  public var offset: UInt64
  /// As given.
  public init(name: [UInt8], offset: UInt64) {
    self.name = name
    self.offset = offset
  }
}

extension CodePlace {
  /// The place of an address among the VMAs that are there.
  init(_ address: UInt64, in layout: VMALayout) {
    self.address = address
    if let run = layout.runs.run(at: address), run.value.backing == .file {
      file = (run.value.name, run.value.offset &+ (address - run.lower))
    }
  }

  /// Finds out what can be found out: the build of the file by what the traces tell, the function
  /// by `function`, which is given the build and the offset.
  mutating func resolve(
    _ files: [[UInt8]: TraceHeader.File], _ function: (TraceHeader.File, UInt64) -> CodeFunction?
  ) {
    guard let file, let identity = files[file.name] else { return }
    self.identity = identity
    self.function = function(identity, file.offset)
  }

  /// `main+0x1b, ip 0x401000, /lib/libc.so.6+0x1000`, without a function also the build id.
  var text: String { Self.text(.object(Self.members(self))) ?? "" }

  /// The same of a place that was written for machines; nil where it is not known.
  static func text(_ place: JSONValue?) -> String? {
    guard let place, let instruction = place["instruction"]?.string else { return nil }
    var parts: [String] = []
    func offset(_ member: String) -> String { "+" + (place[member]?.string ?? "0x0") }
    let function = place["function"]?.string
    if let function { parts.append(function + offset("functionOffset")) }
    parts.append("ip " + instruction)
    if let file = place["file"]?.string { parts.append(file + offset("fileOffset")) }
    if function == nil, let buildID = place["buildID"]?.string {
      parts.append("build id " + buildID)
    }
    return parts.joined(separator: ", ")
  }

  /// For machines; null where it is not known.
  static func json(_ place: CodePlace?) -> JSONValue {
    place == nil ? .null : .object(members(place))
  }

  static func members(_ place: CodePlace?) -> [(String, JSONValue)] {
    let buildID = place?.identity?.buildID ?? []
    return [
      ("instruction", .optional(place.map { hexadecimal($0.address) })),
      ("file", .optional(place?.file.map { printable($0.name) })),
      ("fileOffset", .optional(place?.file.map { hexadecimal($0.offset) })),
      ("buildID", .optional(buildID.isEmpty ? nil : digits(buildID))),
      ("function", .optional(place?.function.map { printable($0.name) })),
      ("functionOffset", .optional(place?.function.map { hexadecimal($0.offset) })),
    ]
  }
}
