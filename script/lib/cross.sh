# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A cross compiler of a newer Debian in a private prefix, for guests of an architecture
# that this machine's Debian has none for. Needs common.sh and targets.sh; fetching needs
# private-apt.sh.
: "${paracall_cache:?}"

# The first suite with one for each architecture of targets.sh, and its version of gcc.
cross_suite=trixie
cross_version=14
cross_prefix=$paracall_cache/cross

# has_apt_compiler ARCHITECTURE: this machine's apt has it, or it is installed already.
has_apt_compiler() {
	local package

	for package in $(compiler_packages "$1"); do
		apt-cache show "$package" >/dev/null 2>&1 || return
	done
}

# write_loader_script PREFIX FILE: a program of the prefix is started by the prefix's own
# loader, with its C library. Both are found from the file's place, so that the
# cache can be moved.
write_loader_script() {
	local prefix=$1 file=$2 loader up

	for loader in "$prefix"/usr/lib/*/ld*.so.[0-9]; do
		[ ! -x "$loader" ] || break
	done
	[ -x "$loader" ] || return
	loader=${loader#"$prefix"/}
	up=$(dirname "${file#"$prefix"/}" | sed 's/[^/]\+/../g')
	mv "$file" "$file.program"
	cat >"$file" <<-EOT
		#!/bin/sh
		# Written by script/setup.
		folder=\$(dirname "\$(readlink -f "\$0")")
		prefix=\$folder/$up
		exec "\$prefix/$loader" --argv0 "\$0" --library-path "\$prefix/${loader%/*}" \\
			"\$folder/${file##*/}.program" "\$@"
	EOT
	chmod +x "$file"
}

# Plugins are ELF files, too.
is_program() {
	[[ $1 != *.so* ]] && [ -f "$1" ] && [ ! -L "$1" ] && [ -x "$1" ] &&
		[ "$(head -c 4 "$1" | tail -c 3)" = ELF ]
}

# write_cross_compiler PREFIX TRIPLET: what others call; it also looks for headers and
# libraries there.
write_cross_compiler() {
	local prefix=$1 triplet=$2 file

	for file in "$prefix/usr/bin/$triplet"-* \
		"$prefix/usr/libexec/gcc-cross/$triplet/$cross_version"/*; do
		! is_program "$file" || write_loader_script "$prefix" "$file" || return
	done
	mkdir -p "$prefix/bin"
	cat >"$prefix/bin/$triplet-gcc" <<-EOT
		#!/bin/sh
		# Written by script/setup.
		usr=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/usr
		exec "\$usr/bin/$triplet-gcc-$cross_version" -B"\$usr/$triplet/bin/" \\
			-B"\$usr/$triplet/lib/" -L"\$usr/$triplet/lib" \\
			-idirafter "\$usr/$triplet/include" "\$@"
	EOT
	chmod +x "$prefix/bin/$triplet-gcc"
}

# cross_works COMPILER: it makes a program.
cross_works() {
	local out status=0

	out=$(mktemp)
	echo 'int main(void) { return 0; }' | "$1" -x c -static -o "$out" - || status=1
	rm -f "$out"
	return $status
}

# fetch_cross_compiler ARCHITECTURE: builds the prefix beside its place, and moves it
# there when it is known to work. Fails, and says why, if there is none.
fetch_cross_compiler() {
	local triplet new=$cross_prefix.new package

	triplet=$(guest_triplet "$1")
	say "compiler for $1: this machine's Debian has none; downloading that of $cross_suite (60 MB)"
	if ! private_apt_use "$(dpkg --print-architecture)" "$cross_suite"; then
		show_update_failure
		return 1
	fi
	: "${private_apt_state:?}"
	rm -rf "$private_apt_state"/archives/*.deb "$new"
	try_logged private_apt apt-get install --download-only \
		"gcc-$cross_version-${triplet//_/-}" "libc6-dev-$1-cross" || return
	[ ! -d "$cross_prefix" ] || cp -a "$cross_prefix" "$new"
	mkdir -p "$new"
	for package in "$private_apt_state"/archives/*.deb; do
		dpkg-deb -x "$package" "$new" || return
	done
	rm -f "$private_apt_state"/archives/*.deb
	write_cross_compiler "$new" "$triplet" &&
		try_logged cross_works "$new/bin/$triplet-gcc" || return
	rm -rf "$cross_prefix"
	mv "$new" "$cross_prefix"
}
