// SPDX-License-Identifier: BSD-3-Clause

/// The numbers of the header that writer and reader agree on: see docs/trace-format.md.
public enum HeaderFormat {
  /// The first eight bytes: `EPITRACE`, the first letter lowest.
  static var magic: UInt64 { 0x4543_4152_5449_5045 }
  /// No header is longer than this, in bytes: 16 MiB.
  public static var byteLimit: Int { 16 << 20 }
}

/// The fields of the header; one that a reader does not know is skipped.
enum HeaderField: UInt64 {
  case origin = 1
  case kernel = 2
  case personality = 3
  case unseen = 4
  case memoryByteCount = 5
  case faultAroundShift = 6
  case seed = 7
  case clockStart = 8
  case payloadLimit = 9
  case program = 10
  /// One argument; there are as many fields as arguments, so too below.
  case argument = 11
  case environment = 12
  case workingDirectory = 13
  /// Type and value as varints.
  case auxiliaryValue = 14
  case mmapBase = 15
  case breakStart = 16
  /// Length of the path, the path, length of the file, and the rest is the digest.
  case file = 17
  /// The bit and the name of an incompatible feature, for readers that do not know it.
  case featureName = 18
  case addressEnd = 19
  /// Which of the files, from 0 on, and the rest is its build id.
  case buildID = 20
  case processor = 21
  case processorFeatures = 22
  /// Five varints, in the order of the text form, and the rest is the path.
  case descriptor = 23

  /// Whether there may be several.
  var isRepeated: Bool {
    switch self {
    case .argument, .environment, .auxiliaryValue, .file, .featureName, .buildID, .descriptor: true
    default: false
    }
  }
}
