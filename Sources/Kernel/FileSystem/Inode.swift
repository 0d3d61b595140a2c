// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// A file of the in-memory tree, or one of the outside that the kernel has open.
///
/// A regular file's contents lie in `content`, or still outside where `source` is set: they are
/// read from there until the first write brings them in, and the outside never changes.
/// Linux: `struct inode`, with overlayfs' lower file as `source`.
final class Inode {
  /// A name in a directory; without an inode it hides the outside's entry of that name.
  struct Entry {
    var name: [UInt8]
    var inode: Inode?
  }

  /// What stat(2) tells; `byteCount` and the times are kept up by the file system.
  var metadata: FileMetadata
  /// The contents of a regular file, or the target of a symbolic link.
  var content: [UInt8] = []
  /// Where the contents of a regular file still lie, or the entries of an outside directory.
  var source: OutsideFile.Number?
  /// The entries of a directory in byte order of their names.
  private(set) var entries: [Entry] = []
  /// A directory of the outside that stands in the tree only to hold changes below it.
  let isShell: Bool
  /// Changed since its times were last set: they are set when somebody asks for them.
  var hasStaleTimes = false
  /// The same for the time of the last change of attributes alone.
  var hasStaleChangeTime = false
  /// Its pages in the cache, once it has been mapped.
  var cacheObject: UInt32?
  /// Has had a name in the tree: other opens may share it.
  var isAttached = false

  init(metadata: FileMetadata, source: OutsideFile.Number? = nil, isShell: Bool = false) {
    self.metadata = metadata
    self.source = source
    self.isShell = isShell
  }

  var type: FileType? { metadata.type }

  var isDirectory: Bool { type == .directory }

  /// The length of a regular file or link, in bytes.
  var byteCount: UInt64 {
    source == nil && !isDirectory ? UInt64(content.count) : UInt64(max(0, metadata.byteCount))
  }

  /// The index of `name`, or where it would stand.
  private func search(_ name: Span<UInt8>) -> (index: Int, isFound: Bool) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let order = entries[middle].name.order(to: name)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// The entry of that name, whether file or whiteout.
  func entry(_ name: Span<UInt8>) -> Entry? {
    let place = search(name)
    return place.isFound ? entries[place.index] : nil
  }

  /// Puts an entry in place of what has its name.
  func set(_ entry: Entry) {
    let place = search(entry.name.span)
    if place.isFound {
      entries[place.index] = entry
    } else {
      entries.insert(entry, at: place.index)
    }
  }

  /// Takes the name away: with a whiteout where the outside may have it.
  func remove(_ name: [UInt8]) {
    let place = search(name.span)
    if isShell {
      set(Entry(name: name, inode: nil))
    } else if place.isFound {
      entries.remove(at: place.index)
    }
  }
}

extension [UInt8] {
  /// Below, at or above 0 as the bytes stand before, at or behind those of `other`.
  fileprivate func order(to other: borrowing Span<UInt8>) -> Int {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index] ? -1 : 1
    }
    return count - other.count
  }
}
