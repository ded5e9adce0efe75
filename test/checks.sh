#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What programs find that read the sources or the library: clang-tidy, cppcheck, abidiff,
# compilers for other hosts; how much of the library the unit tests run, and how many
# instructions a call takes there.
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

# Besides that which says where the build is.
tidy_options=--quiet

# Lines of such a file and a key for it: all that clang-tidy reads for it, and how.
tidy_keys() {
	local sources

	sources=$(host_sources) && [ -n "$sources" ] || return
	# shellcheck disable=SC2086 # names of files, without blanks
	python3 - "$build/compile_commands.json" "$tree" "$tidy_options" $sources <<-'EOT'
		import concurrent.futures, hashlib, json, os, shlex, subprocess, sys
		tree = os.path.realpath(sys.argv[2])
		version = subprocess.check_output(["clang-tidy", "--version"])
		configuration = open(tree + "/.clang-tidy", "rb").read()
		contents = {}

		def content(path):
		    if path not in contents:
		        contents[path] = hashlib.sha256(open(path, "rb").read()).digest()
		    return contents[path]

		def part(command):
		    words = shlex.split(command["command"])
		    words.remove("-MD")
		    for option in ["-MQ", "-MF", "-o"]:
		        at = words.index(option)
		        words[at : at + 2] = []
		    rule = subprocess.run(words + ["-M", "-MT", "x"], cwd=command["directory"],
		                          check=True, capture_output=True, text=True).stdout
		    files = rule.replace("\\\n", " ").split()[1:]
		    # Whichever compiler, and with ccache or not.
		    yield " ".join(w for w in words if w.startswith("-")).encode()
		    for file in files:
		        yield content(os.path.join(command["directory"], file))

		def key(commands):
		    parts = [version, configuration, sys.argv[3].encode()]
		    parts += [p for c in commands for p in part(c)]
		    return hashlib.sha256(b"\0".join(parts)).hexdigest()

		files = {file: [] for file in sys.argv[4:]}
		for command in json.load(open(sys.argv[1])):
		    path = os.path.realpath(os.path.join(command["directory"], command["file"]))
		    if os.path.relpath(path, tree) in files:
		        files[os.path.relpath(path, tree)].append(command)
		with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
		    for file, found in zip(files, pool.map(key, files.values())):
		        print(file, found)
	EOT
}

# tidy_one FILE KEY: a line of TAP. What is as it was when it passed is not done again.
tidy_one() {
	local log

	if [ -e "$tidied/$2" ]; then
		touch "$tidied/$2"
		echo "ok - clang-tidy, $1: as before"
	elif log=$(cd "$tree" && clang-tidy "$tidy_options" -p "$build" "$1" 2>/dev/null); then
		: >"$tidied/$2"
		echo "ok - clang-tidy, $1"
	else
		printf 'not ok - clang-tidy, %s\n# %s\n' "$1" "${log//$'\n'/$'\n'# }"
	fi
}

test_tidy() {
	local line tidied=$paracall_cache/tidy

	needs clang-tidy clang-tidy || return
	mkdir -p "$tidied"
	find "$tidied" -type f -mtime +60 -delete
	tidy_keys >"$work/keys" || {
		fail "clang-tidy" "what it would read is not known"
		return
	}
	export -f tidy_one
	export tree build tidied tidy_options
	while read -r line; do
		echo "$line"
		case $line in
		'ok '*) passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		esac
	done < <(xargs -P "$(nproc)" -L 1 bash -c 'tidy_one "$@"' tidy_one <"$work/keys")
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

# Unit tests of what a big-endian host does not have, or of parts that it has no libraries for.
not_big_endian='allocation|capabilities|check|child|command_line|compare|counters|decode|implementations|jobs|qemu_[a-z]+|shared|shared_memory|snapshot_page|trace_reader'

# build_big_endian FOLDER: a program of each unit test, in that folder, and what they share.
build_big_endian() {
	local folder=$1 programs
	local -a compile=(s390x-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -DPARACALL_VERSION='"0"' -O1 -g
		-Wall -Wextra -Werror -pthread -Iinclude -I"$big_endian/usr/include")

	# shellcheck disable=SC2016 # for the shells in there
	git ls-files 'lib/*.c' 'inject/*.c' test/unit/fake_engine.c \
		report/{ctf,event,event_class,host_trace,recorder,recording}.c |
		xargs -P "$(nproc)" -I FILE sh -c 'object=$(echo "$1" | tr / _).o && folder=$2 && shift 2 &&
			"$@" -o "$folder/$object"' sh FILE "$folder/objects" "${compile[@]}" -c FILE &&
		s390x-linux-gnu-ar cr "$folder/all.a" "$folder"/objects/*.o || return
	programs=$(git ls-files 'test/unit/test_*.c' | grep -vE "/test_($not_big_endian)\.c\$")
	# shellcheck disable=SC2016
	xargs -P "$(nproc)" -I FILE sh -c 'program=$(basename "$1" .c) && folder=$2 && shift 2 &&
		"$@" -o "$folder/$program"' sh FILE "$folder" "${compile[@]}" FILE "$folder/all.a" \
		-L"$big_endian/usr/lib/s390x-linux-gnu" -lcmocka -lfdt <<<"$programs"
}

# The unit tests on a big-endian host: in QEMU's user mode.
test_big_endian() {
	local program name emulator

	needs "a big-endian host" s390x-linux-gnu-gcc || return
	emulator=$(command -v qemu-s390x-static || command -v qemu-s390x)
	if [ -z "$emulator" ] || [ ! -e "$big_endian/VERSION" ]; then
		skip "a big-endian host" "no cmocka for s390x, or no qemu-s390x: script/setup --all-kernels gets them"
		return
	fi
	mkdir -p "$work/big-endian/objects"
	(cd "$tree" && build_big_endian "$work/big-endian") >"$work/log" 2>&1 || {
		fail "a big-endian host" "the tests can't be built" "$work/log"
		return
	}
	for program in "$work"/big-endian/test_*; do
		name="a big-endian host, ${program##*/test_}"
		if "$limited" "$emulator" -L /usr/s390x-linux-gnu \
			-E LD_LIBRARY_PATH="$big_endian/usr/lib/s390x-linux-gnu" "$program" \
			>"$work/log" 2>&1; then
			pass "$name"
		else
			fail "$name" "exit status $?" "$work/log"
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

# library_instructions ARGUMENT...: of 1000 calls; what else the program does is the same
# with twice as many.
library_instructions() {
	local times file=$work/callgrind

	for times in 1000 2000; do
		valgrind --tool=callgrind --callgrind-out-file="$file" \
			"$build/test/instructions" "$@" "$times" >/dev/null 2>&1 || return
		callgrind_annotate --threshold=100 --auto=no "$file" | awk '
			/^ *[0-9,]+ +\(/ && !/PROGRAM TOTALS/ &&
				!/:(main|read_register|write_register|wake)( |$)/ {
				gsub(",", "", $1)
				sum += $1
			}
			END { printf "%d ", sum }'
	done
}

# expect_instructions NAME MOST ARGUMENT...: no more than MOST for one call.
expect_instructions() {
	local name=$1 most=$2 first second count

	shift 2
	read -r first second < <(library_instructions "$@")
	count=$(((${second:-0} - ${first:-0} + 500) / 1000))
	if [ "$count" -gt 0 ] && [ "$count" -le "$most" ]; then
		pass "$name: $count instructions of the library"
	else
		fail "$name" "$count instructions of the library, more than $most, or none"
	fi
}

# KICK_CPU is one to a vCPU that runs.
test_instructions() {
	needs "instructions of a call" callgrind_annotate || return
	[ "$(uname -m)" = x86_64 ] || {
		skip "instructions of a call" "the bounds are for x86-64"
		return
	}
	expect_instructions VAPIC_POLL_IRQ 40 1 0 read
	expect_instructions "VAPIC_POLL_IRQ, number known" 40 1 0 known
	expect_instructions KICK_CPU 50 5 1 read
	expect_instructions "KICK_CPU, number known" 40 5 1 known
	expect_instructions "KICK_CPU, no such CPU, number known" 40 5 9 known
}

only "$@"
test_abi
test_coverage
test_cppcheck
test_hosts
test_big_endian
test_instructions
test_tidy
finish
