// SPDX-License-Identifier: BSD-3-Clause

// The codes and flags bear the names of the calls that take them.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
/// What an argument of a system call means: how it is printed, and what a diff makes of it.
public enum ArgumentKind: UInt8, Sendable, CaseIterable {
  /// The call, with the sub-command that it was given, does not look at it.
  case unused
  /// A signed number of 32 bits.
  case integer
  /// A signed number of 64 bits.
  case longInteger
  /// An unsigned number of 64 bits.
  case unsigned
  /// A number that reads best in hexadecimal, of unknown meaning.
  case hex

  // MARK: Names of things that differ from run to run

  /// A file descriptor.
  case descriptor
  /// A file descriptor of a directory, or AT_FDCWD.
  case directoryDescriptor
  /// A process, a thread, a group or a session.
  case processID
  /// A user or a group.
  case userID

  // MARK: Amounts

  /// A number of bytes.
  case length
  /// An offset into a file, in bytes, signed.
  case offset
  /// A number of elements.
  case count
  /// Milliseconds, signed: -1 is for ever.
  case milliseconds
  /// Seconds.
  case seconds

  // MARK: Codes and flags

  case protection, mapFlags, remapFlags, syncFlags, lockFlags, advice, fileAdvice
  case openFlags, atFlags, accessMode, mode, renameFlags, whence, device, flockOperation
  case descriptorFlags, pipeFlags, inotifyFlags, eventFlags, closeRangeFlags, memoryFileFlags
  case statxMask
  case ioctlRequest, fcntlCommand, prctlCode, archPrctlCode
  case signal, signalHow, clock, timerFlags, intervalTimer
  case futexOperation, cloneFlags, waitOptions, waitIDType, schedulingPolicy, priorityTarget
  case resource, resourceUsageTarget, randomFlags, membarrierCommand
  case socketDomain, socketType, socketProtocol, socketLevel, socketOption
  case messageFlags, shutdownHow, epollOperation, epollFlags

  // MARK: Codes and flags of fields of structures

  case actionFlags, stackFlags, pollEvents, epollEvents, lockType, resolveFlags

  // MARK: Addresses in the guest

  /// An address that the call itself neither reads nor writes, such as that of mmap(2).
  case address
  /// Bytes without a structure.
  case buffer
  /// Text with a NUL at its end.
  case string
  /// The path of a file, with a NUL at its end.
  case path
  /// Addresses of strings, with a null at their end: argv, envp.
  case stringVector
  /// `struct iovec[]`.
  case ioVector
  /// `struct msghdr`.
  case messageHeader
  /// `struct mmsghdr[]`.
  case messageVector
  /// `struct timespec`, one or more: how long or until when.
  case timespec
  /// `struct timeval`, one or more.
  case timeval
  /// A structure of which the table knows only the length.
  case structure

  case stat, statx, statfs, systemName, systemInformation, resourceLimit, resourceUsage
  case processTimes, timerSpecification, intervalValue, timeZone
  case signalAction, signalSet, signalStack, signalInformation
  case pollDescriptors, epollEvent, descriptorSet, socketAddress, lengthPointer
  case integerPointer, descriptorPair, offsetPointer, directoryEntries, cloneArguments
  case openHow, capabilityHeader, capabilityData, robustList, restartableSequence, processorSet
  case waitStatus, fileLock, terminalSettings, windowSize, futexWord, processIDPointer
}

extension ArgumentKind {
  /// Whether the argument is an address in the guest.
  public var isAddress: Bool { rawValue >= ArgumentKind.address.rawValue }
}

/// What RAX means when a call succeeded; a failure is minus the errno for every kind.
public enum ResultKind: UInt8, Sendable, CaseIterable {
  /// Unknown, or the call never returns.
  case none
  /// Always 0.
  case zeroOrError
  /// A number that says something else.
  case integer
  /// A number that reads best in hexadecimal.
  case hex
  /// A new file descriptor.
  case descriptor
  /// An address in the guest.
  case address
  /// A number of bytes.
  case byteCount
  /// A number of elements.
  case count
  /// An offset into a file, in bytes.
  case offset
  /// A process, a thread, a group or a session.
  case processID
  /// A user or a group.
  case userID
  /// A point in time or a duration; its unit is the call's.
  case time
  /// A file mode, in octal.
  case mode
}
