#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An ELF program from its bytes, without a compiler for its machine.

Usage: make_elf.py MACHINE ADDRESS PART... >FILE. It begins at its first byte. A part is
bytes in hexadecimal digits, or @OFFSET: zeros up to there.
"""
import struct
import sys

# e_machine, bits, byte order.
MACHINES = {
    "i386": (3, 32, "<"),
    "loongarch64": (258, 64, "<"),
    "mips": (8, 32, ">"),
    "ppc": (20, 32, ">"),
    "ppc64": (21, 64, ">"),
    "riscv64": (243, 64, "<"),
    "s390x": (22, 64, ">"),
    "x86-64": (62, 64, "<"),
}


def make(machine, address, program):
    """The file's bytes."""
    number, bits, order = MACHINES[machine]
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    if bits == 64:
        header = struct.pack(order + "HHIQQQIHHHHHH", 2, number, 1, address, 64, 0, 0,
                             64, 56, 1, 64, 0, 0)
        part = struct.pack(order + "IIQQQQQQ", 1, 7, 120, address, address,
                           len(program), len(program), 1)
    else:
        header = struct.pack(order + "HHIIIIIHHHHHH", 2, number, 1, address, 52, 0, 0,
                             52, 32, 1, 40, 0, 0)
        part = struct.pack(order + "IIIIIIII", 1, 84, address, address,
                           len(program), len(program), 7, 1)
    return ident + header + part + program


def main():
    machine, address, *parts = sys.argv[1:]
    program = b""
    for part in parts:
        if part.startswith("@"):
            program += bytes(int(part[1:], 0) - len(program))
        else:
            program += bytes.fromhex(part)
    sys.stdout.buffer.write(make(machine, int(address, 0), program))


if __name__ == "__main__":
    main()
