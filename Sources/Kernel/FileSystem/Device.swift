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
    guard path.names.count == 2, path.names[0].isEqual(to: "dev") else { return nil }
    for device in Device.allCases where path.names[1].isEqual(to: device.name) {
      self = device
      return
    }
    return nil
  }

  /// Its name below `/dev`.
  var name: StaticString {
    switch self {
    case .null: "null"
    case .zero: "zero"
    case .full: "full"
    case .random: "random"
    case .unboundedRandom: "urandom"
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
