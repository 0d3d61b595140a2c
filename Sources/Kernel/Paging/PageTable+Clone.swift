// SPDX-License-Identifier: BSD-3-Clause

import LinuxABI

extension PageTable {
  /// Another table with the same leaves. Their frames stay with this table's: the copies are
  /// borrowed. ENOMEM where there is no frame for a table; then nothing is left behind.
  /// Unikraft: ukplat_pt_clone().
  func clone(frames: inout BuddyFrameAllocator) throws(Errno) -> PageTable {
    var copy = try PageTable(memory: memory, topLevel: topLevel, frames: &frames)
    var failure: Errno?
    forEachLeaf(in: everything) { address, level, entry in
      if failure != nil { return }
      do throws(Errno) {
        let leaf = PTE(rawValue: memory.word(at: entry) | PTE.borrowedBit)
        try copy.set(leaf, at: address, level: level, frames: &frames)
      } catch {
        failure = error
      }
    }
    if let failure {
      copy.free(frames: &frames)
      throw failure
    }
    return copy
  }

  /// Gives all of the table back, root included, and the frames of its leaves unless they are
  /// borrowed or `keepsFrames`. The CPU must not walk it any more, so nothing is told to it.
  /// Unikraft: ukplat_pt_free().
  consuming func free(keepsFrames: Bool = false, frames: inout BuddyFrameAllocator) {
    var table = self
    var unheard = TranslationLog()
    table.emptyStock(&frames)
    table.unmap(table.everything, keepsFrames: keepsFrames, frames: &frames, log: &unheard)
    frames.free(table.root, areZero: true)
  }
}
