#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tree itself: format, scripts, licenses, manual pages, what is installed.
# Usage: test/tree.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"

# The tree's files of these kinds, as git knows them.
sources() {
	git -C "$tree" ls-files --cached --others --exclude-standard -- "$@"
}

# needs NAME PROGRAM...: skips the test if one is missing.
needs() {
	local name=$1 program

	shift
	for program; do
		if ! command -v "$program" >/dev/null; then
			skip "$name" "no $program: script/setup gets it"
			return 1
		fi
	done
	# An unpacked tarball is none, though it may be in one.
	[ -e "$tree/.git" ] || {
		skip "$name" "this is no git repository"
		return 1
	}
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

find_unformatted() {
	cd "$tree" && sources '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

test_format() {
	needs format clang-format && check format find_unformatted
}

find_long_lines() {
	local -a long

	cd "$tree" || return
	# shellcheck disable=SC2016 # it is awk's
	mapfile -t long < <(sources '*.c' '*.h' '*.S' '*.def' |
		xargs awk '{ line = $0; gsub(/\t/, "        ", line) }
			length(line) > 100 && line !~ /"/ { print FILENAME ":" FNR }')
	[ ${#long[@]} -eq 0 ] || { printf 'longer than 100: %s\n' "${long[@]}"; return 1; }
}

test_line_length() {
	needs "line length" awk && check "line length" find_long_lines
}

# What .editorconfig says of all files.
find_blanks() {
	cd "$tree" && sources | grep -vE '^LICENSES/|\.LICENSE$|\.png$|^fuzz/seeds/' | while read -r file; do
		[ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at its end"
		grep -nHIE '[[:blank:]]+$' "$file"
	done >"$work/blanks"
	cat "$work/blanks"
	[ ! -s "$work/blanks" ]
}

test_whitespace() {
	needs whitespace grep && check whitespace find_blanks
}

# Of Meson's, of the packages, of NEWS; and symbols are of no later one.
find_version_difference() {
	local version packaged news symbols

	version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$tree/meson.build")
	packaged=$(sed -n '1s/^paracall (\([0-9.]*\)[^)]*).*/\1/p' "$tree/debian/changelog")
	news=$(sed -n '/^[0-9][0-9.]* (/{s/ .*//p;q}' "$tree/NEWS")
	symbols=$(sed -n 's/^PARACALL_\([0-9.]*\) {/\1/p' "$tree/lib/libparacall.map" |
		sort -V | tail -n 1)
	echo "meson.build: $version, debian/changelog: $packaged, NEWS: $news, symbols: $symbols"
	[ -n "$version" ] && [ "$version" = "$packaged" ] && [ "$version" = "$news" ] &&
		[ -n "$symbols" ] && printf '%s\n' "$symbols" "$version" | sort -VC
}

test_versions() {
	check versions find_version_difference
}

find_script_faults() {
	cd "$tree" && sources script test .ci debian |
		xargs grep -lE '^#!.*(sh|bash)$|shellcheck shell=' |
		xargs -P "$(nproc)" -n 4 shellcheck -x -P SCRIPTDIR
}

test_scripts() {
	needs scripts shellcheck && check scripts find_script_faults
}

test_licenses() {
	needs licenses reuse && check licenses reuse --root "$tree" lint
}

find_manual_faults() {
	local page status=0

	for page in "$tree"/doc/*.[1-9] "$build"/doc/*.[1-9]; do
		[ -e "$page" ] || continue
		[ -z "$(MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)" ] || {
			echo "$page: warnings"
			status=1
		}
	done
	return $status
}

# Pages, and sections of the same page, that are named and not there.
find_dead_references() {
	local page name section status=0

	for page in "$tree"/doc/*.[1-9]; do
		while read -r _ name section _; do
			name=${name//\\-/-}
			[ -e "$tree/doc/$name.$section" ] || [ "$name" = paracall-hypercalls ] || {
				echo "${page##*/}: no $name($section)"
				status=1
			}
		done < <(grep -E '^\.(It )?Xr (lib)?paracall' "$page" | sed 's/^\.It Xr/.Xr/')
		while read -r _ name; do
			grep -qxE "\.S[hs] ${name% [.,]}" "$page" || {
				echo "${page##*/}: no section $name"
				status=1
			}
		done < <(awk '$0 != "in" && sx { print sx } { sx = /^\.Sx/ ? $0 : "" }' "$page")
	done
	return $status
}

test_manuals() {
	! needs "manual pages" man || check "manual pages" find_manual_faults
	check "manual pages, references" find_dead_references
}

# find_header_faults LANGUAGE COMPILER...: each public header by itself, as whoever needs it has it.
find_header_faults() {
	local language=$1 header status=0

	shift
	for header in "$tree"/include/paracall/*.h "$tree"/include/paracall/*/*.h; do
		[ -e "$header" ] || continue
		echo "#include <${header#"$tree/include/"}>" |
			"$@" -Wall -Wextra -Werror -fsyntax-only -I"$tree/include" -x "$language" - || {
			echo "$header: not by itself"
			status=1
		}
	done
	return $status
}

# For the other hosts that Debian has compilers for, and setup gets.
test_headers() {
	local compiler

	! needs "headers in C" cc || check "headers in C" find_header_faults c cc -std=c11
	for compiler in {aarch64,loongarch64,powerpc64le,riscv64,s390x}-linux-gnu-gcc; do
		! needs "headers for $compiler" "$compiler" ||
			check "headers for $compiler" find_header_faults c "$compiler" -std=c11
	done
	! needs "headers in C++" c++ ||
		check "headers in C++" find_header_faults c++ c++ -std=c++11
}

# installed PATTERN: some file is.
installed() {
	if grep -q "$1" "$work/list"; then
		pass "installed: $1"
	else
		fail "installed: $1" "it is not"
	fi
}

# has_guests FOLDER: of this architecture they were built.
has_guests() {
	compgen -G "$build/guest/$1/*.elf" >/dev/null
}

test_installation() {
	local root=$work/root part

	DESTDIR=$root meson install -C "$build" --no-rebuild >"$work/log" 2>&1 || {
		fail "installation" "meson install failed" "$work/log"
		return
	}
	(cd "$root" && find . -type f -o -type l | sort) >"$work/list"
	for part in bin/paracall libparacall.so libparacall.a libparacall.pc \
		paracall-qemu.so paracall-qemu-6.so man1/paracall.1 \
		man1/paracall-run.1 \
		man5/paracall-recording.5 man5/paracall-summary.5 \
		man7/paracall-hypercalls.7 man7/paracall-inject.7 man7/paracall-tools.7 man3/libparacall.3 man3/libparacall-engine.3 bash-completion/completions/paracall \
		site-functions/_paracall vendor_completions.d/paracall.fish; do
		installed "$part"
	done
	while read -r part; do
		installed "include/$part\$"
	done < <(cd "$tree/include" && find paracall -name '*.h')
	while read -r part; do
		installed "libexec/paracall/$part\$"
	done < <(sed -n 's/.*\.program = "\(.*\)".*/\1/p' "$tree/cli/targets.c")
	! has_guests . || for part in guest/kick.elf guest/x86_64.conf; do
		installed "$part"
	done
	! has_guests i386 || for part in guest/i386/kick.elf guest/i386.conf; do
		installed "$part"
	done
	! has_guests s390x || for part in guest/s390x/diag.elf guest/s390x.conf; do
		installed "$part"
	done
	! has_guests powerpc || for part in guest/powerpc/epapr-be.elf guest/powerpc/e500.elf \
		guest/ppc64.conf; do
		installed "$part"
	done
	! has_guests loongarch || for part in guest/loongarch/hypercalls.elf \
		guest/loongarch64.conf; do
		installed "$part"
	done
	! has_guests arm64 || for part in guest/arm64/smccc.elf guest/arm64.conf; do
		installed "$part"
	done
	! has_guests riscv || for part in guest/riscv/sta.elf guest/riscv64.conf; do
		installed "$part"
	done
	[ ! -e "$build/paracall-unicorn" ] || installed paracall/paracall-unicorn
	[ ! -e "$build/report/html/report.html" ] || installed share/paracall/report.html
}

only "$@"
test_format
test_line_length
test_scripts
test_versions
test_whitespace
test_licenses
test_headers
test_manuals
test_installation
finish
