// SPDX-License-Identifier: BSD-3-Clause

/// A list of system calls by name, one a line: the `.syscalls` files of loupedb, and the lists of
/// what a release of Unikraft registers (`NAME [ARGUMENT COUNT] [LIBRARY] [STATE]`).
///
/// A call is supported unless one of the words behind its name is a state, such as `stub`. A line
/// that begins with a slash is about a pseudo-file, or all whose paths begin so: `/proc/* missing`.
///
/// The lines are kept as they are, so that a list is written back to the same bytes.
public struct SystemCallList: Sendable {
  /// The longest line that makes sense.
  private static let longestLine = 256
  /// The lines, without their ends.
  public private(set) var lines: [String]

  /// Reads a list.
  ///
  /// - Throws: `SupportFileError` for a line that is not a name.
  public init(parsing text: String, path: String) throws(SupportFileError) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() {
      guard let name = Self.name(in: line) else { continue }
      let isPath = name.hasPrefix("/") && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
      let isName =
        isPath
        || name.utf8.allSatisfy {
          ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f
            || ($0 >= 0x41 && $0 <= 0x5a)
        }
      if !isName || line.utf8.count > Self.longestLine {
        throw SupportFileError(
          path: path, line: index + 1,
          message: "expected the name of a system call, found \"\(line.prefix(40))\"")
      }
    }
  }

  /// The bytes that were read.
  public var text: String { lines.joined(separator: "\n") }

  /// The names, in the order of the file; a name may be there twice.
  public var names: [String] {
    lines.compactMap { Self.name(in: $0).map(String.init) }.filter { !$0.hasPrefix("/") }
  }

  /// The kernel that supports what the list names.
  public func supportSet(named name: String) -> SupportSet {
    var set = SupportSet(name: name)
    for line in lines {
      guard let callName = Self.name(in: line) else { continue }
      let states = line.split(separator: " ").dropFirst().compactMap {
        SupportState(rawValue: String($0))
      }
      if callName.hasPrefix("/") {
        set.set(pseudoFile: String(callName), to: states.last ?? .supported)
      } else {
        set.set(named: String(callName), to: states.last ?? .supported)
      }
    }
    return set
  }

  /// The first word of a line; nil for an empty line and for a comment.
  private static func name(in line: String) -> Substring? {
    guard let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).first,
      !word.hasPrefix("#")
    else { return nil }
    return word
  }
}
