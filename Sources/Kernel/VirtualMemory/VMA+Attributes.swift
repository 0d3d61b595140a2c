// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension VMA {
  /// What a VMA is, apart from where, packed into 24 bytes: the less room VMAs take, the more of
  /// the tree stays in the caches.
  struct Attributes: Equatable, Sendable {
    /// Where the backing begins, as its kind counts it, or the displacement: no kind has both.
    private var place: UInt64
    /// Names the file or the shared memory; else 0.
    private var object: UInt32
    var name: Name
    var origin: UInt32 = 0
    /// From bit 0 the flags, then the kind of backing, the page size and the protection.
    private var bits: UInt32

    private static var flagBits: UInt32 { (1 << 19) - 1 }
    private static var kindShift: UInt32 { 19 }
    private static var kindBits: UInt32 { 7 << kindShift }
    private static var sizeShift: UInt32 { 22 }
    private static var sizeBits: UInt32 { 3 << sizeShift }
    private static var protectionShift: UInt32 { 24 }

    /// What `Backing` names; from `file` on the kinds that have a place.
    private enum Kind {
      static var anonymous: UInt32 { 0 }
      static var stack: UInt32 { 1 }
      static var reserved: UInt32 { 2 }
      static var special: UInt32 { 3 }
      static var file: UInt32 { 4 }
      static var sharedAnonymous: UInt32 { 5 }
      static var direct: UInt32 { 6 }
    }

    @inline(__always)
    init(
      backing: Backing, name: Name, protection: Protection, flags: Flags, pageSize: PageSize?
    ) {
      place = 0
      object = 0
      self.name = name
      bits = 0
      self.backing = backing
      self.protection = protection
      self.flags = flags
      self.pageSize = pageSize
    }

    @inline(__always)
    private var kind: UInt32 { (bits & Self.kindBits) >> Self.kindShift }

    @inline(__always)
    private var hasPlace: Bool { kind >= Kind.file }

    var backing: Backing {
      @inline(__always)
      get {
        switch kind {
        case Kind.anonymous: .anonymous
        case Kind.stack: .stack
        case Kind.reserved: .reserved
        case Kind.special: .special
        case Kind.file: .file(FileIdentity(rawValue: object), offset: place)
        case Kind.sharedAnonymous: .sharedAnonymous(object, offset: place)
        default: .direct(PhysicalAddress(place))
        }
      }
      @inline(__always)
      set {
        switch newValue {
        case .anonymous: set(Kind.anonymous)
        case .stack: set(Kind.stack)
        case .reserved: set(Kind.reserved)
        case .special: set(Kind.special)
        case .file(let file, let offset): set(Kind.file, file.rawValue, offset)
        case .sharedAnonymous(let object, let offset): set(Kind.sharedAnonymous, object, offset)
        case .direct(let address): set(Kind.direct, 0, address.rawValue)
        }
      }
    }

    @inline(__always)
    private mutating func set(_ kind: UInt32) {
      if hasPlace { place = 0 }
      object = 0
      bits = bits & ~Self.kindBits | kind << Self.kindShift
    }

    @inline(__always)
    private mutating func set(_ kind: UInt32, _ object: UInt32, _ place: UInt64) {
      self.object = object
      self.place = place
      bits = bits & ~Self.kindBits | kind << Self.kindShift
    }

    var displacement: UInt64 {
      @inline(__always)
      get { hasPlace ? 0 : place }
      @inline(__always)
      set {
        precondition(!hasPlace, "pages of files do not tell where they were")
        place = newValue
      }
    }

    var flags: Flags {
      @inline(__always)
      get { Flags(rawValue: bits & Self.flagBits) }
      @inline(__always)
      set {
        precondition(newValue.rawValue & ~Self.flagBits == 0, "more flags than there is room for")
        bits = bits & ~Self.flagBits | newValue.rawValue
      }
    }

    var pageSize: PageSize? {
      @inline(__always)
      get {
        let value = (bits & Self.sizeBits) >> Self.sizeShift
        return value == 0 ? nil : PageSize(rawValue: UInt8(truncatingIfNeeded: value - 1))
      }
      @inline(__always)
      set {
        let value = newValue.map { UInt32($0.rawValue) + 1 } ?? 0
        bits = bits & ~Self.sizeBits | value << Self.sizeShift
      }
    }

    var protection: Protection {
      @inline(__always)
      get { Protection(rawValue: UInt8(truncatingIfNeeded: bits >> Self.protectionShift)) }
      @inline(__always)
      set {
        let value = UInt32(newValue.rawValue) << Self.protectionShift
        bits = bits & ~(0xff << Self.protectionShift) | value
      }
    }

    /// What is `byteCount` bytes further in the same VMA.
    @inline(__always)
    func advanced(by byteCount: UInt64) -> Attributes {
      var result = self
      if hasPlace { result.place &+= byteCount }
      return result
    }

    /// Whether the backing of `next`, which begins `byteCount` bytes further, goes on from this
    /// one, and pages that were moved came from one place.
    @inline(__always)
    func goesOn(in next: Attributes, after byteCount: UInt64) -> Bool {
      (bits ^ next.bits) & Self.kindBits == 0 && object == next.object
        && advanced(by: byteCount).place == next.place
    }
  }
}
