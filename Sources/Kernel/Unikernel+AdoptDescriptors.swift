// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

extension Unikernel {
  /// The program has these descriptors and no others: devices of the kernel's own where they are
  /// such, else files that only the outside knows. One beyond the limit is counted in
  /// `failedAdoptionCount`.
  mutating func adopt(_ descriptors: [DescriptorDescription]) {
    process.descriptors = DescriptorTable()
    for descriptor in descriptors {
      guard descriptor.number >= 0, Int(descriptor.number) < process.descriptorLimit else {
        failedAdoptionCount += 1
        continue
      }
      var file = OpenFile(inherited: descriptor)
      if descriptor.original != descriptor.number,
        let shared = try? process.descriptors.file(descriptor.original)
      {
        file = shared
      }
      let slot = DescriptorTable.Slot(
        file: file, closesOnExec: descriptor.flags.contains(.closeOnExec))
      process.descriptors.set(slot, at: Int(descriptor.number))
    }
  }
}

extension OpenFile {
  /// What a program inherited from the one that started it.
  fileprivate convenience init(inherited descriptor: DescriptorDescription) {
    var path: FilePath?
    if descriptor.path.first == UInt8(ascii: "/") {
      path = try? FilePath(descriptor.path, from: FilePath())
    }
    var body = Body.unknown
    if descriptor.type == .characterDevice, let path, let device = Device(at: path) {
      body = .device(device)
    }
    self.init(
      body, path: path ?? FilePath(), flags: descriptor.flags.subtracting(.closeOnExec))
    offset = descriptor.offset
    outsideType = descriptor.type
  }
}
