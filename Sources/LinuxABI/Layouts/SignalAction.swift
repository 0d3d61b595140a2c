// SPDX-License-Identifier: BSD-3-Clause

/// `struct sigaction` of the kernel, 32 bytes; not that of the C library. Source: `asm/signal.h`.
public struct SignalAction: Equatable, Sendable {
  /// sizeof.
  public static var byteCount: Int { 32 }
  /// Bytes of a signal set, which rt_sigaction(2) and others are told: else EINVAL.
  public static var setByteCount: UInt64 { 8 }

  /// SA_*.
  public struct Flags: OptionSet, Sendable {
    /// The bits as the call has them.
    public let rawValue: UInt64
    /// Any bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// SA_NOCLDSTOP.
    public static var noChildStop: Flags { Flags(rawValue: 0x1) }
    /// SA_NOCLDWAIT.
    public static var noChildWait: Flags { Flags(rawValue: 0x2) }
    /// SA_SIGINFO: the handler takes three arguments.
    public static var information: Flags { Flags(rawValue: 0x4) }
    /// SA_RESTORER: `restorer` is given.
    public static var restorer: Flags { Flags(rawValue: 0x0400_0000) }
    /// SA_ONSTACK.
    public static var onStack: Flags { Flags(rawValue: 0x0800_0000) }
    /// SA_RESTART.
    public static var restart: Flags { Flags(rawValue: 0x1000_0000) }
    /// SA_NODEFER.
    public static var noDefer: Flags { Flags(rawValue: 0x4000_0000) }
    /// SA_RESETHAND.
    public static var resetHandler: Flags { Flags(rawValue: 0x8000_0000) }
  }

  /// sa_handler: SIG_DFL 0, SIG_IGN 1, else an address.
  public var handler: UInt64 = 0
  /// sa_flags.
  public var flags: Flags = []
  /// sa_restorer: where the handler returns to.
  public var restorer: VirtualAddress = VirtualAddress(0)
  /// sa_mask: bit 0 is signal 1.
  public var mask: UInt64 = 0

  /// The default action.
  public init() {}

  /// What 32 bytes at `offset` say; nil if there are fewer.
  public init?(_ bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.count, bytes.count - offset >= 32,
      let handler = LittleEndian.load(bytes, at: offset),
      let flags = LittleEndian.load(bytes, at: offset + 8),
      let restorer = LittleEndian.load(bytes, at: offset + 16),
      let mask = LittleEndian.load(bytes, at: offset + 24)
    else { return nil }
    self.handler = handler
    self.flags = Flags(rawValue: flags)
    self.restorer = VirtualAddress(restorer)
    self.mask = mask
  }

  /// Appends the 32 bytes.
  public func append(to bytes: inout [UInt8]) {
    LittleEndian.append(handler, to: &bytes)
    LittleEndian.append(flags.rawValue, to: &bytes)
    LittleEndian.append(restorer.rawValue, to: &bytes)
    LittleEndian.append(mask, to: &bytes)
  }
}
