// SPDX-License-Identifier: BSD-3-Clause

internal import Symbols
internal import Trace

extension TraceHeader.File {
  /// What tells a later run that the file of an open descriptor, read from its offset on, is the
  /// same. Fails where it cannot be read.
  init(path: [UInt8], descriptor: Int32) throws(RecordError) {
    let digest = try FileDigest(descriptor: descriptor)
    self.init(
      path: path, byteCount: digest.byteCount, digest: digest.sha256,
      buildID: ELFFile(descriptor: descriptor)?.buildID ?? [])
  }
}
