// SPDX-License-Identifier: BSD-3-Clause

public import LinuxABI

extension AddressSpace {
  /// How many bytes can be read: up to the first fault, byte-exact; with `.continue` all that can,
  /// but those that the step of 4096 bytes from a fault leaps over. Unikraft: uk_nofault_probe_r().
  public mutating func probeRead(
    _ address: VirtualAddress, byteCount: UInt64, options: ProbeOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    probe(address, byteCount, options) { space, address, pages in
      space.piece(address, for: .read, pages: pages, fill: fill)?.byteCount
    }
  }

  /// How many bytes can be read and written; nothing is written. Unikraft: uk_nofault_probe_rw().
  public mutating func probeReadWrite(
    _ address: VirtualAddress, byteCount: UInt64, options: ProbeOptions = [],
    fill: PageFill = AddressSpace.noFiles
  ) -> UInt64 {
    probe(address, byteCount, options) { space, address, pages in
      guard space.piece(address, for: .read, pages: pages, fill: fill) != nil else { return nil }
      return space.piece(address, for: .write, pages: pages, fill: fill)?.byteCount
    }
  }

  /// `reach`: how far from an address on the access succeeds within its page.
  private mutating func probe(
    _ address: VirtualAddress, _ byteCount: UInt64, _ options: ProbeOptions,
    reach: (inout AddressSpace, VirtualAddress, _ pages: Bool) -> UInt64?
  ) -> UInt64 {
    let pages = !options.contains(.noPaging)
    var place = address
    var rest = min(byteCount, upTo(address))
    var count: UInt64 = 0
    while rest > 0 {
      let step: UInt64
      if let reached = reach(&self, place, pages) {
        step = min(reached, rest)
        count += step
      } else {
        if !options.contains(.continue) { break }
        step = min(PageSize.base.byteCount, rest)
      }
      place = place + step
      rest -= step
    }
    return count
  }
}
