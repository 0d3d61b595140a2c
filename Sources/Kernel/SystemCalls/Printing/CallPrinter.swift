// SPDX-License-Identifier: BSD-3-Clause

/// Writes system calls as text, by the one call table, in one of several styles.
/// Unikraft: uk_snprsyscall(). See the README of this folder.
public struct CallPrinter: Sendable {
  /// How a line looks.
  public var style: CallStyle

  /// A printer of a style.
  public init(_ style: CallStyle) { self.style = style }

  /// A buffer that a line of this style fits in; `byteCount` bytes where it is given.
  public func makeBuffer(byteCount: Int? = nil) -> StreamBuffer {
    StreamBuffer(byteCount: byteCount ?? style.lineByteCount, options: .terminatorShift)
  }

  /// Appends the line of a call, for which `journal` holds what it read and wrote in the guest.
  /// What does not fit is replaced by `...`, and the buffer is truncated.
  public func write(
    _ call: CompletedCall, seeing journal: Journal, into buffer: inout StreamBuffer
  ) {
    let decoded = DecodedCall(call, seeing: journal)
    switch style.format {
    case .strace:
      var form = StraceForm(decoded)
      swap(&form.out, &buffer)
      form.printCall()
      swap(&form.out, &buffer)
    case .unikraft0_12, .unikraft0_17:
      var form = UnikraftForm(decoded, style)
      swap(&form.out, &buffer)
      form.printCall()
      swap(&form.out, &buffer)
    }
    endLine(&buffer)
  }

  /// The end of a line: the ellipsis where it is cut, and the newline. The arithmetic of the
  /// original loses one byte where it cuts, and the newline of a line that fits exactly: both are
  /// part of the format.
  private func endLine(_ buffer: inout StreamBuffer) {
    let newline: StaticString =
      if !style.hasNewline {
        ""
      } else if style.format == .unikraft0_17 {
        "\r\n"
      } else {
        "\n"
      }
    if buffer.isTruncated {
      let needed = 3 + newline.utf8CodeUnitCount
      if buffer.byteCount > needed + 1 {
        buffer.retract(needed)
        buffer.append("...")
      }
    }
    buffer.append(newline)
  }
}
