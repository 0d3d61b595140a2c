// SPDX-License-Identifier: BSD-3-Clause

internal import LinuxABI

/// The devices that the kernel has of its own. Source: null(4), random(4), full(4).
enum Device: UInt8, CaseIterable {
  /// `/dev/null`.
  case null = 3
  /// `/dev/zero`.
  case zero = 5
  /// `/dev/full`.
  case full = 7
  /// `/dev/random`.
  case random = 8
  /// `/dev/urandom`.
  case unboundedRandom = 9

  /// The device at the path, if one is there.
  init?(at path: FilePath) {
    guard path.isWithin("/dev") else { return nil }
    for device in Device.allCases where path.isEqual(to: device.path) {
      self = device
      return
    }
    return nil
  }

  /// Where it is.
  var path: StaticString {
    switch self {
    case .null: "/dev/null"
    case .zero: "/dev/zero"
    case .full: "/dev/full"
    case .random: "/dev/random"
    case .unboundedRandom: "/dev/urandom"
    }
  }

  /// What stat(2) tells; the raw value is the minor number below major 1.
  var metadata: FileMetadata {
    var metadata = FileMetadata()
    metadata.device = 5
    metadata.inode = UInt64(rawValue)
    metadata.mode = FileType.characterDevice.rawValue | 0o666
    metadata.specialDevice = 1 << 8 | UInt64(rawValue)
    return metadata
  }
}
