// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Recorder
import Symbols
import Trace

/// Names functions of files that a trace was recorded with, where the file of that path on this
/// machine is still the one: see docs/decisions/0011-symbols-when-they-are-read.md.
final class Symboliser {
  /// By path; nil for a file that is not there or is another one.
  private var files: [[UInt8]: ELFFile?] = [:]

  /// The function at an offset of a file.
  func function(in file: TraceHeader.File, at offset: UInt64) -> CodeFunction? {
    if files[file.path] == nil { files[file.path] = .some(Self.open(file)) }
    guard let own = files[file.path] ?? nil, let found = own.function(atOffset: offset) else {
      return nil
    }
    return CodeFunction(name: found.name, offset: found.offset)
  }

  private static func open(_ file: TraceHeader.File) -> ELFFile? {
    guard file.path.first == 0x2f, let own = ELFFile(path: file.path) else { return nil }
    if !file.buildID.isEmpty { return own.buildID == file.buildID ? own : nil }
    guard !file.digest.isEmpty, let digest = try? FileDigest(path: file.path),
      digest.sha256 == file.digest
    else { return nil }
    return own
  }
}
