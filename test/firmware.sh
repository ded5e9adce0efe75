#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs test/firmware/*.S on Paracall, each as a machine's only program: they test what
# the guests cannot, which need firmware themselves, such as the first instructions after a
# reset. The line "# run:" of each has options of paracall run, arguments of QEMU and
# the exit status, with | between. Usage: test/firmware.sh [NAME]...
. "$(dirname "$0")/lib.sh"

sources=$tree/test/firmware

assemble() {
	as --32 -I "$sources" -o "$work/firmware.o" "$1" &&
		ld -m elf_i386 -Ttext=0 -e 0 --oformat=binary -o "$work/firmware" \
			"$work/firmware.o"
}

run_firmware() {
	local name options arguments status

	name=$(basename "$1" .S)
	IFS='|' read -r options arguments status < <(sed -n 's/^# run://p' "$1")
	assemble "$1" || { fail "firmware $name" "it can't be assembled"; return; }
	# shellcheck disable=SC2086 # they are lists of words
	expect "firmware $name" "$(trim "$status")" "" \
		"$paracall" run --summary="$work/summary" $options -- qemu-system-x86_64 \
		-m 64 -display none -bios "$work/firmware" \
		-device isa-debug-exit,iobase=0xf4,iosize=4 $arguments
}

main() {
	local name

	[ $# -gt 0 ] || set -- "$sources"/*.S
	for name; do
		if ! as --32 -o /dev/null /dev/null 2>/dev/null; then
			skip "firmware $(basename "$name" .S)" "no assembler for x86"
		else
			run_firmware "$sources/$(basename "$name" .S).S"
		fi
	done
	finish
}

main "$@"
