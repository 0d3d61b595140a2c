// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension DiffSession {
  private static var nameLimit: Int { 4096 }

  /// Whether all that differs is by which path the file is known: Linux tells the path without
  /// symbolic links, another kernel may tell the one that was opened. Only where the last component
  /// agrees, or is that of another version of a library (`libz.so.1`, `libz.so.1.2.13`), and where
  /// each name of one side has stood for one name of the other so far.
  mutating func isSameFileByAnotherName(_ difference: LayoutDifference) -> Bool {
    guard let left = difference.left, let right = difference.right, left.backing == .file,
      right.backing == .file, left.offset == right.offset, left.hasProtection(of: right),
      Self.isAlias(Self.lastComponent(left.name), Self.lastComponent(right.name))
    else { return false }
    let known = fileNames[left.name]
    let knownLeft = leftFileNames[right.name]
    if known == nil, knownLeft == nil, fileNames.count < Self.nameLimit {
      fileNames[left.name] = right.name
      leftFileNames[right.name] = left.name
      return true
    }
    return known == right.name && knownLeft == left.name
  }

  private static func isAlias(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    let (short, long) = left.count < right.count ? (left, right) : (right, left)
    if short.isEmpty || !long.starts(with: short) { return false }
    return short.count == long.count || long[long.startIndex + short.count] == 0x2e
  }

  private static func lastComponent(_ path: [UInt8]) -> ArraySlice<UInt8> {
    path[((path.lastIndex(of: 0x2f) ?? -1) + 1)...]
  }
}
