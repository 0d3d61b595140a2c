// SPDX-License-Identifier: BSD-3-Clause

/// Text and bytes that grow inside a buffer of fixed size and never past its end.
/// Unikraft: `struct uk_streambuf`.
///
/// What does not fit is left out, and `isTruncated` says so from then on.
public struct StreamBuffer: Sendable {
  /// UK_STREAMBUF_C_*.
  public struct Options: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Any bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// C_TERMSHIFT: an append begins over the last byte of the one before, so that texts join. The
    /// buffer is then never quite full: the byte of the terminator counts as left.
    public static var terminatorShift: Options { Options(rawValue: 0x1) }
    /// C_WIPEZERO: a reset clears all bytes.
    public static var wipeZero: Options { Options(rawValue: 0x2) }
  }

  /// All bytes of the buffer, whatever was written to them.
  public private(set) var storage: [UInt8]
  /// How it behaves.
  public let options: Options
  /// Whether something did not fit since the last reset. Unikraft: uk_streambuf_istruncated().
  public internal(set) var isTruncated = false
  /// Bytes written, the terminator among them. Unikraft: uk_streambuf_len().
  public internal(set) var length = 0

  /// An empty buffer of 1 or more bytes, all 0.
  public init(byteCount: Int, options: Options = []) {
    self.init(over: [UInt8](repeating: 0, count: byteCount), options: options)
  }

  /// An empty buffer in place of these 1 or more bytes, which stay until they are overwritten.
  /// Unikraft: uk_streambuf_init().
  public init(over bytes: [UInt8], options: Options = []) {
    precondition(!bytes.isEmpty, "a stream buffer has at least one byte")
    storage = bytes
    self.options = options
    reset()
  }

  /// Empties it. Unikraft: uk_streambuf_reset().
  public mutating func reset() {
    length = 0
    isTruncated = false
    if options.contains(.wipeZero) {
      for index in storage.indices { storage[index] = 0 }
    } else if options.contains(.terminatorShift) {
      storage[0] = 0
    }
  }

  /// Where the next append begins. Unikraft: uk_streambuf_seek().
  public var position: Int {
    options.contains(.terminatorShift) && length > 0 ? length - 1 : length
  }

  /// Bytes of the buffer. Unikraft: uk_streambuf_buflen().
  public var byteCount: Int { storage.count }

  /// Bytes that an append may still write. Unikraft: uk_streambuf_left().
  public var left: Int { byteCount - position }

  /// What was written, without the last terminator where appends shift over it.
  public var text: ArraySlice<UInt8> { storage[..<position] }

  /// Replaces bytes of the buffer, those of a reservation above all. The range is within it.
  public mutating func store(_ bytes: Span<UInt8>, at offset: Int) {
    for index in bytes.indices { storage[offset + index] = bytes[index] }
  }

  mutating func store(_ byte: UInt8, at offset: Int) { storage[offset] = byte }
}
