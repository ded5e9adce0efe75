#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The code that runs the tests: each one ends, leaves nothing behind, and is counted.
# Usage: test/harness.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"

# A program with a child in a session of its own, one that SIGTERM does not end, and a file.
# The processes' numbers and the folder go to the file that is named.
# shellcheck disable=SC2016 # for the shell in there
stubborn='setsid sleep 1000 & one=$!
	sh -c "trap \"\" TERM; sleep 1000; sleep 1000" & two=$!
	touch "$TMPDIR/file"
	echo "$one $two $$ $TMPDIR" >"$1.new"; mv "$1.new" "$1"
	wait'

# leaves_nothing NAME: of those in $work/started.
leaves_nothing() {
	local one two three folder

	read -r one two three folder <"$work/started"
	if wait_until has_ended "$one" && wait_until has_ended "$two" && wait_until has_ended "$three" &&
		wait_until test ! -e "$folder"; then
		pass "$1"
	else
		fail "$1" "there is one of $one $two $three, or $folder"
		kill -KILL "$one" "$two" "$three"
	fi
}

test_signals() {
	local signal

	for signal in INT TERM HUP KILL; do
		rm -f "$work/started"
		"$limited" --folder sh -c "$stubborn" sh "$work/started" >"$work/out" 2>&1 &
		wait_until test -e "$work/started"
		kill -s $signal $!
		wait $! 2>/dev/null
		leaves_nothing "SIG$signal leaves nothing"
	done
	rm -f "$work/started"
	setsid "$limited" --folder sh -c "$stubborn" sh "$work/started" >"$work/out" 2>&1 &
	wait_until test -e "$work/started"
	kill -KILL -- -$!
	wait $! 2>/dev/null
	leaves_nothing "SIGKILL to the process group leaves nothing"
	rm -f "$work/started"
	expect "a good end" 0 "" "$limited" --folder sh -c "${stubborn%wait}" sh "$work/started"
	leaves_nothing "a good end leaves nothing"
}

test_limits() {
	expect "standing still" 124 "nothing was done or written" "$limited" --idle=1 sleep 1000
	expect "processor time" 124 "of processor time" \
		"$limited" --cpu=1 sh -c 'while :; do :; done'
	expect "whatever it thinks of SIGTERM" 124 "nothing was done" \
		"$limited" --idle=1 sh -c 'trap "" TERM; sleep 1000; sleep 1000'
	# shellcheck disable=SC2016 # for the shell in there
	expect "writing, not standing still" 0 "9" "$limited" --idle=2 \
		sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.5; done'
	# shellcheck disable=SC2016 # for the shell in there
	"$limited" --idle=2 sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.5; done' |
		cat >"$work/out"
	if [ "$(tail -n 1 "$work/out")" = 9 ]; then
		pass "writing to a pipe"
	else
		fail "writing to a pipe" "it was ended" "$work/out"
	fi
	# What the parent has not waited for counts, too.
	expect "processor time of children" 124 "of processor time" \
		"$limited" --cpu=2 sh -c '(while :; do :; done) & while :; do sleep 0.1; done'
}

# Like a machine that hangs: its threads wake for timers, and find nothing to do.
timers='import threading, time
def wait():
    end = time.monotonic() + 120
    while time.monotonic() < end:
        time.sleep(0.004)
for i in range(4):
    threading.Thread(target=wait).start()'

# As one that waits for a disk, which no signal interrupts: the parent waits so for a child
# that was made by CLONE_VFORK, and that sleeps.
waits='import ctypes, os, platform, time
number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
if not ctypes.PyDLL(None).syscall(number, 0x4000 | 17, 0, 0, 0, 0):
    time.sleep(3)
    os._exit(0)'

test_waits() {
	case $(uname -m) in
	x86_64 | aarch64) ;;
	*)
		skip "waiting for a disk" "another number of the call clone"
		return
		;;
	esac
	expect "waiting for a disk" 0 "" "$limited" --idle=1 python3 -c "$waits"
}

# Others have the processors: that neither ends what needs one, nor keeps the rest.
test_busy() {
	local burners=() i

	for ((i = 0; i < 2 * $(nproc); i++)); do
		sh -c 'while :; do :; done' &
		burners+=($!)
	done
	expect "standing still on a busy machine" 124 "nothing was done or written" \
		"$limited" --idle=2 python3 -c "$timers"
	expect "little of a processor" 0 "" nice -n 10 "$limited" --idle=1 python3 -c \
		'while __import__("time").process_time() < 0.5: pass'
	kill "${burners[@]}"
	wait "${burners[@]}" 2>/dev/null
}

test_status() {
	expect "exit status" 3 "" "$limited" sh -c 'exit 3'
	# shellcheck disable=SC2016 # for the shell in there
	expect "ended by a signal" 137 "" "$limited" sh -c 'kill -KILL $$'
	expect "no such program" 127 "can't be run" "$limited" "$work/none"
	expect "no number" 125 "is not a number of seconds" "$limited" --cpu=many true
	expect "nothing to run" 125 "run what?" "$limited"
	# shellcheck disable=SC2016 # for the shell in there
	expect "a full disk is the command's" 1 "No space" sh -c '"$@" >/dev/full' - \
		"$limited" cat /proc/self/status
}

# counted NAME COUNTS STATUS JSON...: one line each.
counted() {
	local name=$1 counts=$2 status=$3

	shift 3
	printf '%s\n' "$@" >"$work/log.json"
	expect "$name" "$status" "$counts" "$tree/script/lib/totals.py" "$work/log.json"
	[ "$(tail -n 1 "$work/out")" = "$counts" ] || fail "$name" "not in the last line" "$work/out"
}

test_totals() {
	counted "TAP" "2 passed, 1 failed, 2 skipped" 1 \
		'{"name": "a / b", "result": "FAIL", "stdout": "ok 1 - x\nok y\n# ok z\nnot ok - v\nok - u # SKIP no\nnot ok - t # TODO XFAIL\n1..5\n"}'
	counted "no TAP" "1 passed, 0 failed, 0 skipped" 0 '{"name": "b", "result": "OK"}'
	counted "a bad end" "2 passed, 1 failed, 0 skipped" 1 \
		'{"name": "b", "result": "ERROR", "stdout": "ok - x\nok - y\n"}'
	counted "a time limit" "0 passed, 1 failed, 0 skipped" 1 '{"name": "b", "result": "TIMEOUT"}'
	counted "all skipped" "0 passed, 0 failed, 1 skipped" 0 \
		'{"name": "b", "result": "SKIP", "stdout": "1..0 # SKIP none here\n"}'
	counted "what should fail and does not" "0 passed, 1 failed, 0 skipped" 1 \
		'{"name": "b", "result": "FAIL", "stdout": "ok - x # TODO KFAIL\n"}'
	# shellcheck disable=SC2016 # for the shell in there
	expect "a script that tests nothing" 1 "nothing was tested" \
		env PARACALL_LIMITED=yes bash -c '. "$0/test/lib.sh"; finish' "$tree"
	expect "no results" 1 "no results" "$tree/script/lib/totals.py" "$work/none"
}

# repeated NAME TIMES TEXT: a boot that meets QEMU's fault so often.
repeated() {
	# shellcheck disable=SC2016 # for the shell in there
	expect "$1" 0 "$3" env PARACALL_LIMITED=yes PARACALL_BUILD="$work/build" \
		bash -c '. "$0/test/lib.sh"
		boot() {
			boots=$((boots + 1))
			[ "$boots" -gt "$1" ] && echo "all is well" >"$work/log" && return 3
			echo "Oops: int3: 0000 [#1]" >"$work/log"
			return 4
		}
		boots=0
		repeat_once "a boot" "$work/log" boot "$1"
		echo "status $?$attempt, $boots boots, $skipped counted"
		rm -rf "$work"' "$tree" "$2"
}

test_repeats() {
	repeated "a good boot is done once" 0 "status 3, 1 boots, 0 counted"
	repeated "QEMU's fault is counted, and the boot repeated" 1 \
		"status 3 (second attempt), 2 boots, 1 counted"
	repeated "it is repeated once" 2 "status 4 (second attempt), 2 boots, 1 counted"
	check_file "the fault is shown" "$work/out" "# Oops: int3: 0000 [#1]"
}

# ends NAME STATUS SAID COMMAND: the end of a run that has written a log and errors. SAID is
# what is reported.
ends() {
	# shellcheck disable=SC2016 # for the shell in there
	expect "$1" "$2" "$3" env PARACALL_LIMITED=yes bash -c '. "$0/test/lib.sh"
		echo "the guest was here" >"$work/log"
		"$limited" --idle=1 sh -c "echo the host cannot do that >&2; $1" 2>"$work/errors"
		status=$?
		[ -z "$2" ] || echo "$2" >"$work/steps"
		ended_well "a run" "$status" "$work/log" "$work/errors"
		status=$?
		rm -rf "$work"
		exit "$status"' "$tree" "$4" "${5:-}"
}

test_ends() {
	ends "a good end" 0 "" true
	ends "a bad end" 1 "not ok - a run: exit status 3" "exit 3"
	ends "a step that failed" 1 "not ok - a run: wait: no" true "wait: no"
	ends "a run that was ended" 1 \
		"not ok - a run: it went on no more, or not to its end; wait: QEMU has ended" \
		"sleep 1000" "wait: QEMU has ended"
	check_file "what the guest wrote is shown" "$work/out" "# the guest was here"
	check_file "what the host wrote is shown" "$work/out" "# the host cannot do that"
	check_file "why it was ended is shown" "$work/out" "nothing was done or written"
}

# fails_with FILE: the failure of a process of its own.
fails_with() {
	# shellcheck disable=SC2016 # for the shell in there
	expect "a failure says where its whole log is" 1 \
		"not ok - a, b (b): wrong; all of it: $work/build/meson-logs/kept/a_b_b_." \
		env PARACALL_LIMITED=yes PARACALL_BUILD="$work/build" bash -c '. "$0/test/lib.sh"
			fail "a, b (b)" wrong "$1"
			finish' "$tree" "$1"
}

# What a failure shows, and what it keeps.
test_failures() {
	local kept

	seq 50 >"$work/long"
	fails_with "$work/long"
	check_file "its end is shown" "$work/out" "# 21"
	kept=$(sed -n 's/^not ok .*; all of it: //p' "$work/out")
	expect "the whole log is there" 0 "" cmp "$work/long" "$kept"
	seq 60 >"$work/long"
	fails_with "$work/long"
	expect "the other log of that name is, too" 0 "50" tail -n 1 "$kept"
	# shellcheck disable=SC2016 # for the shell in there
	expect "a pipe is shown" 1 "# 3" \
		env PARACALL_LIMITED=yes PARACALL_BUILD="$work/build" bash -c '. "$0/test/lib.sh"
			fail x y <(seq 3)
			finish' "$tree"
}

# By script/test, in a tree where it gets no further than to its setup.
test_kept_files() {
	local logs=$work/tree/build/meson-logs

	mkdir -p "$work/tree/script" "$logs"
	cp -r "$tree/script/test" "$tree/script/lib" "$work/tree/script"
	printf '%s\n' '#!/bin/sh' 'exit 3' >"$work/tree/script/setup"
	chmod +x "$work/tree/script/setup"
	echo text | tee "$logs/testlog.txt" >"$work/log"
	# shellcheck disable=SC2016 # for the shell in there
	expect "a file is kept" 0 "$logs/" \
		env PARACALL_LIMITED=yes PARACALL_BUILD="$work/tree/build" bash -c '
			. "$0/test/lib.sh"
			keep_file name "$1" && rm -rf "$work"' "$tree" "$work/log"
	expect "script/test up to its setup" 3 "" "$work/tree/script/test"
	if [ "$(find "$logs" -type f)" = "$logs/testlog.txt" ]; then
		pass "script/test removes what was kept, and no more"
	else
		find "$logs" >"$work/out"
		fail "script/test removes what was kept, and no more" "see below" "$work/out"
	fi
}

only "$@"
test_signals
test_limits
test_waits
test_busy
test_status
test_totals
test_failures
test_kept_files
test_repeats
test_ends
finish
