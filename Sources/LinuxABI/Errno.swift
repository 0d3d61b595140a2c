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
  public static var enomsg: Errno { Errno(rawValue: 42) }
  /// EIDRM: Identifier removed.
  public static var eidrm: Errno { Errno(rawValue: 43) }
  /// ECHRNG: Channel number out of range.
  public static var echrng: Errno { Errno(rawValue: 44) }
  /// EL2NSYNC: Level 2 not synchronized.
  public static var el2nsync: Errno { Errno(rawValue: 45) }
  /// EL3HLT: Level 3 halted.
  public static var el3hlt: Errno { Errno(rawValue: 46) }
  /// EL3RST: Level 3 reset.
  public static var el3rst: Errno { Errno(rawValue: 47) }
  /// ELNRNG: Link number out of range.
  public static var elnrng: Errno { Errno(rawValue: 48) }
  /// EUNATCH: Protocol driver not attached.
  public static var eunatch: Errno { Errno(rawValue: 49) }
  /// ENOCSI: No CSI structure available.
  public static var enocsi: Errno { Errno(rawValue: 50) }
  /// EL2HLT: Level 2 halted.
  public static var el2hlt: Errno { Errno(rawValue: 51) }
  /// EBADE: Invalid exchange.
  public static var ebade: Errno { Errno(rawValue: 52) }
  /// EBADR: Invalid request descriptor.
  public static var ebadr: Errno { Errno(rawValue: 53) }
  /// EXFULL: Exchange full.
  public static var exfull: Errno { Errno(rawValue: 54) }
  /// ENOANO: No anode.
  public static var enoano: Errno { Errno(rawValue: 55) }
  /// EBADRQC: Invalid request code.
  public static var ebadrqc: Errno { Errno(rawValue: 56) }
  /// EBADSLT: Invalid slot.
  public static var ebadslt: Errno { Errno(rawValue: 57) }
  /// EBFONT: Bad font file format.
  public static var ebfont: Errno { Errno(rawValue: 59) }
  /// ENOSTR: Device not a stream.
  public static var enostr: Errno { Errno(rawValue: 60) }
  /// ENODATA: No data available.
  public static var noData: Errno { Errno(rawValue: 61) }
  /// ETIME: Timer expired.
  public static var etime: Errno { Errno(rawValue: 62) }
  /// ENOSR: Out of streams resources.
  public static var enosr: Errno { Errno(rawValue: 63) }
  /// ENONET: Machine is not on the network.
  public static var enonet: Errno { Errno(rawValue: 64) }
  /// ENOPKG: Package not installed.
  public static var enopkg: Errno { Errno(rawValue: 65) }
  /// EREMOTE: Object is remote.
  public static var eremote: Errno { Errno(rawValue: 66) }
  /// ENOLINK: Link has been severed.
  public static var enolink: Errno { Errno(rawValue: 67) }
  /// EADV: Advertise error.
  public static var eadv: Errno { Errno(rawValue: 68) }
  /// ESRMNT: Srmount error.
  public static var esrmnt: Errno { Errno(rawValue: 69) }
  /// ECOMM: Communication error on send.
  public static var ecomm: Errno { Errno(rawValue: 70) }
  /// EPROTO: Protocol error.
  public static var eproto: Errno { Errno(rawValue: 71) }
  /// EMULTIHOP: Multihop attempted.
  public static var emultihop: Errno { Errno(rawValue: 72) }
  /// EDOTDOT: RFS specific error.
  public static var edotdot: Errno { Errno(rawValue: 73) }
  /// EBADMSG: Not a data message.
  public static var ebadmsg: Errno { Errno(rawValue: 74) }
  /// EOVERFLOW: Value too large for defined data type.
  public static var overflow: Errno { Errno(rawValue: 75) }
  /// ENOTUNIQ: Name not unique on network.
  public static var enotuniq: Errno { Errno(rawValue: 76) }
  /// EBADFD: File descriptor in bad state.
  public static var ebadfd: Errno { Errno(rawValue: 77) }
  /// EREMCHG: Remote address changed.
  public static var eremchg: Errno { Errno(rawValue: 78) }
  /// ELIBACC: Can not access a needed shared library.
  public static var elibacc: Errno { Errno(rawValue: 79) }
  /// ELIBBAD: Accessing a corrupted shared library.
  public static var elibbad: Errno { Errno(rawValue: 80) }
  /// ELIBSCN: .lib section in a.out corrupted.
  public static var elibscn: Errno { Errno(rawValue: 81) }
  /// ELIBMAX: Attempting to link in too many shared libraries.
  public static var elibmax: Errno { Errno(rawValue: 82) }
  /// ELIBEXEC: Cannot exec a shared library directly.
  public static var elibexec: Errno { Errno(rawValue: 83) }
  /// EILSEQ: Illegal byte sequence.
  public static var eilseq: Errno { Errno(rawValue: 84) }
  /// ERESTART: Interrupted system call should be restarted.
  public static var erestart: Errno { Errno(rawValue: 85) }
  /// ESTRPIPE: Streams pipe error.
  public static var estrpipe: Errno { Errno(rawValue: 86) }
  /// EUSERS: Too many users.
  public static var eusers: Errno { Errno(rawValue: 87) }
  /// ENOTSOCK: Socket operation on non-socket.
  public static var notSocket: Errno { Errno(rawValue: 88) }
  /// EDESTADDRREQ: Destination address required.
  public static var edestaddrreq: Errno { Errno(rawValue: 89) }
  /// EMSGSIZE: Message too long.
  public static var emsgsize: Errno { Errno(rawValue: 90) }
  /// EPROTOTYPE: Protocol wrong type for socket.
  public static var eprototype: Errno { Errno(rawValue: 91) }
  /// ENOPROTOOPT: Protocol not available.
  public static var enoprotoopt: Errno { Errno(rawValue: 92) }
  /// EPROTONOSUPPORT: Protocol not supported.
  public static var eprotonosupport: Errno { Errno(rawValue: 93) }
  /// ESOCKTNOSUPPORT: Socket type not supported.
  public static var esocktnosupport: Errno { Errno(rawValue: 94) }
  /// EOPNOTSUPP: Operation not supported on transport endpoint.
  public static var notSupported: Errno { Errno(rawValue: 95) }
  /// EPFNOSUPPORT: Protocol family not supported.
  public static var epfnosupport: Errno { Errno(rawValue: 96) }
  /// EAFNOSUPPORT: Address family not supported by protocol.
  public static var addressFamilyNotSupported: Errno { Errno(rawValue: 97) }
  /// EADDRINUSE: Address already in use.
  public static var addressInUse: Errno { Errno(rawValue: 98) }
  /// EADDRNOTAVAIL: Cannot assign requested address.
  public static var eaddrnotavail: Errno { Errno(rawValue: 99) }
  /// ENETDOWN: Network is down.
  public static var enetdown: Errno { Errno(rawValue: 100) }
  /// ENETUNREACH: Network is unreachable.
  public static var enetunreach: Errno { Errno(rawValue: 101) }
  /// ENETRESET: Network dropped connection because of reset.
  public static var enetreset: Errno { Errno(rawValue: 102) }
  /// ECONNABORTED: Software caused connection abort.
  public static var econnaborted: Errno { Errno(rawValue: 103) }
  /// ECONNRESET: Connection reset by peer.
  public static var econnreset: Errno { Errno(rawValue: 104) }
  /// ENOBUFS: No buffer space available.
  public static var enobufs: Errno { Errno(rawValue: 105) }
  /// EISCONN: Transport endpoint is already connected.
  public static var isConnected: Errno { Errno(rawValue: 106) }
  /// ENOTCONN: Transport endpoint is not connected.
  public static var notConnected: Errno { Errno(rawValue: 107) }
  /// ESHUTDOWN: Cannot send after transport endpoint shutdown.
  public static var eshutdown: Errno { Errno(rawValue: 108) }
  /// ETOOMANYREFS: Too many references: cannot splice.
  public static var etoomanyrefs: Errno { Errno(rawValue: 109) }
  /// ETIMEDOUT: Connection timed out.
  public static var timedOut: Errno { Errno(rawValue: 110) }
  /// ECONNREFUSED: Connection refused.
  public static var connectionRefused: Errno { Errno(rawValue: 111) }
  /// EHOSTDOWN: Host is down.
  public static var ehostdown: Errno { Errno(rawValue: 112) }
  /// EHOSTUNREACH: No route to host.
  public static var ehostunreach: Errno { Errno(rawValue: 113) }
  /// EALREADY: Operation already in progress.
  public static var already: Errno { Errno(rawValue: 114) }
  /// EINPROGRESS: Operation now in progress.
  public static var inProgress: Errno { Errno(rawValue: 115) }
  /// ESTALE: Stale file handle.
  public static var estale: Errno { Errno(rawValue: 116) }
  /// EUCLEAN: Structure needs cleaning.
  public static var euclean: Errno { Errno(rawValue: 117) }
  /// ENOTNAM: Not a XENIX named type file.
  public static var enotnam: Errno { Errno(rawValue: 118) }
  /// ENAVAIL: No XENIX semaphores available.
  public static var enavail: Errno { Errno(rawValue: 119) }
  /// EISNAM: Is a named type file.
  public static var eisnam: Errno { Errno(rawValue: 120) }
  /// EREMOTEIO: Remote I/O error.
  public static var eremoteio: Errno { Errno(rawValue: 121) }
  /// EDQUOT: Quota exceeded.
  public static var edquot: Errno { Errno(rawValue: 122) }
  /// ENOMEDIUM: No medium found.
  public static var enomedium: Errno { Errno(rawValue: 123) }
  /// EMEDIUMTYPE: Wrong medium type.
  public static var emediumtype: Errno { Errno(rawValue: 124) }
  /// ECANCELED: Operation Canceled.
  public static var canceled: Errno { Errno(rawValue: 125) }
  /// ENOKEY: Required key not available.
  public static var enokey: Errno { Errno(rawValue: 126) }
  /// EKEYEXPIRED: Key has expired.
  public static var ekeyexpired: Errno { Errno(rawValue: 127) }
  /// EKEYREVOKED: Key has been revoked.
  public static var ekeyrevoked: Errno { Errno(rawValue: 128) }
  /// EKEYREJECTED: Key was rejected by service.
  public static var ekeyrejected: Errno { Errno(rawValue: 129) }
  /// EOWNERDEAD: Owner died.
  public static var eownerdead: Errno { Errno(rawValue: 130) }
  /// ENOTRECOVERABLE: State not recoverable.
  public static var enotrecoverable: Errno { Errno(rawValue: 131) }
  /// ERFKILL: Operation not possible due to RF-kill.
  public static var erfkill: Errno { Errno(rawValue: 132) }
  /// EHWPOISON: Memory page has hardware error.
  public static var ehwpoison: Errno { Errno(rawValue: 133) }
}

extension Errno {
  /// Not an error of Linux and never seen by a guest: only the outside could decide this call, and
  /// it has not said. Replay then adopts the recorded outcome. (Linux keeps 512 and up for such
  /// uses of its own.)
  public static var outsideDecides: Errno { Errno(rawValue: 530) }
}

extension Errno {
  /// The C name, such as `EINVAL`; nil for a number that Linux does not have.
  public var name: StaticString? {
    switch rawValue {
    case 1: "EPERM"
    case 2: "ENOENT"
    case 3: "ESRCH"
    case 4: "EINTR"
    case 5: "EIO"
    case 6: "ENXIO"
    case 7: "E2BIG"
    case 8: "ENOEXEC"
    case 9: "EBADF"
    case 10: "ECHILD"
    case 11: "EAGAIN"
    case 12: "ENOMEM"
    case 13: "EACCES"
    case 14: "EFAULT"
    case 15: "ENOTBLK"
    case 16: "EBUSY"
    case 17: "EEXIST"
    case 18: "EXDEV"
    case 19: "ENODEV"
    case 20: "ENOTDIR"
    case 21: "EISDIR"
    case 22: "EINVAL"
    case 23: "ENFILE"
    case 24: "EMFILE"
    case 25: "ENOTTY"
    case 26: "ETXTBSY"
    case 27: "EFBIG"
    case 28: "ENOSPC"
    case 29: "ESPIPE"
    case 30: "EROFS"
    case 31: "EMLINK"
    case 32: "EPIPE"
    case 33: "EDOM"
    case 34: "ERANGE"
    case 35: "EDEADLK"
    case 36: "ENAMETOOLONG"
    case 37: "ENOLCK"
    case 38: "ENOSYS"
    case 39: "ENOTEMPTY"
    case 40: "ELOOP"
    case 42: "ENOMSG"
    case 43: "EIDRM"
    case 44: "ECHRNG"
    case 45: "EL2NSYNC"
    case 46: "EL3HLT"
    case 47: "EL3RST"
    case 48: "ELNRNG"
    case 49: "EUNATCH"
    case 50: "ENOCSI"
    case 51: "EL2HLT"
    case 52: "EBADE"
    case 53: "EBADR"
    case 54: "EXFULL"
    case 55: "ENOANO"
    case 56: "EBADRQC"
    case 57: "EBADSLT"
    case 59: "EBFONT"
    case 60: "ENOSTR"
    case 61: "ENODATA"
    case 62: "ETIME"
    case 63: "ENOSR"
    case 64: "ENONET"
    case 65: "ENOPKG"
    case 66: "EREMOTE"
    case 67: "ENOLINK"
    case 68: "EADV"
    case 69: "ESRMNT"
    case 70: "ECOMM"
    case 71: "EPROTO"
    case 72: "EMULTIHOP"
    case 73: "EDOTDOT"
    case 74: "EBADMSG"
    case 75: "EOVERFLOW"
    case 76: "ENOTUNIQ"
    case 77: "EBADFD"
    case 78: "EREMCHG"
    case 79: "ELIBACC"
    case 80: "ELIBBAD"
    case 81: "ELIBSCN"
    case 82: "ELIBMAX"
    case 83: "ELIBEXEC"
    case 84: "EILSEQ"
    case 85: "ERESTART"
    case 86: "ESTRPIPE"
    case 87: "EUSERS"
    case 88: "ENOTSOCK"
    case 89: "EDESTADDRREQ"
    case 90: "EMSGSIZE"
    case 91: "EPROTOTYPE"
    case 92: "ENOPROTOOPT"
    case 93: "EPROTONOSUPPORT"
    case 94: "ESOCKTNOSUPPORT"
    case 95: "EOPNOTSUPP"
    case 96: "EPFNOSUPPORT"
    case 97: "EAFNOSUPPORT"
    case 98: "EADDRINUSE"
    case 99: "EADDRNOTAVAIL"
    case 100: "ENETDOWN"
    case 101: "ENETUNREACH"
    case 102: "ENETRESET"
    case 103: "ECONNABORTED"
    case 104: "ECONNRESET"
    case 105: "ENOBUFS"
    case 106: "EISCONN"
    case 107: "ENOTCONN"
    case 108: "ESHUTDOWN"
    case 109: "ETOOMANYREFS"
    case 110: "ETIMEDOUT"
    case 111: "ECONNREFUSED"
    case 112: "EHOSTDOWN"
    case 113: "EHOSTUNREACH"
    case 114: "EALREADY"
    case 115: "EINPROGRESS"
    case 116: "ESTALE"
    case 117: "EUCLEAN"
    case 118: "ENOTNAM"
    case 119: "ENAVAIL"
    case 120: "EISNAM"
    case 121: "EREMOTEIO"
    case 122: "EDQUOT"
    case 123: "ENOMEDIUM"
    case 124: "EMEDIUMTYPE"
    case 125: "ECANCELED"
    case 126: "ENOKEY"
    case 127: "EKEYEXPIRED"
    case 128: "EKEYREVOKED"
    case 129: "EKEYREJECTED"
    case 130: "EOWNERDEAD"
    case 131: "ENOTRECOVERABLE"
    case 132: "ERFKILL"
    case 133: "EHWPOISON"
    default: nil
    }
  }
}
