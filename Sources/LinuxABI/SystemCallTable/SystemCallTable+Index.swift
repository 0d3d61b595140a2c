// SPDX-License-Identifier: BSD-3-Clause

/// Two indexes over the rows, a character for each number, so that a lookup goes straight to its
/// row and the count of arguments needs no row at all. Tests hold them against the rows.
extension SystemCallTable {
  /// The family of each number, 64 to a line; a dot where there is no call.
  private static var families: StaticString {
    """
    ddddpppedmmmmsssdddddpdetmmmmmmmddscccctdnnnnnnnnnnnnnnnttttttsy\
    qqqmqqqqddddpdpppppppdpppppppppiciiyctiyiiiiiiiiiiiiiiiiiiiiiiis\
    ssssppyiyppytttttttttmmmmytfyttcipdycffffyyyyyyyyyyfyyyyyytdpppp\
    ppppppppsctttteeeeetyeeemptsqdcccccccccteespymmmqqqqqqytyyytteee\
    mdppppppppppppeetttddddmpescddccnsdeddeddsyneeiddcdnttmmtyttpiym\
    yytmmmdddmmmpettt...............................................\
    ........................................seeeffffffttddtpmeffiiim\
    mtmdpmtttffyyymppppfpp
    """
  }

  /// How many arguments each call has, 64 to a line; 6 where there is no call.
  private static var argumentCounts: StaticString {
    """
    3331222336321440344332150533333312022130433366332323345550031421\
    3341245332112232112212212322333122211403011002000222233331111222\
    4322231122232322311122210032152121012522142213232154300000035554\
    4433322221633121533131005310443421122241443206354155234554532032\
    4434534345343365123644464632144244213214445525453214236653345332\
    5351336664215640066666666666666666666666666666666666666666666666\
    6666666666666666666666666666666666666666426435253322343456543421\
    2544434644444336654555
    """
  }

  private static func character(_ text: StaticString, _ number: SystemCallNumber) -> UInt8? {
    guard number.rawValue <= highestNumber.rawValue else { return nil }
    return unsafe text.utf8Start[Int(number.rawValue)]
  }

  /// The number of arguments that an event keeps: 6 for a number that Linux does not have.
  public static func argumentCount(of number: SystemCallNumber) -> Int {
    character(argumentCounts, number).map { Int($0) - 0x30 } ?? 6
  }

  /// The row of a number, from the family that has it.
  static func row(_ number: SystemCallNumber) -> SystemCallRow? {
    let index = Int(truncatingIfNeeded: number.rawValue)
    switch character(families, number) {
    case 0x6d: return SystemCallRow.memory(index)  // m
    case 0x64: return SystemCallRow.descriptors(index)  // d
    case 0x70: return SystemCallRow.paths(index)  // p
    case 0x74: return SystemCallRow.processes(index)  // t
    case 0x73: return SystemCallRow.signals(index)  // s
    case 0x63: return SystemCallRow.time(index)  // c
    case 0x65: return SystemCallRow.events(index)  // e
    case 0x6e: return SystemCallRow.network(index)  // n
    case 0x69: return SystemCallRow.identity(index)  // i
    case 0x79: return SystemCallRow.system(index)  // y
    case 0x71: return SystemCallRow.messages(index)  // q
    case 0x66: return SystemCallRow.mounts(index)  // f
    default: return nil
    }
  }
}
