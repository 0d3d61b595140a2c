// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Glibc

/// Reading the small text files that say something about support.
public enum SupportFiles {
  /// The largest file that is read, in bytes.
  public static let largestFile = 1 << 20

  /// Whether there is a file at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether there is a folder at the path.
  public static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// The paths of the files below a folder whose names end so, sorted; at most 4,096.
  ///
  /// - Throws: `SupportFileError` for a folder that cannot be read, and for too many files.
  public static func files(
    below folder: String, ending: String
  ) throws(SupportFileError) -> [String] {
    var files: [String] = []
    var folders = [folder]
    while let folder = folders.popLast() {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
        throw SupportFileError(path: folder, line: 0, message: "cannot be read")
      }
      for name in names where !name.hasPrefix(".") {
        let path = folder + "/" + name
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        if !isLink, isFolder(path) {
          folders.append(path)
        } else if name.hasSuffix(ending) {
          files.append(path)
        }
      }
      if files.count > 4096 || folders.count > 4096 {
        throw SupportFileError(path: folder, line: 0, message: "there are too many files")
      }
    }
    return files.sorted()
  }

  /// Whether there is a file at the path whose first byte, but for blanks, is that sign.
  public static func begins(_ path: String, with sign: Unicode.Scalar) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    let first = bytes.prefix(max(0, count)).first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    return first.map { Unicode.Scalar($0) } == sign
  }

  /// The text of a file.
  ///
  /// - Throws: `SupportFileError` for what cannot be read, is too large or is not UTF-8.
  public static func text(
    of path: String, limit largestFile: Int = largestFile
  ) throws(SupportFileError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw SupportFileError(path: path, line: 0, message: "cannot be opened")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw SupportFileError(path: path, line: 0, message: "cannot be read") }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > largestFile {
        throw SupportFileError(path: path, line: 0, message: "is larger than \(largestFile) bytes")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SupportFileError(path: path, line: 0, message: "is not UTF-8")
    }
    return text
  }
}
