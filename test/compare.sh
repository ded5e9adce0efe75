#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Holds real KVM's answers and Paracall's side by side, and counts them: what is
# equal or explained is good. Usage:
# test/compare.sh [OPTION of paracall check]... [PROGRAM]...
. "$(dirname "$0")/lib.sh"

# compare ARGUMENT...: adds to the counts. Nothing compared is one that was skipped.
compare() {
	local status

	"$paracall" check --compare "$@" | tee "$work/log"
	status=${PIPESTATUS[0]}
	passed=$((passed + $(sum "2 3")))
	failed=$((failed + $(sum "0 1")))
	case $status in
	0 | 1 | 3) ;;
	77) skip "paracall check --compare $*" "$(sed -n 's/^SKIP *//p' "$work/log" | head -n 1)" ;;
	*) fail "paracall check --compare $*" "exit status $status" ;;
	esac
}

# Other sequences than the ones that are made each time, by their seed.
compare_seed() {
	compare --seed=3 --sequences=40 kvm-in-tcg paracall fuzz
	if grep -q ^SKIP "$work/log"; then
		skip "a seed" "nothing was compared"
	elif grep -q 'with the seed 3$' "$work/log" && grep -q ' 2 answers compared' "$work/log"; then
		pass "a seed"
	else
		fail "a seed" "not the sequences that were asked for" "$work/log"
	fi
}

main() {
	local -a options=() programs=()
	local word

	for word in "$@"; do
		case $word in
		-*) options+=("$word") ;;
		*) programs+=("$word") ;;
		esac
	done
	compare "${options[@]}" kvm-in-tcg paracall "${programs[@]}"
	case $* in
	'' | --long) compare_seed ;;
	esac
	finish
}

main "$@"
