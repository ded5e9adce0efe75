#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the bare-metal guests as test/guests*.conf say. Each counts as one test;
# what failed in it is shown. Usage: test/guests.sh [--long] [PROGRAM|s390x]
. "$(dirname "$0")/lib.sh"

limit=120

# Exit statuses of the guests: guest/x86/runtime/runtime.h. Those for s390x say it
# in their last line, which is made one of these.
status_passed=33
status_failed=35
status_crashed=37
status_skipped=187

# The names of the tests that failed, or of a list with semicolons; sorted.
failed_tests() {
	sed -n 's/^not ok [0-9]* - \([^:]*\).*/\1/p' "$work/log" | sort
}

listed_tests() {
	tr ';' '\n' <<<"$1" | sed 's/^ *//; s/ *$//' | sort
}

# judge_known NAME STATUS KNOWN: those that are known to fail do, and no other.
judge_known() {
	local name=$1 status=$2 known=$3

	if [ "$status" = "$status_passed" ]; then
		fail "$name" "known to fail, but passed: $known"
	elif [ "$status" = "$status_failed" ] &&
		[ "$(failed_tests)" = "$(listed_tests "$known")" ]; then
		pass "$name (fails as known: $known)"
	else
		judge "$name" "$status" pass ''
	fi
}

# judge NAME STATUS OUTCOME KNOWN
judge() {
	local name=$1 status=$2 outcome=$3 known=$4

	if [ -n "$known" ]; then
		judge_known "$name" "$status" "$known"
		return
	fi
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

# Sets command. PROGRAM is the name of a QEMU, PLAIN what to run without Paracall.
set_command() {
	local options=$1 program=$2 plain=$3

	if [ "$options" = plain ]; then
		command=("$plain")
	else
		read -ra command <<<"$paracall run --summary=$work/summary $options -- $program"
	fi
}

# run NAME PROGRAM OPTIONS ARGUMENTS OUTCOME KNOWN
run() {
	local name=$1 program=$2 outcome=$5 known=$6
	local -a command arguments

	read -ra arguments <<<"$4"
	set_command "$3" qemu-system-x86_64 "$plain_qemu"
	timeout "$limit" "${command[@]}" -m 128 "${arguments[@]}" -display none -serial stdio \
		-device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-kernel "$build/guest/$program.elf" >"$work/log" 2>&1 </dev/null
	judge "$name" $? "$outcome" "$known"
}

# The one on PATH, or else the one in the cache.
find_s390x_qemu() {
	command -v qemu-system-s390x || {
		[ ! -x "$paracall_cache/qemu/bin/qemu-system-s390x" ] ||
			echo "$paracall_cache/qemu/bin/qemu-system-s390x"
	}
}

# s390x_reason PROGRAM: why it can't be run, or nothing.
s390x_reason() {
	if [ ! -e "$build/guest/$1.elf" ]; then
		echo "not built: there was no s390x-linux-gnu-gcc"
	elif [ -z "$s390x_qemu" ]; then
		echo "no qemu-system-s390x"
	fi
}

# s390x_status STATUS: what the guest's last line says, if QEMU's exit status, which
# tells only a good end from a bad one, agrees; else that one.
s390x_status() {
	case $1:$(sed -n 's/^# exit: //p' "$work/log" | tail -n 1) in
	0:passed) echo "$status_passed" ;;
	0:skipped) echo "$status_skipped" ;;
	1:failed) echo "$status_failed" ;;
	1:crashed) echo "$status_crashed" ;;
	*) echo "$1" ;;
	esac
}

# run_s390x: as run.
run_s390x() {
	local name=$1 program=$2 options=$3 outcome=$5 known=$6 reason status
	local -a command arguments

	reason=$(s390x_reason "$program")
	if [ -n "$reason" ]; then
		skip "$name" "$reason"
		return
	fi
	read -ra arguments <<<"$4"
	set_command "$options" "$s390x_qemu" "$s390x_qemu"
	timeout "$limit" "${command[@]}" -m 128 "${arguments[@]}" -display none -serial stdio \
		-action panic=exit-failure \
		-kernel "$build/guest/$program.elf" >"$work/log" 2>&1 </dev/null
	status=$?
	judge "$name" "$(s390x_status "$status")" "$outcome" "$known"
}

# is_wanted PROGRAM GROUP
is_wanted() {
	case $only in
	'' | "$1" | "${1%/*}") [ "$2" = quick ] || [ "$long" = yes ] ;;
	*) false ;;
	esac
}

main() {
	local program group options arguments outcome known name runner long=no only=

	for word in "$@"; do
		case $word in
		--long) long=yes ;;
		*) only=$word ;;
		esac
	done
	plain_qemu=$(used_qemu)
	s390x_qemu=$(find_s390x_qemu)
	while IFS='|' read -r program group options arguments outcome known; do
		program=$(trim "$program")
		[[ -n $program && $program != \#* ]] || continue
		is_wanted "$program" "$(trim "$group")" || continue
		options=$(trim "$options")
		arguments=$(trim "$arguments")
		name="guest $program, ${options:+$options }$arguments"
		runner=run
		[[ $program != s390x/* ]] || runner=run_s390x
		"$runner" "$name" "$program" "$options" "$arguments" "$(trim "$outcome")" \
			"$(trim "$known")"
	done < <(cat "$tree"/test/guests*.conf)
	finish
}

main "$@"
