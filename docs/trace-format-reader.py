#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""An independent reader of Epimetheus traces, made from docs/trace-format.md alone.

usage: trace-format-reader.py FILE.epi

Prints the header's main fields, one line per event (all fields as numbers, the payload as
hexadecimal) and the count of events. Needs the zstd command. Reads whole traces only: recovery of
cut or damaged files is described in trace-format.md and left out here.
"""
import struct
import subprocess
import sys


def fail(message):
    sys.exit(f"trace-format-reader: {message}")


class Bytes:
    """Reads varints and bytes from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def __bool__(self):
        return self.at < len(self.data)

    def take(self, count):
        if self.at + count > len(self.data):
            fail("cut off")
        self.at += count
        return self.data[self.at - count:self.at]

    def rest(self):
        return self.take(len(self.data) - self.at)

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if value >> 64:
                    fail("a number exceeds 64 bits")
                return value

    def signed(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)


M64 = (1 << 64) - 1


def seek_table(data):
    """The lengths of all frames but the table, from the table at the end."""
    count, flags, magic = struct.unpack("<IBI", data[-9:])
    if magic != 0x8F92EAB1:
        fail("no seek table: the trace is not whole")
    size = 12 if flags & 0x80 else 8
    start = len(data) - 9 - count * size
    if struct.unpack("<II", data[start - 8:start]) != (0x184D2A5E, count * size + 9):
        fail("the seek table is damaged")
    frames = [struct.unpack("<II", data[start + i * size:start + i * size + 8])
              for i in range(count)]
    if sum(compressed for compressed, _ in frames) != start - 8:
        fail("the seek table does not fit the file")
    return frames


def unpack(frame, size):
    result = subprocess.run(["zstd", "-dcq"], input=frame, stdout=subprocess.PIPE, check=True)
    if len(result.stdout) != size:
        fail("a frame is not as long as the seek table says")
    return Bytes(result.stdout)


def header(content):
    if content.take(8) != b"EPITRACE":
        fail("not a trace")
    incompatible, compatible = struct.unpack("<QQ", content.take(16))
    if incompatible & ~1:  # bit 0: fields of events may be marked as not known
        fail(f"unknown incompatible features {incompatible:#x}")
    fields = {}
    while content:
        tag = content.varint()
        fields.setdefault(tag, []).append(content.take(content.varint()))
    return compatible, fields


def block(content, number, first):
    if content.take(4) != b"EPIB":
        fail("not a block")
    if content.varint() != number or content.varint() != first:
        fail("a block is out of order")
    count = content.varint()
    sections = {}
    while content:
        section = content.varint()
        sections[section] = content.take(content.varint())
    column = {i: Bytes(sections.get(i, b"")) for i in range(1, 11)}
    shapes = [[column[1].varint() for _ in range(5)] for _ in range(column[1].varint())]
    unknown = [column[10].varint() if 10 in sections else 0 for _ in shapes]
    payloads = []
    if 5 in sections:
        lengths = [column[5].varint() for _ in range(column[5].varint())]
        payloads = [column[6].take(length) for length in lengths]
    last = [[0] * 7 for _ in shapes]
    task = time = 0
    for _ in range(count):
        index = column[2].varint()
        kind, flags, code, operand_count, has_payload = shapes[index]
        task += column[3].signed()
        operands = [0] * 6
        for operand in range(operand_count):
            last[index][operand] = (last[index][operand] + column[4].signed()) & M64
            operands[operand] = last[index][operand]
        last[index][6] = (last[index][6] + column[4].signed()) & M64
        payload = payloads[column[7].varint()] if has_payload else b""
        if 8 in sections:
            time = (time + column[8].signed()) & M64
        duration = column[9].varint() if 9 in sections else 0
        yield ([kind, flags, task, code, *operands, last[index][6], time, duration,
                unknown[index]], payload)
    for section, rest in column.items():
        if rest:
            fail(f"section {section} has bytes left over")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data = open(sys.argv[1], "rb").read()
    frames = seek_table(data)
    offset = number = count = 0
    for index, (compressed, size) in enumerate(frames):
        frame = data[offset:offset + compressed]
        offset += compressed
        if size == 0:
            continue  # a skippable frame
        content = unpack(frame, size)
        if index == 0:
            compatible, fields = header(content)
            origin = Bytes(fields[1][0]).varint()
            print(f"features {compatible} origin {origin} program {fields[10][0].hex()} "
                  f"arguments {' '.join(value.hex() for value in fields.get(11, []))}")
            continue
        for event, payload in block(content, number, count):
            print(*event, payload.hex() or "-")
            count += 1
        number += 1
    print(f"events {count}")


main()
