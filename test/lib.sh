# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the test scripts share. Each prints "ok" and "not ok" lines, and counts
# them at its end in $PARACALL_TEST_COUNTS, if that is set.
set -uo pipefail

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=script/lib/common.sh
. "$tree/script/lib/common.sh"
build=${PARACALL_BUILD:-$tree/build}
# shellcheck disable=SC2034 # for the tests
paracall=$build/paracall
passed=0
failed=0
skipped=0
matching=-F
work=$(mktemp -d)

# A field of a table without the blanks around it.
trim() {
	local text=$1

	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

# The QEMU that 'paracall run' takes.
used_qemu() {
	"$paracall" engines | sed -n 's/^\* //p' | head -n 1
}

# sum COLUMNS: of the table that ends the output of paracall check in $work/log, counted
# from the right.
sum() {
	awk -v "columns=$1" '$1 == "architecture" { in_table = 1; next }
		in_table { for (i = split(columns, c); i; i--) sum += $(NF - c[i]) }
		END { print sum + 0 }' "$work/log"
}

pass() {
	passed=$((passed + 1))
	echo "ok - $1"
}

# fail NAME WHY [FILE]: shows the file's end.
fail() {
	failed=$((failed + 1))
	echo "not ok - $1: $2"
	[ $# -lt 3 ] || tail -n 30 "$3" | sed 's/^/# /'
}

skip() {
	skipped=$((skipped + 1))
	echo "ok - $1 # SKIP $2"
}

# expect NAME STATUS TEXT COMMAND...: exit status, and a text in the output, if it is not
# empty; a regular expression where the script has set matching=-E.
expect() {
	local name=$1 status=$2 text=$3 got

	shift 3
	timeout 60 "$@" >"$work/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$status" ]; then
		fail "$name" "exit status $got, not $status" "$work/out"
	elif [ -n "$text" ] && ! grep -q "$matching" -- "$text" "$work/out"; then
		fail "$name" "does not say '$text'" "$work/out"
	else
		pass "$name"
	fi
}

finish() {
	echo "# ${0##*/}: $passed passed, $failed failed, $skipped skipped"
	[ -z "${PARACALL_TEST_COUNTS:-}" ] ||
		echo "$passed $failed $skipped" >>"$PARACALL_TEST_COUNTS"
	rm -rf "$work"
	[ "$failed" -eq 0 ]
}
