// SPDX-License-Identifier: BSD-3-Clause

internal import Trace

extension DiffSession {
  /// Processes whose VMAs are followed at most, beside the first.
  private static var spaceLimit: Int { 256 }

  /// Tasks of other processes that are followed at most at a time.
  private static var taskLimit: Int { 65536 }

  /// Does `body` with `layouts` those of the process that the step belongs to, and follows
  /// processes that begin and end.
  mutating func inSpace(of step: Step, _ body: (inout DiffSession) -> Int?) -> Int? {
    if let event = step.principal, event.kind == .taskStarted { begin(event) }
    guard let space = spaceOfTask[step.task] else { return body(&self) }
    guard var own = otherSpaces[space] else { return nil }
    otherSpaces[space] = nil
    swap(&layouts, &own)
    let root = body(&self)
    swap(&layouts, &own)
    if step.principal?.kind == .taskEnded {
      spaceOfTask[step.task] = nil
      if spaceOfTask.values.contains(space) { otherSpaces[space] = own }
    } else {
      otherSpaces[space] = own
    }
    return root
  }

  private mutating func begin(_ event: Event) {
    let maker = UInt32(clamping: event.operands[0])
    let makersSpace = spaceOfTask[maker]
    if event.code == 0, makersSpace == nil { return }
    if spaceOfTask.count >= Self.taskLimit {
      statistics.unfollowedProcessCount += 1
    } else if event.code == 0 {
      spaceOfTask[event.task] = makersSpace
    } else if otherSpaces.count < Self.spaceLimit {
      spaceOfTask[event.task] = event.task
      otherSpaces[event.task] = makersSpace.map { otherSpaces[$0] ?? LayoutPair() } ?? layouts
    } else {
      // A space that is not kept: its VMAs are not compared, and that is counted.
      spaceOfTask[event.task] = event.task
      statistics.unfollowedProcessCount += 1
    }
  }
}
