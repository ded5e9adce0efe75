#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU's record and replay with Paracall: a guest's output and its calls are the
# same again, later, byte for byte and call for call. Bare-metal guests and Debian's
# kernels. Usage: test/replay.sh [PART]...
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"

# run MODE OPTIONS ARGUMENTS...: sets $work/MODE and $work/MODE.json; returns QEMU's status.
run() {
	local mode=$1 options=$2
	shift 2

	# shellcheck disable=SC2086 # they are a list of words
	"$limited" --cpu=1800 --idle=120 "$paracall" run $options --summary="$work/$mode.json" --format=json \
		-- "$@" -icount "shift=$shift_bits,rr=$mode,rrfile=$work/recording" \
		>"$work/$mode" 2>&1 </dev/null
}

# What was called, without the host's time that it took. A guest that has ended the machine
# halts until QEMU is gone, which may or may not be noticed.
counts() {
	sed -E '/"halts"/d; s/"seconds": [^,]*, "usecs_per_call": [^}]*//; s/,$//' "$1" | sort
}

# twice NAME SHIFT STATUS TEXT OPTIONS COMMAND...: the guest's output has TEXT.
twice() {
	local name="replay, $1" shift_bits=$2 expected=$3 text=$4 mode status
	shift 4

	for mode in record replay; do
		run "$mode" "$@"
		status=$?
		if [ "$status" -ne "$expected" ]; then
			fail "$name" "$mode: exit status $status, not $expected" "$work/$mode"
			return
		fi
	done
	if ! grep -Eq "$text" "$work/record"; then
		fail "$name" "does not say '$text'" "$work/record"
	elif ! cmp -s "$work/record" "$work/replay"; then
		diff "$work/record" "$work/replay" >"$work/difference"
		fail "$name" "says something else" "$work/difference"
	elif ! diff <(counts "$work/record.json") <(counts "$work/replay.json") \
		>"$work/difference"; then
		fail "$name" "calls something else" "$work/difference"
	else
		pass "$name"
	fi
}

test_bare_metal() {
	local program

	# CPUID and registers, calls in all modes, interrupts to itself, clocks and halts.
	for program in hypercalls msr ipi kick clock; do
		twice "$program" 7 33 '^# SUMMARY: .* 0 failed' "" qemu-system-x86_64 \
			-M q35 -m 128 -display none -serial stdio -monitor none -nic none \
			-device isa-debug-exit,iobase=0xf4,iosize=4 \
			-kernel "$build/guest/$program.elf"
	done
	# Random choices are the same again, without a seed from the user.
	twice "random faults" 7 33 '^# SUMMARY: .* 0 failed' "--inject=VAPIC_POLL_IRQ:drop:30%" \
		qemu-system-x86_64 -M q35 -m 128 -display none -serial stdio -monitor none \
		-nic none -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$build/guest/kick.elf"
}

test_s390x() {
	local guest=$build/guest/s390x/diag.elf

	if [ ! -e "$guest" ] || ! find_qemu s390x >/dev/null; then
		skip "replay, s390x" "no compiler or no QEMU for s390x"
		return
	fi
	twice "s390x" 3 0 '^# SUMMARY: .* 0 failed' "" qemu-system-s390x -m 128 \
		-display none -serial stdio -monitor none -nic none \
		-action panic=exit-failure -kernel "$guest"
	linux "Debian, s390x" s390x 7 demo 'paracall-guest: up' -smp 1
}

test_powerpc() {
	local guest=$build/guest/powerpc/epapr-be.elf

	if [ ! -e "$guest" ] || ! find_qemu ppc64 >/dev/null; then
		skip "replay, PowerPC" "no compiler or no QEMU for PowerPC"
		return
	fi
	# The test that EV_IDLE waits fails, since here it does not.
	twice "PowerPC" 3 0 '^# SUMMARY: .* 1 failed' "" qemu-system-ppc64 -m 256 \
		-M pseries,x-vof=on -display none -serial stdio -monitor none -nic none \
		-action panic=exit-failure -kernel "$guest"
	linux "Debian, ppc64le" ppc64le 7 demo 'paracall-guest: up' -smp 1
}

# linux NAME KERNEL SHIFT TASK TEXT ARGUMENTS...
linux() {
	local name=$1 kernel=$2 bits=$3 task=$4 text=$5 why architecture target console
	shift 5

	architecture=$(guest_architecture "$kernel")
	target=$(guest_target "$architecture")
	console=$(guest_console "$architecture")
	if why=$(guest_missing "$kernel"); then
		skip "replay, $name" "$why"
		return
	elif ! find_qemu "$target" >/dev/null; then
		skip "replay, $name" "no QEMU for $target: script/setup --all-kernels gets one"
		return
	fi
	build_guest_image "$work/$kernel.img" "$kernel"
	twice "$name" "$bits" 0 "$text" "" "qemu-system-$target" "$@" -m 512M -nographic \
		-nic none -kernel "$(guest_folder "$kernel")/vmlinuz" -initrd "$work/$kernel.img" \
		-append "console=$console $guest_append paracall.task=$task"
}

test_linux() {
	# The time of day is that of the recording.
	linux "Debian" trixie 7 clock:2 'paracall-guest: clock 1: .*realtime' -M q35 -smp 1
}

test_mistakes() {
	local file=$work/mistake
	local -a command=("$paracall" run --summary="$work/summary")
	local -a qemu=(qemu-system-x86_64 -display none -nic none -icount)
	local -a record=("${qemu[@]}" "shift=7,rr=record,rrfile=$file")
	local -a replay=("${qemu[@]}" "shift=7,rr=replay,rrfile=$file")

	expect "recording with faults by the host's clock" 1 "inject=clock:jump=1s depends on" \
		"${command[@]}" --inject=clock:jump=1s -- "${record[@]}"
	mkdir "$file.paracall"
	expect "recording where nothing can be written" 1 "can't be written" \
		"${command[@]}" -- "${record[@]}"
	rmdir "$file.paracall"
	expect "recording" 33 "" "${command[@]}" -- "${record[@]}" \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$build/guest/kick.elf"
	expect "replay with other options" 1 'use those of the recording' \
		"${command[@]}" --features=none -- "${replay[@]}"
	echo "something else" >"$file.paracall"
	expect "replay with a file that is not Paracall's" 1 'record again' \
		"${command[@]}" -- "${replay[@]}"
	rm "$file.paracall"
	expect "replay of a recording without Paracall's file" 1 "$file.paracall' can't be read" \
		"${command[@]}" -- "${replay[@]}"
}

only "$@"
test_bare_metal
test_linux
test_mistakes
test_s390x
test_powerpc
finish
