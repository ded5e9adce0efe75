#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The monitor on libunicorn: whatever its guest does ends in one clear sentence and an exit
# status. Usage: test/unicorn.sh [PART]...
. "$(dirname "$0")/lib.sh"

monitor=$build/paracall-unicorn

# make MACHINE ADDRESS PART...: see make_elf.py
make() {
	python3 "$tree/test/make_elf.py" "$@" >"$work/program.elf"
}

# Of a table: machine | address | exit status | what it says | name | parts of the program.
# No sentence takes more than a line.
run_table() {
	local machine address status text name parts

	while IFS='|' read -r machine address status text name parts; do
		machine=$(trim "$machine")
		case $machine in '' | '#'*) continue ;; esac
		# shellcheck disable=SC2086 # they are a list of words
		make "$machine" "$(trim "$address")" $parts
		expect "$machine, $(trim "$name")" "$(trim "$status")" "$(trim "$text")" \
			"$monitor" "$work/program.elf"
		[ "$(wc -l <"$work/out")" -le 1 ] ||
			fail "$machine, $(trim "$name"), one line" "there are more" "$work/out"
	done
}

test_x86() {
	run_table <<-'END'
	x86-64 | 0x100000 | 1 | exception 6 at 0x100000, and no handler | ud2 | 0f0b
	x86-64 | 0x100000 | 1 | halted forever at 0x100001 | cli; hlt | fa f4
	# mov byte [0], 0xf4; jmp to 0
	x86-64 | 0x100000 | 1 | halted forever at 0x0 | code at address 0 | c60500000000f4 31c0 ffe0
	x86-64 | 0x100000 | 1 | no memory at 0x20000000 | a load outside memory | a100000020
	x86-64 | 0x100000 | 1 | no memory at 0x8000000 | an instruction across memory's end | c605ffffff070f b8ffffff07 ffe0
	# lidt; mov esp; ud2; the table's bounds, and gate 6
	i386 | 0x100000 | 1 | paracall-unicorn: | no stack | 0f011d00011000 bc00000020 0f0b @0x100 ff0f00021000 @0x230 80000800008e1000
	i386 | 0x100000 | 1 | paracall-unicorn: | the handler raises it again | 0f011d00011000 bc00100000 0f0b @0x100 ff0f00021000 @0x230 0c000800008e1000
	i386 | 0x100000 | 1 | exception 6 at 0x10000c, and its handler can't be entered | the handler's segment behind the table | 0f011d00011000 bc00100000 0f0b @0x100 ff0f00021000 @0x230 80001800008e1000
	i386 | 0x100000 | 1 | exception 6 at 0x10000c, and its handler can't be entered | the handler has no segment | 0f011d00011000 bc00100000 0f0b @0x100 ff0f00021000 @0x230 80000000008e1000
	# lgdt, too: 64 KiB from memory's end less 8 on
	i386 | 0x100000 | 1 | exception 6 at 0x100013, and no handler | descriptors behind memory's end | 0f011508011000 0f011d00011000 bc00100000 0f0b @0x100 ff0f00021000 @0x108 fffff8ffff07 @0x230 80001000008e1000
	# mov cr3; mov cr0
	i386 | 0x100000 | 1 | and no handler | page tables outside memory | b800f0ff0f 0f22d8 0f20c0 0d00000080 0f22c0 f4
	# Real mode: the same, and hlt without interrupts.
	i386 | 0x100000 | 1 | exception 6 in real mode, and no handler | real mode | 0f20c0 24fe 0f22c0 0f0b
	END
}

test_s390() {
	run_table <<-'END'
	s390x | 0x100000 | 1 | interruption code 1 at 0x100000, and no handler | no operation | 0000
	# larl %r1; spx 0(%r1)
	s390x | 0x100000 | 1 | and no handler | a prefix outside memory | c01000000008 b2101000 0000 @0x10 7fffe000
	s390x | 0x100000 | 1 | | the bad end, lpsw | c01000000008 82001000 @0x10 000a000080000000
	s390x | 0x100000 | 0 | | the good end, lpswe | c01000000008 b2b21000 @0x10 00020001800000000000000000000fff
	# mvc 0x1d0(16),0(%r1)
	s390x | 0x100000 | 1 | interruption code 1 at 0x10000c, and no handler | a handler that waits | c01000000008 d20f01d01000 0000 @0x10 00020001800000000000000000000fff
	# llilh %r1; l %r2,0(%r1), or br %r1
	s390x | 0x100000 | 1 | and no handler | a load outside memory | a51e2000 58201000
	s390x | 0x100000 | 1 | and no handler | a branch outside memory | a51e2000 07f1
	s390x | 0x100000 | 1 | and no handler | a block of the console's across memory's end | a51e07ff a51bfff8 b2200021 0000
	s390x | 0x7fffffc | 1 | and no handler | the last instruction in memory | 83120500
	END
}

test_powerpc() {
	run_table <<-'END'
	ppc64 | 0x400000 | 1 | interrupt 0x700 at 0x400000, and no handler | no instruction | 00000000
	ppc | 0x1000000 | 1 | interrupt 0x700 at 0x1000000, and no handler | no instruction | 00000000
	# mfspr %r3,310
	ppc64 | 0x400000 | 1 | and no handler | a register that there is not | 7c764aa6
	# mftb %r3; H_RTAS: power-off
	ppc64 | 0x400000 | 0 | | the good end, and the time before | 7c6c42a6 3c800040 60840040 38600000 6063f000 44000022 @0x40 00002003 00000002 00000001
	ppc64 | 0x400000 | 1 | and no handler | RTAS with too many arguments | 3c800040 60840040 38600000 6063f000 44000022 00000000 @0x40 00002006 ffffffff 00000001
	# lis %r5; lwz %r3,0(%r5)
	ppc64 | 0x400000 | 1 | and no handler | a load outside memory | 3ca02000 80650000
	ppc64 | 0x400000 | 1 | and no handler | a terminal's text too long | 38600058 38800000 38a0ffff 44000022 00000000
	# cmpdi %r5,0; beq; li %r5,0; %r3 = the tree; b to the start
	ppc64 | 0x400000 | 1 | and no handler | a tree larger than memory | 2c250000 41820014 38a00000 3c600040 60630040 4bffffec 00000000 @0x40 d00dfeed fffffff0
	# li %r4,0x30; mtmsrd %r4
	ppc64 | 0x400000 | 1 | and no handler | addresses are translated | 38800030 7c800164 00000000
	ppc64 | 0x400000 | 1 | and no handler | H_CEDE | 386000e0 44000022 00000000
	# To the serial port; off
	ppc | 0x1000000 | 0 | A | a Macintosh's devices | 3c608001 38800041 98833030 3880000a 98837400 48000000
	END
}

test_programs() {
	run_table <<-'END'
	mips | 0x100000 | 1 | no CPU here can run this program: ppc64, ppc, s390x, x86-64, i386 | another CPU | 00000000
	i386 | 0x7ffffff | 1 | larger than the machine's memory | too much of it | 90f4
	END
	make i386 0x100000 f4
	mv "$work/program.elf" "$work/hlt.elf"
	printf 'no program' >"$work/program.elf"
	expect "no program" 1 "this is not an ELF file" "$monitor" "$work/program.elf"
	expect "no such file" 1 "No such file" "$monitor" "$work/none.elf"
	expect "no such feature" 1 "no machine with the features" "$monitor" --features=+nothing "$work/hlt.elf"
}

# libunicorn itself, as far as the monitor can see.
test_crash() {
	local monitored

	if nm -D "$monitor" | grep -q __asan; then
		skip "libunicorn crashes" "a sanitizer looks after that"
		return
	fi
	# An empty line to the serial port, and a loop.
	make i386 0x100000 66baf803 b00a ee ebfe
	: >"$work/out"
	"$monitor" "$work/program.elf" >"$work/out" 2>&1 &
	monitored=$!
	# Before the program runs a signal just ends it.
	wait_until test -s "$work/out"
	kill -SEGV "$monitored"
	wait "$monitored"
	if [ $? -eq 1 ] && grep -q "libunicorn crashed" "$work/out"; then
		pass "libunicorn crashes"
	else
		fail "libunicorn crashes" "there is no sentence" "$work/out"
	fi
}

if [ ! -x "$monitor" ]; then
	skip "the monitor" "it was built without libunicorn"
	finish
	exit
fi
only "$@"
test_crash
test_powerpc
test_programs
test_s390
test_x86
finish
