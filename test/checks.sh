#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What programs find that read the sources or the library: clang-tidy, cppcheck, abidiff,
# compilers for other hosts; and how much of the library the unit tests run.
# Usage: test/checks.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"

# needs NAME PROGRAM: skips the test if that is missing.
needs() {
	command -v "$2" >/dev/null && return
	skip "$1" "no $2: script/setup --all-kernels gets it"
	return 1
}

# The C files of the build that are ours and run on the host.
host_sources() {
	python3 - "$build/compile_commands.json" "$tree" <<-'EOT'
		import json, os, sys
		tree = os.path.realpath(sys.argv[2])
		files = set()
		for command in json.load(open(sys.argv[1])):
		    path = os.path.realpath(os.path.join(command["directory"], command["file"]))
		    files.add(os.path.relpath(path, tree))
		print("\n".join(sorted(f for f in files
		                       if f.split("/")[0] in ("cli", "engine", "inject", "lib", "report"))))
	EOT
}

# tidy_one FILE: a line of TAP.
tidy_one() {
	local log

	if log=$(cd "$tree" && clang-tidy --quiet -p "$build" "$1" 2>/dev/null); then
		echo "ok - clang-tidy, $1"
	else
		printf 'not ok - clang-tidy, %s\n# %s\n' "$1" "${log//$'\n'/$'\n'# }"
	fi
}

test_tidy() {
	local line

	needs clang-tidy clang-tidy || return
	export -f tidy_one
	export tree build
	while read -r line; do
		echo "$line"
		case $line in
		'ok '*) passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		esac
	done < <(host_sources | xargs -P "$(nproc)" -I FILE bash -c 'tidy_one FILE')
}

test_cppcheck() {
	local folder

	needs cppcheck cppcheck || return
	for folder in lib inject report cli engine; do
		# shellcheck disable=SC2046 # names of files, without blanks
		if (cd "$tree" && cppcheck --quiet -j "$(nproc)" --error-exitcode=1 --std=c11 \
			--enable=warning,performance,portability --library=gnu,posix \
			--suppressions-list=test/cppcheck.suppressions -I include -D_GNU_SOURCE \
			-DPARACALL_VERSION='""' -DPARACALL_PLUGIN_DIRECTORY='""' \
			-DPARACALL_DATA_DIRECTORY='""' -D__x86_64__ -U__cplusplus \
			$(host_sources | grep "^$folder/")) >"$work/log" 2>&1; then
			pass "cppcheck, $folder"
		else
			fail "cppcheck, $folder" "see below" "$work/log"
		fi
	done
}

# Other architectures' hosts: sizes, byte orders, and what only x86 has.
find_host_faults() {
	cd "$tree" && git ls-files 'lib/*.c' 'inject/*.c' 'report/*.c' |
		xargs -P "$(nproc)" -n 8 "$1" -std=c11 -D_GNU_SOURCE -DPARACALL_VERSION='""' \
			-DPARACALL_CHECKS -O1 -Wall -Wextra -Wpointer-arith -Werror -fsyntax-only \
			-Iinclude -I"$work/include"
}

# Headers that are the same everywhere are this host's.
test_hosts() {
	local compiler header

	mkdir -p "$work/include"
	for header in libfdt.h libfdt_env.h fdt.h zlib.h zconf.h; do
		cp "/usr/include/$header" "$work/include/" 2>/dev/null ||
			cp "/usr/include/$(gcc -print-multiarch)/$header" "$work/include/"
	done
	for compiler in {aarch64,loongarch64,powerpc64le,riscv64,s390x}-linux-gnu-gcc; do
		needs "sources for $compiler" "$compiler" || continue
		if find_host_faults "$compiler" >"$work/log" 2>&1; then
			pass "sources for $compiler"
		else
			fail "sources for $compiler" "see below" "$work/log"
		fi
	done
}

# The library's interface is what its description says, for programs that were linked with
# it before. After an intended change, script/abi writes a new description.
test_abi() {
	needs abidiff abidiff || return
	case $(uname -m) in
	x86_64 | aarch64 | s390x | ppc64le | riscv64) ;;
	*)
		skip "interface of libparacall.so" "the description is that of 64 bits"
		return
		;;
	esac
	if "$tree/script/abi" --check "$build" >"$work/log" 2>&1; then
		pass "interface of libparacall.so"
	else
		fail "interface of libparacall.so" \
			"it is not that of lib/libparacall.abi: if that is meant, run script/abi" \
			"$work/log"
	fi
}

test_coverage() {
	needs "coverage of lib/" gcovr || return
	if "$tree/script/coverage" >"$work/log" 2>&1; then
		pass "coverage of lib/: $(sed -n 's/^lines: \([0-9.]*%\).*/\1/p' "$work/log")"
	else
		fail "coverage of lib/" "see below" "$work/log"
	fi
}

only "$@"
test_abi
test_coverage
test_cppcheck
test_hosts
test_tidy
finish
