#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# paracall top, with a guest that calls 18 times a second, and with broken files of
# counters.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2034 # for expect()
matching=-E

guest=
terminal=()
screens=0

# A boot sector: sti; mov $1, %eax; vmcall (VAPIC_POLL_IRQ); mov $99, %eax; vmcall
# (unknown); hlt, until the BIOS's timer; and again.
make_image() {
	printf '\xfb\x66\xb8\x01\x00\x00\x00\x0f\x01\xc1\x66\xb8\x63\x00\x00\x00\x0f\x01\xc1\xf4\xeb\xeb' \
		>"$work/image"
	truncate -s 510 "$work/image"
	printf '\x55\xaa' >>"$work/image"
	truncate -s 1440k "$work/image"
}

# Sets guest to its process.
start_guest() {
	"$paracall" run --summary="$work/summary" -- qemu-system-x86_64 -m 64 \
		-display none -smp 2 -pidfile "$work/qemu" \
		-drive "file=$work/image,format=raw,if=floppy" >"$work/guest" 2>&1 </dev/null &
	guest=$!
	wait_until is_calling
}

is_calling() {
	"$paracall" top --once --interval=0.2 "$guest" | grep VAPIC_POLL_IRQ
}

test_usage() {
	expect "no terminal" 2 "use|--batch" "$paracall" top 1
	expect "no such process" 1 "there is no process 4194304" "$paracall" top --once 4194304
	expect "no process" 2 "use a number" "$paracall" top --once first
	expect "two processes" 2 "not also '2'" "$paracall" top --once 1 2
	expect "not a guest" 1 "is not a guest of 'paracall run'" "$paracall" top --once $$
	expect "wrong interval" 2 "0.1 to 60" "$paracall" top --interval=0.01
	expect "wrong order" 2 "rate, total, time or name" "$paracall" top --sort=size
	expect "count without batch" 2 "needs --batch" "$paracall" top --count=2
	expect "unknown option" 2 "unknown option '--fast'" "$paracall" top --fast
}

# The BIOS's timer ticks 18.2 times a second; a busy machine may lose some.
test_batch() {
	local rate

	expect "a table" 0 "^\(unknown\) " "$paracall" top --once --interval=2 "$guest"
	rate=$(awk '$1 == "VAPIC_POLL_IRQ" { print int($3) }' "$work/out")
	if [ "${rate:-0}" -ge 5 ] && [ "$rate" -le 25 ]; then
		pass "calls per second: $rate"
	else
		fail "calls per second" "${rate:-none}, not 5 to 25" "$work/out"
	fi
	expect "halts" 0 "^halts  " "$paracall" top --once --interval=0.2 "$guest"
	expect "QEMU's process" 0 "^halts  " "$paracall" top --once --interval=0.2 \
		"$(cat "$work/qemu")"
	expect "each vCPU" 0 "cpu +0 cpu +1$" "$paracall" top --once --cpus --interval=1 "$guest"
	if awk '$1 == "VAPIC_POLL_IRQ" { good = $2 > 0 && $3 == 0 } END { exit !good }' "$work/out"; then
		pass "one of two vCPUs calls"
	else
		fail "one of two vCPUs calls" "but the table says otherwise" "$work/out"
	fi
	expect "three tables" 0 "by name" "$paracall" top --batch --count=3 --interval=0.1 \
		--sort=name "$guest"
	[ "$(grep -c ^event "$work/out")" -eq 3 ] || fail "three tables" "not three" "$work/out"
	"$limited" "$paracall" top --batch --interval=0.1 "$guest" | head -n 1 >"$work/out"
	if [ "${PIPESTATUS[0]}" -eq 124 ]; then
		fail "a closed pipe ends it" "but it went on"
	else
		pass "a closed pipe ends it"
	fi
	# shellcheck disable=SC2016 # for the shell in there
	expect "a full disk ends it" 1 "standard output could not be written: No space" \
		sh -c '"$@" >/dev/full' - "$limited" "$paracall" top --batch --interval=0.1 "$guest"
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "a full disk ends it" "more than a line" "$work/out"
}

# Without a number it is the only guest, or they are listed; others may run here.
test_choice() {
	"$paracall" top --once --interval=0.1 >"$work/out" 2>&1
	case $?:$(grep -cE "^paracall top: process $guest,|^  $guest  .*paracall run" "$work/out") in
	[01]:1) pass "no number" ;;
	*) fail "no number" "neither that guest nor a list with it" "$work/out" ;;
	esac
}

# shows TEXT: the screen does.
shows() {
	"${terminal[@]}" capture-pane -p >"$work/screen" && grep -qE -- "$1" "$work/screen"
}

# screen NAME TEXT: what is on it, or soon will be.
screen() {
	if wait_until shows "$2"; then
		pass "$1"
	else
		fail "$1" "'$2' is not on the screen" "$work/screen"
	fi
}

# is_gone TEXT: it is no longer on the screen.
is_gone() {
	"${terminal[@]}" capture-pane -p >"$work/screen" && ! grep -qE -- "$1" "$work/screen"
}

keys() {
	"${terminal[@]}" send-keys "$@"
}

# A server of its own for each: one that ends still has its socket for a moment.
start_screen() {
	terminal=(tmux -S "$work/tmux$((++screens))" -f /dev/null)
	"${terminal[@]}" new-session -d -x 100 -y 24 \
		"'$paracall' top --interval=0.5 $guest 2>&1; echo status \$?; cat"
}

test_screen() {
	start_screen
	screen "screen, title" "process $guest, x86, 2 vCPUs, every 0.5 s, by rate"
	screen "screen, rates" "^VAPIC_POLL_IRQ +[0-9]+ +1[0-9]\.[0-9]"
	keys s
	screen "key s" "by total"
	keys c
	screen "key c" "cpu +0 cpu +1 *$"
	keys Right
	screen "key right" "event +cpu +1 *$"
	keys +
	screen "key +" "every 1 s"
	keys - -
	screen "key -" "every 0.2 s"
	keys h
	screen "key h" "sort by rate, total"
	keys h
	"${terminal[@]}" resize-window -x 41 -y 6
	screen "smaller window" "^q quit  s sort"
	[ "$(wc -l <"$work/screen")" -eq 6 ] || fail "smaller window" "not 6 lines" "$work/screen"
	# There is more halting than calling.
	screen "first row of the smaller window" "^halts"
	keys Down
	if wait_until is_gone "^halts"; then
		pass "key down"
	else
		fail "key down" "the first row is still there" "$work/screen"
	fi
	"${terminal[@]}" resize-window -x 100 -y 24
	screen "larger window" "every 0.2 s, by total"
	keys q
	screen "key q" "^status 0"
	"${terminal[@]}" kill-server
}

test_end() {
	start_screen
	screen "screen before the end" "VAPIC_POLL_IRQ"
	kill -KILL "$(cat "$work/qemu")"
	screen "the guest was killed" "the guest of process $guest has ended"
	screen "the guest was killed, status" "^status 0"
	"${terminal[@]}" kill-server
	expect "nothing is left" 1 "no process $guest" "$paracall" top --once "$guest"
}

# spoil KIND: a process with such a file; sets spoiled to it.
spoil() {
	coproc SPOILED { exec python3 "$tree/test/memfd.py" "$1" "$work/counters"; }
	spoiled=$SPOILED_PID
	read -r -u "${SPOILED[0]}" -t 10 _
}

unspoil() {
	kill "$spoiled"
	wait "$spoiled" 2>/dev/null
}

test_spoiled() {
	local kind

	cp "/proc/$guest/fd/$(report_file)" "$work/counters"
	for kind in empty short; do
		spoil $kind
		expect "counters: $kind" 1 "has not started" "$paracall" top --once "$spoiled"
		unspoil
	done
	for kind in magic version cpus cut; do
		spoil $kind
		expect "counters: $kind" 1 "another version" "$paracall" top --once "$spoiled"
		unspoil
	done
	spoil noise
	expect "counters: noise" 0 "^event" "$paracall" top --once --cpus --interval=0.1 "$spoiled"
	unspoil
	spoil good
	: >"$work/out"
	"$limited" "$paracall" top --batch --interval=0.2 "$spoiled" >"$work/out" 2>&1 &
	wait_until grep -q ^event "$work/out"
	echo >&"${SPOILED[1]}"
	wait $!
	check_status "counters: cut while read" $? 1
	grep -q "are gone" "$work/out" || fail "counters: cut while read" "not said" "$work/out"
	unspoil
}

check_status() {
	if [ "$2" -eq "$3" ]; then
		pass "$1"
	else
		fail "$1" "exit status $2, not $3" "$work/out"
	fi
}

report_file() {
	find "/proc/$guest/fd" -lname '/memfd:paracall-report*' -printf '%f\n'
}

make_image
test_usage
if ! start_guest; then
	fail "a guest that calls" "it did not start" "$work/guest"
	kill "$guest"
	finish
	exit
fi
test_batch
test_choice
test_spoiled
if command -v tmux >/dev/null; then
	test_screen
	test_end
else
	skip "on a terminal" "no tmux"
	kill "$guest"
fi
wait
finish
