// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// An image in the address space.
struct LoadedImage {
  var image: ELFImage
  /// What was added to the addresses in the file.
  var bias: UInt64

  /// The first instruction.
  var entry: VirtualAddress { VirtualAddress(image.header.entry &+ bias) }
  /// The first page.
  var start: VirtualAddress { VirtualAddress(image.pageStart &+ bias) }
  /// One past the last page.
  var end: VirtualAddress { VirtualAddress(image.pageEnd &+ bias) }
}

extension Unikernel {
  /// Opens a program and reads what it says about its loading.
  mutating func openImage(
    _ path: FilePath, on machine: inout some Machine & ~Copyable
  ) throws(LoadError) -> (image: ELFImage, file: OpenFile) {
    let bytes = path.bytes
    let file: OpenFile
    do throws(Errno) {
      file = try files.open(
        path, flags: [], permissions: 0, mustBeDirectory: false, on: &machine)
    } catch {
      throw LoadError(path: bytes, problem: "cannot be opened", errno: error)
    }
    guard let inode = file.inode, inode.type == .regular, let source = inode.source else {
      throw LoadError(path: bytes, problem: "not a regular file", errno: .permissionDenied)
    }
    let files = files
    let image = try ELFImage(path: bytes, fileByteCount: inode.byteCount) {
      (offset, byteCount) throws(LoadError) in
      do throws(Errno) {
        return try files.examine(source, at: offset, byteCount: UInt64(byteCount), on: &machine)
      } catch {
        throw LoadError(path: bytes, problem: "cannot be read", errno: error)
      }
    }
    return (image, file)
  }

  /// Maps the segments of an image: a position-independent one where `base` says, or, without
  /// `base`, where the address space has room.
  mutating func load(
    _ image: ELFImage, from file: OpenFile, base: VirtualAddress?,
    on machine: inout some Machine & ~Copyable
  ) throws(LoadError) -> LoadedImage {
    do throws(Errno) {
      let bias = try bias(of: image, base: base)
      let identity = files.identity(of: file)
      let name = addressSpace.name(for: image.path)
      for segment in image.segments {
        try map(segment, of: identity, name: name, bias: bias, on: &machine)
      }
      return LoadedImage(image: image, bias: bias)
    } catch {
      throw LoadError(
        path: image.path, problem: "its segments cannot be mapped where they belong",
        errno: error)
    }
  }

  /// What to add to the addresses of an image. Throws ENOMEM where it has no room.
  private mutating func bias(of image: ELFImage, base: VirtualAddress?) throws(Errno) -> UInt64 {
    let byteCount = image.pageEnd - image.pageStart
    guard image.header.isPositionIndependent else {
      guard let range = AddressRange(start: VirtualAddress(image.pageStart), byteCount: byteCount),
        addressSpace.vmas(in: range).isEmpty
      else { throw .exists }
      return 0
    }
    let start: VirtualAddress
    if let base {
      guard let aligned = base.alignedUp(to: image.alignment) else { throw .outOfMemory }
      start = aligned + image.pageStart % image.alignment
    } else {
      // A reservation with room to align in finds the place, and gives it up again.
      let slack = image.alignment - 4096
      let found = try addressSpace.map(
        .reserved, byteCount: byteCount + slack, protection: [])
      try addressSpace.unmap(found..<(found + (byteCount + slack)))
      guard let aligned = found.alignedUp(to: image.alignment) else { throw .outOfMemory }
      start = aligned + image.pageStart % image.alignment
    }
    guard let range = AddressRange(start: start, byteCount: byteCount),
      range.upperBound <= configuration.personality.highestAddress,
      addressSpace.vmas(in: range).isEmpty
    else { throw .outOfMemory }
    return start.rawValue &- image.pageStart
  }

  /// Maps one segment: pages of the file, then zeros.
  private mutating func map(
    _ segment: ELFSegment, of file: FileIdentity, name: Name, bias: UInt64,
    on machine: inout some Machine & ~Copyable
  ) throws(Errno) {
    let files = files
    let start = VirtualAddress(segment.pageStart &+ bias)
    var fileEnd = segment.pageStart
    if segment.fileByteCount > 0 {
      fileEnd = segment.filePageEnd
      _ = try addressSpace.map(
        .file(file, offset: segment.offset & ~4095), at: .fixed(start, replacing: true),
        byteCount: fileEnd - segment.pageStart, protection: segment.protection, name: name
      ) { (file, offset, segment) throws(Errno) in
        try files.fill(file, at: offset, into: segment, on: &machine)
      }
    }
    if segment.pageEnd > fileEnd {
      _ = try addressSpace.map(
        .anonymous, at: .fixed(VirtualAddress(fileEnd &+ bias), replacing: true),
        byteCount: segment.pageEnd - fileEnd, protection: segment.protection)
    }
    guard segment.fileByteCount > 0, segment.memoryByteCount > segment.fileByteCount,
      segment.protection.contains(.write)
    else { return }
    let zeros = [UInt8](
      repeating: 0, count: Int(fileEnd - (segment.address + segment.fileByteCount)))
    try store(
      zeros, at: VirtualAddress(segment.address &+ segment.fileByteCount &+ bias), on: &machine)
  }
}
