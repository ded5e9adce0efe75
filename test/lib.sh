# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the test scripts share. Each is one of Meson's tests, and prints TAP. It runs under
# test/limited.c, which ends it if it makes no progress, and ends with it all processes that
# it has started; its files are in $work, which is removed, too.
set -uo pipefail

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=script/lib/common.sh
. "$tree/script/lib/common.sh"
build=${PARACALL_BUILD:-$tree/build}
# shellcheck disable=SC2034 # for the tests
paracall=$build/paracall
limited=$build/test/limited
if [ -z "${PARACALL_LIMITED:-}" ]; then
	[ -x "$limited" ] || die "$limited is missing: build first, see CONTRIBUTING.md"
	# The parts that may not end have limits of their own.
	PARACALL_LIMITED=yes exec "$limited" --folder --cpu=3600 --idle=300 "$0" "$@"
fi
passed=0
failed=0
skipped=0
matching=-F
# Is set by repeat_once.
attempt=
work=$(mktemp -d)

# A field of a table without the blanks around it.
trim() {
	local text=$1

	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

# used_qemu [TARGET]: the QEMU that 'paracall run' takes.
used_qemu() {
	"$paracall" engines | sed -n "s/^\* \(.*${1:+-$1}\)\$/\1/p" | head -n 1
}

pass() {
	passed=$((passed + 1))
	echo "ok - $1"
}

# keep_file NAME FILE: a copy that outlives the test, since what explains a rare failure is
# seldom in the last lines. Prints where it is; script/test removes it when it runs again.
keep_file() {
	local copy folder=$build/meson-logs/kept

	copy=$(printf '%s' "$1" | tr -cs '[:alnum:].=-' _)
	mkdir -p "$folder" &&
		copy=$(mktemp --suffix=".${2##*/}" "$folder/${copy:0:150}.XXXXXX") &&
		cp "$2" "$copy" && echo "$copy"
}

# fail NAME WHY [FILE]...: shows the files' ends, and says where all of them is.
fail() {
	local name=$1 why=$2 file

	failed=$((failed + 1))
	shift 2
	for file; do
		# What is no file, a pipe, can be read only once.
		[ ! -f "$file" ] || [ "$(wc -l <"$file")" -le 30 ] ||
			why+="; all of it: $(keep_file "$name" "$file")"
	done
	echo "not ok - $name: $why"
	for file; do
		[ $# -eq 1 ] || echo "# the end of ${file##*/}:"
		tail -n 30 "$file" | sed 's/^/# /'
	done
}

# ended_well NAME STATUS FILE...: fails if a run did not end by itself, or badly, or a step of
# test/qmp.py did. A step also fails because the run was ended, so both are reported.
ended_well() {
	local name=$1 why=''

	case $2 in
	0) ;;
	124) why='it went on no more, or not to its end' ;;
	*) why="exit status $2" ;;
	esac
	[ ! -s "$work/steps" ] || why+="${why:+; }$(head -n 1 "$work/steps")"
	[ -n "$why" ] || return 0
	shift 2
	fail "$name" "$why" "$@"
	return 1
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
	"$limited" --cpu=240 --idle=60 "$@" >"$work/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$status" ]; then
		fail "$name" "exit status $got, not $status" "$work/out"
	elif [ -n "$text" ] && ! grep -q "$matching" -- "$text" "$work/out"; then
		fail "$name" "does not say '$text'" "$work/out"
	else
		pass "$name"
	fi
}

# check_file NAME FILE TEXT: the file has that text.
check_file() {
	if grep -qF -- "$3" "$2"; then
		pass "$1"
	else
		fail "$1" "'$3' is not in it" "$2"
	fi
}

# wait_until COMMAND...: until it succeeds, or for so long that it never will.
wait_until() {
	local end=$((SECONDS + 300))

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# A vCPU of QEMU may continue to run code that another vCPU has replaced meanwhile
# (notdirty_write() in accel/tcg/cputlb.c invalidates before the store, and another thread
# can translate in between), so once in some hundreds of boots an x86 kernel meets a
# breakpoint of its own text patching that no longer exists. What it printed is shown, and
# counted: hit_lost_breakpoint NAME LOG
hit_lost_breakpoint() {
	grep -q 'Oops: int3:' "$2" || return
	grep -m 1 -A 40 'Oops: int3:' "$2" | sed 's/^/# /'
	echo "# all of it: $(keep_file "$1 (first attempt)" "$2")"
	skip "$1 (first attempt)" "met a breakpoint that was gone, QEMU's fault"
}

# repeat_once NAME LOG COMMAND...: what boots a kernel is done again after that; then
# $attempt says so, for the test's name.
# shellcheck disable=SC2034
repeat_once() {
	local name=$1 log=$2 status

	shift 2
	attempt=
	"$@"
	status=$?
	if hit_lost_breakpoint "$name" "$log"; then
		attempt=' (second attempt)'
		"$@"
		status=$?
	fi
	return $status
}

# has_started PROCESS: of a QEMU, or of the 'paracall run' that has started it: the guest.
has_started() {
	"$paracall" top --once --interval=0.1 "$1"
}

# has_ended PROCESS: one that nobody waits for has, too.
has_ended() {
	! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

# only PART...: of the script's functions test_PART, all others do nothing. Without an
# argument all of them are wanted.
only() {
	local name

	[ $# -gt 0 ] || return 0
	for name; do
		declare -F "test_$name" >/dev/null || die "there is no test_$name"
	done
	for name in $(declare -F | sed -n 's/^declare -f test_//p'); do
		[[ " $* " = *" $name "* ]] || eval "test_$name() { :; }"
	done
}

# What tests nothing has not passed: it says why by skip.
finish() {
	[ $((passed + failed + skipped)) -gt 0 ] || fail "${0##*/}" "nothing was tested"
	echo "1..$((passed + failed + skipped))"
	echo "# ${0##*/}: $passed passed, $failed failed, $skipped skipped"
	rm -rf "$work"
	[ "$failed" -eq 0 ]
}
