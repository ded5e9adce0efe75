#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the bare-metal guests as test/guests.conf says. Each counts as one test;
# what failed in it is shown. Usage: test/guests.sh [--long] [PROGRAM]
. "$(dirname "$0")/lib.sh"

limit=120

# Exit statuses of the guests: guest/x86/runtime/test.h.
status_passed=33
status_failed=35
status_crashed=37
status_skipped=187

judge() {
	local name=$1 status=$2 outcome=$3

	case $status:$outcome in
	"$status_passed:pass" | "$status_skipped:skip") pass "$name" ;;
	"$status_passed:skip") fail "$name" "something was tested, though nothing should be there" "$work/log" ;;
	"$status_skipped:pass") fail "$name" "all was skipped" "$work/log" ;;
	"$status_failed":*)
		fail "$name" "$(grep -c '^not ok' "$work/log") failed in it"
		grep -A3 '^not ok' "$work/log" | sed 's/^/# /'
		;;
	"$status_crashed":*) fail "$name" "the guest crashed" "$work/log" ;;
	124:*) fail "$name" "not done after $limit s" "$work/log" ;;
	*) fail "$name" "exit status $status" "$work/log" ;;
	esac
}

# run PROGRAM OPTIONS ARGUMENTS OUTCOME
run() {
	local program=$1 options=$2 outcome=$4
	local name="guest $program, ${options:+$options }$3"
	local -a command arguments

	read -ra arguments <<<"$3"
	if [ "$options" = plain ]; then
		command=("$plain_qemu")
	else
		read -ra command <<<"$paracall run --summary=$work/summary $options -- qemu-system-x86_64"
	fi
	timeout "$limit" "${command[@]}" "${arguments[@]}" -m 128 -display none -serial stdio \
		-device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-kernel "$build/guest/$program.elf" >"$work/log" 2>&1 </dev/null
	judge "$name" $? "$outcome"
}

main() {
	local program group options arguments outcome long=no only=

	for word in "$@"; do
		case $word in
		--long) long=yes ;;
		*) only=$word ;;
		esac
	done
	plain_qemu=$(used_qemu)
	while IFS='|' read -r program group options arguments outcome; do
		program=$(trim "$program")
		[[ -n $program && $program != \#* ]] || continue
		[ -z "$only" ] || [ "$only" = "$program" ] || continue
		[ "$(trim "$group")" = quick ] || [ $long = yes ] || continue
		run "$program" "$(trim "$options")" "$(trim "$arguments")" "$(trim "$outcome")"
	done <"$tree/test/guests.conf"
	finish
}

main "$@"
