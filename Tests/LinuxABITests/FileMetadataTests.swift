// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import LinuxABI
import Testing

@Test func `struct stat has the layout of the C library`() {
  var status = stat()
  status.st_dev = 0x0102_0304_0506
  status.st_ino = 77
  status.st_nlink = 3
  status.st_mode = 0o100644
  status.st_uid = 1000
  status.st_gid = 1001
  status.st_rdev = 0x501
  status.st_size = -9
  status.st_blksize = 512
  status.st_blocks = 8
  status.st_atim = timespec(tv_sec: 5, tv_nsec: 6)
  status.st_mtim = timespec(tv_sec: -7, tv_nsec: 999_999_999)
  status.st_ctim = timespec(tv_sec: 1 << 32, tv_nsec: 1)
  let bytes = withUnsafeBytes(of: &status) { [UInt8]($0) }
  #expect(bytes.count == FileMetadata.structStatByteCount)

  let metadata = FileMetadata(structStat: bytes[...])
  #expect(metadata?.owner == 1000)
  #expect(metadata?.group == 1001)
  #expect(metadata?.type == .regular)
  #expect(metadata?.byteCount == -9)
  #expect(metadata?.modificationTime == -6_000_000_001)
  #expect(metadata?.structStat == bytes)
  #expect(FileMetadata(structStat: bytes[1...]) == nil)
}
