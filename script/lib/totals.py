#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts what tests of Meson's have said, and shows what failed.

Usage: script/lib/totals.py [--times] FILE...

Each FILE is a build folder's meson-logs/testlog*.json. A test that speaks TAP counts as its
lines do, and as one that failed if it ended badly without a line that says so; another
one counts once. Failures that a test knows of (TODO) count as skipped. The last line is
"N passed, N failed, N skipped", and the exit status 1 if any failed.

With --times it prints how long each test of Meson's took instead, the longest
first.
"""

import json
import re
import sys

# As Meson reads it.
TEST = re.compile(r"(not )?ok\b\s*(?:[0-9]+\s*)?([^#]*)(?:#\s*(skip|todo)\S*\s*(.*))?", re.I)
PLAN = re.compile(r"1\.\.[0-9]+")
GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


class Totals:
    """Numbers of tests, and the names of those that failed."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = 0

    def add_line(self, name, line):
        match = TEST.match(line)
        if not match:
            return False
        is_bad, subtest, directive = match.group(1), match.group(2), match.group(3) or ""
        if directive.upper() == "SKIP" and not is_bad:
            self.skipped += 1
        elif directive.upper() == "TODO" and is_bad:
            self.skipped += 1
        elif is_bad or directive.upper() == "TODO":
            self.failed.append("%s: %s" % (name, subtest.strip(" -\t")))
        else:
            self.passed += 1
        return True

    def add_test(self, test):
        name = test["name"].split(" / ", 1)[-1]
        lines = (test.get("stdout") or "").splitlines()
        before = len(self.failed)
        has_tests = [self.add_line(name, line) for line in lines].count(True) > 0
        is_tap = has_tests or any(PLAN.match(line) for line in lines)
        if test["result"] not in GOOD:
            if len(self.failed) == before:
                self.failed.append("%s: %s" % (name, test["result"].lower()))
        elif test["result"] == "SKIP" and not has_tests:
            self.skipped += 1
        elif not is_tap:
            self.passed += 1


def tests_of(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def main(paths):
    totals = Totals()
    for path in paths:
        try:
            for test in tests_of(path):
                totals.add_test(test)
        except (OSError, ValueError) as problem:
            totals.failed.append("no results: %s" % problem)
    for name in totals.failed:
        print("test: FAILED: " + name)
    print(
        "%d passed, %d failed, %d skipped"
        % (totals.passed, len(totals.failed), totals.skipped)
    )
    return 1 if totals.failed else 0


def print_times(paths):
    tests = [test for path in paths for test in tests_of(path)]
    for test in sorted(tests, key=lambda test: -test["duration"]):
        print("%8.1f s  %s" % (test["duration"], test["name"]))
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--times"]:
        sys.exit(print_times(sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
