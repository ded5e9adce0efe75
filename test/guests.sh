#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the conformance suite and counts its tests. Usage:
# test/guests.sh [OPTION of paracall check]... [PROGRAM]...
. "$(dirname "$0")/lib.sh"

# The sum of these columns of the table that ends the output.
sum() {
	awk -v "columns=$1" '$1 == "architecture" { in_table = 1; next }
		in_table { for (i = split(columns, c); i; i--) sum += $c[i] }
		END { print sum + 0 }' "$work/log"
}

main() {
	local status

	"$paracall" check "$@" | tee "$work/log"
	status=${PIPESTATUS[0]}
	passed=$(sum 3)
	failed=$(sum "4 7")
	skipped=$(sum "5 6")
	finish && { [ "$status" -eq 0 ] || [ "$status" -eq 77 ]; }
}

main "$@"
