// SPDX-License-Identifier: BSD-3-Clause

/// `struct sysinfo`, 112 bytes. Memory is counted in units of `memoryUnitByteCount`.
public struct SystemInformation: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 112 }

  /// uptime, in seconds.
  public var uptime: Int64 = 0
  /// loads[0]: the load of one minute, times 65536.
  public var load1: UInt64 = 0
  /// loads[1]: of five minutes.
  public var load5: UInt64 = 0
  /// loads[2]: of fifteen minutes.
  public var load15: UInt64 = 0
  /// totalram.
  public var totalMemory: UInt64 = 0
  /// freeram.
  public var freeMemory: UInt64 = 0
  /// sharedram.
  public var sharedMemory: UInt64 = 0
  /// bufferram.
  public var bufferMemory: UInt64 = 0
  /// totalswap.
  public var totalSwap: UInt64 = 0
  /// freeswap.
  public var freeSwap: UInt64 = 0
  /// procs: processes and threads.
  public var taskCount: UInt16 = 0
  /// totalhigh.
  public var totalHighMemory: UInt64 = 0
  /// freehigh.
  public var freeHighMemory: UInt64 = 0
  /// mem_unit, in bytes.
  public var memoryUnitByteCount: UInt32 = 1

  /// All 0, in units of a byte.
  public init() {}

  /// Appends the 112 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(UInt64(bitPattern: uptime), to: &bytes)
    LittleEndian.append(load1, to: &bytes)
    LittleEndian.append(load5, to: &bytes)
    LittleEndian.append(load15, to: &bytes)
    LittleEndian.append(totalMemory, to: &bytes)
    LittleEndian.append(freeMemory, to: &bytes)
    LittleEndian.append(sharedMemory, to: &bytes)
    LittleEndian.append(bufferMemory, to: &bytes)
    LittleEndian.append(totalSwap, to: &bytes)
    LittleEndian.append(freeSwap, to: &bytes)
    LittleEndian.append(UInt64(taskCount), to: &bytes)
    LittleEndian.append(totalHighMemory, to: &bytes)
    LittleEndian.append(freeHighMemory, to: &bytes)
    LittleEndian.append(UInt64(memoryUnitByteCount), to: &bytes)
  }
}
