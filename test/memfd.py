#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A process with a file of counters that is not as it should be.

Usage: memfd.py KIND [FILE]. Prints "ready"; ends when its input does. FILE has
good counters, to be spoiled.
"""
import os
import struct
import sys


def make(kind, good):
    """The file's bytes."""
    if kind == "empty":
        return b""
    if kind == "short":
        return good[:40]
    if kind == "magic":
        return b"\0\0\0\1" + good[4:]
    if kind == "version":
        return good[:4] + struct.pack("=I", 99) + good[8:]
    if kind == "cpus":
        return good[:8] + struct.pack("=I", 0xffffffff) + good[12:]
    if kind == "cut":
        return good[:-8]
    if kind == "noise":
        return good[:64] + b"\xff" * (len(good) - 64)
    return good


def main():
    kind = sys.argv[1]
    good = open(sys.argv[2], "rb").read()
    file = os.memfd_create("paracall-report", 0)
    os.write(file, make(kind, good))
    print("ready", flush=True)
    # Each line: truncate it while another process reads it.
    for _ in sys.stdin:
        os.ftruncate(file, 100)
        print("cut", flush=True)


main()
