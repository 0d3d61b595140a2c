// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// How many bytes can be read: up to the first fault, byte-exact; with `.continue` all that can,
  /// but those that the step of 4096 bytes from a fault leaps over. Unikraft: uk_nofault_probe_r().
  public mutating func probeRead(
    _ address: VirtualAddress, byteCount: UInt64, options: NoFaultOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    forEachSegment(of: address, byteCount, for: .read, options, fill) { _, _ in }
  }

  /// How many bytes can be read and written; nothing is written. Unikraft: uk_nofault_probe_rw().
  public mutating func probeReadWrite(
    _ address: VirtualAddress, byteCount: UInt64, options: NoFaultOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    forEachSegment(of: address, byteCount, for: .readWrite, options, fill) { _, _ in }
  }

  /// The number at an address, in the CPU's byte order; nil where it cannot be read whole.
  /// Unikraft: uk_nofault_try_read().
  public mutating func tryRead<Value: FixedWidthInteger & BitwiseCopyable>(
    _ address: VirtualAddress, as type: Value.Type, options: NoFaultOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> Value? {
    var value: Value = 0
    let count = unsafe withUnsafeMutableBytes(of: &value) { bytes in
      unsafe copyIn(from: address, into: bytes, options: options, fill: fill)
    }
    return count == UInt64(MemoryLayout<Value>.size) ? value : nil
  }

  /// Stores a number in the CPU's byte order; false where it could not be written whole: then its
  /// first bytes may have been. Unikraft: uk_nofault_try_write().
  public mutating func tryWrite<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at address: VirtualAddress, options: NoFaultOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> Bool {
    let count = unsafe withUnsafeBytes(of: value) { bytes in
      unsafe copyOut(bytes, to: address, options: options, fill: fill)
    }
    return count == UInt64(MemoryLayout<Value>.size)
  }
}
