// SPDX-License-Identifier: BSD-3-Clause

/// A value that stands for a run of addresses and can begin later in it.
protocol RunValue {
  /// The value of the same run without its first `byteCount` bytes.
  func advanced(by byteCount: UInt64) -> Self
}

/// Values on disjoint ranges of addresses, in order.
///
/// Runs lie in chunks of at most `chunkLimit`; a search is two binary searches, a change moves one
/// chunk's runs and, once in a few hundred changes, the list of chunks.
/// Invariants: no chunk is empty; no run is empty; runs ascend and do not overlap.
struct SortedRuns<Value: RunValue> {
  struct Run {
    var lower: UInt64
    var upper: UInt64
    var value: Value
  }

  /// A place between runs: `index` may be the end of the last chunk, nowhere else a chunk's end.
  struct Position {
    var chunk: Int
    var index: Int
  }

  private static var chunkLimit: Int { 256 }
  private(set) var chunks: [[Run]] = []
  private(set) var count = 0

  init() {}

  /// The first run that ends after `address`; nil if there is none.
  func position(endingAfter address: UInt64) -> Position? {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle][chunks[middle].count - 1].upper > address {
        high = middle
      } else {
        low = middle + 1
      }
    }
    if low == chunks.count { return nil }
    let chunk = low
    low = 0
    high = chunks[chunk].count
    while low < high {
      let middle = (low + high) / 2
      if chunks[chunk][middle].upper > address { high = middle } else { low = middle + 1 }
    }
    return Position(chunk: chunk, index: low)
  }

  subscript(position: Position) -> Run { chunks[position.chunk][position.index] }

  /// The place after this one; nil at the end.
  func position(after position: Position) -> Position? {
    if position.index + 1 < chunks[position.chunk].count {
      return Position(chunk: position.chunk, index: position.index + 1)
    }
    return position.chunk + 1 < chunks.count ? Position(chunk: position.chunk + 1, index: 0) : nil
  }

  /// The place before this one; nil at the start.
  func position(before position: Position) -> Position? {
    if position.index > 0 { return Position(chunk: position.chunk, index: position.index - 1) }
    if position.chunk == 0 { return nil }
    return Position(chunk: position.chunk - 1, index: chunks[position.chunk - 1].count - 1)
  }

  /// The last place; nil if there is none.
  var lastPosition: Position? {
    chunks.isEmpty
      ? nil : Position(chunk: chunks.count - 1, index: chunks[chunks.count - 1].count - 1)
  }

  /// The run that holds `address`.
  func run(at address: UInt64) -> Run? {
    guard let position = position(endingAfter: address) else { return nil }
    let run = self[position]
    return run.lower <= address ? run : nil
  }

  /// Whether a run begins or ends at `address`.
  func hasBoundary(at address: UInt64) -> Bool {
    if let run = run(at: address) { return run.lower == address }
    return address > 0 && run(at: address - 1) != nil
  }

  /// Calls `body` with each run that overlaps `lower..<upper`, whole, in order.
  func forEach(in lower: UInt64, _ upper: UInt64, _ body: (Run) -> Void) {
    var next = position(endingAfter: lower)
    while let position = next {
      let run = self[position]
      if run.lower >= upper { return }
      body(run)
      next = self.position(after: position)
    }
  }

  /// Makes `lower..<upper` hold `value`, or nothing; what overlaps is cut.
  mutating func replace(_ lower: UInt64, _ upper: UInt64, with value: Value?) {
    if lower >= upper { return }
    var inserted: [Run] = []
    if let run = run(at: lower), run.lower < lower {
      inserted.append(Run(lower: run.lower, upper: lower, value: run.value))
    }
    if let value { inserted.append(Run(lower: lower, upper: upper, value: value)) }
    if let run = run(at: upper - 1), run.upper > upper {
      inserted.append(
        Run(lower: upper, upper: run.upper, value: run.value.advanced(by: upper - run.lower)))
    }
    removeRuns(overlapping: lower, upper)
    insert(inserted, at: lower)
  }

  private mutating func removeRuns(overlapping lower: UInt64, _ upper: UInt64) {
    guard let first = position(endingAfter: lower), self[first].lower < upper else { return }
    var chunk = first.chunk
    var index = first.index
    var emptied: Range<Int>?
    while chunk < chunks.count {
      var stop = index
      while stop < chunks[chunk].count, chunks[chunk][stop].lower < upper { stop += 1 }
      let isWhole = stop == chunks[chunk].count
      if index == 0, isWhole {
        count -= stop
        emptied = (emptied?.lowerBound ?? chunk)..<(chunk + 1)
      } else if index < stop {
        count -= stop - index
        chunks[chunk].removeSubrange(index..<stop)
      }
      if !isWhole { break }
      chunk += 1
      index = 0
    }
    if let emptied { chunks.removeSubrange(emptied) }
  }

  private mutating func insert(_ runs: [Run], at address: UInt64) {
    if runs.isEmpty { return }
    count += runs.count
    guard let next = position(endingAfter: address) else {
      if chunks.isEmpty { chunks.append([]) }
      chunks[chunks.count - 1].append(contentsOf: runs)
      split(chunks.count - 1)
      return
    }
    chunks[next.chunk].insert(contentsOf: runs, at: next.index)
    split(next.chunk)
  }

  private mutating func split(_ chunk: Int) {
    if chunks[chunk].count <= Self.chunkLimit { return }
    let middle = chunks[chunk].count / 2
    let tail = [Run](chunks[chunk][middle...])
    chunks[chunk].removeSubrange(middle...)
    chunks.insert(tail, at: chunk + 1)
  }
}
