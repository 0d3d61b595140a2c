// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import Testing

/// Unikraft's own tests of ukstreambuf, as a table, and what they leave out.
struct StreamBufferTests {
  /// What the buffer says after one append.
  struct State: Equatable, CustomTestStringConvertible {
    var returned: Int
    var position: Int
    var length: Int
    var left: Int
    var isTruncated: Bool

    init(
      _ returned: Int, _ position: Int, _ length: Int, _ left: Int, _ isTruncated: Bool = false
    ) {
      self.returned = returned
      self.position = position
      self.length = length
      self.left = left
      self.isTruncated = isTruncated
    }

    init(_ returned: Int, of buffer: StreamBuffer) {
      self.init(
        returned, buffer.position, buffer.length, buffer.left, buffer.isTruncated)
    }

    var testDescription: String { "\(returned) \(position) \(length) \(left) \(isTruncated)" }
  }

  private static let texts: [StaticString] = ["test1", "-", "test2", "-"]
  private static let strings = ["test1\0", "-\0", "test2\0", "-\0"].map { Array($0.utf8) }

  private static let plain = [
    State(6, 6, 6, 4), State(2, 8, 8, 2), State(2, 10, 10, 0, true), State(0, 10, 10, 0, true),
  ]
  private static let shifted = [
    State(6, 5, 6, 5), State(2, 6, 7, 4), State(4, 9, 10, 1, true), State(1, 9, 10, 1, true),
  ]

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  // MARK: As in the tree: init, init_termshift

  @Test func `a new buffer is as it was`() {
    let buffer = StreamBuffer(over: bytes("????????"))
    #expect(buffer.storage == bytes("????????"))
    #expect(State(0, of: buffer) == State(0, 0, 0, 8))
  }

  @Test func `wiping clears all of it`() {
    let buffer = StreamBuffer(over: bytes("????????"), options: .wipeZero)
    #expect(buffer.storage == [UInt8](repeating: 0, count: 8))
    #expect(State(0, of: buffer) == State(0, 0, 0, 8))
  }

  @Test func `shifting begins with a terminator`() {
    let buffer = StreamBuffer(over: bytes("????????"), options: .terminatorShift)
    #expect(buffer.storage == bytes("\0???????"))
    #expect(State(0, of: buffer) == State(0, 0, 0, 8))
  }

  // MARK: strcpy, printf, with and without termshift

  @Test func `strcpy`() {
    var buffer = StreamBuffer(over: bytes("??????????"))
    let states = Self.texts.map { State(buffer.append($0), of: buffer) }
    #expect(states == Self.plain)
    #expect(buffer.storage == bytes("test1\0-\0t\0"))
  }

  @Test func `strcpy_termshift`() {
    var buffer = StreamBuffer(over: bytes("??????????"), options: .terminatorShift)
    let states = Self.texts.map { State(buffer.append($0), of: buffer) }
    #expect(states == Self.shifted)
    #expect(buffer.storage == bytes("test1-tes\0"))
  }

  private func print(_ text: StaticString, into buffer: inout StreamBuffer) -> Int {
    buffer.format { out in
      out.append(contentsOf: text.description.utf8)
      return true
    }
  }

  @Test func `printf`() {
    var buffer = StreamBuffer(over: bytes("??????????"))
    let states = Self.texts.map { State(print($0, into: &buffer), of: buffer) }
    #expect(states == Self.plain)
    #expect(buffer.storage == bytes("test1\0-\0t\0"))
  }

  @Test func `printf_termshift`() {
    var buffer = StreamBuffer(over: bytes("??????????"), options: .terminatorShift)
    let states = Self.texts.map { State(print($0, into: &buffer), of: buffer) }
    #expect(states == Self.shifted)
    #expect(buffer.storage == bytes("test1-tes\0"))
  }

  // MARK: memcpy, reserve

  @Test func `memcpy`() {
    var buffer = StreamBuffer(over: bytes("??????????"))
    let states = Self.strings.map { State(buffer.append(bytes: $0.span), of: buffer) }
    #expect(states == Self.plain)
    #expect(buffer.storage == bytes("test1\0-\0te"))
  }

  @Test func `memcpy_termshift`() {
    var buffer = StreamBuffer(over: bytes("??????????"), options: .terminatorShift)
    let states = Self.strings.map { State(buffer.append(bytes: $0.span), of: buffer) }
    #expect(states == Self.shifted)
    #expect(buffer.storage == bytes("test1-tes-"))
  }

  @Test func `reserve`() {
    var buffer = StreamBuffer(over: bytes("??????????"))
    let got0 = buffer.reserve(6)
    #expect(got0 == 0..<6)
    #expect(State(0, of: buffer) == State(0, 6, 6, 4))
    let got1 = buffer.reserve(2)
    #expect(got1 == 6..<8)
    #expect(State(0, of: buffer) == State(0, 8, 8, 2))
    let got2 = buffer.reserve(6)
    #expect(got2 == nil)
    #expect(State(0, of: buffer) == State(0, 8, 8, 2))
  }

  @Test func `reserve_termshift`() {
    var buffer = StreamBuffer(over: bytes("??????????"), options: .terminatorShift)
    let got3 = buffer.reserve(6)
    #expect(got3 == 0..<6)
    #expect(State(0, of: buffer) == State(0, 5, 6, 5))
    let got4 = buffer.reserve(2)
    #expect(got4 == 5..<7)
    #expect(State(0, of: buffer) == State(0, 6, 7, 4))
    let got5 = buffer.reserve(6)
    #expect(got5 == nil)
    #expect(State(0, of: buffer) == State(0, 6, 7, 4))
  }

  // MARK: What the tree does not test

  @Test func `a reservation is filled in its place`() throws {
    var buffer = StreamBuffer(byteCount: 8)
    let reserved = buffer.reserve(3)
    let range = try #require(reserved)
    buffer.store([1, 2, 3].span, at: range.lowerBound)
    #expect(buffer.storage == [1, 2, 3, 0, 0, 0, 0, 0])
    let got6 = buffer.reserve(-1)
    #expect(got6 == nil)
    let got7 = buffer.reserve(5)
    #expect(got7 == 3..<8)
    let got8 = buffer.reserve(0)
    #expect(got8 == 8..<8)
  }

  @Test func `a reset begins again`() {
    var buffer = StreamBuffer(byteCount: 4, options: [.terminatorShift])
    buffer.append("too long")
    #expect(buffer.isTruncated)
    buffer.reset()
    #expect(State(0, of: buffer) == State(0, 0, 0, 4))
    #expect(buffer.text.isEmpty)
  }

  @Test func `text ends at its first NUL`() {
    var buffer = StreamBuffer(byteCount: 16)
    let got9 = buffer.append([0x61, 0, 0x62].span)
    #expect(got9 == 2)
    #expect(!buffer.isTruncated)
    #expect(buffer.length == 2)
  }

  @Test func `text that fits exactly is whole`() {
    var buffer = StreamBuffer(byteCount: 6)
    let got10 = buffer.append("test1")
    #expect(got10 == 6)
    #expect(!buffer.isTruncated)
  }

  /// The original says nothing when a full buffer refuses text.
  @Test func `text into a full buffer truncates`() {
    var buffer = StreamBuffer(byteCount: 6)
    buffer.append("test1")
    let got11 = buffer.append("")
    #expect(got11 == 0)
    #expect(!buffer.isTruncated)
    let got12 = buffer.append("x")
    #expect(got12 == 0)
    #expect(buffer.isTruncated)
  }

  @Test func `printf at the last byte and beyond`() {
    var buffer = StreamBuffer(byteCount: 6)
    buffer.append(bytes: Array("abcde".utf8).span)
    let got13 = print("x", into: &buffer)
    #expect(got13 == 1)
    #expect(buffer.isTruncated)
    #expect(buffer.storage.last == 0)
    let got14 = print("x", into: &buffer)
    #expect(got14 == 0)
  }

  @Test func `a failed format leaves a NUL`() {
    var buffer = StreamBuffer(over: bytes("????"))
    let returned = buffer.format { _ in false }
    #expect(returned == 0)
    #expect(State(0, of: buffer) == State(0, 0, 0, 4))
    #expect(buffer.storage == bytes("\0???"))
  }

  @Test func `a buffer of one byte`() {
    for options in [StreamBuffer.Options(), .terminatorShift, .wipeZero] {
      var buffer = StreamBuffer(byteCount: 1, options: options)
      let got15 = buffer.append("a")
      #expect(got15 == 1)
      #expect(buffer.isTruncated)
      #expect(buffer.storage == [0])
    }
  }
}
