// SPDX-License-Identifier: BSD-3-Clause

/// Keeps divergences: one root for each fingerprint, consequences under their root.
struct DivergenceLedger {
  private(set) var roots: [RootDivergence] = []
  /// Divergences that were not kept.
  private(set) var unkeptCount: UInt64 = 0
  private var rootOfFingerprint: [UInt64: Int] = [:]
  private let rootLimit: Int
  private let consequenceLimit: Int

  init(_ options: DiffOptions) {
    rootLimit = max(0, options.rootLimit)
    consequenceLimit = max(0, options.consequenceLimit)
  }

  /// Whether the next root with this fingerprint would be the first: then an excerpt is worth
  /// making.
  func isNew(_ fingerprint: UInt64) -> Bool { rootOfFingerprint[fingerprint] == nil }

  /// Whether no consequence of this root has an excerpt yet.
  func wantsExcerpt(of root: Int) -> Bool {
    roots[root].first.excerpt == nil && roots[root].count == 1
      && !roots[root].consequences.contains { $0.first.excerpt != nil }
  }

  /// Takes a divergence that follows from `root`, or from none. Returns the root that what follows
  /// from it belongs to; nil where it could not be kept.
  mutating func record(_ divergence: Divergence, under root: Int? = nil) -> Int? {
    if let root {
      addConsequence(divergence, to: root)
      return root
    }
    let event = divergence.leftEvent ?? divergence.rightEvent ?? 0
    if let index = rootOfFingerprint[divergence.fingerprint] {
      roots[index].count += 1
      roots[index].lastEvent = event
      return index
    }
    if roots.count >= rootLimit {
      unkeptCount += 1
      return nil
    }
    rootOfFingerprint[divergence.fingerprint] = roots.count
    roots.append(RootDivergence(first: divergence, lastEvent: event))
    return roots.count - 1
  }

  private mutating func addConsequence(_ divergence: Divergence, to root: Int) {
    roots[root].consequenceCount += 1
    for index in roots[root].consequences.indices
    where roots[root].consequences[index].first.fingerprint == divergence.fingerprint {
      roots[root].consequences[index].count += 1
      return
    }
    if roots[root].consequences.count < consequenceLimit {
      roots[root].consequences.append(.init(first: divergence, count: 1))
    }
  }
}
