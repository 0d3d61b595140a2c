// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

/// Which directory of the right stands for which of the left, as the command lines say: where
/// an argument of both names a file of one name, the directories of the two are the same place.
struct FileNameMap {
  private var directories: [(left: [UInt8], right: [UInt8])] = []
  private static var directoryLimit: Int { 64 }

  init() {}

  /// The map that two headers give.
  init(_ left: TraceHeader, _ right: TraceHeader) {
    for (mine, theirs) in zip(left.arguments, right.arguments).dropFirst() where mine != theirs {
      let (first, second) = (Self.split(mine), Self.split(theirs))
      guard first.name == second.name, !first.name.isEmpty else { continue }
      for own in Self.forms(first.directory, left) {
        for other in Self.forms(second.directory, right)
        where directories.count < Self.directoryLimit {
          directories.append((own, other))
        }
      }
    }
  }

  /// A directory as it is written, and, if that is relative, from the working directory on.
  private static func forms(_ directory: [UInt8], _ header: TraceHeader) -> [[UInt8]] {
    if directory.first == 0x2f || header.workingDirectory.isEmpty { return [directory] }
    let slash: [UInt8] = header.workingDirectory.last == 0x2f ? [] : [0x2f]
    return [directory, header.workingDirectory + slash + directory]
  }

  private static func split(_ path: [UInt8]) -> (directory: [UInt8], name: [UInt8]) {
    let end = (path.lastIndex(of: 0x2f) ?? -1) + 1
    return ([UInt8](path[..<end]), [UInt8](path[end...]))
  }

  /// Whether two paths that differ name the same file, or two that are not there.
  func explains(_ left: StepAttachment, _ right: StepAttachment) -> Bool {
    if left.isCut || right.isCut { return false }
    return directories.contains { directory in
      left.bytes.starts(with: directory.left) && right.bytes.starts(with: directory.right)
        && left.bytes.dropFirst(directory.left.count)
          .elementsEqual(right.bytes.dropFirst(directory.right.count))
    }
  }
}
