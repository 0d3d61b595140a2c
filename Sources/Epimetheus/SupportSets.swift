// SPDX-License-Identifier: BSD-3-Clause

import Kernel
import LinuxABI
import Support

/// What our own kernel supports: asked of its dispatcher.
enum OurKernel {
  /// How it is named where a support set is.
  static let name = "our-kernel"

  /// The set.
  static var supportSet: SupportSet {
    var set = SupportSet(name: name)
    for number in SystemCallTable.all where Unikernel.supports(number) {
      set.set(number, to: .supported)
    }
    return set
  }
}

/// Finding a support set by what a user types.
enum SupportSets {
  /// Our kernel, a set that comes with the command, or a file.
  static func find(_ name: String) throws -> SupportSet {
    if name == OurKernel.name { return OurKernel.supportSet }
    if let set = try KnownSupportSets.set(named: name) { return set }
    if !SupportFiles.exists(name) {
      throw CommandError.usage(
        "\(name) is neither a support set nor a file; epimetheus plan --list names the sets")
    }
    return try SystemCallList(parsing: try SupportFiles.text(of: name), path: name)
      .supportSet(named: name)
  }
}
