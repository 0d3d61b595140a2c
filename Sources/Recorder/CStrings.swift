// SPDX-License-Identifier: BSD-3-Clause

/// A NUL-terminated copy of bytes; a NUL among them ends it early, as in C.
func withCString<Result>(
  _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
  (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { body($0.baseAddress!) }
}

/// A null-terminated vector of NUL-terminated copies.
func withCStrings<Result>(
  _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var vector: [UnsafeMutablePointer<CChar>?] = strings.map { string in
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
    for (index, byte) in string.enumerated() { copy[index] = CChar(bitPattern: byte) }
    copy[string.count] = 0
    return copy
  }
  defer { for case let copy? in vector { copy.deallocate() } }
  vector.append(nil)
  return vector.withUnsafeBufferPointer { body($0.baseAddress!) }
}
