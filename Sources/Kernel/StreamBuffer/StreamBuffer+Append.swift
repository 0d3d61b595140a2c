// SPDX-License-Identifier: BSD-3-Clause

extension StreamBuffer {
  /// Appends text up to its first NUL or its end, as far as it fits, and a NUL; returns the bytes
  /// written. Text that is cut truncates. Unikraft: uk_streambuf_strcpy().
  @discardableResult
  public mutating func append(_ text: Span<UInt8>) -> Int {
    let start = position
    let room = left - 1
    if room < 0 {
      if !text.isEmpty, text[0] != 0 { isTruncated = true }
      return 0
    }
    var count = 0
    while count < text.count, text[count] != 0 {
      if count == room {
        isTruncated = true
        break
      }
      store(text[count], at: start + count)
      count += 1
    }
    store(0, at: start + count)
    length = start + count + 1
    return count + 1
  }

  /// Appends text as `append(_:)` does.
  @discardableResult
  public mutating func append(_ text: StaticString) -> Int {
    unsafe append(
      Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends one byte of text, not NUL.
  @discardableResult
  public mutating func append(_ byte: UInt8) -> Int {
    let text: InlineArray<1, UInt8> = [byte]
    return append(text.span)
  }

  /// Appends what `make` makes, and a NUL; returns the bytes written. Where `make` fails only
  /// the NUL is written, and 0 returned. Unikraft: uk_streambuf_printf().
  @discardableResult
  public mutating func format(_ make: (inout [UInt8]) -> Bool) -> Int {
    if left == 0 {
      isTruncated = true
      return 0
    }
    if left == 1 {
      store(0, at: position)
      length = position + 1
      isTruncated = true
      return 1
    }
    var text: [UInt8] = []
    if make(&text) { return append(text.span) }
    store(0, at: position)
    return 0
  }

  /// Appends bytes as they are, as far as they fit, and no NUL; returns how many. Where appends
  /// shift, the next one overwrites the last of them. Unikraft: uk_streambuf_memcpy().
  @discardableResult
  public mutating func append(bytes: Span<UInt8>) -> Int {
    let start = position
    let count = min(left, bytes.count)
    for index in 0..<count { store(bytes[index], at: start + index) }
    if count < bytes.count { isTruncated = true }
    length = start + count
    return count
  }

  /// Sets bytes aside, all or none, and returns where they are: to be filled by `store`. A refusal
  /// changes nothing and truncates nothing. Unikraft: uk_streambuf_reserve().
  public mutating func reserve(_ count: Int) -> Range<Int>? {
    let start = position
    if count < 0 || count > left { return nil }
    length = start + count
    return start..<start + count
  }

  /// Forgets the last bytes, as the printer does to make room for its ellipsis.
  mutating func retract(_ count: Int) {
    length = max(0, position - count)
  }
}
