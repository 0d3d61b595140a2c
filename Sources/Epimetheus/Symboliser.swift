// SPDX-License-Identifier: BSD-3-Clause

import Analyzer
import Recorder
import Symbols
import Trace

/// Names functions of files that a trace was recorded with, where the file of that path on this
/// machine is still the one: see docs/decisions/0011-symbols-when-they-are-read.md.
final class Symboliser {
  /// A file that is the one that was recorded, if it is there, and its debugging symbols, if they
  /// are where a distribution puts what it strips.
  private struct Known {
    var own: ELFFile?
    var debug: ELFFile?

    init(_ file: TraceHeader.File) {
      own = Symboliser.open(file)
      guard own != nil, let first = file.buildID.first else { return }
      var path = [UInt8]("/usr/lib/debug/.build-id/".utf8)
      path += TraceHeader.File.digits([first]) + [0x2f]
      path += TraceHeader.File.digits(file.buildID.dropFirst())
      path += [UInt8](".debug".utf8)
      if let found = ELFFile(path: path), found.buildID == file.buildID { debug = found }
    }
  }

  /// By path.
  private var files: [[UInt8]: Known] = [:]

  /// The function at an offset of a file.
  func function(in file: TraceHeader.File, at offset: UInt64) -> CodeFunction? {
    let known = files[file.path] ?? Known(file)
    files[file.path] = known
    guard let own = known.own, let address = own.address(ofOffset: offset) else { return nil }
    let place = known.debug?.function(atAddress: address) ?? own.function(atAddress: address)
    guard let place else { return nil }
    return CodeFunction(name: place.name, offset: place.offset)
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
