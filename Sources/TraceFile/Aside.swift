// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Work that goes on beside the caller's, one piece at a time, each on a thread of its own: pieces
/// take milliseconds, a thread a few microseconds.
///
/// What the work touches must not be touched by the caller before `wait`.
final class Aside {
  private var thread: pthread_t?

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  init() {}

  deinit {
    if let thread { pthread_join(thread, nil) }
  }

  /// Waits for the piece before, then begins this one; at once where no thread is to be had.
  func start(_ body: @escaping () -> Void) {
    wait()
    let work = Unmanaged.passRetained(Work(body))
    var started = pthread_t()
    let error = pthread_create(
      &started, nil,
      { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    if error == 0 {
      thread = started
    } else {
      work.takeRetainedValue().body()
    }
  }

  /// Waits for the piece at hand.
  func wait() {
    guard let thread else { return }
    pthread_join(thread, nil)
    self.thread = nil
  }
}
