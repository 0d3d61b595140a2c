// SPDX-License-Identifier: BSD-3-Clause

internal import CHosted
internal import Glibc
internal import Kernel
internal import LinuxABI

/// Puts a jump in the place of `syscall` instructions that the guest uses often: their calls then
/// come without a signal. Every other site goes on to be served by Syscall User Dispatch.
///
/// The jump is written into a private copy of the page that only the guest's CPU sees: the frame,
/// and so what the kernel reads and a trace tells, stays as it is. Only pages that the guest can
/// execute and not write are touched, and whatever changes their translation brings the original
/// text back. An instruction that the jump covers can be jumped to: the byte there raises an
/// exception, and the machine does what the instruction would have.
struct CallSiteRewriter: ~Copyable {
  /// Calls of a site that come by a signal before it is rewritten.
  private static let patience = 4
  /// How often a site is rewritten whose page changes again and again.
  private static let patchLimit = 8

  /// A site that was met.
  private struct Site {
    var meetings = 0
    var patches = 0
    /// Its stub, once it has one.
    var index: UInt32?
    /// How it is written now, if so.
    var form: CallSite.Form?
  }

  /// A page of text that is present.
  private struct Page {
    var physical: PhysicalAddress
    /// The sites in it that are written.
    var sites: [UInt64] = []
  }

  private enum State {
    case off
    case armed
    case working
  }

  private let memory: PhysicalMemory
  private let memoryFile: Int32
  private var state: State
  private var sites: [UInt64: Site] = [:]
  private var pages: [UInt64: Page] = [:]
  private var stubCount: UInt32 = 0
  /// The errno of a change that the host refused halfway: the guest cannot go on.
  private(set) var failure: Int32 = 0

  /// A rewriter of the text in this memory; one that is not on does nothing.
  init(isOn: Bool, memory: PhysicalMemory, memoryFile: Int32) {
    state = isOn ? .armed : .off
    self.memory = memory
    self.memoryFile = memoryFile
  }

  /// Whether traps and changes must be shown to it.
  var isOn: Bool { state != .off }

  // MARK: Traps

  /// A call came by a signal from the `syscall` instruction at `site`.
  mutating func meet(_ site: UInt64, number: UInt32) {
    if sites[site] == nil, sites.count >= Int(HOSTED_STUB_LIMIT) { return }
    sites[site, default: Site()].meetings += 1
    guard let met = sites[site], met.meetings == Self.patience, met.patches < Self.patchLimit,
      met.form == nil, let page = pages[site & ~4095]
    else { return }
    let text = UnsafeRawBufferPointer(
      memory.bytes(of: PhysicalSegment(start: page.physical, byteCount: 4096)))
    guard let found = CallSite(at: Int(site & 4095), number: number, in: text),
      !page.sites.contains(where: { overlaps($0, found, at: site) })
    else { return }
    write(found, at: site)
  }

  /// Whether the trap came of a jump into the middle of a rewritten site and the guest can simply
  /// go on; a jump to its `syscall` makes the trap a system call.
  mutating func absorbs(_ trap: inout hosted_trap) -> Bool {
    guard let page = pages[trap.ip & ~4095] else { return false }
    for address in page.sites {
      guard let site = sites[address], let form = site.form, let index = site.index else {
        continue
      }
      switch form {
      case .compared where trap.vector == 13 && trap.ip == address + 2:
        hosted_set_ip(hosted_stub_tail(index))
        return true
      case .numbered where trap.vector == 6 && trap.ip == address:
        hosted_become_system_call(&trap)
        return false
      default: break
      }
    }
    return false
  }

  // MARK: Changes

  /// The page table is about to change so for the guest's CPU.
  mutating func willApply(_ change: TranslationChange) {
    switch change {
    case .map(let start, let physical, let byteCount, let protection):
      forget(start, byteCount)
      guard Self.isText(protection) else { return }
      for offset in stride(from: 0, to: byteCount, by: 4096) {
        pages[start.rawValue + offset] = Page(physical: physical + offset)
      }
    case .unmap(let start, let byteCount), .protect(let start, let byteCount, _):
      forget(start, byteCount)
    }
  }

  /// A VMA stands in its range. Through a shared one that can be written the text of another
  /// mapping may change behind its copy.
  mutating func didMap(_ vma: VMADescription) {
    if vma.isShared, vma.protection.contains(.write) { stop() }
    giveWay(to: vma.range)
  }

  /// The guest may want the addresses of the table.
  private mutating func giveWay(to range: AddressRange) {
    let end = HOSTED_STUB_TABLE + UInt64(HOSTED_STUB_LIMIT) * 8
    if range.lowerBound.rawValue < end, range.upperBound.rawValue > HOSTED_STUB_TABLE { stop() }
  }

  private static func isText(_ protection: Protection) -> Bool {
    protection.contains(.execute) && !protection.contains(.write)
  }

  /// Nothing is known of the range's pages any more.
  private mutating func forget(_ start: VirtualAddress, _ byteCount: UInt64) {
    giveWay(to: start..<(start + byteCount))
    if byteCount / 4096 <= UInt64(pages.count) {
      for offset in stride(from: 0, to: byteCount, by: 4096) { forget(start.rawValue + offset) }
    } else {
      for page in [UInt64](pages.keys)
      where page >= start.rawValue && page - start.rawValue < byteCount {
        forget(page)
      }
    }
  }

  /// The page's own text is back, and nothing is known of it any more.
  private mutating func forget(_ page: UInt64) {
    guard let known = pages.removeValue(forKey: page), !known.sites.isEmpty else { return }
    for address in known.sites {
      guard let index = sites[address]?.index else { continue }
      // The guest waits behind a call whose comparison the stub would have made.
      if hosted_ip() == hosted_stub_tail(index) { hosted_set_ip(address + 2) }
      sites[address]?.form = nil
      sites[address]?.meetings = 0
    }
    let problem = hosted_map_guest(
      memoryFile, page, 4096, known.physical.rawValue, PROT_READ | PROT_EXEC)
    if problem != 0 { failure = problem }
  }

  /// All text becomes what it was, for good.
  private mutating func stop() {
    for page in [UInt64](pages.keys) { forget(page) }
    if state == .working { hosted_unmap_stubs() }
    state = .off
  }

  // MARK: Writing

  private func overlaps(_ written: UInt64, _ found: CallSite, at site: UInt64) -> Bool {
    guard let form = sites[written]?.form else { return false }
    let first = written - UInt64(form.byteCountBefore)
    let second = site - UInt64(found.form.byteCountBefore)
    let size = UInt64(HOSTED_JUMP_SIZE)
    return first < second + size && second < first + size
  }

  private mutating func write(_ found: CallSite, at site: UInt64) {
    if state == .armed {
      guard hosted_map_stubs() == 0 else {
        state = .off
        return
      }
      state = .working
    }
    let index = sites[site]?.index ?? stubCount
    var stub = found.stub(at: site)
    var problem = hosted_make_stub(index, &stub)
    let page = site & ~4095
    if problem == 0, let known = pages[page] {
      var jump: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0, 0, 0)
      withUnsafeMutableBytes(of: &jump) { bytes in
        hosted_jump(index, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
        problem = hosted_patch_page(
          memoryFile, page, known.physical.rawValue, known.sites.isEmpty ? 1 : 0,
          site - UInt64(found.form.byteCountBefore) - page,
          bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), bytes.count)
      }
    }
    guard problem == 0 else {
      failure = problem
      return
    }
    if index == stubCount { stubCount += 1 }
    sites[site]?.index = index
    sites[site]?.form = found.form
    sites[site]?.patches += 1
    pages[page]?.sites.append(site)
    // The guest stands behind the call, in the middle of the jump.
    if found.form == .compared { hosted_set_ip(hosted_stub_tail(index)) }
  }
}
