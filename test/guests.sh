#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the conformance suite and counts its tests. Usage:
# test/guests.sh [OPTION of paracall check]... [PROGRAM]...
. "$(dirname "$0")/lib.sh"

main() {
	local status

	"$paracall" check --timeout=400 "$@" | tee "$work/log"
	status=${PIPESTATUS[0]}
	passed=$(sum 4)
	failed=$(sum "3 0")
	skipped=$(sum "2 1")
	finish && { [ "$status" -eq 0 ] || [ "$status" -eq 77 ]; }
}

main "$@"
