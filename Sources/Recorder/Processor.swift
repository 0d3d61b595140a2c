// SPDX-License-Identifier: BSD-3-Clause

internal import Glibc
internal import Trace

extension TraceHeader {
  /// Says on which CPU the run was: its name and what it can, as `/proc/cpuinfo` has them of the
  /// first one. Without that file nothing is said.
  mutating func describeProcessor() {
    let descriptor = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress! + count, $0.count - count)
      }
      if got <= 0 { break }
      count += got
    }
    for line in bytes[..<count].split(separator: 0x0a) {
      guard let colon = line.firstIndex(of: 0x3a) else { continue }
      let value = [UInt8](line[(colon + 1)...].drop { $0 == 0x20 })
      if processor.isEmpty, line.starts(with: "model name".utf8) { processor = value }
      if processorFeatures.isEmpty, line.starts(with: "flags".utf8) { processorFeatures = value }
    }
  }
}
