// SPDX-License-Identifier: BSD-3-Clause

internal import CObserver
internal import Glibc
internal import LinuxABI

extension ProcFile {
  /// The descriptors of a process that stands still, in ascending order; nil where they cannot be
  /// known. Pipes and sockets get numbers from 1 on in place of Linux's, which differ in each run.
  static func descriptors(_ id: Int32) -> [DescriptorDescription]? {
    guard let directory = opendir("/proc/\(id)/fd") else { return nil }
    defer { closedir(directory) }
    var numbers: [Int32] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if let number = Int32(String(decoding: name, as: UTF8.self)) { numbers.append(number) }
    }
    var found: [DescriptorDescription] = []
    for number in numbers.sorted() {
      guard var descriptor = descriptor(number, of: id) else { return nil }
      // What shares its description is alike in all of it.
      let first = found.first {
        $0.path == descriptor.path && $0.offset == descriptor.offset
          && $0.original == $0.number && observer_shares_file(id, $0.number, number) != 0
      }
      if let first { descriptor.original = first.number }
      found.append(descriptor)
    }
    return renumbered(found)
  }

  /// The length of what a descriptor stands for; nil unless that is a regular file.
  static func regularByteCount(_ id: Int32, descriptor number: Int32) -> UInt64? {
    var status = stat()
    guard stat("/proc/\(id)/fd/\(number)", &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return UInt64(status.st_size)
  }

  private static func descriptor(_ number: Int32, of id: Int32) -> DescriptorDescription? {
    let path = "/proc/\(id)/fd/\(number)"
    var target = [UInt8](repeating: 0, count: 4096)
    let count = target.withUnsafeMutableBytes { bytes in
      readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard count >= 0,
      let lines = contents(Array("/proc/\(id)/fdinfo/\(number)".utf8), limit: 65536)
    else { return nil }
    var status = stat()
    let isKnown = stat(path, &status) == 0
    return DescriptorDescription(
      number: number,
      flags: OpenFlags(rawValue: UInt32(truncatingIfNeeded: field("flags:", of: lines, radix: 8))),
      offset: field("pos:", of: lines, radix: 10),
      type: isKnown ? FileType(rawValue: status.st_mode & UInt32(S_IFMT)) : nil,
      path: Array(target[..<count]))
  }

  /// The number behind a name at the start of a line; 0 where there is none.
  private static func field(_ name: String, of lines: [UInt8], radix: Int) -> UInt64 {
    for line in lines.split(separator: 0x0a) where line.starts(with: name.utf8) {
      let text = line.dropFirst(name.utf8.count).drop { $0 == 0x09 || $0 == 0x20 }
      return UInt64(String(decoding: text, as: UTF8.self), radix: radix) ?? 0
    }
    return 0
  }

  /// The same, with numbers of pipes and sockets from 1 on, in order.
  private static func renumbered(_ found: [DescriptorDescription]) -> [DescriptorDescription] {
    var known: [[UInt8]] = []
    return found.map { descriptor in
      guard let bracket = descriptor.path.firstIndex(of: UInt8(ascii: "[")),
        descriptor.type == .fifo || descriptor.type == .socket, descriptor.path.first != 0x2f
      else { return descriptor }
      let place = known.firstIndex(of: descriptor.path) ?? known.count
      if place == known.count { known.append(descriptor.path) }
      var renamed = descriptor
      renamed.path = descriptor.path[...bracket] + Array("\(place + 1)]".utf8)
      return renamed
    }
  }
}
