#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Saved states of Debian's kernels, loaded in all ways that QEMU has: each load is noticed,
# the guest goes on, no kick is lost, and nothing is written to pages of another state.
# Usage: test/snapshots.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

said='paracall: a saved state of the machine was loaded: '

# What no guest may say. That its clock leaps is QEMU's: the counter goes on where the
# process was, and then a watchdog may bark.
complaints='kernel BUG at|BUG: unable|BUG: kernel|Oops: |Kernel panic'

# An empty qcow2 image of 64 MB: where QEMU keeps states. By its file format's description,
# docs/interop/qcow2.rst of QEMU.
make_disk() {
	python3 - "$1" <<-EOT
		import struct, sys
		data = bytearray(4 << 16)
		data[:104] = struct.pack(">IIQIIQIIQQIIQQQQII", 0x514649fb, 3, 0, 0, 16, 64 << 20, 0, 1,
			3 << 16, 1 << 16, 1, 0, 0, 0, 0, 0, 4, 104)
		data[1 << 16 : (1 << 16) + 8] = struct.pack(">Q", 2 << 16)
		for cluster in range(4):
		    at = (2 << 16) + 2 * cluster
		    data[at : at + 2] = struct.pack(">H", 1)
		open(sys.argv[1], "wb").write(data)
	EOT
}

# Is set by set_guest: QEMU's arguments. $image and $kernel are others' too.
guest=()

# choose_guest KERNEL NAME: sets kernel, target and console; skips the test and fails if that
# is not possible here.
choose_guest() {
	local architecture why

	kernel=$1
	architecture=$(guest_architecture "$kernel")
	target=$(guest_target "$architecture")
	console=$(guest_console "$architecture")
	if ! why=$(guest_missing "$kernel"); then
		find_qemu "$target" >/dev/null && return
		why="no QEMU for $target"
	fi
	skip "snapshots, $2" "$why"
	return 1
}

# set_guest TASK MORE: of the chosen kernel.
set_guest() {
	image=$build/$(guest_image "$kernel")
	build_guest_image "$image" "$kernel"
	guest=(-display none -serial stdio -monitor none -nic none
		-kernel "$(guest_folder "$kernel")/vmlinuz" -initrd "$image"
		-append "console=$console panic=-1 paracall.task=$1 ${2:-}"
		-drive "if=none,id=states,format=qcow2,file=$work/states")
}

# drive STEPS OPTIONS ARGUMENTS...: one process of QEMU. Sets $work/log, errors, events.
drive() {
	local client status
	local -a words flags

	read -ra words <<<"${1//$'\n'/ }"
	read -ra flags <<<"$2"
	shift 2
	rm -f "$work/log.ended"
	: >"$work/log"
	"$tree/test/qmp.py" "$work/qmp" "$work/log" "${words[@]}" >"$work/steps" 2>&1 &
	client=$!
	"$limited" --cpu=900 --idle=60 "$paracall" run "${flags[@]}" --summary="$work/summary" \
		--trace=loaded --output="$work/events" -- "qemu-system-$target" "$@" "${guest[@]}" \
		-qmp "unix:$work/qmp,server=on,wait=off" \
		>"$work/log" 2>"$work/errors" </dev/null
	status=$?
	: >"$work/log.ended"
	wait "$client" || [ -s "$work/steps" ] || echo 'the steps failed' >"$work/steps"
	rm -f "$work/qmp"
	return $status
}

# judge NAME STATUS LOADS SAID: so many are events, N or N-M of them; and if SAID is 1 they
# were said, not more than one a second, if 0 not.
judge() {
	local name="snapshots, $1" status=$2 least=${3%-*} most=${3#*-} events lines

	events=$(grep -c '\<loaded\>' "$work/events")
	lines=$(grep -c "^$said" "$work/errors")
	if [ -s "$work/steps" ]; then
		fail "$name" "$(head -n 1 "$work/steps")" "$work/log"
	elif [ "$status" -eq 124 ]; then
		fail "$name" "it went on no more" "$work/log"
	elif [ "$status" -ne 0 ]; then
		fail "$name" "exit status $status" "$work/errors"
	elif grep -qE "$complaints" "$work/log"; then
		fail "$name" "$(grep -m 1 -E "$complaints" "$work/log")" "$work/log"
	elif [ "$events" -lt "$least" ] || [ "$events" -gt "$most" ]; then
		fail "$name" "$events loads are events, not $3" "$work/errors"
	elif [ "$lines" -lt "$4" ] || [ "$lines" -gt $((events * $4)) ]; then
		fail "$name" "$lines of $events loads were said" "$work/errors"
	else
		pass "$name"
	fi
}

# in_all_ways NAME LOADS SAID OPTIONS ARGUMENTS...: three loads in the process that has
# saved, of a running and of a stopped machine; in a new one; from a file; of an older
# machine in a younger process. LOADS: of the three, so many can be noticed. SAID: whether
# anything is lost by it.
in_all_ways() {
	local name=$1 loads=$2 is_said=$3 options=$4
	shift 4

	make_disk "$work/states"
	set_guest cycles
	drive 'wait:cycle sleep:0.4 savevm:a wait:cycle loadvm:a wait:cycle loadvm:a wait:cycle
		stop loadvm:a cont wait:cycle wait:cycle sleep:0.7 savevm:b quit' "$options" "$@"
	judge "$name, the same process" $? "$loads" "$is_said"
	drive "wait:cycle wait:cycle migrate:$work/state quit" "$options" "$@" -loadvm b
	judge "$name, another process" $? 1 "$is_said"
	drive 'wait:cycle sleep:1 loadvm:a wait:cycle wait:cycle quit' "$options" "$@" \
		-incoming "file:$work/state"
	judge "$name, from a file, and an older one" $? 2 "$is_said"
	rm -f "$work/state"
}

# for_kernel KERNEL NAME LOADS SAID OPTIONS ARGUMENTS...
for_kernel() {
	choose_guest "$1" "$2" || return 0
	shift
	in_all_ways "$@"
}

test_threads() {
	for_kernel trixie "a thread each" 3 1 "" -machine q35 -smp 4 -m 256M
}

# A load into a stopped machine is not noticed there, nor one of a state since which the
# guest made no call and did not halt: then all that is known of it is true.
test_single() {
	for_kernel trixie "thread=single" 1-2 1 "" -machine q35 -smp 4 -m 256M -accel tcg,thread=single
}

test_icount() {
	for_kernel trixie "-icount" 1-2 1 "" -machine q35 -smp 2 -m 256M -icount shift=auto
}

test_microvm() {
	for_kernel trixie "microvm" 3 1 "--replace=keep" \
		-machine microvm,acpi=on,rtc=on,isa-serial=on -smp 4 -m 256M
}

# Nothing in memory that Paracall writes to: registers tell.
test_no_clock() {
	for_kernel trixie "no clock page" 3 1 "--features=pv-unhalt" -machine q35 -smp 4 -m 256M
}

test_s390x() {
	for_kernel s390x "s390x" 3 1 "" -machine s390-ccw-virtio -smp 2 -m 512M
}

test_powerpc() {
	for_kernel ppc64le "PowerPC" 3 0 "" -machine pseries -smp 2 -m 512M
}

# As many as there is time for, while vCPUs wait for locks.
test_many() {
	local steps='wait:cycle' load

	choose_guest trixie "many" || return 0
	make_disk "$work/states"
	set_guest cycles
	for load in $(seq 10); do
		steps+=" wait:cycle sleep:0.$load savevm:s$load"
	done
	for load in $(seq 10); do
		steps+=" loadvm:s$load wait:cycle stop loadvm:s$load cont sleep:0.4 wait:cycle"
	done
	drive "$steps quit" "" -machine q35 -smp 4 -m 256M
	judge "many, the same process" $? 20 1
	for load in $(seq 10); do
		drive 'wait:cycle wait:cycle sleep:0.3 loadvm:s1 wait:cycle loadvm:s9 wait:cycle quit' \
			"" -machine q35 -smp 4 -m 256M -loadvm "s$load"
		judge "many, another process, $load" $? 3 1
	done
}

# A guest that has no page of Paracall's, and looks at most of its memory; in the process
# of one that has them, wherever chance puts its kernel.
test_foreign() {
	local none='nokaslr no-kvmclock no-steal-acc no-kvmapf nopvspin' bad

	choose_guest trixie "another guest" || return 0
	make_disk "$work/states"
	set_guest memory:140 "$none"
	drive 'wait:memory wait:memory savevm:other quit' "" -machine q35 -smp 4 -m 256M
	judge "another guest, saved" $? 0 0
	set_guest cycles
	drive 'wait:cycle loadvm:other wait:memory wait:memory wait:memory wait:memory quit' "" \
		-machine q35 -smp 4 -m 256M
	judge "another guest, loaded" $? 1 1
	bad=$(sed -n 's/.*memory: \([0-9]*\) bad words.*/\1/p' "$work/log" | sort -n | tail -n 1)
	if [ "$bad" = 0 ]; then
		pass "snapshots, another guest's memory"
	else
		fail "snapshots, another guest's memory" "${bad:-no} words of it were changed" "$work/log"
	fi
}

only "$@"
test_threads
test_single
test_icount
test_microvm
test_no_clock
test_s390x
test_powerpc
test_many
test_foreign
finish
