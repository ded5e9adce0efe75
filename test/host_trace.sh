#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The trace of a real kernel's KVM, made by Debian's kernel under TCG, read by paracall
# report and compared with what the same guest does on Paracall.
# Usage: test/host_trace.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

# One makes calls, one uses registers.
programs=(hypercalls msr)

# Says why it can't be done here.
missing() {
	local file

	for file in "$kvm_folder"/{vmlinuz,kvm-amd.ko}; do
		[ -e "$file" ] || { echo "no kernel for it: script/setup --all-kernels gets one"; return; }
	done
	[ -n "$(used_qemu x86_64)" ] || { echo "no QEMU"; return; }
	for file in "$build/paracall-kvm-init" "${programs[@]/#/$build/guest/}"; do
		[ -e "$file" ] || [ -e "$file.elf" ] || { echo "$file was not built"; return; }
	done
	return 1
}

# trace_kvm PROGRAM: what it asks of the kernel's KVM, in $work/PROGRAM.
trace_kvm() {
	local root=$work/root

	mkdir -p "$root/dev"
	cp "$build/paracall-kvm-init" "$root/init"
	cp "$kvm_folder"/*.ko "$root"
	cp "$build/guest/$1.elf" "$root/guest"
	printf '1\nkvm=trace\n' >"$root/options"
	archive_initramfs "$root" >"$work/initramfs" || return
	"$limited" --cpu=600 --idle=240 "$(used_qemu x86_64)" -accel tcg -cpu max -M q35 -smp 1 -m 512 \
		-display none -nodefaults -no-reboot -serial "file:$work/console" \
		-device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$kvm_folder/vmlinuz" -initrd "$work/initramfs" \
		-append "console=ttyS0 $guest_append quiet no_timer_check" >"$work/out" 2>&1 </dev/null
	tr -d '\r' <"$work/console" | sed -n 's/^# trace: //p' >"$work/$1"
	[ -s "$work/$1" ]
}

main() {
	local reason program events

	if reason=$(missing); then
		skip "a host's trace" "$reason"
		finish
		return
	fi
	for program in "${programs[@]}"; do
		trace_kvm "$program" || {
			fail "a host's trace" "there is none" "$work/console"
			finish
			return
		}
	done
	expect "a host's trace, calls by name" 0 "KICK_CPU" "$paracall" report --count \
		"$work/hypercalls"
	events=$(grep -c ': kvm_hypercall: ' "$work/hypercalls")
	# shellcheck disable=SC2016 # for the shell in there
	expect "a host's trace, all calls" 0 "$events" sh -c \
		'"$1" report --format=csv --trace=%call "$2" | tail -n +2 | wc -l' - "$paracall" \
		"$work/hypercalls"
	expect "a host's trace, a register" 0 "SYSTEM_TIME" "$paracall" report --trace=%register \
		"$work/msr"
	expect "the same guest on Paracall" 33 "0 failed" "$paracall" run \
		--record="$work/recording" --summary=/dev/null -- qemu-system-x86_64 -display none \
		-serial stdio -m 128 -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$build/guest/hypercalls.elf"
	expect "both compared" 1 "KICK_CPU" "$paracall" diff --trace=%call "$work/hypercalls" \
		"$work/recording"
	expect "a trace compared with itself" 0 "" "$paracall" diff "$work/hypercalls" \
		"$work/hypercalls"
	finish
}

main
