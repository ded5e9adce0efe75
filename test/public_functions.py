#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a C file that takes the address of each function that headers declare.

Usage: public_functions.py HEADER... >FILE

Linked with the shared library, it fails to link if one of them is missing from the
library or from its map. Functions that are defined in a header are left out.
"""
import os
import re
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", re.M)
LINKAGE = re.compile(r'extern\s+"C"\s*\{')
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
FUNCTION = re.compile(r"(\w+)\s*\(")


def declarations(text):
    """What stands outside braces, up to each semicolon."""
    depth = 0
    current = ""
    for character in text:
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            # The body of a function ends it, that of a structure goes on to a semicolon.
            if not depth and "(" in current:
                current = ""
        elif depth > 0:
            continue
        elif character == ";":
            yield " ".join(current.split())
            current = ""
        else:
            current += character


def functions(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for pattern in COMMENT, DIRECTIVE, LINKAGE, STRING:
        text = pattern.sub(" ", text)
    for declaration in declarations(text):
        found = FUNCTION.search(declaration)
        if found and not declaration.startswith(("typedef", "static")):
            yield found.group(1)


def main():
    headers = sys.argv[1:]
    print("/* Made by %s. */" % os.path.basename(sys.argv[0]))
    for header in headers:
        print('#include "paracall/%s"' % os.path.basename(header))
    print('\n#include "unit/public_functions.h"\n')
    print("const struct public_function public_functions[] = {")
    for header in headers:
        for name in functions(header):
            print('\t{ "%s", (void (*)(void))%s },' % (name, name))
    print("\t{ 0 },\n};")


main()
