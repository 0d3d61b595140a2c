// SPDX-License-Identifier: BSD-3-Clause

/// An error number of Linux, 1 to 4095, without its sign. Source: errno(3), `asm-generic/errno.h`.
public struct Errno: Error, RawRepresentable, Equatable, Sendable {
  /// The positive number, such as 22 for EINVAL.
  public let rawValue: UInt16

  /// Any number; `name` tells whether Linux has it.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
}

extension Errno {
  /// EPERM: Operation not permitted.
  public static var notPermitted: Errno { Errno(rawValue: 1) }
  /// ENOENT: No such file or directory.
  public static var noSuchFile: Errno { Errno(rawValue: 2) }
  /// ESRCH: No such process.
  public static var noSuchProcess: Errno { Errno(rawValue: 3) }
  /// EINTR: Interrupted system call.
  public static var interrupted: Errno { Errno(rawValue: 4) }
  /// EIO: I/O error.
  public static var ioError: Errno { Errno(rawValue: 5) }
  /// ENXIO: No such device or address.
  public static var noSuchDeviceOrAddress: Errno { Errno(rawValue: 6) }
  /// E2BIG: Argument list too long.
  public static var argumentListTooLong: Errno { Errno(rawValue: 7) }
  /// ENOEXEC: Exec format error.
  public static var badExecutable: Errno { Errno(rawValue: 8) }
  /// EBADF: Bad file number.
  public static var badFileDescriptor: Errno { Errno(rawValue: 9) }
  /// ECHILD: No child processes.
  public static var noChild: Errno { Errno(rawValue: 10) }
  /// EAGAIN: Try again.
  public static var wouldBlock: Errno { Errno(rawValue: 11) }
  /// ENOMEM: Out of memory.
  public static var outOfMemory: Errno { Errno(rawValue: 12) }
  /// EACCES: Permission denied.
  public static var permissionDenied: Errno { Errno(rawValue: 13) }
  /// EFAULT: Bad address.
  public static var badAddress: Errno { Errno(rawValue: 14) }
  /// ENOTBLK: Block device required.
  public static var notBlockDevice: Errno { Errno(rawValue: 15) }
  /// EBUSY: Device or resource busy.
  public static var busy: Errno { Errno(rawValue: 16) }
  /// EEXIST: File exists.
  public static var exists: Errno { Errno(rawValue: 17) }
  /// EXDEV: Cross-device link.
  public static var crossDevice: Errno { Errno(rawValue: 18) }
  /// ENODEV: No such device.
  public static var noSuchDevice: Errno { Errno(rawValue: 19) }
  /// ENOTDIR: Not a directory.
  public static var notDirectory: Errno { Errno(rawValue: 20) }
  /// EISDIR: Is a directory.
  public static var isDirectory: Errno { Errno(rawValue: 21) }
  /// EINVAL: Invalid argument.
  public static var invalidArgument: Errno { Errno(rawValue: 22) }
  /// ENFILE: File table overflow.
  public static var tooManyOpenFilesInSystem: Errno { Errno(rawValue: 23) }
  /// EMFILE: Too many open files.
  public static var tooManyOpenFiles: Errno { Errno(rawValue: 24) }
  /// ENOTTY: Not a typewriter.
  public static var notTerminal: Errno { Errno(rawValue: 25) }
  /// ETXTBSY: Text file busy.
  public static var textBusy: Errno { Errno(rawValue: 26) }
  /// EFBIG: File too large.
  public static var fileTooLarge: Errno { Errno(rawValue: 27) }
  /// ENOSPC: No space left on device.
  public static var noSpace: Errno { Errno(rawValue: 28) }
  /// ESPIPE: Illegal seek.
  public static var illegalSeek: Errno { Errno(rawValue: 29) }
  /// EROFS: Read-only file system.
  public static var readOnlyFileSystem: Errno { Errno(rawValue: 30) }
  /// EMLINK: Too many links.
  public static var tooManyLinks: Errno { Errno(rawValue: 31) }
  /// EPIPE: Broken pipe.
  public static var brokenPipe: Errno { Errno(rawValue: 32) }
  /// EDOM: Math argument out of domain of func.
  public static var outOfDomain: Errno { Errno(rawValue: 33) }
  /// ERANGE: Math result not representable.
  public static var outOfRange: Errno { Errno(rawValue: 34) }
  /// EDEADLK: Resource deadlock would occur.
  public static var deadlock: Errno { Errno(rawValue: 35) }
  /// ENAMETOOLONG: File name too long.
  public static var nameTooLong: Errno { Errno(rawValue: 36) }
  /// ENOLCK: No record locks available.
  public static var noLocks: Errno { Errno(rawValue: 37) }
  /// ENOSYS: Invalid system call number.
  public static var noSystemCall: Errno { Errno(rawValue: 38) }
  /// ENOTEMPTY: Directory not empty.
  public static var notEmpty: Errno { Errno(rawValue: 39) }
  /// ELOOP: Too many symbolic links encountered.
  public static var tooManySymbolicLinks: Errno { Errno(rawValue: 40) }
  /// ENOMSG: No message of desired type.
  public static var noMessage: Errno { Errno(rawValue: 42) }
  /// EIDRM: Identifier removed.
  public static var identifierRemoved: Errno { Errno(rawValue: 43) }
  /// ECHRNG: Channel number out of range.
  public static var channelOutOfRange: Errno { Errno(rawValue: 44) }
  /// EL2NSYNC: Level 2 not synchronized.
  public static var level2NotSynchronized: Errno { Errno(rawValue: 45) }
  /// EL3HLT: Level 3 halted.
  public static var level3Halted: Errno { Errno(rawValue: 46) }
  /// EL3RST: Level 3 reset.
  public static var level3Reset: Errno { Errno(rawValue: 47) }
  /// ELNRNG: Link number out of range.
  public static var linkOutOfRange: Errno { Errno(rawValue: 48) }
  /// EUNATCH: Protocol driver not attached.
  public static var protocolDriverNotAttached: Errno { Errno(rawValue: 49) }
  /// ENOCSI: No CSI structure available.
  public static var noControlStructure: Errno { Errno(rawValue: 50) }
  /// EL2HLT: Level 2 halted.
  public static var level2Halted: Errno { Errno(rawValue: 51) }
  /// EBADE: Invalid exchange.
  public static var badExchange: Errno { Errno(rawValue: 52) }
  /// EBADR: Invalid request descriptor.
  public static var badRequestDescriptor: Errno { Errno(rawValue: 53) }
  /// EXFULL: Exchange full.
  public static var exchangeFull: Errno { Errno(rawValue: 54) }
  /// ENOANO: No anode.
  public static var noAnode: Errno { Errno(rawValue: 55) }
  /// EBADRQC: Invalid request code.
  public static var badRequestCode: Errno { Errno(rawValue: 56) }
  /// EBADSLT: Invalid slot.
  public static var badSlot: Errno { Errno(rawValue: 57) }
  /// EBFONT: Bad font file format.
  public static var badFont: Errno { Errno(rawValue: 59) }
  /// ENOSTR: Device not a stream.
  public static var notStream: Errno { Errno(rawValue: 60) }
  /// ENODATA: No data available.
  public static var noData: Errno { Errno(rawValue: 61) }
  /// ETIME: Timer expired.
  public static var timerExpired: Errno { Errno(rawValue: 62) }
  /// ENOSR: Out of streams resources.
  public static var noStreamResources: Errno { Errno(rawValue: 63) }
  /// ENONET: Machine is not on the network.
  public static var notOnNetwork: Errno { Errno(rawValue: 64) }
  /// ENOPKG: Package not installed.
  public static var noPackage: Errno { Errno(rawValue: 65) }
  /// EREMOTE: Object is remote.
  public static var remoteObject: Errno { Errno(rawValue: 66) }
  /// ENOLINK: Link has been severed.
  public static var linkSevered: Errno { Errno(rawValue: 67) }
  /// EADV: Advertise error.
  public static var advertiseError: Errno { Errno(rawValue: 68) }
  /// ESRMNT: Srmount error.
  public static var mountError: Errno { Errno(rawValue: 69) }
  /// ECOMM: Communication error on send.
  public static var communicationError: Errno { Errno(rawValue: 70) }
  /// EPROTO: Protocol error.
  public static var protocolError: Errno { Errno(rawValue: 71) }
  /// EMULTIHOP: Multihop attempted.
  public static var multihopAttempted: Errno { Errno(rawValue: 72) }
  /// EDOTDOT: RFS specific error.
  public static var remoteFileSystemError: Errno { Errno(rawValue: 73) }
  /// EBADMSG: Not a data message.
  public static var badMessage: Errno { Errno(rawValue: 74) }
  /// EOVERFLOW: Value too large for defined data type.
  public static var overflow: Errno { Errno(rawValue: 75) }
  /// ENOTUNIQ: Name not unique on network.
  public static var notUnique: Errno { Errno(rawValue: 76) }
  /// EBADFD: File descriptor in bad state.
  public static var badDescriptorState: Errno { Errno(rawValue: 77) }
  /// EREMCHG: Remote address changed.
  public static var remoteAddressChanged: Errno { Errno(rawValue: 78) }
  /// ELIBACC: Can not access a needed shared library.
  public static var noSharedLibrary: Errno { Errno(rawValue: 79) }
  /// ELIBBAD: Accessing a corrupted shared library.
  public static var badSharedLibrary: Errno { Errno(rawValue: 80) }
  /// ELIBSCN: .lib section in a.out corrupted.
  public static var badLibrarySection: Errno { Errno(rawValue: 81) }
  /// ELIBMAX: Attempting to link in too many shared libraries.
  public static var tooManySharedLibraries: Errno { Errno(rawValue: 82) }
  /// ELIBEXEC: Cannot exec a shared library directly.
  public static var directLibraryExecution: Errno { Errno(rawValue: 83) }
  /// EILSEQ: Illegal byte sequence.
  public static var illegalByteSequence: Errno { Errno(rawValue: 84) }
  /// ERESTART: Interrupted system call should be restarted.
  public static var restart: Errno { Errno(rawValue: 85) }
  /// ESTRPIPE: Streams pipe error.
  public static var streamPipeError: Errno { Errno(rawValue: 86) }
  /// EUSERS: Too many users.
  public static var tooManyUsers: Errno { Errno(rawValue: 87) }
  /// ENOTSOCK: Socket operation on non-socket.
  public static var notSocket: Errno { Errno(rawValue: 88) }
  /// EDESTADDRREQ: Destination address required.
  public static var destinationRequired: Errno { Errno(rawValue: 89) }
  /// EMSGSIZE: Message too long.
  public static var messageTooLong: Errno { Errno(rawValue: 90) }
  /// EPROTOTYPE: Protocol wrong type for socket.
  public static var wrongProtocolType: Errno { Errno(rawValue: 91) }
  /// ENOPROTOOPT: Protocol not available.
  public static var noProtocolOption: Errno { Errno(rawValue: 92) }
  /// EPROTONOSUPPORT: Protocol not supported.
  public static var protocolNotSupported: Errno { Errno(rawValue: 93) }
  /// ESOCKTNOSUPPORT: Socket type not supported.
  public static var socketTypeNotSupported: Errno { Errno(rawValue: 94) }
  /// EOPNOTSUPP: Operation not supported on transport endpoint.
  public static var notSupported: Errno { Errno(rawValue: 95) }
  /// EPFNOSUPPORT: Protocol family not supported.
  public static var protocolFamilyNotSupported: Errno { Errno(rawValue: 96) }
  /// EAFNOSUPPORT: Address family not supported by protocol.
  public static var addressFamilyNotSupported: Errno { Errno(rawValue: 97) }
  /// EADDRINUSE: Address already in use.
  public static var addressInUse: Errno { Errno(rawValue: 98) }
  /// EADDRNOTAVAIL: Cannot assign requested address.
  public static var addressNotAvailable: Errno { Errno(rawValue: 99) }
  /// ENETDOWN: Network is down.
  public static var networkDown: Errno { Errno(rawValue: 100) }
  /// ENETUNREACH: Network is unreachable.
  public static var networkUnreachable: Errno { Errno(rawValue: 101) }
  /// ENETRESET: Network dropped connection because of reset.
  public static var networkReset: Errno { Errno(rawValue: 102) }
  /// ECONNABORTED: Software caused connection abort.
  public static var connectionAborted: Errno { Errno(rawValue: 103) }
  /// ECONNRESET: Connection reset by peer.
  public static var connectionReset: Errno { Errno(rawValue: 104) }
  /// ENOBUFS: No buffer space available.
  public static var noBufferSpace: Errno { Errno(rawValue: 105) }
  /// EISCONN: Transport endpoint is already connected.
  public static var isConnected: Errno { Errno(rawValue: 106) }
  /// ENOTCONN: Transport endpoint is not connected.
  public static var notConnected: Errno { Errno(rawValue: 107) }
  /// ESHUTDOWN: Cannot send after transport endpoint shutdown.
  public static var isShutDown: Errno { Errno(rawValue: 108) }
  /// ETOOMANYREFS: Too many references: cannot splice.
  public static var tooManyReferences: Errno { Errno(rawValue: 109) }
  /// ETIMEDOUT: Connection timed out.
  public static var timedOut: Errno { Errno(rawValue: 110) }
  /// ECONNREFUSED: Connection refused.
  public static var connectionRefused: Errno { Errno(rawValue: 111) }
  /// EHOSTDOWN: Host is down.
  public static var hostDown: Errno { Errno(rawValue: 112) }
  /// EHOSTUNREACH: No route to host.
  public static var hostUnreachable: Errno { Errno(rawValue: 113) }
  /// EALREADY: Operation already in progress.
  public static var already: Errno { Errno(rawValue: 114) }
  /// EINPROGRESS: Operation now in progress.
  public static var inProgress: Errno { Errno(rawValue: 115) }
  /// ESTALE: Stale file handle.
  public static var staleHandle: Errno { Errno(rawValue: 116) }
  /// EUCLEAN: Structure needs cleaning.
  public static var needsCleaning: Errno { Errno(rawValue: 117) }
  /// ENOTNAM: Not a XENIX named type file.
  public static var notNamedFile: Errno { Errno(rawValue: 118) }
  /// ENAVAIL: No XENIX semaphores available.
  public static var noSemaphores: Errno { Errno(rawValue: 119) }
  /// EISNAM: Is a named type file.
  public static var isNamedFile: Errno { Errno(rawValue: 120) }
  /// EREMOTEIO: Remote I/O error.
  public static var remoteIOError: Errno { Errno(rawValue: 121) }
  /// EDQUOT: Quota exceeded.
  public static var quotaExceeded: Errno { Errno(rawValue: 122) }
  /// ENOMEDIUM: No medium found.
  public static var noMedium: Errno { Errno(rawValue: 123) }
  /// EMEDIUMTYPE: Wrong medium type.
  public static var wrongMediumType: Errno { Errno(rawValue: 124) }
  /// ECANCELED: Operation Canceled.
  public static var canceled: Errno { Errno(rawValue: 125) }
  /// ENOKEY: Required key not available.
  public static var noKey: Errno { Errno(rawValue: 126) }
  /// EKEYEXPIRED: Key has expired.
  public static var keyExpired: Errno { Errno(rawValue: 127) }
  /// EKEYREVOKED: Key has been revoked.
  public static var keyRevoked: Errno { Errno(rawValue: 128) }
  /// EKEYREJECTED: Key was rejected by service.
  public static var keyRejected: Errno { Errno(rawValue: 129) }
  /// EOWNERDEAD: Owner died.
  public static var ownerDied: Errno { Errno(rawValue: 130) }
  /// ENOTRECOVERABLE: State not recoverable.
  public static var notRecoverable: Errno { Errno(rawValue: 131) }
  /// ERFKILL: Operation not possible due to RF-kill.
  public static var radioKilled: Errno { Errno(rawValue: 132) }
  /// EHWPOISON: Memory page has hardware error.
  public static var hardwarePoison: Errno { Errno(rawValue: 133) }
}

extension Errno {
  /// Not an error of Linux and never seen by a guest: only the outside could decide this call, and
  /// it has not said. Replay then adopts the recorded outcome. (Linux keeps 512 and up for such
  /// uses of its own.)
  public static var outsideDecides: Errno { Errno(rawValue: 530) }
}
