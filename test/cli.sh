#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command: what it prints, what it refuses and how, what it passes on.
# Usage: test/cli.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"

# refuse NAME TEXT ARGUMENT...: paracall run refuses it, in one line.
refuse() {
	local name=$1 text=$2 status=${refuse_status:-125}

	shift 2
	expect "$name" "$status" "$text" "$paracall" run "$@"
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "$name" "more than one line" "$work/out"
}

# A program that prints and exits like a QEMU of some version.
fake_qemu() {
	local file=$work/$1 version=$2 api=$3

	cat >"$file" <<EOT
#!/bin/sh
case \$* in
*--version*) echo "QEMU emulator version $version" ;;
*-plugin*) echo "Could not load plugin x: plugin requires API version 2147483647, but this QEMU supports only up to version $api" >&2; exit 1 ;;
esac
EOT
	chmod +x "$file"
	echo "$file"
}

# headed_right OPTION: in the help of run it stands below the architectures whose rows have it.
headed_right() {
	local name="run --help, heading of --$1" wanted

	wanted=$(awk -v option="$1" '/\.name = /{ name = $3 }
		/\.options = / && $0 ~ "[\" ]" option "[\" ]" { gsub(/[",]/, "", name); print name }' \
		"$tree/cli/targets.c" | sort -u)
	"$paracall" run --help >"$work/out"
	awk -v option="--$1=" '/^Paracall, for / { heading = $0 } index($0, option) { print heading }' \
		"$work/out" | sed 's/^Paracall, for //; s/:$//; s/, \| and /\n/g' | sort -u >"$work/heading"
	if [ -n "$wanted" ] && [ "$(cat "$work/heading")" = "$wanted" ]; then
		pass "$name"
	else
		fail "$name" "$(tr '\n' ' ' <"$work/heading")" "$work/out"
	fi
}

test_help() {
	local command

	expect "help" 0 "Usage: paracall COMMAND" "$paracall" --help
	for command in run engines top report diff list dtb check help; do
		expect "$command --help" 0 "Usage: paracall $command" "$paracall" $command --help
	done
	for command in features spin; do
		headed_right "$command"
	done
	"$paracall" run --help >"$work/out"
	if [ "$(sed -n '/^A default machine/,/:$/p' "$work/out" | grep -ow virt | wc -l)" -eq 1 ]; then
		pass "run --help, each machine once"
	else
		fail "run --help, each machine once" "virt is not there once" "$work/out"
	fi
	"$paracall" list | sed -nE 's/^([A-Za-z]+) 0x.*/\1/p' | sort -u | sed 's/^DIAG$/DIAGNOSE/' \
		>"$work/kinds"
	if [ -s "$work/kinds" ] && "$paracall" list --help >"$work/out" &&
		[ -z "$(grep -oFf "$work/kinds" "$work/out" | sort -u | sort - "$work/kinds" | uniq -u)" ]; then
		pass "list --help names the kinds of calls"
	else
		fail "list --help names the kinds of calls" "$(tr '\n' ' ' <"$work/kinds")" "$work/out"
	fi
	expect "version" 0 "paracall 0." "$paracall" --version
	expect "no command" 2 "'paracall --help'" "$paracall"
	for command in engines top report diff list dtb check; do
		expect "$command, an unknown letter" 2 "unknown option '-z'" "$paracall" $command -zy
	done
	expect "unknown command" 2 "no command 'walk'" "$paracall" walk
	expect "QEMU's options without its name" 2 "paracall-tools(7)" "$paracall" -cpu host
}

# The page of a command opens; the same options are there, in --help and in the
# completion.
test_options() {
	local -x MANPAGER=cat
	local command page

	for command in $(commands_with_options); do
		page=$tree/doc/paracall-$command.1
		[ "$command" != help ] || page=$tree/doc/paracall.1
		"$paracall" "$command" --help |
			sed -nE 's/^ {2,6}(-., )?--([a-z-]+).*/\2/p' | sort -u >"$work/help"
		offered "paracall $command --" |
			sed -nE 's/^--([a-z-]+).*/\1/p' | sort -u >"$work/completion"
		same_options "$command, options in the completion" "$work/completion"
		# What help takes is paracall's own.
		[ "$command" != help ] || continue
		grep '^\.It' "$page" | grep -oE 'Fl \\-[a-z\-]+' |
			sed 's/^Fl//; s/[ \]//g; s/^-//' | sort -u >"$work/manual"
		same_options "$command, options in the manual" "$work/manual"
	done
	if ! command -v man >/dev/null; then
		skip "manual pages open" "no man: script/setup gets it"
		return
	fi
	expect "the manual" 0 "paracall-engines(1)" "$paracall" help
	expect "a command's manual" 0 "WHAT IS ADDED" "$paracall" help run
	for page in $(guides); do
		expect "the guide $page" 0 "     paracall-$page " "$paracall" help "$page"
	done
	expect "no such manual" 2 "no command or guide 'walk'" "$paracall" help walk
	expect "two manuals" 2 "one command at a time" "$paracall" help run top
}

# As paracall help --help shows them.
guides() {
	"$paracall" help --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# Each manual page in sections 5 and 7 is a guide, of which paracall(1) has a line, and
# completion a word.
test_guides() {
	local page

	(cd "$build/doc" && printf '%s\n' paracall-*.[57]) |
		sed 's/^paracall-//; s/\.[57]$//' | sort >"$work/pages"
	guides | sort >"$work/guides"
	(offered "paracall help "; commands_with_options; echo --help) | sort | uniq -u >"$work/offered"
	sed -n 's/^\.It Xr paracall\\-\([a-z]*\) [57]$/\1/p' "$tree/doc/paracall.1" | sort >"$work/listed"
	for page in guides offered listed; do
		if [ -s "$work/pages" ] && cmp -s "$work/pages" "$work/$page"; then
			pass "guides, $page"
		else
			fail "guides, $page" "they differ" <(diff "$work/pages" "$work/$page")
		fi
	done
}

# same_options NAME FILE: as --help shows them.
same_options() {
	if [ -s "$2" ] && cmp -s "$work/help" "$2"; then
		pass "$1"
	else
		fail "$1" "they differ" <(diff "$work/help" "$2")
	fi
}

# Paracall's commands before the description in a manual page, one per line.
example_commands() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$1" | sed 's/\\-/-/g' |
		sed -e ':more' -e '/\\e$/{N;s/\\e\n *//;b more' -e '}' | grep '^paracall '
}

# unknown_options WORD...: the options of an example that its command's --help lacks.
unknown_options() {
	local command=$2 word

	"$paracall" "$command" --help >"$work/help" || echo "no command '$command'"
	shift 2
	for word; do
		[ "$word" != -- ] || return 0
		case $word in
		--*) grep -qE -- "^ +(-., )?${word%%=*}([= []|\$)" "$work/help" ;;
		-?) grep -qE -- "^ +$word, --" "$work/help" ;;
		esac || echo "$command: $word"
	done
}

# Each manual page of a command begins with examples, and their options exist.
test_examples() {
	local page line
	local -a words

	for page in "$tree"/doc/paracall*.1; do
		example_commands "$page" >"$work/examples"
		while read -r line; do
			read -ra words <<<"$line"
			unknown_options "${words[@]}" </dev/null
		done <"$work/examples" >"$work/unknown"
		if [ -s "$work/examples" ] && [ ! -s "$work/unknown" ]; then
			pass "examples in ${page##*/}"
		else
			fail "examples in ${page##*/}" "there are none, or with unknown options" \
				"$work/unknown"
		fi
	done
}

# Paracall's commands in a page for readers: in code, and in lines of code blocks; in a manual
# page those of its literal blocks. One per line, without prompts and variables.
documented_commands() {
	case $1 in
	*.md)
		# shellcheck disable=SC2016 # Markdown's, not the shell's
		grep -oE '`[^`]+`' "$1" | tr -d '`'
		awk '/^```/ { code = !code; next } code' "$1" |
			sed -e ':more' -e '/\\$/{N;s/\\\n *//;b more' -e '}'
		;;
	*)
		awk '/^\.Bd -literal/ { code = 1 } /^\.Ed/ { code = 0 } code' "$1" | sed 's/\\-/-/g' |
			sed -e ':more' -e '/\\e$/{N;s/\\e\n *//;b more' -e '}'
		;;
	esac | sed -nE "s/^[\$#]? *(sudo )?((build|\.)\/)?paracall ([a-z]+( .*)?)$/paracall \4/p" |
		sed -E 's/ +#.*//; s/ [|>].*//'
}

# Their commands and options exist.
test_documents() {
	local page line name
	local -a words

	for page in "$tree"/*.md "$tree"/doc/*.md "$tree"/doc/*.[1-9]; do
		name=${page#"$tree/"}
		documented_commands "$page" >"$work/commands"
		while read -r line; do
			read -ra words <<<"$line"
			unknown_options "${words[@]}" </dev/null
		done <"$work/commands" >"$work/unknown"
		if [ -s "$work/unknown" ]; then
			fail "commands in $name" "they have unknown options" "$work/unknown"
		elif [ -s "$work/commands" ]; then
			pass "commands in $name: $(wc -l <"$work/commands")"
		fi
	done
	documented_commands "$tree/README.md" >"$work/commands"
	check_file "README's commands were read" "$work/commands" "paracall run --kernel="
}

# to_full_disk NAME STATUS ARGUMENT...: what paracall prints, in one message.
to_full_disk() {
	local name=$1 status=$2

	shift 2
	# shellcheck disable=SC2016 # for the shell in there
	expect "$name, a full disk" "$status" "standard output could not be written: No space" \
		sh -c '"$@" >/dev/full' - "$paracall" "$@"
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "$name, a full disk" "more than a line" "$work/out"
}

test_full_disk() {
	local command

	to_full_disk "help" 1 --help
	to_full_disk "version" 1 --version
	to_full_disk "list" 1 list
	to_full_disk "list by name" 1 list KICK_CPU
	to_full_disk "features" 1 list --features
	to_full_disk "registers" 1 list --registers
	to_full_disk "engines" 1 engines
	for command in engines:1 top:1 report:1 list:1 dtb:1 diff:2 run:125 check:125; do
		to_full_disk "${command%:*} --help" "${command#*:}" "${command%:*}" --help
	done
	expect "list, a pipe that nobody reads" 0 "" python3 -c 'import os, subprocess, sys
r, w = os.pipe(); os.close(r)
p = subprocess.run(sys.argv[1:], stdout=w, stderr=subprocess.PIPE, restore_signals=False)
sys.exit(p.returncode or len(p.stderr))' "$paracall" list
}

# A tree without anything: its header, no reservations, the root, no strings.
empty_tree() {
	printf '\xd0\x0d\xfe\xed\0\0\0\x48\0\0\0\x38\0\0\0\x48\0\0\0\x28\0\0\0\x11\0\0\0\x10'
	printf '\0\0\0\0\0\0\0\0\0\0\0\x10'
	printf '\0%.0s' {1..16}
	printf '\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\x09'
}

test_dtb() {
	empty_tree >"$work/in"
	expect "dtb" 0 "" "$paracall" dtb "$work/in" "$work/tree"
	if grep -qa 'linux,kvm' "$work/tree" && grep -qa 'hcall-instructions' "$work/tree"; then
		pass "dtb, the copy describes KVM"
	else
		fail "dtb, the copy describes KVM"
	fi
	expect "dtb, no tree" 1 "not a flattened device tree" "$paracall" dtb "$0" "$work/tree"
	expect "dtb, no file" 1 "can't be read" "$paracall" dtb "$work/none" "$work/tree"
	expect "dtb, nowhere to write" 1 "can't be written" "$paracall" dtb "$work/in" "$work/no/tree"
	expect "dtb, one file" 2 "two files" "$paracall" dtb "$work/in"
	expect "dtb, unknown option" 2 "unknown option '--x'" "$paracall" dtb --x
}

# offered LINE: what bash offers at its end. The line is split as by bash.
offered() (
	# shellcheck disable=SC1091 # no script of the tests'
	. "$tree/completions/bash/paracall"
	mapfile -t COMP_WORDS < <(grep -oE '[=:]|[^=: ]+' <<<"$1")
	[[ $1 != *" " ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_paracall "$paracall"
	printf '%s\n' "${COMPREPLY[@]}"
)

# completes LINE WORD... -- WORD...: at the line's end bash offers the former words, and not
# the latter.
completes() {
	local line=$1 words wanted=1 word

	shift
	words=$(offered "$line")
	for word in "$@"; do
		if [ "$word" = -- ]; then
			wanted=0
		elif [ "$(grep -cxF -- "$word" <<<"$words")" -ne $wanted ]; then
			fail "completion of '$line'" "'$word', $wanted" <(echo "$words")
			return
		fi
	done
	pass "completion of '$line'"
}

test_completion() {
	completes "paracall re" report -- run
	completes "paracall list KICK" KICK_CPU -- SEND_IPI
	completes "paracall list TRNG" TRNG_RND64 -- SEND_IPI
	completes "paracall list KVM_HC_" KVM_HC_KICK_CPU -- KVM_HC_EV_IDLE KICK_CPU
	completes "paracall run --trace=" %ipi %smccc %sbi KICK_CPU H_CEDE PSCI_CPU_ON_64 STEAL_TIME wake
	completes "paracall report --trace=POLL" POLL_CONTROL
	completes "paracall run --inject=" KICK_CPU: EV_IDLE: DIAG_308_SET: TRNG_RND64: \
		MSR_STEAL_TIME: clock:jump= seed= -- H_CEDE: H_ENTER:
	completes "paracall run --inject=KICK_CPU:" drop enosys error= retval= delay= late= \
		-- fault jump= withdraw= when=
	completes "paracall run --inject=SEND_IPI:d" drop delay= -- enosys
	completes "paracall run --inject=SEND_IPI:" error= -- late= fault
	completes "paracall run --inject=SEND_IPI:drop:" when= -- every= drop
	completes "paracall run --inject=DIAG_9C_DIRECTED_YIELD:" drop enosys delay= -- error= late=
	completes "paracall run --inject=DIAG_308_SET:" drop delay= -- enosys error=
	completes "paracall run --inject=PSCI_VERSION:" drop delay= error= -- enosys late=
	completes "paracall run --inject=MSR_STEAL_TIME:" fault drop delay= -- enosys error= burst=
	completes "paracall run --inject=STEAL_TIME:" fault drop delay= -- enosys
	completes "paracall run --inject=clock:" jump= -- drop burst= enosys
	completes "paracall run --inject=clock:jump=+5ms:" when= every= -- jump=
	completes "paracall run --inject=steal:" burst= -- jump= drop
	completes "paracall run --inject=async-pf:" every= delay= -- drop when=
	completes "paracall run --inject=cpuid:" withdraw= -- drop jump=
	completes "paracall run --inject=cpuid:withdraw=" pv-unhalt steal-time -- magic-page
	completes "paracall run --inject=cpuid:withdraw=pv-unhalt+pv-s" pv-unhalt+pv-send-ipi
	completes "paracall run --inject=cpuid:withdraw=pv-unhalt:" when= -- pv-unhalt every=
	completes "paracall run --inject=clock:jump=1s --trace-format=" text ftrace
	completes "paracall check --j" --junit= --jobs= -- --json
	completes "paracall check --format=" text tap junit json -- csv
	completes "paracall check --jobs=" auto -- text
	completes "paracall check --seed=" random -- text
	completes "paracall run --features=" none pv-unhalt discover-impl-ver -- jump=
	completes "paracall run --target-impl-cpus=" none -- pv-unhalt
}

commands_with_options() {
	"$paracall" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

# The other shells' have the commands and options of --help.
test_shells() {
	local command file

	sed -n 's/^\t{ "\([a-z]*\)", .*/%\1/p' "$tree/report/filter.c" | sort >"$work/groups"
	for file in bash/paracall zsh/_paracall fish/paracall.fish; do
		grep -oE '%[a-z]{2,}' "$tree/completions/$file" | sort -u >"$work/offered"
		if [ -s "$work/groups" ] && [ -z "$(comm -23 "$work/groups" "$work/offered")" ]; then
			pass "completion of ${file%/*}, groups of events"
		else
			fail "completion of ${file%/*}, groups of events" "some are missing" \
				<(comm -23 "$work/groups" "$work/offered")
		fi
	done
	if ! command -v zsh >/dev/null; then
		skip "completion of zsh" "no zsh"
	else
		for command in $(commands_with_options); do
			"$paracall" "$command" --help |
				sed -nE 's/^ {2,6}(-., )?--([a-z-]+).*/\2/p' | sort -u >"$work/help"
			# shellcheck disable=SC2016 # for zsh
			zsh -f -c '. "$1"; _paracall_options "$2" "$3"; print -l -- $reply' - \
				"$tree/completions/zsh/_paracall" "$paracall" "$command" |
				sed -nE 's/^\*?--([a-z-]+).*/\1/p' | sort -u >"$work/zsh"
			same_options "completion of zsh, $command" "$work/zsh"
		done
	fi
	if ! command -v fish >/dev/null; then
		skip "completion of fish" "no fish"
		return
	fi
	for command in $(commands_with_options); do
		"$paracall" "$command" --help |
			sed -nE 's/^ {2,6}(-., )?--([a-z-]+).*/\2/p' | sort -u >"$work/help"
		complete_by_fish "$command --" | sed -nE 's/^--([a-z-]+).*/\1/p' | sort -u >"$work/fish"
		same_options "completion of fish, $command" "$work/fish"
	done
	complete_by_fish "re" >"$work/fish"
	check_file "completion of fish, commands" "$work/fish" "report"
	complete_by_fish "help in" >"$work/fish"
	check_file "completion of fish, guides" "$work/fish" "inject"
	complete_by_fish "report --format=" >"$work/fish"
	check_file "completion of fish, values" "$work/fish" "--format=chrome"
	complete_by_fish "run --features=" >"$work/fish"
	check_file "completion of fish, features" "$work/fish" "--features=-pv-unhalt"
}

# complete_by_fish WORDS: what fish offers after the command and these.
complete_by_fish() {
	# shellcheck disable=SC2016 # for fish
	HOME=$work fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$tree/completions/fish/paracall.fish" "$paracall $1"
}

test_list() {
	local count rows

	expect "list by name" 0 "5. KVM_HC_KICK_CPU" "$paracall" list KICK_CPU
	expect "list by the kernel's name" 0 "Architecture: PPC" "$paracall" list KVM_HC_FEATURES
	expect "list by number" 0 "10. KVM_HC_SEND_IPI" "$paracall" list 10
	expect "list DIAGNOSE by name" 0 "DIAG 0x9c: DIAG_9C_DIRECTED_YIELD" \
		"$paracall" list diag_9c_directed_yield
	expect "list DIAGNOSE by number" 0 "Architecture: s390" "$paracall" list 0x258
	expect "list DIAGNOSE's subcodes" 0 "DIAG 0x500, subcode 4: DIAG_500_STORAGE_LIMIT" \
		"$paracall" list 0x500
	expect "list a subcode of DIAGNOSE" 0 "DIAG 0x308, subcode 3: DIAG_308_LOAD_CLEAR" \
		"$paracall" list diag_308_load_clear
	expect "list, a call that can be late" 0 \
		"Faults: drop, enosys, error=, retval=, delay=, late=" "$paracall" list KICK_CPU
	expect "list, a call that QEMU serves" 0 "Faults: drop, delay=" \
		"$paracall" list DIAG_308_SET
	expect "list, a call that can't be injected" 0 "Faults: none" "$paracall" list H_CEDE
	expect "list of nothing" 1 "no hypercall '99'" "$paracall" list 99
	expect "list, unknown option" 2 "unknown option '--x'" "$paracall" list --x
	expect "registers" 0 "STEAL_TIME" "$paracall" list --registers
	expect "features" 0 "pv-unhalt" "$paracall" list --features
	count=$("$paracall" list | grep -c '^Purpose: ')
	rows=$(cat "$tree"/lib/*/calls.def | grep -c '^CALL(')
	if [ "$count" -ge 146 ] && [ "$count" -eq "$rows" ]; then
		pass "list has all rows of all architectures"
	else
		fail "list has all rows of all architectures" "$count of $rows"
	fi
}

test_usage() {
	local refuse_status=2 list

	refuse "nothing to run" "run: give '-- "
	refuse "unknown option" "unknown option '--fast'" --fast -- qemu-system-x86_64
	refuse "option without value" "needs a value" --kernel
	refuse "unknown feature" "no feature 'pv-unhallt'" --features=+pv-unhallt --kernel x
	refuse "injection unknown" "nothing with that name" --inject=KICK:drop --kernel x
	refuse "injection without a fault" "a call's fault is drop" --inject=KICK_CPU --kernel x
	refuse "injection of another register's fault" "a register's fault is" \
		--inject=MSR_STEAL_TIME:enosys --kernel x
	refuse "injection, wrong number" "say how often by when=" \
		--inject=SEND_IPI:drop:when=0 --kernel x
	refuse "injection, wrong percentage" "say how often by when=" \
		--inject=SEND_IPI:drop:101% --kernel x
	refuse "injection, the second is wrong" "use clock:jump=TIME" --inject=SEND_IPI:drop \
		--inject=clock:jump=5 --kernel x
	refuse "injection, call that can't be late" "only KICK_CPU can be late" \
		--inject=SEND_IPI:late=1ms --kernel x
	refuse "injection, seed" "a seed is a number" --inject=seed=many --kernel x
	refuse "injection without a unit" "use async-pf" --inject=async-pf:every=10 --kernel x
	refuse "injection too often" "use async-pf" --inject=async-pf:every=0ms --kernel x
	refuse "hint unknown" "use realtime or none" --hints=fast --kernel x
	refuse "feature that is not offered" "'pv-eoi' can't be offered" --features=+pv-eoi --kernel x
	refuse "unknown format" "use text or json" --format=xml --kernel x
	refuse "unknown replacement" "use keep, vmcall, vmmcall, fast, native or refuse" --replace=maybe --kernel x
	refuse "unknown way of snapshots" "use on or off" --snapshots=maybe --kernel x
	refuse "snapshots for s390x" "--snapshots is for x86 guests" --snapshots=on -- \
		qemu-system-s390x
	refuse "unknown way to spin" "use yield or keep" --spin=maybe --kernel x
	refuse "spins kept for s390x" "--spin is for x86, PowerPC, arm64 and RISC-V guests" --spin=keep \
		-- qemu-system-s390x
	refuse "spins kept for LoongArch" "--spin is for x86, PowerPC, arm64 and RISC-V guests" --spin=keep \
		--arch=loongarch64 --kernel x
	refuse "CPUs listed for x86" "--target-impl-cpus is for arm64 guests" \
		--target-impl-cpus=0x411fd070 --kernel x
	for list in '' cortex-a57 0x '0x411fd070,' ',0x411fd070' 0x411fd070: 0x411fd070:1:2:3 \
		-1 +1 ' 1' 0x411fd070:-1 0x411fd07g 0x411fd070-2 0x10000000000000000 \
		1:0x10000000000000000 none,1 1,none; do
		refuse "CPUs listed as '$list'" "use MIDR[:REVIDR[:AIDR]], numbers such as" \
			--target-impl-cpus="$list" --arch=arm64 --kernel x
	done
	refuse "CPUs listed, a long MIDR" "use a MIDR of 32 bits" \
		--target-impl-cpus=1,0x100000000 --arch=arm64 --kernel x
	refuse "CPUs listed, too many" "list at most 16 CPUs" \
		--target-impl-cpus=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 --arch=arm64 --kernel x
	refuse "a feature that needs a list of CPUs" \
		"'discover-impl-cpus' needs a list of CPUs: give --target-impl-cpus=LIST, too" \
		--features=+discover-impl-cpus --arch=arm64 --kernel x
	refuse "a feature that needs a list of CPUs, which is empty" \
		"'discover-impl-ver' needs a list of CPUs: give --target-impl-cpus=LIST, too" \
		--features=+ptp,+discover-impl-ver --target-impl-cpus=none --arch=arm64 --kernel x
	refuse "machine without kernel" "needs --kernel" --cpus=4
	refuse "unknown architecture" "use x86_64, s390x, ppc64le, arm64, riscv64 or loongarch64" --arch=s390 --kernel x
	refuse "architecture without kernel" "needs --kernel" --arch=s390x
	refuse "features for s390x" "--features is for x86, PowerPC, arm64, RISC-V and LoongArch guests" --features=pv-unhalt \
		-- qemu-system-s390x
	refuse "enforced features for s390x" "--enforce-features is for x86 guests" \
		--enforce-features --arch=s390x --kernel x
	refuse "hints for s390x" "--hints is for x86 guests" --hints=realtime -- /x/qemu-system-s390x
	refuse "x86's injection for s390x" "nothing with that name" --inject=async-pf \
		-- qemu-system-s390x
	refuse "x86's call for s390x" "nothing with that name" --arch=s390x --inject=KICK_CPU:drop \
		--kernel x
	refuse "s390x's call for x86" "nothing with that name" --inject=DIAG_9C_DIRECTED_YIELD:drop \
		--kernel x
	refuse "nothing is late for s390x" "none of this guest's calls can be late" --arch=s390x \
		--inject=DIAG_9C_DIRECTED_YIELD:late=1ms --kernel x
	refuse "what QEMU serves can't be unknown" "answers this one by itself" \
		--inject=DIAG_308_SET:enosys -- qemu-system-s390x
	refuse "replacement for s390x" "--replace is for x86 guests" --replace=keep \
		-- qemu-system-s390x
	refuse "enforced features for PowerPC" "leave it out for PowerPC" --enforce-features \
		--arch=ppc64le --kernel x
	refuse "hints for PowerPC" "--hints is for x86 guests" --hints=realtime -- qemu-system-ppc64
	refuse "x86's injection for PowerPC" "nothing with that name" --inject=async-pf \
		-- qemu-system-ppc
	refuse "PAPR's calls can't be met" "the emulator answers PAPR's calls" \
		--inject=H_CEDE:drop --arch=ppc64le --kernel x
	refuse "replacement for PowerPC" "--replace is for x86 guests" --replace=keep \
		-- /x/qemu-system-ppc64
	refuse "trace of an unknown event" "similar: KICK_CPU" --trace=KICK_CPUU --kernel x
	refuse "trace of an unknown group" "there is no group '%clocks'" --trace=%clocks --kernel x
	refuse "trace of wrong vCPUs" "is not a list of vCPUs" --trace --trace-cpu=2-1 --kernel x
	refuse "trace's format" "use text or ftrace" --trace --trace-format=xml --kernel x
	refuse "output without a trace" "--output needs --trace" --output=x --kernel x
	refuse "vCPUs without a trace" "--trace-cpu needs --trace" --trace-cpu=0 \
		--record=x --kernel x
	refuse "vCPUs, by the option's old name" "is not a list of vCPUs" --trace --cpu=2-1 --kernel x
	refuse "loss without a recording" "--record-loss needs --record=FOLDER" --record-loss=drop --kernel x
	refuse "loss in another way" "use wait or drop" --record=x --record-loss=perhaps --kernel x
	refuse "x86's feature for PowerPC" "no feature 'pv-unhalt'" --features=+pv-unhalt \
		-- qemu-system-ppc64
	refuse "PowerPC's feature for x86" "no feature 'magic-page'" --features=+magic-page \
		-- qemu-system-x86_64
	refuse "two machines" "exclude each other" --kernel x -- qemu-system-x86_64
}

test_refusals() {
	local program=qemu-system-x86_64 old new

	refuse "recording over files" "has other files" --record="$tree" -- $program
	refuse "recording over a file" "not a folder" --record="$0" -- $program
	refuse "recording to nowhere" "Not a directory" --record=/dev/null/x -- $program
	refuse "trace to nowhere" "the trace can't be written to" --trace --output=/dev/null/x \
		-- $program
	refuse "symbols of nothing" "has no symbols" --trace --symbols="$0" -- $program
	refuse "missing kernel" "No such file" --kernel="$work/no-kernel"
	refuse "missing initrd" "No such file" --kernel="$0" --initrd="$work/none"
	refuse "missing disk" "No such file" --kernel="$0" --disk="$work/none"
	refuse "no CPUs" "use a number from 1 to 255" --kernel="$0" --cpus=0
	refuse "-enable-kvm" "Paracall needs TCG" -- $program -enable-kvm
	refuse "-accel kvm" "the accelerator 'kvm'" -- $program -accel kvm
	refuse "--accel hvf" "the accelerator 'hvf'" -- $program --accel hvf,x=y
	refuse "-machine accel=" "the accelerator 'kvm'" -- $program -machine q35,accel=kvm:hvf
	refuse "-accel behind --kernel" "the accelerator 'kvm'" --kernel="$0" -- -accel kvm
	refuse "-daemonize" "leave it out" -- $program -daemonize
	refuse "other architecture" "not supported yet" -- qemu-system-mips64
	refuse "32-bit QEMU" "not supported yet" -- /usr/bin/qemu-system-i386
	refuse "user-mode emulation" "emulates programs, not machines" -- qemu-x86_64 /bin/true
	refuse "kvm" "runs guests on KVM itself" -- kvm
	refuse "not a QEMU" "is not a QEMU" -- /bin/true
	refuse "x2APIC" "pv-unhalt exclude each other" -- $program -cpu max,+x2apic
	refuse "x2APIC and one thread" "one thread for all vCPUs" --features=-pv-unhalt -- \
		$program -cpu max,+x2apic -accel tcg,thread=single
	refuse "no such QEMU" "there is no program" --qemu="$work/none" -- $program
	old=$(fake_qemu old 7.2.1 1)
	refuse "QEMU too old" "QEMU 7.2.1 at $old is too old" --qemu="$old" -- $program
	new=$(fake_qemu new 13.0 9)
	refuse "QEMU too new" "QEMU 13.0 at $new is too new" --qemu="$new" -- $program
	refuse "a program that is no QEMU" "does not behave like a QEMU" --qemu=/bin/true -- $program
	expect "no QEMU for s390x" 125 "no qemu-system-s390x was found" \
		env PATH=/nonexistent PARACALL_CACHE=/nonexistent "$paracall" run -- qemu-system-s390x
	expect "no QEMU for PowerPC" 125 "no qemu-system-ppc64 was found" \
		env PATH=/nonexistent PARACALL_CACHE=/nonexistent "$paracall" run \
		--arch=ppc64le --kernel="$0"
	expect "no QEMU at all" 125 "no qemu-system-x86_64 was found" \
		env PATH=/nonexistent PARACALL_CACHE=/nonexistent "$paracall" run -- $program
}

# QEMU's command line is read as QEMU reads it, and quoted as typed.
test_command_line() {
	local program=qemu-system-x86_64 value
	local -a started=("$program" -display none -serial stdio -m 128 -smp 2
		-device "isa-debug-exit,iobase=0xf4,iosize=4")

	for value in +x2apic x2apic x2apic=true x2apic=y; do
		refuse "-cpu max,$value" "'-cpu max,$value', which requests the x2APIC" -- \
			$program -cpu "max,$value"
	done
	refuse "x2APIC by -global" "'-global x86_64-cpu.x2apic=on', which requests the x2APIC" -- \
		$program -global x86_64-cpu.x2apic=on
	printf '[global]\n driver = "x86_64-cpu"\n property = "x2apic"\n value = "on"\n' >"$work/config"
	refuse "x2APIC in a file" "'[global]' in $work/config, which requests the x2APIC" -- \
		$program -readconfig "$work/config"
	refuse "too many vCPUs" "'-smp 288' needs APIC ids up to 287" -- $program -M q35 -smp 288
	refuse "too many vCPUs to come" "'-smp 2,maxcpus=256' needs APIC ids up to 255" -- \
		$program -smp 2,maxcpus=256
	refuse "too high APIC ids" "needs APIC ids up to 262" -- \
		$program -M q35 -smp sockets=66,cores=3
	refuse "too many vCPUs, what to do" "drop both features by --features=-pv-unhalt,-pv-send-ipi" \
		-- $program -M q35 -smp 288
	refuse "too many vCPUs, with IPIs" "--features=-pv-unhalt,-pv-send-ipi" \
		--features=-pv-unhalt -- $program -M q35 -smp 288
	expect "as many vCPUs, without IPIs" 0 "QEMU emulator version" "$paracall" run \
		--features=-pv-unhalt,-pv-send-ipi -- $program -M q35 -smp 288 -version
	refuse "too many vCPUs, in one thread" "or drop that" --features=-pv-unhalt,-pv-send-ipi -- \
		$program -M q35 -smp 288 -accel tcg,thread=single
	refuse "an accelerator as it was typed" "'-machine q35,accel=kvm' asks for" -- \
		$program -machine q35,accel=kvm
	printf '[machine]\n  accel = "kvm"\n' >"$work/config"
	refuse "an accelerator in a file" "'[machine]' in $work/config asks for" -- \
		$program -readconfig "$work/config"
	refuse "the plugin given again" "adds this plugin itself" -- \
		$program -plugin /x/paracall-qemu.so,features=none
	refuse "the plugin for another QEMU given" "adds this plugin itself" -- \
		$program -plugin /x/paracall-qemu-6.so
	refuse "a file that is not there" "'-readconfig /nonexistent/x': No such file" -- \
		$program -readconfig /nonexistent/x
	refuse "a file that is none" "it can't be read twice" -- $program -readconfig /dev/zero
	refuse_status=2 refuse "QEMU's option before --" "'-smp' is an option of QEMU" \
		-smp 2 --kernel=x
	refuse_status=2 refuse "QEMU's option as a long one" "'--enable-kvm' is an option of QEMU" \
		--enable-kvm --kernel=x
	expect "the last accelerator counts" 0 "QEMU emulator version" "$paracall" run -- \
		$program -machine accel=kvm -machine accel=tcg -version
	expect "options that are another's value" 0 "QEMU emulator version" "$paracall" run -- \
		$program -name -enable-kvm -pidfile -daemonize -version
	# The guest's clock would jump by centuries if it were not seen.
	printf '[icount]\n  shift = "auto"\n' >"$work/config"
	expect "-icount in a file" 33 " passed, 0 failed, " "$paracall" run \
		--summary=/dev/null -- "${started[@]}" -readconfig "$work/config" \
		-kernel "$build/guest/clock.elf"
	# With one thread there is no steal time.
	expect "thread=single in -append" 33 " passed, 0 failed, 0 skipped" \
		"$paracall" run --summary=/dev/null -- "${started[@]}" -append thread=single \
		-kernel "$build/guest/steal.elf"
	# More than has room on the stack; the last of them changes the clock.
	# shellcheck disable=SC2046 # 20,000 words
	expect "a great many arguments" 33 " passed, 0 failed, " "$paracall" run \
		--summary=/dev/null -- "${started[@]}" $(yes -- -no-user-config | head -n 20000) \
		-kernel "$build/guest/clock.elf" -icount auto
}

# silent NAME STATUS TEXT ARGUMENT...: QEMU's message is all, with no table after it.
silent() {
	local name=$1 status=$2 text=$3

	shift 3
	expect "$name" "$status" "$text" "$paracall" run -- qemu-system-x86_64 -display none "$@"
	if grep -q -e total -e usecs "$work/out"; then
		fail "$name, no table" "but there is" "$work/out"
	else
		pass "$name, no table"
	fi
}

# A guest that never ran made no calls to be counted.
test_no_guest() {
	silent "QEMU fails at once" 1 "'nonsense' is not a valid device" -device nonsense
	printf '{"execute":"%s"}\n' qmp_capabilities quit >"$work/quit"
	silent "a machine without vCPUs" 0 "" -M none \
		-chardev "file,id=q,input-path=$work/quit,path=/dev/stdout" -mon chardev=q,mode=control
	silent "a guest that was not started" 0 "" -S \
		-chardev "file,id=q,input-path=$work/quit,path=/dev/stdout" -mon chardev=q,mode=control
}

test_engines() {
	local old

	expect "engines" 0 "would be used" "$paracall" engines
	old=$(fake_qemu old 10.2.3 5)
	expect "engines, only an old one" 1 "too old: QEMU 11.0" "$paracall" engines --qemu="$old"
	expect "engines, the way to a newer one" 1 "QEMU 11.0 or later" "$paracall" engines --qemu="$old"
	expect "engines, s390x's are looked for" 0 "qemu-system-s390x" "$paracall" engines
	expect "engines, PowerPC's are looked for" 0 "qemu-system-ppc64" "$paracall" engines
	expect "engines, 32-bit PowerPC's, too" 1 "No qemu-system-ppc was found" \
		env PATH=/nonexistent PARACALL_CACHE=/nonexistent "$paracall" engines
	expect "engines, none" 1 "no QEMU here can be used" \
		env PATH=/nonexistent PARACALL_CACHE=/nonexistent "$paracall" engines
	if [ "$(grep -c '^    to get one' "$work/out")" -eq "$(grep -c '^No qemu-system-' "$work/out")" ] &&
		grep -qE -e '--arch=riscv64|--enable-plugins' "$work/out"; then
		pass "engines, a way for each"
	else
		fail "engines, a way for each" "there is not" "$work/out"
	fi
	PARACALL_QEMU=$old expect "engines, an old one first" 0 "found: named by PARACALL_QEMU" \
		"$paracall" engines
}

# A QEMU that, if it fits, shows what it was started with.
showing_qemu() {
	cat >"$work/showing-$2" <<-EOT
		#!/bin/sh
		case \$* in *probe* | *--version*) exec "$(fake_qemu "shown-$2" "$1" "$2")" "\$@" ;; esac
		echo "\$@"
	EOT
	chmod +x "$work/showing-$2"
	echo "$work/showing-$2"
}

# Each QEMU gets the plugin for its plugin interface, also if it was seen before.
test_plugin_versions() {
	local -x PARACALL_CACHE=$work/versions
	local qemu turn file="paracall-qemu.so"

	qemu=$(showing_qemu 11.0.0 6)
	for turn in asked remembered; do
		expect "QEMU 11.0 has its plugin, $turn" 0 "/paracall-qemu-6.so," \
			"$paracall" run --qemu="$qemu" --summary="$work/summary" -- qemu-system-x86_64
	done
	expect "QEMU 11.0 can be used" 0 "plugin API: 6" "$paracall" engines --qemu="$qemu"
	qemu=$(showing_qemu 11.1.0 7)
	for turn in asked remembered; do
		expect "QEMU 11.1 has its plugin, $turn" 0 "/paracall-qemu.so," \
			"$paracall" run --qemu="$qemu" --summary="$work/summary" -- qemu-system-x86_64
	done
	qemu=$(PARACALL_CACHE='' used_qemu x86_64)
	"$paracall" engines --qemu="$qemu" | grep -q "API: 6" ||
		file="paracall-qemu-6.so"
	expect "a QEMU takes no other plugin" 1 "Could not load plugin" "$qemu" \
		-display none -plugin "$build/engine/qemu/$file"
}

# A QEMU that notes in a file whenever it is asked for its plugin interface.
noting_qemu() {
	cat >"$work/noting" <<-EOT
		#!/bin/sh
		case \$* in *probe*) echo asked >>"$work/asked" ;; esac
		exec "$(fake_qemu noted 11.1.0 7)" "\$@"
	EOT
	chmod +x "$work/noting"
	echo "$work/noting"
}

# asks NAME COUNT COMMAND...: how often that QEMU is probed.
asks() {
	local name=$1 count=$2 got

	shift 2
	: >"$work/asked"
	"$limited" "$@" >"$work/out" 2>&1 </dev/null
	got=$(wc -l <"$work/asked")
	if [ "$got" -eq "$count" ]; then
		pass "$name"
	else
		fail "$name" "asked $got times, not $count" "$work/out"
	fi
}

# A QEMU is probed once, until something changes.
test_probe_cache() {
	local qemu entry
	local -x PARACALL_CACHE='' XDG_CACHE_HOME=$work/cache
	local -a run

	qemu=$(noting_qemu)
	run=("$paracall" run --qemu="$qemu" --summary="$work/summary" -- qemu-system-x86_64)
	asks "first start asks" 1 "${run[@]}"
	asks "second start does not" 0 "${run[@]}"
	expect "the second runs it, too" 1 "Could not load plugin" "${run[@]}"
	asks "engines asks always" 1 "$paracall" engines --qemu="$qemu"
	touch -d 2001-01-01 "$qemu"
	asks "a changed QEMU is asked" 1 "${run[@]}"
	asks "and then not" 0 "${run[@]}"
	touch "$build/engine/qemu/paracall-qemu-probe.so"
	asks "it is asked by another Paracall" 1 "${run[@]}"
	entry=$(echo "$work"/cache/paracall/probe/*)
	for text in "" nonsense "$(head -n 2 "$entry")"; do
		echo "$text" >"$entry"
		asks "broken cache, '${text:0:9}'" 1 "${run[@]}"
	done
	cat "$entry" "$entry" >"$work/twice" && mv "$work/twice" "$entry"
	asks "broken cache, too long" 1 "${run[@]}"
	asks "a cache is made good" 0 "${run[@]}"
	rm -r "$work/cache" && : >"$work/cache"
	asks "cache that can't be written" 1 "${run[@]}"
	expect "nobody hears of that" 1 "Could not load plugin" "${run[@]}"
	rm "$work/cache" && mkdir "$work/home"
	fake_qemu noting 7.2.1 1 >/dev/null
	refuse "a QEMU that is too old now" "too old" --qemu="$qemu" -- qemu-system-x86_64
	[ ! -e "$work/cache" ] || fail "what does not fit is not kept" "but it is"
	HOME=$work/home XDG_CACHE_HOME='' PARACALL_QEMU='' "$paracall" run --qemu="$(noting_qemu)" \
		-- qemu-system-x86_64 >/dev/null 2>&1 </dev/null
	expect "cache in the home folder" 0 "$work/noting" cat "$work"/home/.cache/paracall/probe/*
}

# QEMU's own behavior comes through unchanged.
test_passing_on() {
	local -a qemu=("$paracall" run --summary="$work/summary" -- qemu-system-x86_64
		-display none)
	local -a exiting=(-device "isa-debug-exit,iobase=0xf4,iosize=4"
		-drive "file=$work/exit.img,format=raw,if=floppy")

	expect "QEMU's status, good" 0 "" "${qemu[@]}" -version
	expect "QEMU's status, bad" 1 "nonsense" "${qemu[@]}" -machine nonsense
	expect "a guest's status" 85 "" "${qemu[@]}" "${exiting[@]}"
	check_file "summary file" "$work/summary" total
	expect "summary on standard error" 85 "usecs/call" "$paracall" run -- \
		qemu-system-x86_64 -display none "${exiting[@]}"
	expect "summary can't be written" 125 "can't be written" \
		"$paracall" run --summary=/nonexistent/x -- qemu-system-x86_64 -version
	"${qemu[@]}" >"$work/out" 2>&1 </dev/null &
	wait_until has_started $!
	kill -TERM $!
	wait $!
	check_file "summary after SIGTERM" "$work/summary" total
	expect "JSON" 85 "" "$paracall" run --format=json --summary="$work/json" -- \
		qemu-system-x86_64 -display none "${exiting[@]}"
	expect "JSON is valid" 0 "pv-unhalt" python3 -c \
		'import json, sys; d = json.load(open(sys.argv[1])); print(d["finished"] and d["features_offered"])' \
		"$work/json"
	expect "a guest that keeps memory private" 33 "" "$paracall" run \
		--features=+hc-map-gpa-range --summary="$work/summary" -- qemu-system-x86_64 \
		-display none -m 128 -device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-kernel "$build/guest/map_gpa_range.elf"
	check_file "private memory in the summary" "$work/summary" \
		"private memory: 7 pages in 2 ranges"
}

# has_vmclock NAME COUNT OPTIONS -- ARGUMENTS...: the machine has so many of that device.
has_vmclock() {
	local name=$1 count=$2 found
	local -a options=()

	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	found=$(printf 'info qom-tree\nquit\n' |
		"$limited" "$paracall" run --summary="$work/summary" "${options[@]}" -- \
			qemu-system-x86_64 -display none -S -monitor stdio "$@" 2>"$work/out" |
		tee "$work/qtree" | grep -c '(vmclock)')
	if [ "$found" -eq "$count" ] && grep -q '/machine' "$work/qtree"; then
		pass "$name"
	else
		fail "$name" "$found of them, not $count" "$work/out"
	fi
}

# What a saved guest could miss has its place there.
test_vmclock() {
	has_vmclock "vmclock is added" 1 --
	has_vmclock "vmclock, on" 1 --snapshots=on --
	has_vmclock "vmclock is there" 1 -- -device vmclock,id=own
	has_vmclock "vmclock is there, in JSON" 1 -- -device '{"driver":"vmclock"}'
	has_vmclock "vmclock, off" 0 --snapshots=off --
	has_vmclock "vmclock, off, is there" 1 --snapshots=off -- -device vmclock
	has_vmclock "vmclock on a microvm" 1 -- -machine microvm
}

# Records of stolen time are at a multiple of 64 KiB, wherever memory ends; where there is no
# room for them one sentence says what to do, and the rest is offered.
test_arm64_memory() {
	local guest=$build/guest/arm64/smccc.elf size
	local -a run=("$paracall" run --summary=/dev/null -- qemu-system-aarch64 -display none
		-serial stdio -M "virt,gic-version=2" -cpu max -kernel "$guest")

	if [ -z "$(used_qemu aarch64)" ] || [ ! -e "$guest" ]; then
		skip "arm64, memory" "no qemu-system-aarch64, or no guest for it"
		return
	fi
	for size in 128M 131000K 131080K; do
		expect "arm64, memory of $size" 0 "KVM, features 0x30003" "${run[@]}" -m "$size"
	done
	expect "arm64, a last node of 64 KiB" 0 "or make the last NUMA node larger" "${run[@]}" \
		-m 65600K -object memory-backend-ram,id=m0,size=64M \
		-object memory-backend-ram,id=m1,size=64K -numa node,memdev=m0 -numa node,memdev=m1
	check_file "arm64, a last node of 64 KiB, the rest" "$work/out" "KVM, features 0x10003"
	expect "arm64, memory whose end is used" 0 "as by -device loader; use a larger -m" \
		"${run[@]}" -m 128M -device loader,addr=0x47fffff8,data=1,data-len=8
	check_file "arm64, memory whose end is used, the rest" "$work/out" "KVM, features 0x10003"
	expect "arm64, what is beyond a multiple of 64 KiB is used" 0 "as by -device loader; use a larger -m" \
		"${run[@]}" -m 131080K -device loader,addr=0x48001ff8,data=1,data-len=8
}

# The machine is stopped while a CPU computes, and its counter is then not known until the
# guest reads it: no pair is given, instead of one that is wrong.
test_arm64_stop() {
	local guest=$build/guest/arm64/services.elf threads client

	if [ -z "$(used_qemu aarch64)" ] || [ ! -e "$guest" ]; then
		skip "arm64, stopped" "no qemu-system-aarch64, or no guest for it"
		return
	fi
	for threads in multi single; do
		rm -f "$work/out.ended"
		: >"$work/out"
		"$tree/test/qmp.py" "$work/qmp" "$work/out" wait:pairs stop sleep:1 cont \
			>"$work/steps" 2>&1 &
		client=$!
		expect "arm64, stopped, thread=$threads" 0 "ok 3 - the pair is right after a while" \
			"$paracall" run --summary=/dev/null --inject=steal:burst=200ms:every=50ms -- \
			qemu-system-aarch64 -display none -serial stdio -M "virt,gic-version=2" \
			-cpu max -accel "tcg,thread=$threads" -smp 2 -m 128 -kernel "$guest" \
			-qmp "unix:$work/qmp,server=on,wait=off"
		: >"$work/out.ended"
		wait "$client" || fail "arm64, stopped: QMP" "it failed" "$work/steps"
		if grep -q '^# pairs: [1-9][0-9]* refused' "$work/out"; then
			pass "arm64, stopped, thread=$threads, a pair is refused"
		else
			fail "arm64, stopped, thread=$threads, a pair is refused" "none was" "$work/out"
		fi
	done
	rm -f "$work/out.ended"
}

# That list comes to the guest, and the features that go with it.
test_arm64_list() {
	local guest=$build/guest/arm64/smccc.elf qemu
	local plugin=$build/engine/qemu/paracall-qemu.so
	local -a list=("--target-impl-cpus=0x411fd070:0x100000001:0xffffffffffffffff,0x481fd010")
	local -a machine=(-M "virt,gic-version=2" -cpu max -m 128 -display none -serial stdio
		-kernel "$guest")
	local -a run=("$paracall" run --summary="$work/summary")

	qemu=$(used_qemu aarch64)
	if [ -z "$qemu" ] || [ ! -e "$guest" ]; then
		skip "arm64, CPUs listed" "no qemu-system-aarch64, or no guest for it"
		return
	fi
	expect "arm64, CPUs listed" 0 "KVM, features 0xf0003" "${run[@]}" "${list[@]}" -- \
		qemu-system-aarch64 "${machine[@]}"
	check_file "arm64, CPUs listed, the summary" "$work/summary" discover-impl-cpus
	expect "arm64, CPUs listed, one feature less" 0 "KVM, features 0x70003" "${run[@]}" \
		--features=-discover-impl-cpus "${list[@]}" -- qemu-system-aarch64 "${machine[@]}"
	expect "arm64, CPUs listed, that feature alone" 0 "KVM, features 0x40001" "${run[@]}" \
		--features=func-feat,discover-impl-ver "${list[@]}" -- \
		qemu-system-aarch64 "${machine[@]}"
	expect "arm64, no CPUs listed" 0 "KVM, features 0x30003" "${run[@]}" \
		--target-impl-cpus=none -- qemu-system-aarch64 "${machine[@]}"
	expect "arm64, CPUs listed, the plugin's features come first" 0 "KVM, features 0x80001" \
		"$qemu" -plugin "$plugin,features=func-feat:discover-impl-cpus,target-impl-cpus=1+2:3" \
		"${machine[@]}"
	expect "arm64, the last list counts, plugin" 0 "KVM, features 0x30003" \
		"$qemu" -plugin "$plugin,target-impl-cpus=1,target-impl-cpus=none" "${machine[@]}"
	expect "arm64, CPUs listed wrongly, plugin" 1 "target-impl-cpus=1+x: use MIDR[:REVIDR[:AIDR]]" \
		"$qemu" -M none -display none -plugin "$plugin,target-impl-cpus=1+x"
}

# The same for s390x, if there is such a QEMU, and a guest.
test_s390x() {
	local guest=$build/guest/s390x/selftest.elf qemu
	local -a arguments=(-display none -serial stdio)

	qemu=$(used_qemu s390x)
	if [ -z "$qemu" ] || [ ! -e "$guest" ]; then
		skip "s390x" "no qemu-system-s390x, or no guest for it"
		return
	fi
	expect "s390x" 0 "# exit: passed" "$paracall" run --summary="$work/summary" -- \
		qemu-system-s390x -m 128 "${arguments[@]}" -kernel "$guest"
	check_file "s390x, summary" "$work/summary" DIAG_9C_DIRECTED_YIELD
	if grep -q -e CPUID -e kicks "$work/summary"; then
		fail "s390x, nothing of x86" "but there is" "$work/summary"
	else
		pass "s390x, nothing of x86"
	fi
	expect "s390x, a default machine" 0 "# exit: passed" "$paracall" run --format=json \
		--summary="$work/json" --arch=s390x --kernel="$guest" --memory=128
	expect "s390x, JSON" 0 "s390 156 False" python3 -c \
		'import json, sys; d = json.load(open(sys.argv[1])); print(d["architecture"], d["calls"][0]["number"], "kicks_woke" in d)' \
		"$work/json"
	# A guest whose first yield is refused takes this for a machine without KVM.
	expect "s390x, injection" 0 "no KVM" "$paracall" run \
		--inject=DIAG_9C_DIRECTED_YIELD:enosys --summary="$work/summary" -- \
		qemu-system-s390x -m 128 "${arguments[@]}" -action panic=exit-failure \
		-kernel "$guest"
	check_file "s390x, injection in the summary" "$work/summary" \
		"DIAG_9C_DIRECTED_YIELD by DIAG_9C_DIRECTED_YIELD:enosys"
	expect "s390x, plugin's arguments" 1 "this target takes format=, inject=, report=, summary= and trace= only" "$qemu" -M none \
		-display none -plugin "$build/engine/qemu/paracall-qemu.so,features=none"
}

# The summary reports what was injected; the same seed injects the same again.
# Only the first of the trees that cannot be read is reported.
test_device_trees() {
	local guest=$build/guest/powerpc/trees-be.elf qemu lines

	qemu=$(used_qemu ppc64)
	if [ -z "$qemu" ] || [ ! -e "$guest" ]; then
		skip "PowerPC's device trees" "no qemu-system-ppc64, or no guest for it"
		return
	fi
	expect "PowerPC's device trees" 0 "# exit: passed" "$paracall" run \
		--summary="$work/summary" -- qemu-system-ppc64 -M pseries,x-vof=on -m 256 \
		-display none -serial stdio -kernel "$guest"
	lines=$(grep -c "device tree is left unchanged" "$work/out")
	if [ "$lines" -eq 1 ]; then
		pass "PowerPC's device trees, one warning"
	else
		fail "PowerPC's device trees, one warning" "there are $lines" "$work/out"
	fi
}

test_injection() {
	local run
	local -a guest=(qemu-system-x86_64 -display none -m 128 -smp 2
		-device "isa-debug-exit,iobase=0xf4,iosize=4" -kernel "$build/guest/hypercalls.elf")
	local -a rules=(--inject=VAPIC_POLL_IRQ:retval=7:10% --inject=MMU_OP:drop:when=999)

	expect "faults injected" 35 "" "$paracall" run "${rules[@]}" --inject=seed=5 \
		--summary="$work/summary" -- "${guest[@]}"
	check_file "faults injected, the seed" "$work/summary" "with seed=5:"
	check_file "faults injected, one that was met" "$work/summary" \
		"VAPIC_POLL_IRQ by VAPIC_POLL_IRQ:retval=7:10%"
	check_file "faults injected, one that was not" "$work/summary" \
		"never by MMU_OP:drop:when=999"
	for run in 5 5 6; do
		expect "faults injected, JSON" 35 "" "$paracall" run "${rules[@]}" \
			--inject=seed=$run --format=json --summary="$work/json" -- "${guest[@]}"
		expect "faults injected, JSON is valid" 0 VAPIC_POLL_IRQ python3 -c \
			'import json, sys; print([[i[k] for k in ("where", "cpu", "times", "first_call", "last_call")] for i in json.load(open(sys.argv[1]))["injections"]])' \
			"$work/json"
		sort "$work/out" >>"$work/injections"
	done
	if [ "$(uniq "$work/injections" | wc -l)" -eq 2 ] &&
		[ "$(sed -n 1p "$work/injections")" = "$(sed -n 2p "$work/injections")" ]; then
		pass "the same seed, the same faults"
	else
		fail "the same seed, the same faults" "or others with another" "$work/injections"
	fi
}

# printed_or_ended FILE PROCESS NAME: that test is done, or never will be.
printed_or_ended() {
	grep -q "ok [0-9]* - $3\$" "$1" || ! kill -0 "$2"
}

# If a call has no effect, the test of that effect fails. On one processor,
# so that a yield has one; and no guest is waited for longer than for that line.
test_no_effect() {
	local call program name cpu run
	local -A runs
	local -a calls=(SCHED_YIELD:yield:"yield lets that CPU run"
		KICK_CPU:kick:"kick ends cli; hlt, with no interrupt"
		SEND_IPI:ipi:"IPI to others" CLOCK_PAIRING:clock:"clock pairing")

	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	for run in "${calls[@]}"; do
		IFS=: read -r call program name <<<"$run"
		taskset -c "$cpu" "$paracall" run --inject="$call:drop" --summary=/dev/null -- \
			qemu-system-x86_64 -display none -serial stdio -m 128 -smp 2 \
			-kernel "$build/guest/$program.elf" >"$work/no-$call" 2>&1 </dev/null &
		runs[$call]=$!
	done
	for run in "${calls[@]}"; do
		IFS=: read -r call program name <<<"$run"
		wait_until printed_or_ended "$work/no-$call" "${runs[$call]}" "$name"
		kill "${runs[$call]}" 2>/dev/null
		wait "${runs[$call]}"
		if grep -q "^not ok [0-9]* - $name\$" "$work/no-$call"; then
			pass "without $call a test fails"
		else
			fail "without $call a test fails" "or not: $name" "$work/no-$call"
		fi
	done
}

# count_spins NAME WORDS COMMAND...: the summary of the guest that spins has these words, or
# no line about it if there are none.
count_spins() {
	local name=$1 words=$2

	shift 2
	"$@" >"$work/out" 2>&1 </dev/null
	if ! grep -q '^# SUMMARY: .* 0 failed' "$work/out"; then
		fail "$name" "the guest to pass" "$work/out"
	elif [ "$words" ]; then
		check_file "$name" "$work/out" "$words"
	elif grep -q '^spins: ' "$work/out"; then
		fail "$name" "no spins" "$work/out"
	else
		pass "$name"
	fi
}

# On one processor, however many the host has: Paracall acts only if there is less than
# one for each vCPU.
test_spins() {
	local cpu
	local -a guest=(qemu-system-x86_64 -display none -serial stdio -m 128
		-device "isa-debug-exit,iobase=0xf4,iosize=4" -kernel "$build/guest/spin.elf")

	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	count_spins "spins yield" " yields, " \
		taskset -c "$cpu" "$paracall" run --trace=spin --output="$work/spins" \
		-- "${guest[@]}" -smp 3
	check_file "spins in a trace" "$work/spins" " spin: hints=64, yielded="
	count_spins "spins, enough processors" "" \
		taskset -c "$cpu" "$paracall" run -- "${guest[@]}" -smp 1
	count_spins "spins, one thread" "" \
		taskset -c "$cpu" "$paracall" run -- "${guest[@]}" -smp 3 -accel tcg,thread=single
	taskset -c "$cpu" "$paracall" run --spin=keep --format=json --summary="$work/json" \
		-- "${guest[@]}" -smp 3 >"$work/out" 2>&1 </dev/null
	check_file "spins kept" "$work/json" '"spins": 0,'
	check_file "spins kept have no effect" "$work/out" \
		"not ok 1 - CPUs that spin leave the host to others"
	check_file "spins kept hold up nobody forever" "$work/out" \
		"ok 2 - CPUs that wait for each other make progress"
}

# On PowerPC vCPUs wait by a call, H_CEDE: one that spins meanwhile delays no other. That
# one yields by H_CONFER, too, but not after so many hints.
test_spins_powerpc() {
	local cpu qemu
	local -a run

	qemu=$(used_qemu ppc64)
	if [ -z "$qemu" ] || [ ! -f "$build/guest/powerpc/spin-le.elf" ]; then
		skip "spins on PowerPC" "no qemu-system-ppc64, or no guest for it"
		return
	fi
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	run=(taskset -c "$cpu" "$limited" --cpu=240 --idle=60
		"$paracall" run --trace=spin --output="$work/spins" --
		qemu-system-ppc64 -M "pseries,x-vof=on" -m 256 -display none -serial stdio -nodefaults
		-kernel "$build/guest/powerpc/spin-le.elf")
	"${run[@]}" -smp 6 >"$work/out" 2>&1 </dev/null
	check_file "spins on PowerPC, the guest" "$work/out" '# SUMMARY: 2 passed, 0 failed'
	check_file "spins on PowerPC yield" "$work/spins" " spin: hints=64, yielded="
	"${run[@]}" -smp 4 >"$work/out" 2>&1 </dev/null
	check_file "spins on PowerPC, others wait, the guest" "$work/out" \
		'# SUMMARY: 1 passed, 0 failed'
	if grep -E ' spin: hints=[0-9]{2,}' "$work/spins" >"$work/out"; then
		fail "spins on PowerPC, others wait" "it yielded to nobody" "$work/out"
	else
		pass "spins on PowerPC, others wait"
	fi
}

# On arm64 vCPUs may wait for an event, which is no interrupt: those that spin meanwhile delay
# no other. Until 11.0 QEMU does not let them sleep.
test_spins_arm64() {
	local cpu qemu begin size pc
	local program=$build/guest/arm64/spin.elf

	qemu=$(used_qemu aarch64)
	if [ -z "$qemu" ] || [ ! -f "$program" ]; then
		skip "spins on arm64" "no qemu-system-aarch64, or no guest for it"
		return
	elif "$paracall" engines --qemu="$qemu" | grep -q 'plugin API: 6'; then
		skip "spins on arm64" "vCPUs that wait for an event do not sleep in QEMU 11.0"
		return
	fi
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	taskset -c "$cpu" "$limited" --cpu=240 --idle=60 \
		"$paracall" run --trace=spin --output="$work/spins" -- \
		qemu-system-aarch64 -M virt,gic-version=2 -cpu max -smp 3 -m 128 -display none \
		-serial stdio -nodefaults -kernel "$program" >"$work/out" 2>&1 </dev/null
	check_file "spins on arm64, the guest" "$work/out" ' passed, 0 failed'
	check_file "spins on arm64 yield" "$work/spins" " spin: hints=64, yielded="
	read -r begin size < <(nm -S "$program" | sed -n 's/ t test_others_sleep$//p')
	sed -n 's/.* \(0x[0-9a-f]*\) spin: .*/\1/p' "$work/spins" | while read -r pc; do
		if ((pc >= 0x$begin && pc < 0x$begin + 0x$size)); then
			echo "$pc"
		fi
	done >"$work/out"
	if [ -z "$size" ] || [ -s "$work/out" ]; then
		fail "spins on arm64, others wait" "it yielded to nobody" "$work/out"
	else
		pass "spins on arm64, others wait"
	fi
}

# RISC-V's harts all begin in the firmware, and wait there for the one that boots by divisions
# in place of hints.
test_spins_riscv() {
	local cpu qemu

	qemu=$(used_qemu riscv64)
	if [ -z "$qemu" ] || [ ! -f "$build/guest/riscv/sbi.elf" ]; then
		skip "spins on RISC-V" "no qemu-system-riscv64, or no guest for it"
		return
	fi
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	taskset -c "$cpu" "$paracall" run --trace=spin --output="$work/spins" -- \
		qemu-system-riscv64 -M virt -smp 6 -m 128 -display none -serial stdio -nodefaults \
		-kernel "$build/guest/riscv/sbi.elf" >"$work/out" 2>&1 </dev/null
	check_file "spins on RISC-V, the guest" "$work/out" ' passed, 0 failed'
	if grep -q ' 0x800[01][0-9a-f]* spin: hints=64, yielded=' "$work/spins"; then
		pass "spins in RISC-V's firmware yield"
	else
		fail "spins in RISC-V's firmware yield" "none there does" "$work/spins"
	fi
}

# The thread of a vCPU that others spin for is stopped meanwhile.
test_stopped() {
	local cpu how

	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
	for how in yield keep; do
		taskset -c "$cpu" "$build/test/stop_thread" "$paracall" run --spin="$how" \
			-- qemu-system-x86_64 -display none -serial stdio -m 128 -smp 5 \
			-name stopped,debug-threads=on \
			-device "isa-debug-exit,iobase=0xf4,iosize=4" \
			-kernel "$build/guest/stopped.elf" >"$work/out" 2>&1
		case $? in
		33) pass "a vCPU whose thread is stopped, --spin=$how" ;;
		77) skip "a vCPU whose thread is stopped, --spin=$how" \
			"threads of children can't be traced here" ;;
		*) fail "a vCPU whose thread is stopped, --spin=$how" "status $?" "$work/out" ;;
		esac
	done
}

# Without QEMU's -kernel: firmware starts GRUB, and that a guest, by Multiboot2.
test_grub() {
	local modules=/usr/lib/grub/i386-pc program

	if ! command -v grub-mkimage >/dev/null || [ ! -f "$modules/multiboot2.mod" ]; then
		skip "guests by GRUB" "script/setup --all-kernels gets it on x86"
		return
	fi
	mkdir -p "$work/disk"
	printf '%s\n' 'multiboot2 /guest.elf replace=fast' boot >"$work/disk/grub.cfg"
	grub-mkimage -O i386-pc -o "$work/core.img" -p '(hd1)' biosdisk tar normal multiboot2
	cat "$modules/boot.img" "$work/core.img" >"$work/grub.disk"
	truncate -s %1M "$work/grub.disk"
	for program in selftest kick instructions i386/selftest; do
		if [ ! -f "$build/guest/$program.elf" ]; then
			skip "$program by GRUB" "it was not built"
			continue
		fi
		cp "$build/guest/$program.elf" "$work/disk/guest.elf"
		tar -C "$work/disk" --format=ustar -cf "$work/files.disk" guest.elf grub.cfg
		truncate -s %1M "$work/files.disk"
		expect "$program by GRUB" 33 "# SUMMARY: " "$paracall" run --summary=/dev/null \
			-- qemu-system-x86_64 -M q35 -smp 2 -m 128 -display none -serial stdio \
			-device "isa-debug-exit,iobase=0xf4,iosize=4" \
			-drive "file=$work/grub.disk,format=raw,index=0,snapshot=on" \
			-drive "file=$work/files.disk,format=raw,index=1,snapshot=on"
	done
}

# The suite's own guests are test/guest.sh's business.
test_check() {
	local guests=$work/guests file=$work/guests/x86_64.conf

	mkdir -p "$guests"
	printf '[runs]\nnone | paracall,plain | quick | | | pass\n' >"$file"
	expect "check, no such engine" 2 "use paracall, plain, kvm, kvm-in-tcg or unicorn" "$paracall" check --engine=xen
	expect "check, no such architecture" 2 "no guests for that" "$paracall" check --arch=vax
	expect "check, no such format" 2 "use text, tap or junit" "$paracall" check --format=xml
	expect "check, bad time" 2 "number of seconds" "$paracall" check --timeout=0
	expect "check, compare, one engine" 2 "needs two engines" "$paracall" check --compare plain
	expect "check, compare, twice the same" 2 "two different engines" \
		"$paracall" check --compare plain plain
	expect "check, compare, no such run" 2 "no run of that name can be compared" \
		"$paracall" check --compare plain paracall kick
	expect "check, compare, bad seed" 2 "give a number below 2^63, or random" \
		"$paracall" check --compare --seed=9223372036854775808 plain paracall
	expect "check, compare, no sequences" 2 "from 1 to 1000000" \
		"$paracall" check --compare --sequences=0 plain paracall
	expect "check, compare, a seed for nothing" 2 "none of these programs makes random sequences" \
		"$paracall" check --compare --seed=2 plain paracall answers
	expect "check, a seed without compare" 2 "--seed and --sequences need --compare" \
		"$paracall" check --seed=2
	expect "check, compare, nothing to compare with" 77 "unexplained" \
		"$paracall" check --compare plain paracall answers
	expect "check, no such program" 2 "no run has that name" "$paracall" check nothing
	expect "check, list, no such program" 2 "check: no run has that name" \
		"$paracall" check --list nothing
	expect "check, list for a farm, no such program" 2 "check: no run has that name" \
		"$paracall" check --list --format=json nothing
	expect "check, no runs for KVM" 77 "kvm all: no runs for KVM of that architecture yet" \
		"$paracall" check --engine=kvm --guests="$guests"
	mkdir "$work/alone" && cp "$paracall" "$work/alone"
	expect "check, without libunicorn" 77 "install libunicorn-dev" \
		"$work/alone/paracall" check --engine=unicorn --guests="$build/guest" hypercalls
	expect "check, no guests" 125 "name their folder with --guests" \
		"$paracall" check --guests="$work/empty"
	expect "check, list" 0 "kick: kick ends cli; hlt, with no interrupt" \
		"$paracall" check --list 'kic*'
	expect "check, rules" 0 "arch/x86/kvm/lapic.c, __apic_accept_irq" \
		"$paracall" check --rules 'kic*'
	expect "check, list, 32 bits" 0 "i386/kick: kick ends cli; hlt, with no interrupt" \
		"$paracall" check --list --arch=i386 kick
	expect "check, list, no file" 125 "none.elf' can't be read" \
		"$paracall" check --list --guests="$guests"
	expect "check, a QEMU that fails is no failed test" 3 "CRASH x86_64 plain none" \
		"$paracall" check --guests="$guests"
	expect "check, guests that were not built" 3 "SKIP  ppc64 plain all: not built" \
		"$paracall" check --guests="$guests"
	expect "check, all skipped" 77 "ok 1 - x86_64 plain kick" \
		"$paracall" check --engine=plain --arch=x86_64 --format=tap kick
	expect "check, something tested" 0 "1..10" \
		"$paracall" check --engine=paracall --arch=x86_64 --format=tap selftest
	expect "check, not in time" 3 "not finished in time" \
		"$paracall" check --engine=paracall --arch=x86_64 --timeout=1 ipi
	expect "check, JUnit" 0 "testsuites 1" sh -c "'$paracall' check --engine=paracall \
		--arch=x86_64 --format=junit selftest | python3 -c 'import sys, xml.etree.ElementTree as e
t = e.parse(sys.stdin).getroot(); print(t.tag, len(t))'"
	expect "check, JUnit beside the text" 0 "PASS" "$paracall" check --engine=plain \
		--arch=x86_64 --junit="$work/junit" selftest
	expect "check, JUnit's file" 0 "testsuites 2 0" python3 -c 'import sys, xml.etree.ElementTree as e
t = e.parse(sys.argv[1]).getroot()
print(t.tag, len(t), sum(int(s.get("failures")) for s in t))' "$work/junit"
	expect "check, nowhere for JUnit's file" 125 "no/junit' can't be written" \
		"$paracall" check --engine=plain --arch=x86_64 --junit="$work/no/junit" selftest
	expect "check, a full disk for JUnit's file" 125 "could not be written: No space" \
		"$paracall" check --engine=plain --arch=x86_64 --junit=/dev/full selftest
	expect "check, bad shard" 2 "like 1/4 to 4/4" "$paracall" check --shard=5/4
	expect "check, bad number of jobs" 2 "from 1 to 1024, or auto" "$paracall" check --jobs=0
	expect "check, JSON of no list" 2 "needs --list" "$paracall" check --format=json
	expect "check, a list as JUnit" 2 "only --format=text and json" "$paracall" check --list --format=junit
	expect "check, a shard of a comparison" 2 "cannot be combined with --compare" \
		"$paracall" check --compare --shard=1/2 plain paracall
	expect "check, a shard without runs" 77 "none is in this shard" \
		"$paracall" check --engine=plain --arch=x86_64 --shard=9/9 selftest
	# shellcheck disable=SC2016 # it is Python's
	expect "check, the list for a farm" 0 "all runs are in one shard" python3 -c 'import json, subprocess, sys
def runs(*options):
    text = subprocess.run([sys.argv[1], "check", "--list", "--format=json", *options],
                          stdout=subprocess.PIPE, check=True).stdout
    return json.loads(text)
whole = runs()
parts = [runs("--shard=%d/5" % i)["runs"] for i in range(1, 6)]
assert whole["all_runs"] == len(whole["runs"]) > 100
assert sorted((r for p in parts for r in p), key=lambda r: r["number"]) == whole["runs"]
assert max(map(len, parts)) - min(map(len, parts)) < 2
assert any(t["program"] == "kick" and "KICK_CPU" in t["covers"] and t["rule"] for t in whole["tests"])
assert any(r["alone"] for r in whole["runs"]) and any(not r["alone"] for r in whole["runs"])
print("all runs are in one shard")' "$paracall"
	printf 'none | plain\n' >"$file"
	expect "check, bad data file" 125 "x86_64.conf: line 1" "$paracall" check --guests="$guests"
	# The program resets its machine on purpose: after the first time it would go on.
	printf '[runs]\nreset | paracall,plain | quick | | -M q35 -smp 2 | pass\n' >"$file"
	ln -s "$build/guest/reset.elf" "$guests"
	expect "check, a machine that is reset ends" 3 "ended too early" \
		"$paracall" check --engine=paracall --arch=x86_64 --guests="$guests"
}

# A QEMU with a name of its own that fits, notes its process, and does this.
endless_qemu() {
	cat >"$work/endless" <<-EOT
		#!/bin/sh
		case \$* in *probe*) exec "$(fake_qemu fitting 11.1.0 7)" "\$@" ;; esac
		echo \$\$ >"$work/pid"
		$1
	EOT
	chmod +x "$work/endless"
	echo "$work/endless"
}

# The console of the machine is added unless the user names one.
test_console() {
	local qemu

	# shellcheck disable=SC2016 # for the shell in there
	qemu=$(endless_qemu 'echo "$*"')
	expect "a console is added" 0 "-append console=ttyS0 quiet" "$paracall" run \
		--qemu="$qemu" --kernel="$0" --append=quiet
	expect "netconsole= is no console" 0 "-append console=ttyS0 netconsole=@/" "$paracall" \
		run --qemu="$qemu" --kernel="$0" --append=netconsole=@/
	expect "the user's console" 0 "-append quiet console=tty1" "$paracall" run \
		--qemu="$qemu" --kernel="$0" --append="quiet console=tty1"
}

# is_running FILE: the process of that number; one that nobody waits for is gone, too.
is_running() {
	[ -s "$1" ] && grep -q '^State:.[^Z]' "/proc/$(cat "$1")/status" 2>/dev/null
}

has_gone() {
	! is_running "$work/pid"
}

# check_gone NAME: the QEMU, at once or soon.
check_gone() {
	wait_until has_gone
	if [ ! -s "$work/pid" ]; then
		fail "$1" "it was not started"
	elif is_running "$work/pid"; then
		fail "$1" "it was not"
		kill -KILL "$(cat "$work/pid")"
	else
		pass "$1"
	fi
}

# No QEMU outlives the check that has started it.
test_check_ends() {
	local -x PARACALL_CACHE='' XDG_CACHE_HOME=$work/check-cache PARACALL_QEMU
	local -a check=("$paracall" check --engine=paracall --arch=x86_64 selftest)
	local checking seconds

	PARACALL_QEMU=$(endless_qemu "trap '' TERM; exec sleep 1000")
	# A busy host may not let it begin at once.
	for seconds in 1 5 25; do
		rm -f "$work/pid"
		expect "check, a QEMU that does not end, $seconds s" 3 "not finished in time" \
			"${check[@]}" --timeout="$seconds"
		[ ! -s "$work/pid" ] || break
	done
	check_gone "check, a QEMU that does not end is ended"
	rm -f "$work/pid"
	PARACALL_QEMU=$(endless_qemu "exec sleep 1000")
	"${check[@]}" >"$work/out" 2>&1 </dev/null &
	checking=$!
	wait_until test -s "$work/pid"
	kill -KILL "$checking" 2>/dev/null
	wait "$checking" 2>/dev/null
	check_gone "check was killed, and QEMU ends"
}

# A QEMU that does this with the name of the guest in $guest, and then says that all is good.
guest_qemu() {
	cat >"$work/guest-qemu" <<-EOT
		#!/bin/sh
		case \$* in *probe*) exec "$(fake_qemu fitting 11.1.0 7)" "\$@" ;; esac
		work=$work
		guest=\$(expr "\$*" : '.*/\([a-z]*\)[.]elf')
		$1
		echo "ok 1 - a"
		echo "1..1"
		exit 33
	EOT
	chmod +x "$work/guest-qemu"
	echo "$work/guest-qemu"
}

# Two of them wait for each other.
# shellcheck disable=SC2016 # for the shell in there
meet='touch "$work/met-$guest"
		for i in $(seq 200); do [ $(ls "$work"/met-* | wc -l) -lt 2 ] || break; sleep 0.1; done
		[ $(ls "$work"/met-* | wc -l) -ge 2 ] || exit 35'

test_check_jobs() {
	local -x PARACALL_CACHE='' XDG_CACHE_HOME=$work/check-cache PARACALL_QEMU
	local guests=$work/jobs
	local -a check=("$paracall" check --engine=paracall --arch=x86_64 --guests="$guests")

	mkdir -p "$guests"
	printf '[runs]\nslow | paracall | quick | | | pass\nfast | paracall | quick | | | pass\n' \
		>"$guests/x86_64.conf"
	PARACALL_QEMU=$(guest_qemu "$meet")
	expect "check, two at a time" 0 "2       0" "${check[@]}" --jobs=2
	# shellcheck disable=SC2016 # for the shell in there
	PARACALL_QEMU=$(guest_qemu 'echo $$ >"$work/pid-$guest"
		until [ $guest = fast ] || { [ -s "$work/pid-fast" ] &&
			! kill -0 "$(cat "$work/pid-fast")" 2>/dev/null; }; do sleep 0.1; done')
	"${check[@]}" --jobs=2 2>&1 | awk '{ print $1, $4 }' >"$work/out"
	if [ "$(head -n 2 "$work/out" | paste -sd,)" = "PASS slow:,PASS fast:" ]; then
		pass "check, results in order"
	else
		fail "check, results in order" "they are not" "$work/out"
	fi
	printf '[runs]\n' >"$guests/x86_64.conf"
	for _ in 1 2 3; do
		echo 'slow | paracall | quick alone | | | pass'
		echo 'fast | paracall | quick | | | pass'
	done >>"$guests/x86_64.conf"
	# shellcheck disable=SC2016 # for the shell in there
	PARACALL_QEMU=$(guest_qemu 'mkdir "$work/alone-$guest" || exit 35
		# So long others could come.
		sleep 0.3
		[ $guest = fast ] || ! [ -e "$work/alone-fast" ] || exit 35
		rmdir "$work/alone-$guest"')
	expect "check, alone" 0 "6       0" "${check[@]}" --jobs=4
}

# interrupted SIGNAL STATUS: two that do not end by themselves are ended, even if they ignore
# signals, and there are results.
interrupted() {
	local signal=$1 checking file running=0

	rm -f "$work"/pid-* "$work/junit"
	env --default-signal="$signal" "$paracall" check --engine=paracall --arch=x86_64 \
		--guests="$work/jobs" --jobs=2 --format=tap --junit="$work/junit" \
		>"$work/out" 2>&1 </dev/null &
	checking=$!
	until [ -s "$work/pid-slow" ] && [ -s "$work/pid-fast" ]; do
		kill -0 "$checking" 2>/dev/null || break
		sleep 0.1
	done
	kill -s "$signal" "$checking"
	wait "$checking"
	if [ $? -eq "$2" ]; then
		pass "check, $signal: it ends by that"
	else
		fail "check, $signal: it ends by that" "it does not" "$work/out"
	fi
	for file in "$work"/pid-*; do
		! is_running "$file" || running=$((running + 1))
	done
	if [ "$running" -eq 0 ]; then
		pass "check, $signal: no QEMU is left"
	else
		fail "check, $signal: no QEMU is left" "$running are"
	fi
	if grep -q "^Bail out!" "$work/out" && grep -q "0 of 3 runs were done" "$work/out" &&
		[ "$(grep -c "not run: interrupted" "$work/junit")" -eq 3 ]; then
		pass "check, $signal: runs that were not done are reported"
	else
		fail "check, $signal: runs that were not done are reported" "they are not" "$work/out"
	fi
}

test_check_interrupted() {
	local -x PARACALL_CACHE='' XDG_CACHE_HOME=$work/check-cache PARACALL_QEMU

	mkdir -p "$work/jobs"
	printf '[runs]\nslow | paracall | quick | | | pass\nfast | paracall | quick | | | pass\nnext | paracall | quick | | | pass\n' \
		>"$work/jobs/x86_64.conf"
	# shellcheck disable=SC2016 # for the shell in there
	PARACALL_QEMU=$(guest_qemu 'echo $$ >"$work/pid-$guest"; exec sleep 1000')
	interrupted INT 130
	# shellcheck disable=SC2016 # for the shell in there
	PARACALL_QEMU=$(guest_qemu 'trap "" TERM; echo $$ >"$work/pid-$guest"; exec sleep 1000')
	interrupted TERM 143
}

test_check_output() {
	expect "check, a full disk" 125 "could not be written" \
		sh -c "'$paracall' check --engine=plain --arch=x86_64 selftest >/dev/full"
	expect "check, a full disk, list" 125 "could not be written" \
		sh -c "'$paracall' check --list kick >/dev/full"
}

# A QEMU that was killed leaves what it had counted.
test_killed() {
	local killer pid=$work/pid

	rm -f "$pid"
	{ wait_until test -s "$pid" && wait_until has_started "$(cat "$pid")" &&
		kill -KILL "$(cat "$pid")"; } &
	killer=$!
	expect "QEMU killed" 137 "did not exit normally" "$paracall" run -- \
		qemu-system-x86_64 -display none -pidfile "$pid"
	wait "$killer"
}

# The plugin does its own checks, for users who load it without the command.
test_plugin() {
	local plugin=$build/engine/qemu/paracall-qemu.so
	local qemu

	qemu=$(used_qemu)
	expect "plugin, unknown argument" 1 "unknown plugin argument 'speed'" \
		"$qemu" -M none -display none -plugin "$plugin,speed=high"
	expect "plugin, unknown feature" 1 "feature 'pv'" \
		"$qemu" -M none -display none -plugin "$plugin,features=pv"
	expect "plugin, summary of its own" 85 "usecs/call" "$qemu" -display none \
		-plugin "$plugin" -device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-drive "file=$work/exit.img,format=raw,if=floppy"
	expect "plugin, summary of its own in JSON" 85 '"architecture": "x86"' "$qemu" -display none \
		-plugin "$plugin,format=json" -device "isa-debug-exit,iobase=0xf4,iosize=4" \
		-drive "file=$work/exit.img,format=raw,if=floppy"
	expect "plugin, a format of no summary" 1 "format=json: there is no summary with report=" \
		"$qemu" -M none -display none -plugin "$plugin,report=$work/report,format=json"
	expect "plugin, given twice" 1 "the plugin is given twice" "$qemu" -M none -display none \
		-plugin "$plugin" -plugin "$plugin"
	expect "plugin, a file of -readconfig that is none" 1 "'-readconfig /dev/null': it can't" \
		"$qemu" -M none -display none -plugin "$plugin" -readconfig /dev/null
	expect "plugin, bad report" 1 "report=/nonexistent/x" \
		"$qemu" -M none -display none -plugin "$plugin,report=/nonexistent/x"
	expect "plugin, a report that can shrink" 1 "it can't be sealed; create it by memfd_create" \
		python3 -c "$with_memory" \
		"$qemu" -M none -display none -plugin "$plugin,report=/proc/self/fd/FILE"
}

# Runs a command in which FILE stands for the number of memory that takes no seals.
with_memory='
import os, sys
file = os.memfd_create("test", 0)
command = [word.replace("FILE", str(file)) for word in sys.argv[1:]]
os.execvp(command[0], command)
'

# A boot sector that leaves through isa-debug-exit with value 42: mov $42, %al;
# mov $0xf4, %dx; out %al, %dx; hlt.
make_exit_image() {
	printf '\xb0\x2a\xba\xf4\x00\xee\xf4' >"$work/exit.img"
	truncate -s 510 "$work/exit.img"
	printf '\x55\xaa' >>"$work/exit.img"
	truncate -s 1440k "$work/exit.img"
}

only "$@"
make_exit_image
test_help
test_options
test_guides
test_examples
test_documents
test_full_disk
test_dtb
test_list
test_completion
test_console
test_shells
test_usage
test_refusals
test_command_line
test_no_guest
test_engines
test_plugin_versions
test_probe_cache
test_passing_on
test_arm64_memory
test_arm64_stop
test_arm64_list
test_s390x
test_device_trees
test_injection
test_no_effect
test_spins
test_spins_powerpc
test_spins_arm64
test_spins_riscv
test_vmclock
test_stopped
test_grub
test_check
test_check_ends
test_check_jobs
test_check_interrupted
test_check_output
test_killed
test_plugin
finish
