// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The files of the repository, as the tidy tests read them.
enum SourceTree {
  /// The root of the repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// One text file.
  struct File {
    /// Its path from the root.
    let path: String
    /// Its lines without line ends.
    let lines: [Substring]

    /// Where a finding is, as an editor takes it.
    func place(_ index: Int) -> String { "\(path):\(index + 1)" }
  }

  /// All files below `folder` whose names end in one of `endings`, sorted by path.
  static func files(in folder: String, endings: [String]) -> [File] {
    let base = root.appending(path: folder)
    guard let walk = FileManager.default.enumerator(atPath: base.path(percentEncoded: false)) else {
      return []
    }
    var files: [File] = []
    for case let name as String in walk
    where endings.contains(where: { name.hasSuffix($0) }) && !name.contains(".build") {
      guard
        let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
      else { continue }
      files.append(
        File(
          path: folder + "/" + name,
          lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
    }
    return files.sorted { $0.path < $1.path }
  }

  /// The Swift files of the modules that are also compiled as Embedded Swift.
  static var embeddable: [File] {
    ["LinuxABI", "Trace", "Kernel", "Replayer"].flatMap {
      files(in: "Sources/" + $0, endings: [".swift"])
    }
  }
}
