#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does one run of the conformance suite: a line of guest/*.conf, on one of its engines.
# Usage: test/guest.sh ARCHITECTURE ENGINE [PROGRAM OPTIONS ARGUMENTS]
# without a program all of that engine. By hand 'paracall check' is handier.
. "$(dirname "$0")/lib.sh"

# Only this run is left in the data file, and all that is known of differences.
choose_run() {
	local guests=$1 row

	mkdir -p "$guests"
	ln -s "$build"/guest/*.elf "$build"/guest/*/ "$guests/"
	row="$program|$engine|$options|$arguments"
	awk -F '|' -v "row=$row" -v "engine=$engine" '
		function trim(text) { gsub(/^ +| +$/, "", text); return text }
		/^\[/ { in_runs = $0 == "[runs]" }
		!in_runs || /^(\[|#|$)/ { print; next }
		trim($1) "|" engine "|" trim($4) "|" trim($5) == row &&
			index("," trim($2) ",", "," engine ",") { print }
	' "$build/guest/$architecture.conf" >"$guests/$architecture.conf"
}

# The guest's tests are this script's.
main() {
	local architecture=$1 engine=$2 program=${3:-} options=${4:-} arguments=${5:-} status
	local -a check=("$paracall" check --format=tap --timeout=7200
		--arch="$architecture" --engine="$engine")

	if [ ! -e "$build/guest/$architecture.conf" ]; then
		skip "guests for $architecture" "no compiler for them"
		finish
		return
	fi
	[ $# -eq 2 ] || {
		choose_run "$work/guests"
		# It is the selected one, even if it is a long one.
		check+=(--guests="$work/guests" --long)
	}
	"$limited" --cpu=1800 "${check[@]}"
	status=$?
	rm -rf "$work"
	[ "$status" -eq 0 ] || [ "$status" -eq 77 ]
}

main "$@"
