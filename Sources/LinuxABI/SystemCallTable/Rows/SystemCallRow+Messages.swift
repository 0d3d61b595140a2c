// SPDX-License-Identifier: BSD-3-Clause

/// Semaphores and message queues of System V and POSIX.
extension SystemCallRow {
  static func messages(_ number: Int) -> SystemCallRow? {
    switch number {
    case 64: external("semget", "key nsems semflg", .integer, .hex, .count, .hex)
    case 65:
      external(
        "semop", "semid sops nsops", .zeroOrError, .integer, .reads(.structure, .elements(2, 6)),
        .count)
    case 66:
      external("semctl", "semid semnum cmd arg", .integer, .integer, .integer, .integer, .hex)
    case 68: external("msgget", "key msgflg", .integer, .hex, .hex)
    case 69:
      external(
        "msgsnd", "msqid msgp msgsz msgflg", .zeroOrError, .integer, .takes(.argument(2)), .length,
        .hex)
    case 70:
      external(
        "msgrcv", "msqid msgp msgsz msgtyp msgflg", .byteCount, .integer, .gives(.result),
        .length, .code(.longInteger), .hex)
    case 71:
      external(
        "msgctl", "msqid cmd buf", .integer, .integer, .integer, .updates(.structure, .fixed(120)))
    case 220:
      external(
        "semtimedop", "semid sops nsops timeout", .zeroOrError, .integer,
        .reads(.structure, .elements(2, 6)), .count, .reads(.timespec, .fixed(16)))
    case 240:
      external(
        "mq_open", "name oflag mode attr", .descriptor, .string, .openFlags, .mode,
        .reads(.structure, .fixed(64)))
    case 241: external("mq_unlink", "name", .zeroOrError, .string)
    case 242:
      external(
        "mq_timedsend", "mqdes msg_ptr msg_len msg_prio abs_timeout", .zeroOrError, .fd,
        .takes(.argument(2)), .length, .unsigned, .reads(.timespec, .fixed(16)))
    case 243:
      external(
        "mq_timedreceive", "mqdes msg_ptr msg_len msg_prio abs_timeout", .byteCount, .fd,
        .gives(.result), .length, .gives(.fixed(4), as: .integerPointer),
        .reads(.timespec, .fixed(16)))
    case 244:
      external("mq_notify", "mqdes sevp", .zeroOrError, .fd, .reads(.structure, .fixed(64)))
    case 245:
      external(
        "mq_getsetattr", "mqdes newattr oldattr", .zeroOrError, .fd,
        .reads(.structure, .fixed(64)), .writes(.structure, .fixed(64)))
    default: nil
    }
  }
}
