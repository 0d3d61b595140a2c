// SPDX-License-Identifier: BSD-3-Clause

/// A field of a structure that says what is asked of the kernel, rather than of what or how much:
/// flags or a code.
public struct AskedField: Sendable {
  /// Its name in C.
  public var name: StaticString
  /// Where it begins, in bytes.
  public var offset: Int
  /// How long it is.
  public var byteCount: Int
  /// What its flags or codes are.
  public var kind: ArgumentKind

  init(_ name: StaticString, _ offset: Int, _ byteCount: Int, _ kind: ArgumentKind) {
    self.name = name
    self.offset = offset
    self.byteCount = byteCount
    self.kind = kind
  }
}

/// The layouts are those of the kernel, `asm/signal.h`, `linux/eventpoll.h`, `linux/sched.h`...
extension StructureShape {
  /// The fields that say what is asked, one index each from 0 on; nil after the last.
  public static func asked(_ index: Int, of kind: ArgumentKind) -> AskedField? {
    switch (kind, index) {
    case (.signalAction, 0): AskedField("sa_flags", 8, 8, .actionFlags)
    case (.signalStack, 0): AskedField("ss_flags", 8, 4, .stackFlags)
    case (.pollDescriptors, 0): AskedField("events", 4, 2, .pollEvents)
    case (.epollEvent, 0): AskedField("events", 0, 4, .epollEvents)
    case (.cloneArguments, 0): AskedField("flags", 0, 8, .cloneFlags)
    case (.cloneArguments, 1): AskedField("exit_signal", 32, 8, .signal)
    case (.openHow, 0): AskedField("flags", 0, 8, .openFlags)
    case (.openHow, 1): AskedField("resolve", 16, 8, .resolveFlags)
    case (.socketAddress, 0): AskedField("sa_family", 0, 2, .socketDomain)
    case (.fileLock, 0): AskedField("l_type", 0, 2, .lockType)
    case (.fileLock, 1): AskedField("l_whence", 2, 2, .whence)
    default: nil
    }
  }

  /// How long an element is of a kind that is an array; nil for others.
  public static func elementByteCount(_ kind: ArgumentKind) -> Int? {
    kind == .pollDescriptors ? StructLayout.pollfd : nil
  }
}
