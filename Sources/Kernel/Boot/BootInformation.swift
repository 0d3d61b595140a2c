// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// What the boot loader told, in the kernel's own words, whatever the protocol.
/// Unikraft: `struct ukplat_bootinfo`.
public struct BootInformation: Sendable {
  /// How physical memory is looked at while booting: so many bytes from an address, or nil where
  /// there is no memory.
  public typealias Reader = (_ address: UInt64, _ byteCount: Int) -> [UInt8]?

  /// An entry of the loader's memory map.
  struct MapEntry {
    var start: UInt64
    var byteCount: UInt64
    /// 1: memory to use, as in the BIOS call E820.
    var type: UInt32
  }

  /// Bytes of a text that are looked at.
  static var textLimit: Int { 4096 }
  /// Modules and entries of the memory map that are looked at; more are an error.
  static var entryLimit: UInt64 { 1024 }

  /// Who booted, at most 15 characters; empty if it did not say.
  public var bootLoader: [UInt8] = []
  /// `pvh` or `multiboot`.
  public var bootProtocol: StaticString
  /// The command line without its NUL; empty if there is none.
  public var commandLine: [UInt8] = []
  /// The memory.
  public var regions: MemoryRegionList

  /// Nothing told yet, but where the kernel is: physical addresses of its image.
  init(_ bootProtocol: StaticString, image: Range<UInt64>, capacity: Int) throws(BootError) {
    self.bootProtocol = bootProtocol
    regions = MemoryRegionList(capacity: capacity)
    try add(MemoryRegion(image, .kernel, [.read, .write, .execute]), at: image.lowerBound)
  }

  /// The first module, which is the trace or the program. Unikraft:
  /// ukplat_memregion_find_initrd0().
  public var module: MemoryRegion? {
    regions.next(after: -1, .initrd).map { regions.regions[$0] }
  }

  mutating func add(_ region: MemoryRegion, at address: UInt64) throws(BootError) {
    do throws(Errno) {
      try regions.insert(region)
    } catch {
      throw error == .outOfMemory ? BootError(.tooManyRegions, address) : BootError(.range, address)
    }
  }

  /// A module or the command line.
  mutating func add(
    _ kind: MemoryRegion.Kind, at start: UInt64, _ byteCount: UInt64, toldAt address: UInt64
  ) throws(BootError) {
    let (end, overflow) = start.addingReportingOverflow(byteCount)
    guard !overflow else { throw BootError(.range, address) }
    if byteCount > 0 { try add(MemoryRegion(start..<end, kind, [.read, .map]), at: address) }
  }

  mutating func addCommandLine(
    at start: UInt64, toldAt address: UInt64, _ read: Reader
  ) throws(BootError) {
    commandLine = try Self.text(at: start, toldAt: address, read)
    try add(.commandLine, at: start, UInt64(commandLine.count), toldAt: address)
  }

  /// The memory map: what is to be used is free as far as nobody is there yet and as it lies above
  /// the image; the rest is reserved. Then all of it is put in order.
  mutating func add(_ map: [MapEntry], above floor: UInt64, toldAt address: UInt64)
    throws(BootError)
  {
    for entry in map {
      let (end, overflow) = entry.start.addingReportingOverflow(entry.byteCount)
      guard !overflow else { throw BootError(.range, address) }
      let start = max(entry.start, floor)
      guard start < end else { continue }
      if entry.type == 1 {
        let free = MemoryRegion(start..<end, .free, [.read, .write])
        do throws(Errno) {
          try regions.insert(around: free)
        } catch {
          throw BootError(.tooManyRegions, address)
        }
      } else {
        try add(MemoryRegion(start..<end, .reserved, [.read, .map]), at: address)
      }
    }
    do throws(Errno) {
      try regions.coalesce()
    } catch {
      throw BootError(error == .outOfMemory ? .tooManyRegions : .overlap, address)
    }
  }

  // MARK: Reading

  /// Bytes that a structure says are there.
  static func bytes(
    at start: UInt64, _ byteCount: Int, _ read: Reader
  ) throws(BootError) -> [UInt8] {
    guard start != 0, let bytes = read(start, byteCount), bytes.count == byteCount else {
      throw BootError(.unreadable, start)
    }
    return bytes
  }

  /// Text up to its NUL, which must come soon.
  static func text(
    at start: UInt64, toldAt address: UInt64, _ read: Reader
  ) throws(BootError) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < textLimit {
      let (place, overflow) = start.addingReportingOverflow(UInt64(text.count))
      guard !overflow else { throw BootError(.range, address) }
      let byte = try bytes(at: place, 1, read)[0]
      if byte == 0 { return text }
      text.append(byte)
    }
    throw BootError(.endlessText, address)
  }

  static func number(_ bytes: [UInt8], _ offset: Int, _ byteCount: Int) -> UInt64 {
    LittleEndian.load(bytes.span, at: offset, byteCount: byteCount) ?? 0
  }
}

/// What is wrong with what the boot loader told.
public struct BootError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Sendable {
    /// It is not the protocol that it ought to be.
    case magic
    /// There is no memory map.
    case noMemoryMap
    /// An address leads to where no memory is.
    case unreadable
    /// A range ends beyond the end of physical addresses.
    case range
    /// A text has no end.
    case endlessText
    /// More modules or entries than anyone has.
    case tooMany
    /// More regions than there is room for.
    case tooManyRegions
    /// Two things are at one place.
    case overlap
  }

  /// What is wrong.
  public var reason: Reason
  /// The physical address of what says it.
  public var address: UInt64

  init(_ reason: Reason, _ address: UInt64) {
    self.reason = reason
    self.address = address
  }

  /// In words.
  public var message: StaticString {
    switch reason {
    case .magic: "the boot information is not of this protocol"
    case .noMemoryMap: "the boot loader tells no memory map"
    case .unreadable: "the boot information lies where no memory is"
    case .range: "a range of the boot information is beyond the end of memory"
    case .endlessText: "a text of the boot information has no end"
    case .tooMany: "the boot information has too many entries"
    case .tooManyRegions: "there are more memory regions than there is room for"
    case .overlap: "two things of the boot information are at one place"
    }
  }
}
