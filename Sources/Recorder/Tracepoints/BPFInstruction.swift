// SPDX-License-Identifier: BSD-3-Clause

/// A register of BPF. r0: result; r1 to r5: arguments, lost in a call; r6 to r9: kept; r10: the end
/// of the stack frame. Source: Linux, `Documentation/bpf/standardization/instruction-set.rst`.
enum BPFRegister: UInt64 {
  case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10
}

/// How many bytes a load or a store moves; the raw value is the size field of the instruction.
enum BPFWidth: UInt64 {
  case word = 0x00
  case half = 0x08
  case byte = 0x10
  case double = 0x18
}

/// An arithmetic operation of 64 bits; the raw value is the operation field.
enum BPFOperation: UInt64 {
  case add = 0x00
  case subtract = 0x10
  case multiply = 0x20
  case or = 0x40
  case and = 0x50
  case shiftLeft = 0x60
  case shiftRight = 0x70
  case move = 0xb0
  case shiftRightSigned = 0xc0
}

/// When a jump is taken; unsigned unless it says signed. The raw value is the operation field.
enum BPFCondition: UInt64 {
  case equal = 0x10
  case above = 0x20
  case aboveOrEqual = 0x30
  case hasBits = 0x40
  case notEqual = 0x50
  case below = 0xa0
  case belowOrEqual = 0xb0
  case lessSigned = 0xc0
}

/// A function of the kernel that every BPF program may call, by its number in `linux/bpf.h`.
enum BPFHelper: Int32 {
  case mapLookup = 1
  case mapUpdate = 2
  case mapDelete = 3
  case monotonicTime = 5
  case processorNumber = 8
  case currentIDs = 14
  case readUser = 112
  case readKernel = 113
  case readUserString = 114
  case readKernelString = 115
  case ringOutput = 130
  case currentTask = 158
}
