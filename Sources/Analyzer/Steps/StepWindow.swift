// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

/// Which page faults a diff compares.
enum FaultScope {
  /// Each with its counterpart: both traces saw them and their requests are the same.
  case all
  /// Those that killed: which pages are resident is no business of two runs recorded apart.
  case fatal
  /// None: one of the traces did not see them.
  case none
}

/// The next steps of one trace that have been read and not been compared, at most `limit`.
struct StepWindow {
  /// Steps that are held at most.
  static var limit: Int { 1024 }
  /// About how many bytes are held at most, beside one step.
  private static var byteLimit: Int { 16 << 20 }

  private(set) var grouper = StepGrouper()
  private var slots: [Step?] = []
  private var head = 0
  private var heldCount = 0
  private var heldByteCount = 0
  private var isAtEnd = false
  /// Which page faults are left out.
  var faults = FaultScope.all
  /// Faults that were left out.
  private(set) var leftOutFaultCount: UInt64 = 0

  init() {}

  /// Whether no more can be read.
  var isFull: Bool {
    isAtEnd || heldCount >= Self.limit || heldByteCount >= Self.byteLimit
  }

  /// Reads one more step. False at the end and when the window is full.
  mutating func readOne(
    from source: inout some EventSource & ~Copyable
  ) throws(TraceError) -> Bool {
    if head > Self.limit {
      slots.removeFirst(head)
      head = 0
    }
    while !isFull {
      guard let step = try grouper.next(from: &source) else {
        isAtEnd = true
        return false
      }
      if step.isFault, step.changes.isEmpty, isLeftOut(step) {
        leftOutFaultCount += 1
        continue
      }
      slots.append(step)
      heldCount += 1
      heldByteCount += step.byteCount
      return true
    }
    return false
  }

  private func isLeftOut(_ step: Step) -> Bool {
    switch faults {
    case .all: false
    case .fatal: step.isResolvedFault
    case .none: true
    }
  }

  /// The place of the first step that is held, whatever its task; nil if none is.
  var first: Int? {
    var index = head
    while index < slots.count {
      if slots[index] != nil { return index }
      index += 1
    }
    return nil
  }

  /// The place of the first step of this task after `place`; nil if none is held.
  func next(of task: UInt32, after place: Int?) -> Int? {
    var index = place.map { $0 + 1 } ?? head
    while index < slots.count {
      if let step = slots[index], step.task == task { return index }
      index += 1
    }
    return nil
  }

  /// Whether the step that was read last is of this task.
  func isLast(of task: UInt32) -> Bool { slots.last??.task == task }

  /// The step at a place that `first` or `next` gave.
  subscript(place: Int) -> Step { slots[place]! }

  /// Takes the step out. Places stay valid until the next `readOne`, which may move them.
  mutating func take(_ place: Int) -> Step {
    let step = slots[place]!
    slots[place] = nil
    heldCount -= 1
    heldByteCount -= step.byteCount
    while head < slots.count, slots[head] == nil { head += 1 }
    return step
  }
}
