// SPDX-License-Identifier: BSD-3-Clause

extension Unikernel {
  /// The paths below /dev and /proc at which the kernel itself has something; `*` stands for the
  /// number of a descriptor. Of what else is there it knows nothing: a root can bring files of that
  /// name along. A test opens each.
  public static var pseudoFiles: [StaticString] {
    Device.allCases.map { $0.path } + [
      "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd/*", "/proc/self/fd/*",
      "/proc/self/exe", "/proc/thread-self/exe",
    ]
  }
}
