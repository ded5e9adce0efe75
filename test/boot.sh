#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots Debian's unmodified kernel as test/boots.conf says, and checks what the
# kernel found and called. Usage: test/boot.sh [--long] [NAME]
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"

image=$build/guest.img
limit=300

# What a word of "expected" stands for: a pattern, and where it must be.
is_true() {
	case $1 in
	KVM) grep -q 'Hypervisor detected: KVM' "$work/log" ;;
	SPINLOCKS) grep -q 'PV spinlocks enabled' "$work/log" ;;
	IPIS) grep -qE 'setup PV IPIs|send_IPI_mask\(\) replaced' "$work/log" ;;
	reset) grep -q '"resets": [1-9]' "$work/summary" && grep -q 'up again after the reboot' "$work/log" ;;
	*) grep -q "\"name\": \"$1\"" "$work/summary" ;;
	esac
}

check_words() {
	local word

	for word in $1; do
		if [ "${word#!}" = "$word" ]; then
			is_true "$word" || echo "no $word"
		elif is_true "${word#!}"; then
			echo "${word#!}, but should not be"
		fi
	done
}

# boot NAME OPTIONS ARGUMENTS TASK EXPECTED
boot() {
	local name="boot, $1" expected=$5 status wrong
	local -a options arguments

	read -ra options <<<"$2"
	read -ra arguments <<<"$3"
	: >"$work/summary"
	timeout "$limit" "$paracall" run "${options[@]}" --summary="$work/summary" --format=json \
		-- qemu-system-x86_64 "${arguments[@]}" -m 512M -nographic -nic none \
		-kernel "$guest_kernel" -initrd "$image" \
		-append "console=ttyS0 panic=-1 paracall.task=$4" >"$work/log" 2>&1 </dev/null
	status=$?
	if [ $status -eq 124 ]; then
		fail "$name" "not done after $limit s" "$work/log"
	elif [ $status -ne 0 ]; then
		fail "$name" "exit status $status" "$work/log"
	elif ! grep -q 'paracall-guest: up' "$work/log"; then
		fail "$name" "the guest did not come up" "$work/log"
	else
		wrong=$(check_words "$expected")
		if [ -z "$wrong" ]; then
			pass "$name"
		else
			fail "$name" "${wrong//$'\n'/, }" "$work/summary"
		fi
	fi
}

# The control: without the plugin none of it is there.
boot_plain() {
	local qemu

	qemu=$(used_qemu)
	timeout "$limit" "$qemu" -machine q35 -smp 2 -m 512M -nographic -nic none \
		-kernel "$guest_kernel" -initrd "$image" \
		-append "console=ttyS0 panic=-1 paracall.task=boot" >"$work/log" 2>&1 </dev/null
	if ! grep -q 'paracall-guest: up' "$work/log"; then
		fail "boot without Paracall" "the guest did not come up" "$work/log"
	elif is_true KVM; then
		fail "boot without Paracall" "the guest found KVM" "$work/log"
	else
		pass "boot without Paracall finds no KVM"
	fi
}

main() {
	local name group options arguments task expected long=no only=

	for word in "$@"; do
		case $word in
		--long) long=yes ;;
		*) only=$word ;;
		esac
	done
	build_guest_image "$image"
	[ -n "$only" ] || boot_plain
	while IFS='|' read -r name group options arguments task expected; do
		name=$(trim "$name")
		[[ -n $name && $name != \#* ]] || continue
		[ -z "$only" ] || [ "$only" = "$name" ] || continue
		[ "$(trim "$group")" = quick ] || [ $long = yes ] || [ -n "$only" ] || continue
		boot "$name" "$options" "$arguments" "$(trim "$task")" "$expected"
	done <"$tree/test/boots.conf"
	finish
}

main "$@"
