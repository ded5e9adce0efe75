#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares real KVM's answers with Paracall's: what is equal or explained is
# good. Usage:
# test/compare.sh [OPTION of paracall check]... [PROGRAM]...
# test/compare.sh unicorn    two engines of Paracall's in place of that
. "$(dirname "$0")/lib.sh"

# of_table COLUMN: of the tables at each architecture's end, counted from the right, all rows.
of_table() {
	awk -v "column=$1" '$1 == "architecture" { in_table = 1; next }
		NF <= column { in_table = 0 }
		in_table { sum += $(NF - column); in_table = 0 } END { print sum + 0 }' "$work/log"
}

# compare NAME ARGUMENT...: nothing compared is one that was skipped.
compare() {
	local name=$1 status

	shift
	"$limited" --cpu=3000 "$paracall" check --compare --timeout=7200 "$@" >"$work/log" 2>&1
	status=$?
	sed 's/^/# /' "$work/log"
	case $status in
	0) pass "$name: $(of_table 3) answers equal, $(of_table 2) differ as is known" ;;
	77) skip "$name" "$(sed -n 's/^SKIP *//p' "$work/log" | head -n 1)" ;;
	*) fail "$name" "$(of_table 1) answers differ, and it isn't known why; exit status $status" ;;
	esac
}

# Other sequences than the ones that are made each time, by their seed.
compare_seed() {
	compare "a seed" --arch=x86_64 --seed=3 --sequences=40 kvm-in-tcg paracall fuzz
	if grep -q ^SKIP "$work/log"; then
		skip "it was this seed" "nothing was compared"
	elif grep -q 'with the seed 3$' "$work/log" && grep -q ' 2 answers compared' "$work/log"; then
		pass "it was this seed"
	else
		fail "it was this seed" "not the sequences that were asked for" "$work/log"
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
	if [ "$*" = seed ]; then
		compare_seed
	elif [ "$*" = unicorn ]; then
		compare "unicorn" --long unicorn paracall answers s390x/answers \
			powerpc/answers-be powerpc/answers-le i386/answers
	else
		compare "${*:-all}" "${options[@]}" kvm-in-tcg paracall "${programs[@]}"
	fi
	finish
}

main "$@"
