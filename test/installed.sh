#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libparacall as others find it: installed, by pkg-config, from C and C++, shared and
# static; its symbols' versions; its headers one by one; and its manual pages.
# Usage: test/installed.sh [PART]..., of its functions test_PART.
. "$(dirname "$0")/lib.sh"

root=$work/root

# The tree below $root, and pkg-config's flags of there.
install_tree() {
	[ ! -d "$root" ] || return 0
	DESTDIR=$root meson install -C "$build" --no-rebuild >"$work/log" 2>&1 || return
	libraries=$(dirname "$(find "$root" -name libparacall.so)")
	headers=$(dirname "$(find "$root" -name paracall.h)")
}

flags() {
	PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$libraries/pkgconfig \
		pkg-config "$@" --cflags --libs libparacall
}

# Finds the library at its own address, and KVM's row for a number.
write_program() {
	local header

	for header in "$headers"/*.h; do
		echo "#include <paracall/${header##*/}>"
	done
	cat <<'EOT'
#include <stdio.h>
#include <string.h>

static uint64_t read_register(void *cpu, unsigned int number)
{
	return ((uint64_t *)cpu)[number];
}

static void write_register(void *cpu, unsigned int number, uint64_t value)
{
	((uint64_t *)cpu)[number] = value;
}

int main(void)
{
	uint64_t registers[PARACALL_X86_REGISTERS] = { PARACALL_KVM_HC_VAPIC_POLL_IRQ };
	struct paracall_engine engine;
	struct paracall_options options;
	struct paracall_machine *machine;
	struct paracall_cpu *cpu;

	memset(&engine, 0, sizeof(engine));
	memset(&options, 0, sizeof(options));
	engine.size = sizeof(engine);
	options.size = sizeof(options);
	engine.name = "installed";
	engine.read_register = read_register;
	engine.write_register = write_register;
	options.architecture = PARACALL_X86;
	options.max_cpus = 1;
	if (paracall_machine_new(&machine, &engine, &options))
		return 1;
	cpu = paracall_machine_add_cpu(machine, 0, registers);
	paracall_hypercall(cpu, PARACALL_MODE_64BIT);
	printf("%s: %d\n", paracall_version(), (int)registers[PARACALL_X86_RAX]);
	paracall_machine_free(machine);
	return 0;
}
EOT
}

# compile COMPILER SUFFIX KIND: a program by pkg-config's flags, and what it prints.
compile() {
	local -a options=(-Wall -Wextra -Werror)
	local words program=$work/program-$2-$3

	write_program >"$work/program.$2"
	case $3 in
	static)
		words=$(flags --static) || return
		options+=(-static)
		;;
	*) words=$(flags) || return ;;
	esac
	# shellcheck disable=SC2086 # they are words
	"$1" "${options[@]}" "$work/program.$2" -o "$program" $words || return
	[ "$(LD_LIBRARY_PATH=$libraries "$program")" = "$(version): 0" ]
}

version() {
	PKG_CONFIG_LIBDIR=$libraries/pkgconfig pkg-config --modversion libparacall
}

# check NAME COMMAND...: good if it succeeds.
check() {
	local name=$1

	shift
	if "$@" >"$work/log" 2>&1 </dev/null; then
		pass "$name"
	else
		fail "$name" "see below" "$work/log"
	fi
}

# installed_for NAME PROGRAM...: skips the test if one is missing, or nothing can be linked.
installed_for() {
	local name=$1 program

	shift
	for program; do
		command -v "$program" >/dev/null || {
			skip "$name" "no $program: script/setup gets it"
			return 1
		}
	done
	install_tree || {
		fail "$name" "meson install failed" "$work/log"
		return 1
	}
}

test_c() {
	installed_for "a program in C" pkg-config "${CC:-cc}" || return 0
	check "a program in C, shared" compile "${CC:-cc}" c shared
	check "a program in C, static" compile "${CC:-cc}" c static
}

test_cpp() {
	local compiler=${CXX:-g++}

	command -v "$compiler" >/dev/null || compiler=clang++
	installed_for "a program in C++" pkg-config "$compiler" || return 0
	check "a program in C++, shared" compile "$compiler" cpp shared
	check "a program in C++, static" compile "$compiler" cpp static
}

# Each function that a program takes has a version, and the library names the same.
find_unversioned() {
	local -a defined

	mapfile -t defined < <(nm -D --defined-only "$libraries/libparacall.so" | sed -n 's/.* T //p')
	[ ${#defined[@]} -gt 40 ] || return
	printf '%s\n' "${defined[@]}" | grep -v '@@PARACALL_[0-9.]*$' && return 1
	compile "${CC:-cc}" c shared || return
	nm -D "$work/program-c-shared" | grep -q ' U paracall_hypercall@PARACALL_'
}

test_versions() {
	installed_for "versions of symbols" pkg-config "${CC:-cc}" nm || return 0
	check "versions of symbols" find_unversioned
}

# Each header alone, in both languages.
find_incomplete_headers() {
	local header language

	for header in "$headers"/*.h; do
		for language in c c++; do
			echo "#include <paracall/${header##*/}>" |
				"${CC:-cc}" -x "$language" -Wall -Wextra -Werror -fsyntax-only \
					"-I${headers%/*}" - || return
		done
	done
}

test_headers() {
	installed_for "headers one by one" "${CC:-cc}" || return 0
	echo 'int i;' | "${CC:-cc}" -x c++ -fsyntax-only - 2>/dev/null || {
		skip "headers one by one" "${CC:-cc} has no C++"
		return
	}
	check "headers one by one" find_incomplete_headers
}

# Each function of a header is named in a page whose synopsis has that header.
find_unnamed_functions() {
	local header name status=0 functions=0
	local -a pages

	for header in "$tree"/include/paracall/*.h; do
		# Numbers, and what is for guests.
		case ${header##*/} in abi.h | guest.h) continue ;; esac
		mapfile -t pages < <(grep -l "^\.In paracall/${header##*/}\$" "$tree"/doc/*.3)
		while read -r name; do
			functions=$((functions + 1))
			grep -qE "^\.Fn $name( |\$)" "${pages[@]}" /dev/null || {
				echo "$name of ${header##*/}: in no page of section 3 about that"
				status=1
			}
		done < <(python3 "$tree/test/public_functions.py" "$header" |
			sed -n 's/.*{ "\(paracall_[a-z0-9_]*\)".*/\1/p')
	done
	[ "$functions" -gt 40 ] && return $status
}

test_manuals() {
	command -v python3 >/dev/null || {
		skip "each function is in a manual page" "no python3: script/setup gets it"
		return
	}
	check "each function is in a manual page" find_unnamed_functions
}

only "$@"
test_c
test_cpp
test_headers
test_manuals
test_versions
finish
