// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// Which paths calls named where nothing was: they failed with ENOENT. A relative path is told as
/// the program gave it. Memory: a bounded number of paths.
struct MissingLookups {
  private static var fileLimit: Int { 1024 }
  private static var taskLimit: Int { 4096 }
  private static var readLimit: Int { 8 }

  /// In order of appearance.
  private(set) var files: [TraceSummary.MissingFile] = []
  /// Lookups of paths that were too many to keep.
  private(set) var unkeptCount: UInt64 = 0
  private var places: [[UInt8]: Int] = [:]
  /// What the kernel read for the call that follows, by task.
  private var reads: [UInt32: [(address: UInt64, bytes: [UInt8])]] = [:]

  /// The kernel read memory for a call.
  mutating func note(_ read: Event, _ payload: UnsafeRawBufferPointer) {
    guard reads[read.task] != nil || reads.count < Self.taskLimit,
      reads[read.task, default: []].count < Self.readLimit
    else { return }
    let bytes = [UInt8](payload.prefix(Step.keptByteCount).prefix { $0 != 0 })
    reads[read.task, default: []].append((read.operands[0], bytes))
  }

  /// A call ended.
  mutating func note(_ event: Event, _ call: CallRow) {
    guard let own = reads.removeValue(forKey: event.task),
      event.result == -Int64(Errno.noSuchFile.rawValue)
    else { return }
    for index in 0..<call.argumentCount where call.kind(index) == .path {
      guard let read = own.first(where: { $0.address == call.operands[index] }),
        !read.bytes.isEmpty
      else { continue }
      if let place = places[read.bytes] {
        files[place].count += 1
      } else if files.count < Self.fileLimit {
        places[read.bytes] = files.count
        files.append(TraceSummary.MissingFile(path: read.bytes, count: 1))
      } else {
        unkeptCount += 1
      }
    }
  }
}
