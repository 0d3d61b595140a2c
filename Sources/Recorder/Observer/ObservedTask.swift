// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI
internal import Trace

/// An address space of the host as it was last seen, shared by the tasks that run in it.
final class ObservedMemory {
  /// The VMAs in address order.
  var map: MemoryMap
  /// How many tasks run in it.
  var taskCount = 1
  /// Whether a VMA was taken out of what a fork copies: MADV_DONTFORK.
  var keepsFromFork = false

  init(_ map: MemoryMap) { self.map = map }
}

/// Which calls of a process have had their site told, shared by its threads until an execve(2).
final class ObservedSites {
  var filter = CallSiteFilter()
}

/// One thread of the observed program, from its appearance to its end.
final class ObservedTask {
  /// From 1 on in order of appearance.
  let number: UInt32
  /// Linux's id of the thread; that of its process after an execve(2).
  var id: Int32
  /// Where it runs.
  var memory: ObservedMemory

  /// Whether it is between the entry and the exit of a call.
  var isInCall = false
  /// Whether it is in a call that makes a task and that task has not been told of yet.
  var awaitsChild = false
  /// The call that it is in.
  var callNumber: UInt64 = 0
  /// The arguments that the call has, the rest 0.
  var operands: InlineArray<6, UInt64> = InlineArray(repeating: 0)
  /// The call's row; nil for an unknown number.
  var row: SystemCallDescription?
  /// When the call began, in nanoseconds of the monotonic clock; 0 without times.
  var startTime: UInt64 = 0
  /// The address of the call's instruction.
  var callSite: UInt64 = 0
  /// Which calls of its process have had their site told; one for all threads.
  var sites: ObservedSites
  /// What the call has read and written so far.
  var captured = CapturedMemory()
  /// How long the file is that the call has mapped.
  var mappedLength: MappedLength?
  /// Page faults of which the outcome is not known yet, oldest first.
  var openFaults: [Event] = []
  /// The VMAs that its execve(2) replaced, until that returns.
  var replacedMap: MemoryMap?
  /// The wait status that its exit stop announced.
  var announcedEnd: UInt64?

  init(number: UInt32, id: Int32, memory: ObservedMemory, sites: ObservedSites = ObservedSites()) {
    self.number = number
    self.id = id
    self.memory = memory
    self.sites = sites
  }
}
