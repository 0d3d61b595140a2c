// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

/// Which tasks of a trace do not live in the first process.
struct FirstProcess {
  private static var taskLimit: Int { 65536 }
  private var foreignTasks: Set<UInt32> = []

  init() {}

  /// Follows a task that began.
  mutating func follow(_ event: Event) {
    guard event.kind == .taskStarted, foreignTasks.count < Self.taskLimit else { return }
    if event.code != 0 || isForeign(UInt32(clamping: event.operands[0])) {
      foreignTasks.insert(event.task)
    }
  }

  /// Whether the task lives in another process.
  func isForeign(_ task: UInt32) -> Bool { foreignTasks.contains(task) }
}
