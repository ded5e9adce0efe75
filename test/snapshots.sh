#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Saved states of Debian's kernels, loaded in all ways that QEMU has: each load is noticed,
# the guest continues, no kick is lost, and nothing is written to pages of another state. On
# x86 what the guest has registered with KVM is carried over, and its clock continues.
# Usage: test/snapshots.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

said='paracall: a saved state of the machine was loaded: '

# What no guest may print. Where its clock jumps, a watchdog may report it. An access to a
# register is refused if the host has lost its interrupt vector.
complaints='kernel BUG at|BUG: unable|BUG: kernel|Oops: |Kernel panic|no PTP|unchecked MSR|segfault at'

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
		-append "console=$console $guest_append paracall.task=$1 ${2:-}"
		-drive "if=none,id=states,format=qcow2,file=$work/states")
}

# set_program NAME MACHINE ADDRESS PART...: the same of a program, by test/make_elf.py; skips the
# test and fails if there is no QEMU for it.
set_program() {
	local name=$1

	target=$2
	shift
	if ! find_qemu "$target" >/dev/null; then
		skip "snapshots, $name" "no QEMU for $target"
		return 1
	fi
	python3 "$tree/test/make_elf.py" "$@" >"$work/program.elf"
	guest=(-display none -serial stdio -monitor none -nic none -kernel "$work/program.elf"
		-drive "if=none,id=states,format=qcow2,file=$work/states")
}

# hex TEXT: as bytes in hexadecimal digits.
hex() {
	printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# drive STEPS OPTIONS ARGUMENTS...: one process of QEMU, or a second one after QEMU's fault:
# what the first one has saved is replaced. Sets $work/log, errors, events.
drive() {
	repeat_once "snapshots, $(part)" "$work/log" drive_once "$@"
}

# The one that runs.
part() {
	printf '%s\n' "${FUNCNAME[@]}" | sed -n 's/^test_//p' | tr _ ' '
}

drive_once() {
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

# complaint: the first one. That of a guest that is requested to crash is none.
complaint() {
	grep -v 'sysrq triggered crash' "$work/log" | grep -m 1 -E "$complaints"
}

# judge NAME STATUS LOADS SAID: this many are events, N or N-M of them; and if SAID is 1 they
# were reported, at most one a second, if 0 not.
judge() {
	local name="snapshots, $1$attempt" status=$2 least=${3%-*} most=${3#*-} events lines

	events=$(grep -c '\<loaded\>' "$work/events")
	lines=$(grep -c "^$said" "$work/errors")
	ended_well "$name" "$status" "$work/log" "$work/errors" || return 0
	if [ -n "$(complaint)" ]; then
		fail "$name" "$(complaint)" "$work/log"
	elif [ "$events" -lt "$least" ] || [ "$events" -gt "$most" ]; then
		fail "$name" "$events loads are events, not $3" "$work/errors"
	elif [ "$lines" -lt "$4" ] || [ "$lines" -gt $((events * $4)) ]; then
		fail "$name" "$lines of $events loads were said" "$work/errors"
	else
		pass "$name"
	fi
}

# judge_clock NAME MS: no step back, and the clock is never ahead of the HPET by more, which
# goes on where it was saved.
judge_clock() {
	local name="snapshots, $1, clock" most

	most=$(sed -n 's/.*clock: [0-9]* steps back, -\{0,1\}\([0-9]*\) ms ahead.*/\1/p' "$work/log" |
		sort -n | tail -n 1)
	if grep -q 'clock: [1-9][0-9]* steps back' "$work/log"; then
		fail "$name" "$(grep -m 1 'clock: [1-9][0-9]* steps back' "$work/log")" "$work/log"
	elif [ -z "$most" ] || grep -q 'ms ahead, of nothing' "$work/log"; then
		fail "$name" "there is no HPET" "$work/log"
	elif [ "$most" -gt "$2" ]; then
		fail "$name" "it is $most ms ahead of the HPET, or behind" "$work/log"
	else
		pass "$name"
	fi
}

# in_all_ways NAME LOADS SAID OPTIONS ARGUMENTS...: three loads in the process that has
# saved, of a running and of a stopped machine; in a new one; from a file; of an older
# machine in a younger process. LOADS: of the three, so many can be noticed. SAID: whether
# anything is lost by it. What comes by migration comes in several passes; a vCPU that QEMU
# wakes in between finds a load, and perhaps one more after the last of them.
in_all_ways() {
	local name=$1 loads=$2 is_said=$3 options=$4
	shift 4

	make_disk "$work/states"
	drive 'wait:cycle sleep:0.4 savevm:a wait:cycle loadvm:a wait:cycle loadvm:a wait:cycle
		stop loadvm:a cont wait:cycle wait:cycle sleep:0.7 savevm:b quit' "$options" "$@"
	judge "$name, the same process" $? "$loads" "$is_said"
	drive "wait:cycle wait:cycle migrate:$work/state quit" "$options" "$@" -loadvm b
	judge "$name, another process" $? 1 "$is_said"
	drive 'wait:cycle wait:cycle sleep:1 loadvm:a wait:cycle wait:cycle quit' "$options" "$@" \
		-incoming "file:$work/state"
	judge "$name, from a file, and an older one" $? 2-3 "$is_said"
	rm -f "$work/state"
}

# for_kernel KERNEL NAME LOADS SAID OPTIONS ARGUMENTS...
for_kernel() {
	choose_guest "$1" "$2" || return 0
	set_guest cycles
	shift
	in_all_ways "$@"
}

q35=(-machine q35 -smp 4 -m 256M)

# count_of NAME: a counter of x86's in the summary, which is JSON.
count_of() {
	sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$work/summary" | head -n 1
}

# judge_counts NAME: this process has no other guest than one that was loaded, and serves it.
# Bursts of steal time are reported to vCPUs with a page for that alone.
judge_counts() {
	local name="snapshots, $1, is served" counter count
	local -a counters=(clock_pauses steal_updates interrupts_sent)

	# With one processor a vCPU that spins gives it to the one that has the lock, and need not halt.
	[ "$(nproc)" -eq 1 ] || counters+=(kicks_woke)
	for counter in "${counters[@]}"; do
		count=$(count_of "$counter")
		[ "${count:-0}" -gt 0 ] && continue
		fail "$name" "$counter is ${count:-not there}" "$work/summary"
		return
	done
	pass "$name"
}

# What the guest has registered with KVM goes on with it.
test_threads() {
	local served='--format=json --inject=steal:burst=1ms:every=20ms'
	local cycles='wait:cycle wait:cycle wait:cycle wait:cycle wait:cycle wait:cycle'

	choose_guest trixie "a thread each" || return 0
	make_disk "$work/states"
	set_guest snapshots
	drive 'wait:cycle sleep:0.4 savevm:a wait:cycle sleep:2 loadvm:a wait:cycle sleep:2 loadvm:a
		wait:cycle stop loadvm:a cont wait:cycle wait:cycle sleep:0.7 savevm:b quit' "" "${q35[@]}"
	judge "a thread each, the same process" $? 3 0
	judge_clock "a thread each, the same process" 1000
	# In one or two cycles there may be no kick.
	drive "$cycles migrate:$work/state quit" "$served" "${q35[@]}" -loadvm b
	judge "a thread each, another process" $? 1 0
	judge_clock "a thread each, another process" 1000
	judge_counts "a thread each, another process"
	drive "wait:cycle sleep:1 loadvm:a $cycles quit" "$served" "${q35[@]}" \
		-incoming "file:$work/state"
	judge "a thread each, from a file, and an older one" $? 2-3 0
	judge_counts "a thread each, from a file, and an older one"
	rm -f "$work/state"
}

# Without a record it is lost: nobody looks after the pages, and the clock leaps with QEMU's
# counter. So the tests above see whether it is carried.
test_off() {
	choose_guest trixie "off" || return 0
	make_disk "$work/states"
	set_guest cycles
	drive 'wait:cycle savevm:b quit' "--snapshots=off" "${q35[@]}"
	judge "off, saved" $? 0 0
	drive 'wait:cycle wait:cycle quit' "--snapshots=off --format=json" "${q35[@]}" -loadvm b
	judge "off, another process" $? 1 1
	if [ "$(count_of clock_pauses)$(count_of steal_updates)" = 00 ]; then
		pass "snapshots, off, nothing is served"
	else
		fail "snapshots, off, nothing is served" "pages are written to" "$work/summary"
	fi
	# A state that was saved without the device leaves its page as it was.
	drive 'wait:cycle loadvm:b wait:cycle wait:cycle quit' "" "${q35[@]}"
	judge "off, into a machine with a record" $? 1 1
	drive 'wait:cycle wait:cycle quit' "" "${q35[@]}" -loadvm b
	judge "off, another process that is on" $? 1 1
	make_disk "$work/states"
	set_guest snapshots
	drive 'wait:cycle savevm:a wait:cycle sleep:4 loadvm:a until:ahead until:ahead until:ahead
		quit' "--snapshots=off" "${q35[@]}"
	if grep -q 'clock: 0 steps back, [0-9]\{4,\} ms ahead' "$work/log"; then
		pass "snapshots, off, the clock leaps"
	else
		fail "snapshots, off, the clock leaps" "it does not" "$work/log"
	fi
}

# alter HOW: the record in the state that was saved into a file; prints how often it was found.
alter() {
	python3 - "$1" "$work/saved" "$work/state" <<-EOT
		import re
		import sys
		how, source, target = sys.argv[1:]
		data = bytearray(open(source, "rb").read())

		def checksum(part):
		    total = 0xcbf29ce484222325 ^ len(part)
		    for at in range(0, len(part), 8):
		        word = int.from_bytes(part[at : at + 8], "little")
		        total = (total ^ word) * 0x100000001b3 % (1 << 64)
		        total ^= total >> 32
		    return total.to_bytes(8, "little")

		heads = [match.start() for match in re.finditer(rb"PARACALL.\0\0\0", data, re.DOTALL)]
		for at in heads:
		    body, size = at + 0x40, int.from_bytes(data[at + 12 : at + 16], "little")
		    if how == "damaged":
		        data[body + size // 2] ^= 4
		    elif how == "newer":
		        data[at + 8] += 1
		    elif how == "none":
		        data[at : at + 8] = bytes(8)
		    elif how == "large":
		        data[at + 12 : at + 16] = b"\xff\xff\xff\xff"
		    elif how == "forged":
		        # Behind the ids of four vCPUs and the library's header.
		        for i in range(body + 25, body + size):
		            data[i] = 0xff
		        data[at + 16 : at + 24] = checksum(data[body : body + size])
		    data[at + 40 : at + 48] = checksum(data[at : at + 40])
		open(target, "wb").write(data)
		print(len(heads))
	EOT
}

# A record that the guest, or anybody, has spoiled: it is refused, and the guest goes on.
test_spoiled() {
	local how said_of found

	choose_guest trixie "spoiled" || return 0
	make_disk "$work/states"
	set_guest cycles
	drive "wait:cycle migrate:$work/saved quit" "" "${q35[@]}"
	judge "spoiled, saved" $? 0 0
	while IFS='|' read -r how said_of; do
		found=$(alter "$how")
		[ "$found" -gt 0 ] || fail "snapshots, $how" "no record in the file"
		drive 'wait:cycle wait:cycle quit' "" "${q35[@]}" -incoming "file:$work/state"
		judge "$how" $? 1-2 1
		check_said "$how" "$said_of"
	done <<-EOT
		damaged|its record is damaged
		newer|its record is from another version
		none|it has no record of Paracall's state
		large|its record did not fit into its page
		forged|its record is damaged
	EOT
	cp "$work/saved" "$work/state"
	drive 'wait:cycle quit' "" -machine q35 -smp 4,maxcpus=6 -m 256M -incoming "file:$work/state"
	check_said "other vCPUs" "it has a different number of vCPUs"
	drive 'wait:cycle wait:cycle quit' "--features=-steal-time" "${q35[@]}" \
		-incoming "file:$work/state"
	check_said "fewer features" "it needs a feature"
	drive 'wait:cycle wait:cycle quit' "" "${q35[@]}" -incoming "file:$work/state"
	judge "not spoiled" $? 1-2 0
	rm -f "$work/state" "$work/saved"
}

# check_said NAME WORDS
check_said() {
	if grep -qF "$said$2" "$work/errors"; then
		pass "snapshots, $1, is said"
	else
		fail "snapshots, $1, is said" "'$2' is not" "$work/errors"
	fi
}

# Through files, while vCPUs wait for locks.
test_migration() {
	local round from=()

	choose_guest trixie "migration" || return 0
	make_disk "$work/states"
	set_guest snapshots
	for round in $(seq 0 20); do
		drive "wait:cycle wait:cycle migrate:$work/state.new quit" "" "${q35[@]}" "${from[@]}"
		judge "migration, $round" $? "$((round > 0))-$((2 * (round > 0)))" 0
		judge_clock "migration, $round" 1000
		mv "$work/state.new" "$work/state"
		from=(-incoming "file:$work/state")
	done
	rm -f "$work/state"
}

# run_round ROUND STEPS: with files of its own. Round 0 boots.
run_round() {
	local from=()

	[ "$1" -eq 0 ] || from=(-incoming "unix:$work/to$1")
	local work=$work/$1
	mkdir -p "$work"
	drive_once "$2" "" "${q35[@]}" "${from[@]}"
	echo $? >"$work/status"
}

# judge_round ROUND: once it has ended. Fails if it met QEMU's fault for the first time: then
# those after it have the same guest, and all is done again.
judge_round() {
	local work=$work/$1

	if [ -z "$attempt" ] && hit_lost_breakpoint "snapshots, live migration, $1" "$work/log"; then
		return 1
	fi
	judge "live migration, $1" "$(cat "$work/status")" "$(($1 > 0))-$((2 * ($1 > 0)))" 0
	judge_clock "live migration, $1" 1000
}

# migrate_rounds LAST: fails if they are to be done again.
migrate_rounds() {
	local last=$1 round steps before=

	for round in $(seq 0 "$last"); do
		steps="wait:cycle wait:cycle send:$work/to$((round + 1)) quit"
		[ "$round" -lt "$last" ] || steps='wait:cycle wait:cycle quit'
		run_round "$round" "$steps" &
		if [ -n "$before" ]; then
			wait "$before"
			judge_round $((round - 1)) || {
				wait
				return 1
			}
		fi
		before=$!
	done
	wait "$before"
	judge_round "$last"
}

# migrate_live TIMES: from one process to the next one, while vCPUs wait for locks.
migrate_live() {
	choose_guest trixie "live migration" || return 0
	set_guest snapshots
	# Nothing is saved on a disk.
	guest=("${guest[@]:0:${#guest[@]}-2}")
	attempt=
	migrate_rounds "$1" && return
	attempt=' (second attempt)'
	# Nobody listens there any more.
	rm -f "$work"/to*
	migrate_rounds "$1"
}

test_live_once() {
	migrate_live 1
}

# There and back, twenty times.
test_live() {
	migrate_live 40
}

# What a page fault waits for is there in any other state, and all that wait are woken.
test_async_pf() {
	local pages='--inject=async-pf:every=20ms:delay=15ms --format=json' load steps='wait:cycle'

	choose_guest trixie "pages that come late" || return 0
	make_disk "$work/states"
	set_guest cycles
	for load in 1 2 3 4 5; do
		steps+=" sleep:0.$load savevm:s$load"
	done
	for load in 1 2 3 4 5; do
		steps+=" loadvm:s$load wait:cycle stop loadvm:s$load cont wait:cycle"
	done
	drive "$steps quit" "$pages" "${q35[@]}"
	judge "pages that come late, the same process" $? 10 0
	for load in 1 2 3; do
		drive 'wait:cycle wait:cycle quit' "$pages" "${q35[@]}" -loadvm "s$load"
		judge "pages that come late, another process, $load" $? 1 0
		if [ "$(count_of async_pf_begun)" -gt 0 ] && [ "$(count_of async_pf_ended)" -gt 0 ]; then
			pass "snapshots, pages that come late, they still do, $load"
		else
			fail "snapshots, pages that come late, they still do, $load" "none does" "$work/summary"
		fi
	done
	# There they are no longer late.
	for load in 4 5; do
		drive 'wait:cycle wait:cycle quit' "" "${q35[@]}" -loadvm "s$load"
		judge "pages that come late, and then in time, $load" $? 1 0
	done
}

# A state is seldom saved between what sends a vCPU there and the exception. With a delay in
# exception_raise_at() many are, and each has to go on.
test_raised() {
	local pages='--inject=async-pf:every=1ms:delay=1ms' load steps='wait:cycle' loads=''

	choose_guest trixie "pages that come late, all the time" || return 0
	make_disk "$work/states"
	set_guest cycles
	for load in 11 12 13 14 15 16 17 18 19 20 21 22; do
		steps+=" sleep:0.0$load savevm:s$load"
		loads+=" loadvm:s$load wait:cycle"
	done
	drive "$steps $loads quit" "$pages" "${q35[@]}"
	judge "pages that come late all the time" $? 12 0
	for load in 11 12 13 14 15 16; do
		drive 'wait:cycle quit' "" "${q35[@]}" -loadvm "s$load"
		judge "pages that came late all the time, $load" $? 1 0
	done
}

# has_proved WHEN VCPUS: it kicked every vCPU, and sent interrupts. VCPUS can be several words.
has_proved() {
	local vcpus

	for vcpus in $2; do
		! grep -qE "paracall-guest: $1: $vcpus vCPUs, kicks ([1-9][0-9]* ){$vcpus}sends [1-9]" \
			"$work/log" || return 0
	done
	return 1
}

# judge_proved NAME STATUS WHEN VCPUS: by the guest's own count.
judge_proved() {
	local name="snapshots, $1"

	ended_well "$name" "$2" "$work/log" "$work/errors" || return 0
	if [ -n "$(complaint)" ]; then
		fail "$name" "$(complaint)" "$work/log"
	elif has_proved "$3" "$4"; then
		pass "$name"
	else
		fail "$name" "'$3' was not proved" "$work/log"
	fi
}

# judge_served NAME OPTIONS: the guest's clocks and steal time went on, without its registering
# them again: that tells the record from the pages that it registers itself later on. With
# --snapshots=off they must not: then this would not show it.
judge_served() {
	local name="snapshots, $1" pauses

	pauses=$(count_of clock_pauses)
	case $2:${pauses:-none} in
	*:none) fail "$name, is served" "nothing was counted" "$work/summary" ;;
	--snapshots=off:0) pass "$name, is not served" ;;
	--snapshots=off:*) fail "$name, is not served" "its clocks were" "$work/summary" ;;
	*:0) fail "$name, is served" "its clocks were not" "$work/summary" ;;
	*) pass "$name, is served" ;;
	esac
}

# after_load NAME TASK WORD FIRST STEPS WHEN VCPUS OPTIONS ARGUMENTS...: what the guest does, and
# the host with it, after it was saved at WORD and loaded into another process. FIRST is what the
# host does whatever the guest does, STEPS what it does then. OPTIONS are none, or
# --snapshots=off: then only FIRST is done. A guest whose clock nobody serves any more need not go
# on, since that of a vCPU which registers its page again is another one. But what counts in
# judge_served is counted at the load only.
after_load() {
	local name=$1${8:+, off} word=$3 first=$4 steps=$5 proved_when=$6 vcpus=$7 options=$8 status
	set_guest "$2"
	shift 8

	case $word in kexec | crash) add_next ;; esac
	make_disk "$work/states"
	drive "wait:$word savevm:a quit" "$options" "$@"
	judge "$name, saved" $? 0 0
	[ -z "$options" ] || steps="loaded:1 sleep:2 quit"
	drive "$first $steps" "$options --format=json" "$@" -loadvm a
	status=$?
	if [ -n "$options" ]; then
		judge "$name" $status 1 1
		check_said "$name" "Paracall's state was not saved with it"
	else
		judge_proved "$name" $status "$proved_when" "$vcpus"
	fi
	judge_served "$name" "$options"
	if [ "$(grep -c '\<loaded\>' "$work/events")" -eq 1 ]; then
		pass "snapshots, $name, the load"
	else
		fail "snapshots, $name, the load" "it is not an event" "$work/events"
	fi
}

# add_next: the kernel that the guest starts by itself, in a second archive.
add_next() {
	local root=$work/root i

	mkdir -p "$root/next"
	cp "$(guest_folder "$kernel")/vmlinuz" "$root/next/vmlinuz"
	cp "$image" "$root/next/guest.img"
	pack_initramfs "$root" | cat "$image" - >"$work/next.img"
	rm -rf "$root"
	for i in "${!guest[@]}"; do
		[ "${guest[i]}" != "$image" ] || guest[i]=$work/next.img
	done
}

plugs='wait:plug plug wait:unplug unplug wait:unplug unplug'

plug_after_load() {
	after_load "vCPUs plugged after a load" plug:2 plug plug "$plugs wait:plug plug $plugs" \
		"round 2" 4 "$1" -machine q35 -smp 2,maxcpus=6 -m 256M
}

reset_after_load() {
	after_load "a reset after a load" reset reset "sleep:1 system_reset" "" "after the reset" 4 \
		"$1" "${q35[@]}"
}

kexec_after_load() {
	after_load "kexec after a load" kexec kexec "" "" "after kexec" 4 "$1" -machine q35 -smp 4 -m 512M
}

reboot_after_load() {
	after_load "a reboot after a load" reboots:1 reboots "" "" "after 1 reboots" 4 "$1" \
		"${q35[@]}"
}

# The vCPU that booted first may not be used after it.
crash_after_load() {
	after_load "a crash after a load" "crash crashkernel=192M" crash "" "" "after crash" "4 5" \
		"$1" -machine q35 -smp 5 -m 768M
}

test_hot_plug() {
	choose_guest trixie "hot-plug" || return 0
	plug_after_load ""
}

test_reset() {
	choose_guest trixie "a reset after a load" || return 0
	reset_after_load ""
}

test_kexec() {
	choose_guest trixie "kexec after a load" || return 0
	kexec_after_load ""
}

test_reboot() {
	choose_guest trixie "a reboot after a load" || return 0
	reboot_after_load ""
}

test_crash() {
	choose_guest trixie "a crash after a load" || return 0
	crash_after_load ""
}

# What the tests above say of the record they do not say without one.
test_after_load_off() {
	local action

	choose_guest trixie "after a load, off" || return 0
	for action in plug reset kexec reboot crash; do
		"${action}_after_load" --snapshots=off
	done
}

# One that is plugged in while the machine stands still, right after a load, hides nothing of it.
test_plugged_while_stopped() {
	local name="a vCPU plugged after a load" machine=(-machine "q35" -smp "2,maxcpus=4" -m 256M)
	local steps='wait:cycle sleep:0.4 savevm:a wait:cycle sleep:1 stop loadvm:a plug cont wait:cycle
		stop loadvm:a plug cont wait:cycle wait:cycle quit'

	choose_guest trixie "$name" || return 0
	set_guest cycles
	make_disk "$work/states"
	drive "$steps" "" "${machine[@]}"
	judge "$name" $? 2 0
	drive "$steps" "--snapshots=off" "${machine[@]}"
	judge "$name, off" $? 2 1
	drive "$steps" "--features=pv-unhalt --snapshots=off" "${machine[@]}"
	judge "$name, no clock page, off" $? 2 1
	drive "$steps" "" "${machine[@]}" -accel tcg,thread=single
	judge "$name, thread=single" $? 2 0
}

# set_firmware NAME PROGRAM: a machine whose only program is snapshots/PROGRAM.S; skips the
# test and fails if that is not possible here.
set_firmware() {
	target=x86_64
	if ! find_qemu $target >/dev/null || ! as --32 -o /dev/null /dev/null 2>/dev/null; then
		skip "snapshots, $1" "no QEMU, or no assembler, for x86"
		return 1
	fi
	as --32 -I "$tree/test/firmware" "${@:3}" -o "$work/$2.o" "$tree/test/snapshots/$2.S" &&
		ld -m elf_i386 -Ttext=0 -e 0 --oformat=binary -o "$work/$2" "$work/$2.o"
	guest=(-display none -serial stdio -monitor none -nic none -bios "$work/$2"
		-drive "if=none,id=states,format=qcow2,file=$work/states")
}

# A kick that is lost is one that the program waits for.
test_kicks() {
	local load steps=wait:cycle

	set_firmware "kicks" kicks || return 0
	in_all_ways "kicks" 3 0 "" -machine q35 -smp 8 -m 64M
	in_all_ways "kicks, thread=single" 3 0 "" -machine q35 -smp 8 -m 64M -accel tcg,thread=single
	in_all_ways "kicks, -icount" 3 0 "" -machine q35 -smp 4 -m 64M -icount shift=auto
	make_disk "$work/states"
	for load in $(seq 10); do
		steps+=" sleep:0.$load savevm:s$load"
	done
	for load in $(seq 10); do
		steps+=" loadvm:s$load wait:cycle stop loadvm:s$load cont wait:cycle"
	done
	drive "$steps quit" "" -machine q35 -smp 8 -m 64M
	judge "kicks, many loads" $? 20 0
}

# in_each_mode FUNCTION ARGUMENTS...: calls it in each of the engine's modes, with the mode's
# name and QEMU's arguments behind its own.
in_each_mode() {
	"$@" thread=multi
	"$@" thread=single -accel tcg,thread=single
	"$@" -icount -icount shift=auto
}

load_quiet() {
	local name=$1 machine=(-machine "q35" -m 64M "${@:2}")

	make_disk "$work/states"
	drive 'wait:cycle savevm:a loadvm:a loadvm:a wait:cycle loadvm:a wait:cycle quit' "" \
		"${machine[@]}"
	judge "quiet, $name, the same process" $? 2-3 0
	drive 'wait:cycle loadvm:a wait:cycle loadvm:a loadvm:a wait:cycle savevm:b loadvm:a
		loadvm:b wait:cycle quit' "" "${machine[@]}" -loadvm a
	judge "quiet, $name, another process" $? 4-6 0
}

# A state that is loaded again and again, or right after it was saved, before its guest has
# done anything by which a new record is made. One that is followed by the next one before the
# guest ran need not be noticed.
test_quiet() {
	set_firmware "quiet" quiet || return 0
	in_each_mode load_quiet
}

load_inside() {
	local name=$1 machine=(-machine "q35" -m 64M "${@:2}")

	make_disk "$work/states"
	drive 'wait:cycle savevm:a wait:cycle loadvm:a wait:cycle loadvm:a wait:cycle quit' "" \
		"${machine[@]}"
	judge "inside, $name, the same process" $? 2 0
	drive 'wait:cycle loadvm:a wait:cycle quit' "" "${machine[@]}" -loadvm a
	judge "inside, $name, another process" $? 2 0
}

# The guest runs in the page of its clock, which is written to at a load.
test_inside() {
	set_firmware "inside" inside || return 0
	in_each_mode load_inside
}

load_sleeper() {
	local name="sleeper, $2, replaced=$1"

	shift 2
	make_disk "$work/states"
	drive 'wait:halted savevm:a wait:kicked stop loadvm:a cont wait:kicked wait:halted quit' "" \
		-machine q35 -m 64M -smp 2 "$@"
	judge "$name" $? 1 0
}

# In the state that is loaded a vCPU halts that ran, and the first thing in it is a kick.
test_sleeper() {
	local replaced

	for replaced in 0 1; do
		set_firmware "sleeper" sleeper --defsym REPLACED=$replaced || return 0
		in_each_mode load_sleeper $replaced
	done
}

load_self() {
	local name="self, $2, target $1"

	shift 2
	make_disk "$work/states"
	drive 'wait:cycle savevm:a wait:cycle loadvm:a wait:cycle stop loadvm:a cont wait:cycle
		wait:cycle quit' "" -machine q35 -m 64M -smp 2 "$@"
	judge "$name" $? 2 0
}

# The first call in the state that is loaded is a kick to the caller itself, alone or among all.
test_self() {
	local kicked

	for kicked in 0 0xff; do
		set_firmware "self" self --defsym TARGET=$kicked || return 0
		in_each_mode load_self $kicked
	done
}

load_started() {
	local name=$1

	shift
	make_disk "$work/states"
	drive 'wait:cycle savevm:a wait:cycle stop loadvm:a cont wait:cycle wait:cycle stop
		loadvm:a cont wait:cycle wait:cycle quit' "" -machine q35 -m 64M -smp 2 "$@"
	judge "started, $name" $? 2 0
}

# A state that nothing shows but its record, when a vCPU is started in it.
test_started() {
	set_firmware "started" quiet || return 0
	in_each_mode load_started
}

# As many as there can be.
test_kicks_255() {
	set_firmware "kicks, 255 vCPUs" kicks || return 0
	in_all_ways "kicks, 255 vCPUs" 3 0 "" -machine q35 -smp 255 -m 64M
}

# As many as fit on a host with few processors.
test_vcpus() {
	choose_guest trixie "64 vCPUs" || return 0
	set_guest cycles
	in_all_ways "64 vCPUs" 3 0 "" -machine q35 -smp 64 -m 1G
}

test_single() {
	for_kernel trixie "thread=single" 3 0 "" "${q35[@]}" -accel tcg,thread=single
}

test_icount() {
	for_kernel trixie "-icount" 3 0 "" -machine q35 -smp 2 -m 256M -icount shift=auto
}

# Without a record a load into a stopped machine is not noticed there, nor one of a state since
# which the guest made no call and did not halt: then all that is known of it is true.
test_single_off() {
	for_kernel trixie "thread=single, off" 1-2 1 "--snapshots=off" "${q35[@]}" \
		-accel tcg,thread=single
}

test_icount_off() {
	for_kernel trixie "-icount, off" 1-2 1 "--snapshots=off" -machine q35 -smp 2 -m 256M \
		-icount shift=auto
}

test_microvm() {
	for_kernel trixie "microvm" 3 0 "--replace=keep" \
		-machine microvm,acpi=on,rtc=on,isa-serial=on -smp 4 -m 256M
}

# Nothing in memory that Paracall writes to: the record shows it, or without it registers.
test_no_clock() {
	for_kernel trixie "no clock page" 3 0 "--features=pv-unhalt" "${q35[@]}"
	for_kernel trixie "no clock page, off" 3 1 "--features=pv-unhalt --snapshots=off" "${q35[@]}"
}

test_s390x() {
	for_kernel s390x "s390x" 3 1 "" -machine s390-ccw-virtio -smp 2 -m 512M
}

test_powerpc() {
	for_kernel ppc64le "PowerPC" 3 0 "" -machine pseries -smp 2 -m 512M
}

# A program without end: it makes a token for its page faults, writes what that returns, 0 or 8 if
# there is one, and waits for 0.1 s.
set_s390x_program() {
	local -a instructions=(
		010e c0d000000033 c0c000000ffc # sam64; larl %r13, data; larl %r12, block
		d21bc000d030 5820d000          # mvc 0(28,%r12), mask; l %r2, 0(%r13)
		b220002c a724fffe              # 1: servc %r2, %r12; jh 1b
		d22cc000d04c                   # cycle: mvc 0(45,%r12), text
		4120d008 83230258              # la %r2, token; diag %r2, %r3, 0x258
		a73a0030 4230c02b              # ahi %r3, 0x30; stc %r3, 43(%r12)
		5820d004                       # l %r2, 4(%r13)
		b220002c a724fffe              # 2: servc %r2, %r12; jh 2b
		b27cc040 e340c0400004          # stckf 64(%r12); lg %r4, 64(%r12)
		c248186a0000                   # agfi %r4, 409600000
		b27cc040 e340c0400021 a724fffb # 3: stckf 64(%r12); clg %r4, 64(%r12); jh 3b
		a7f4ffe0 07070707              # j cycle
	)
	local -a data=(
		00780005 00760005                           # the commands: event mask, event data
		02580000 00050002                           # the token's block
		0000000000001000 0000000000000000 0000000000000000 8000000000000000
		001c000000000000 00000004 00000000 00000040 # the event mask
		0000000000000000
		002d000000000000 0025 1a00 0000             # event data: text
	)

	set_program "$1" s390x 0x100000 "${instructions[@]}" "${data[@]}" \
		"$(hex 'paracall-guest: ready: cycle 0\n')"
}

ccw=(-machine s390-ccw-virtio -smp 2 -m 128M)

# judge_token NAME: each of the two loads was noticed, and the token can be made again.
judge_token() {
	local name="snapshots, $1, token" made

	made=$(grep -c 'ready: cycle 0' "$work/log")
	if [ "$made" -eq 2 ]; then
		pass "$name"
	else
		fail "$name" "it was made $made times after 2 loads" "$work/log"
	fi
}

# A load into the stopped machine is not noticed.
test_s390x_single() {
	set_s390x_program "s390x, thread=single" || return 0
	in_all_ways "s390x, thread=single" 2 1 "" "${ccw[@]}" -accel tcg,thread=single
	judge_token "s390x, thread=single"
}

test_s390x_icount() {
	set_s390x_program "s390x, -icount" || return 0
	in_all_ways "s390x, -icount" 2 1 "" "${ccw[@]}" -icount shift=auto
	judge_token "s390x, -icount"
}

# A program for pseries without end: it enters itself as a kernel, with a device tree, writes
# a line if the tree then has more in it, makes a call, writes another line, waits for 0.1 s.
set_powerpc_program() {
	local -a instructions=(
		48000005 7fe802a6 3bff00bc # bl 1f; 1: mflr r31; addi r31, r31, data - 1b
		7d0000a6 7d1b03a6          # mfmsr r8; mtsrr1 r8, as if there had been an interrupt
		38a00000 39000020 7d0903a6 # cycle: li r5, 0; li r8, 32; mtctr r8
		393f0028 387f4000 3943fff8 # la r9, tree - 8; la r3, copy; addi r10, r3, -8
		e9090009 f90a0009 4200fff8 # 2: ldu r8, 8(r9); stdu r8, 8(r10); bdnz 2b
		08000048 4800002c a600607d # what a kernel begins with: b 3f
		60000000 60000000          # nop; nop
		38600058 3c807100          # print: li r3, 0x58; lis r4, 0x7100
		e8c90000 e8e90008 44000022 # ld r6, (r9); ld r7, 8(r9); sc 1
		4e800020 60000000          # blr; nop
		81030024 2c080010          # 3: lwz r8, 36(r3), the structure's size; cmpwi r8, 16
		38a0000f 393f0000          # li r5, 15; la r9, first line
		41820008 4bffffd1          # beq 4f; bl print
		3d60002a 616b0003 6eb50000 # 4: lis r11, 42; ori r11, r11, 3; the call
		38a00010 393f0010 4bffffb9 # li r5, 16; la r9, second line; bl print
		38a0000d 393f0020 4bffffad # li r5, 13; la r9, its rest; bl print
		3d00030d 7d2c42a6 7d084a14 # lis r8, 0x30d; mftb r9; add r8, r8, r9
		7d2c42a6 7c294040 4180fff8 # 5: mftb r9; cmpld r9, r8; blt 5b
		4bffff58                   # b cycle
	)
	local -a device_tree=(
		d00dfeed 00000100 00000038 00000048 00000028 # header: 256 bytes, most of them free
		00000011 00000010 00000000 00000000 00000010
		00000000 00000000 00000000 00000000          # no memory is reserved
		00000001 00000000 00000002 00000009          # a root without properties
	)

	set_program "$1" ppc64 0 "${instructions[@]}" "$(hex '# KVM is there\n\0')" \
		"$(hex 'paracall-guest: ready: cycle\n\0\0\0')" "${device_tree[@]}"
}

vof=(-machine "pseries,x-vof=on" -smp 2 -m 256M)

# judge_tree NAME: KVM was added in each cycle but those that the loads began in, at most two.
judge_tree() {
	local name="snapshots, $1, device tree" cycles found

	cycles=$(grep -c 'ready: cycle' "$work/log")
	found=$(grep -c 'KVM is there' "$work/log")
	if [ "$found" -gt 0 ] && [ $((cycles - found)) -le 2 ]; then
		pass "$name"
	else
		fail "$name" "KVM is in $found of $cycles" "$work/errors"
	fi
}

# A kernel that begins after the load finds KVM, in another process, too.
test_powerpc_device_tree() {
	local name="PowerPC, a kernel begins"

	set_powerpc_program "$name" || return 0
	make_disk "$work/states"
	drive 'wait:cycle savevm:a quit' "" "${vof[@]}"
	judge "$name, saved" $? 0 0
	drive 'wait:cycle wait:cycle wait:cycle wait:cycle quit' "" "${vof[@]}" -loadvm a
	judge "$name, loaded" $? 1 0
	judge_tree "$name"
}

# A load into the stopped machine is not noticed.
test_powerpc_single() {
	set_powerpc_program "PowerPC, thread=single" || return 0
	in_all_ways "PowerPC, thread=single" 2 0 "" "${vof[@]}" -accel tcg,thread=single
	judge_tree "PowerPC, thread=single"
}

test_powerpc_icount() {
	set_powerpc_program "PowerPC, -icount" || return 0
	in_all_ways "PowerPC, -icount" 2 0 "" "${vof[@]}" -icount shift=auto
	judge_tree "PowerPC, -icount"
}

# A kernel that has patched itself reads a page that no longer exists: that is reported before
# it does.
test_magic_page() {
	choose_guest ppc64le "PowerPC's magic page" || return 0
	make_disk "$work/states"
	set_guest cycles
	drive 'wait:cycle savevm:a quit' "--features=+magic-page" -machine pseries,x-vof=on -smp 2 \
		-m 512M
	judge "magic page, saved" $? 0 0
	drive 'loaded:1 quit' "--features=+magic-page" -machine pseries,x-vof=on -smp 2 -m 512M \
		-loadvm a
	check_said "magic page" "its guest's magic page is not saved with it"
}

# Beside the records of stolen time are a mark and the library's state.
test_arm64() {
	for_kernel arm64 "arm64" 3 0 "" -machine virt -cpu max -smp 2 -m 512M
}

# Nothing is kept there, and nothing is lost: the guest is served in another process, too.
test_arm64_single() {
	local machine=(-machine virt -cpu max -smp 2 -m 512M -accel "tcg,thread=single")

	choose_guest arm64 "arm64, thread=single" || return 0
	make_disk "$work/states"
	set_guest snapshots
	drive 'wait:cycle savevm:a quit' "" "${machine[@]}"
	judge "arm64, thread=single, saved" $? 0 0
	drive 'wait:cycle wait:cycle quit' "" "${machine[@]}" -loadvm a
	judge "arm64, thread=single" $? 1 0
	if grep -q 'VENDOR_HYP_KVM_PTP$' "$work/summary"; then
		pass "snapshots, arm64, thread=single, calls are answered"
	else
		fail "snapshots, arm64, thread=single, calls are answered" "none is" "$work/summary"
	fi
}

# A load into the stopped machine is not noticed, and nothing is lost by that.
test_arm64_icount() {
	for_kernel arm64 "arm64, -icount" 2 0 "" -machine virt -cpu max -smp 2 -m 512M \
		-icount shift=auto
}

# The saved state needs a feature that is missing: it is refused, once.
test_arm64_refused() {
	local machine=(-machine virt -cpu max -smp 2 -m 512M)

	choose_guest arm64 "arm64, fewer features" || return 0
	make_disk "$work/states"
	set_guest cycles
	drive 'wait:cycle savevm:a quit' "" "${machine[@]}"
	judge "arm64, fewer features, saved" $? 0 0
	drive 'wait:cycle wait:cycle quit' "--features=-trng" "${machine[@]}" -loadvm a
	judge "arm64, fewer features" $? 1 1
}

# Of the first vCPU, as the guest showed it last, in hundredths of a second.
stolen_so_far() {
	sed -n 's/.*steal [0-9]*: cpu0 \([0-9]*\) cpu1.*/\1/p' "$work/log" | tail -n 1 | grep . || echo 0
}

# In another process stolen time continues, in the memory that the guest knows, which is found
# wherever memory ends.
test_arm64_stolen_time() {
	local name="arm64, stolen time" before stolen
	local -a machine=(-machine virt -cpu max -smp 2 -m 524296K)

	choose_guest arm64 "$name" || return 0
	make_disk "$work/states"
	set_guest steal:60
	drive 'wait:steal until:cpu1 until:cpu1 until:cpu1 savevm:a quit' "" "${machine[@]}"
	judge "$name, saved" $? 0 0
	before=$(stolen_so_far)
	drive 'until:cpu1 until:cpu1 until:cpu1 until:cpu1 until:cpu1 until:cpu1 until:cpu1 quit' \
		"--inject=steal:burst=20s:every=1s" "${machine[@]}" -loadvm a
	judge "$name, loaded" $? 1 0
	stolen=$(($(stolen_so_far) - before))
	if [ "$stolen" -ge 1500 ]; then
		pass "snapshots, $name, goes on"
	else
		fail "snapshots, $name, goes on" "$stolen hundredths of a second" "$work/log"
	fi
}

# A kernel that has no steal time has nothing to lose.
test_riscv() {
	for_kernel riscv64 "RISC-V" 3 0 "" -machine virt -smp 2 -m 512M
}

# words WORD...: of 32 bits, as RISC-V's and LoongArch's instructions are in memory.
words() {
	printf '%s\n' "$@" | sed -E 's/(..)(..)(..)(..)/\4\3\2\1/'
}

# reset_ten_times NAME ARGUMENTS...: QEMU loads the program into memory again at each reset, so
# the record in it is another one then; but that is no other state.
reset_ten_times() {
	local name=$1 steps=wait:cycle i

	shift
	make_disk "$work/states"
	for i in $(seq 10); do
		steps+=" system_reset wait:cycle sleep:0.0$i"
	done
	drive "$steps quit" "--format=json" "$@"
	judge "$name, resets" $? 0 0
	if grep -q '"resets": 10\>' "$work/summary"; then
		pass "snapshots, $name, resets are counted"
	else
		fail "snapshots, $name, resets are counted" "not ten" "$work/summary"
	fi
}

# set_riscv_program NAME [idle]: a program without end, which gives its record of steal time,
# writes a line, and waits for 0.1 s: it looks at the clock, or sleeps, always with the same
# registers.
set_riscv_program() {
	local -a instructions=(
		00001517 00000593 00000613 # auipc a0, 1; li a1, 0; li a2, 0
		005358b7 4418889b 00000813 # li a7, 0x535441; li a6, 0
		00000073                   # ecall
		10000437 00000497 04448493 # lui s0, 0x10000; la s1, the line
		0004c283 00028863          # 1: lbu t0, (s1); beqz t0, 2f
		00540023 00148493 ff1ff06f # sb t0, (s0); addi s1, s1, 1; j 1b
	)

	if [ "${2:-}" = idle ]; then
		instructions+=(
			c0102573 000f43b7 00750533 # 2: rdtime a0; lui t2, 0xf4; add a0, a0, t2
			544958b7 d458889b 00000073 # li a7, 0x54494d45; ecall: the timer
			02000293 1042a073 10500073 # li t0, 1 << 5; csrs sie, t0; wfi
			fa1ff06f                   # j to the beginning
		)
	else
		instructions+=(
			c0102373 000f43b7 00730333 # 2: rdtime t1; lui t2, 0xf4; add t1, t1, t2
			c01023f3 fe63eee3          # 3: rdtime t2; bltu t2, t1, 3b
			fb1ff06f                   # j to the beginning
		)
	fi
	# shellcheck disable=SC2046 # they are words
	set_program "$1" riscv64 0x80200000 $(words "${instructions[@]}") @0x64 \
		"$(hex 'paracall-guest: ready: cycle\n\0')" @0x1040
}

# A guest that sets its record after the load is served, in another process, too.
test_riscv_steal_time() {
	local name="RISC-V, steal time" machine=(-machine virt -smp 1 -m 128M)

	set_riscv_program "$name" || return 0
	make_disk "$work/states"
	drive "wait:cycle migrate:$work/state quit" "" "${machine[@]}"
	judge "$name, saved" $? 0 0
	drive 'wait:cycle wait:cycle quit' "--format=json" "${machine[@]}" \
		-incoming "file:$work/state"
	judge "$name, loaded" $? 1 0
	if grep -q '"SBI_STA_STEAL_TIME_SET_SHMEM".*"calls": [1-9].*"errors": 0,' "$work/summary"; then
		pass "snapshots, $name, can be set"
	else
		fail "snapshots, $name, can be set" "it is refused" "$work/summary"
	fi
	rm -f "$work/state"
}

# Only the record shows a load: the registers are the same in all states. The second hart
# waits in the firmware, and is the last to sleep now and then.
test_riscv_idle() {
	set_riscv_program "RISC-V, idle" idle || return 0
	reset_ten_times "RISC-V, idle" -machine virt -smp 2 -m 128M
	in_all_ways "RISC-V, idle" 3 0 "" -machine virt -smp 2 -m 128M
}

# There is no steal time then, so nothing is lost. A load into the stopped machine is not
# noticed.
test_riscv_single() {
	set_riscv_program "RISC-V, thread=single" || return 0
	in_all_ways "RISC-V, thread=single" 2 0 "" -machine virt -smp 2 -m 128M \
		-accel tcg,thread=single
}

test_riscv_icount() {
	set_riscv_program "RISC-V, -icount" || return 0
	in_all_ways "RISC-V, -icount" 2 0 "" -machine virt -smp 2 -m 128M -icount shift=auto
}

# The same for LoongArch, with the record in the program itself. Other vCPUs stay where a
# reset has left them.
loongarch_program() {
	local -a instructions=(
		0324000d 038045ae 0406042e # windows of the address space: memory
		0320000f 038005ee 0406002e # and devices
		0380640e 0406082e          # the lower half, too
		0382c00e 0400002e          # are in use
		1800006c 0015358c 4c000180 # go on in the upper half of addresses
		03800804 03801005          # ori $a0, $zero, 2; ori $a1, $zero, 4
		14004006 038404c6 002b8100 # li.w $a2, 0x200101; hvcl 0x100
		143fc017 038782f7 00153ef7 # $s0: the serial port
		1401313b 039a037b          # $s4: 0.1 s
		18000178                   # la $s1, the line
		2a00030c 40001180 290002ec # 1: ld.bu $t0, $s1, 0; beqz $t0, 3f; st.b $t0, $s0, 0
		02c00718 53fff3ff          # addi.d $s1, $s1, 1; b 1b
		00006819 0010ef39          # 3: rdtime.d $s2, $zero; add.d $s2, $s2, $s4
		0000681a 63ffff59 53ffb3ff # 4: rdtime.d $s3, $zero; blt $s3, $s2, 4b; again
	)
	words "${instructions[@]}"
	hex 'paracall-guest: ready: cycle\n\0'
}

set_loongarch_program() {
	# shellcheck disable=SC2046 # they are words
	set_program "$1" loongarch64 0x200000 $(loongarch_program) @0x140
}

# A state that is loaded is noticed, whichever vCPU goes on first.
test_loongarch_record() {
	local name="LoongArch, record" machine=(-machine virt -smp 4 -m 256M)

	set_loongarch_program "$name" || return 0
	reset_ten_times "$name" "${machine[@]}"
	# The state may be one between the call and the first line after it. Without its record the
	# next load would find the same registers, and nothing to lose; the second line is after a call.
	drive 'wait:cycle sleep:0.2 savevm:a wait:cycle loadvm:a wait:cycle wait:cycle stop loadvm:a
		cont wait:cycle wait:cycle loadvm:a wait:cycle quit' "" "${machine[@]}"
	judge "$name, loads" $? 3 1
	drive 'wait:cycle wait:cycle quit' "" "${machine[@]}" -loadvm a
	judge "$name, another process" $? 1 1
}

# A program in flash memory, as firmware is: for six seconds it writes another line, and has
# no record. Then it goes on in the upper half of addresses, with a record in memory.
make_loongarch_flash() {
	local -a instructions=(
		143fc017 038782f7 1401313b 039a037b # $s0: the serial port; $s4: 0.1 s
		0380f01c                            # $s5: 60
		1a000018 02c13318                   # again: la $s1, the line
		2a00030c 40001180 290002ec          # 1: ld.bu $t0, $s1, 0; beqz $t0, 3f; st.b $t0, $s0, 0
		02c00718 53fff3ff                   # addi.d $s1, $s1, 1; b 1b
		00006819 0010ef39                   # 3: rdtime.d $s2, $zero; add.d $s2, $s2, $s4
		0000681a 63ffff59                   # 4: rdtime.d $s3, $zero; blt $s3, $s2, 4b
		02ffff9c 47ffd39f 50002400          # addi.d $s5, $s5, -1; bnez $s5, again; b the rest
	)

	python3 - "$1" "$(words "${instructions[@]}" | tr -d '\n')" \
		"$(hex 'paracall-guest: ready: flash\n\0\0\0')$(loongarch_program | tr -d '\n')" <<-EOT
			import sys
			# A branch to where it is.
			data = bytes.fromhex("00001050").ljust(0x1000, b"\0")
			open(sys.argv[1], "wb").write(data + bytes.fromhex(sys.argv[2] + sys.argv[3]))
		EOT
}

# What runs in flash memory is not as a reset leaves it: its state is another one.
test_loongarch_flash() {
	local name="LoongArch, flash memory" machine=(-machine virt -smp 1 -m 256M)

	set_loongarch_program "$name" || return 0
	make_loongarch_flash "$work/flash"
	guest=(-display none -serial stdio -monitor none -nic none -bios "$work/flash"
		-drive "if=none,id=states,format=qcow2,file=$work/states")
	make_disk "$work/states"
	drive 'wait:flash savevm:a wait:cycle loadvm:a wait:flash wait:cycle system_reset wait:cycle
		stop loadvm:a cont wait:flash quit' "" "${machine[@]}"
	judge "$name" $? 2 1
	drive 'wait:flash quit' "" "${machine[@]}" -loadvm a
	judge "$name, another process" $? 1 1
}

# As on RISC-V.
test_loongarch_single() {
	set_loongarch_program "LoongArch, thread=single" || return 0
	in_all_ways "LoongArch, thread=single" 2 0 "" -machine virt -smp 4 -m 256M \
		-accel tcg,thread=single
}

test_loongarch_icount() {
	set_loongarch_program "LoongArch, -icount" || return 0
	in_all_ways "LoongArch, -icount" 2 0 "" -machine virt -smp 4 -m 256M -icount shift=auto
}

# As many as time allows, while vCPUs wait for locks.
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
	judge "many, the same process" $? 20 0
	for load in $(seq 10); do
		drive 'wait:cycle wait:cycle sleep:0.3 loadvm:s1 wait:cycle loadvm:s9 wait:cycle quit' \
			"" -machine q35 -smp 4 -m 256M -loadvm "s$load"
		judge "many, another process, $load" $? 3 0
	done
}

# A guest that has no page of Paracall's, and checks most of its memory; in the process
# of one that has them, wherever chance puts its kernel.
test_foreign() {
	local none='nokaslr no-kvmclock no-steal-acc no-kvmapf nopvspin' bad

	choose_guest trixie "another guest" || return 0
	make_disk "$work/states"
	set_guest memory:140 "$none"
	drive 'wait:memory wait:memory savevm:other quit' "" -machine q35 -smp 4 -m 256M
	judge "another guest, saved" $? 0 0
	set_guest cycles
	drive 'wait:cycle savevm:own loadvm:other wait:memory wait:memory loadvm:own wait:cycle
		loadvm:other wait:memory wait:memory wait:memory quit' "" -machine q35 -smp 4 -m 256M
	judge "another guest, loaded in turn" $? 3 0
	bad=$(sed -n 's/.*memory: \([0-9]*\) bad words.*/\1/p' "$work/log" | sort -n | tail -n 1)
	if [ "$bad" = 0 ]; then
		pass "snapshots, another guest's memory"
	else
		fail "snapshots, another guest's memory" "${bad:-no} words of it were changed" "$work/log"
	fi
}

only "$@"
test_threads
test_live_once
test_live
test_async_pf
test_raised
test_hot_plug
test_plugged_while_stopped
test_reset
test_reboot
test_kexec
test_crash
test_after_load_off
test_kicks
test_kicks_255
test_quiet
test_inside
test_sleeper
test_self
test_started
test_vcpus
test_off
test_spoiled
test_migration
test_single
test_single_off
test_icount
test_icount_off
test_microvm
test_no_clock
test_s390x
test_s390x_single
test_s390x_icount
test_powerpc
test_powerpc_device_tree
test_powerpc_single
test_powerpc_icount
test_magic_page
test_arm64
test_arm64_single
test_arm64_icount
test_arm64_stolen_time
test_arm64_refused
test_riscv
test_riscv_steal_time
test_riscv_idle
test_riscv_single
test_riscv_icount
test_loongarch_record
test_loongarch_flash
test_loongarch_single
test_loongarch_icount
test_many
test_foreign
finish
