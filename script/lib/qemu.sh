# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which QEMU to use, and Debian's packages of one in a private prefix.
# Needs common.sh; fetching needs private-apt.sh.
: "${paracall_cache:?}"

# The first with version 7 of the plugin interface.
qemu_minimum=11.1
cached_qemu=$paracall_cache/qemu/bin/qemu-system-x86_64

qemu_version() {
	"$1" --version 2>/dev/null | sed -n '1s/^QEMU emulator version \([0-9.]*\).*/\1/p'
}

qemu_is_new_enough() {
	local version

	version=$(qemu_version "$1") || return 1
	[ -n "$version" ] && dpkg --compare-versions "$version" ge "$qemu_minimum"
}

# Prints the QEMU to use: the one on PATH, or else the one in the cache.
find_qemu() {
	local qemu

	for qemu in "$(command -v qemu-system-x86_64)" "$cached_qemu"; do
		if [ -x "$qemu" ] && qemu_is_new_enough "$qemu"; then
			echo "$qemu"
			return
		fi
	done
	return 1
}

# Suites that may have it, the oldest first. Programs of a prefix run on its
# own C library, so that the age of this machine does not matter.
qemu_suites() {
	# shellcheck source=/dev/null
	(
		. /etc/os-release
		# Debian's testing and unstable have no VERSION_ID.
		if [ "${ID:-}" = debian ] && [ "${VERSION_ID:-999}" -gt 13 ]; then
			echo forky sid
		else
			echo trixie-backports forky sid
		fi
	)
}

# Sets qemu_suite and qemu_package_version.
choose_qemu_suite() {
	local suite architecture
	local -a sources

	architecture=$(dpkg --print-architecture)
	for suite in $(qemu_suites); do
		qemu_suite=$suite
		sources=("$suite")
		# Such a suite has no more than its differences from its base.
		[ "$suite" = "${suite%-backports}" ] || sources+=("${suite%-backports}")
		if ! private_apt_use "$architecture" "${sources[@]}"; then
			say "QEMU: $suite is not to be had"
			continue
		fi
		qemu_package_version=$(suite_version "$suite" qemu-system-x86)
		if dpkg --compare-versions "${qemu_package_version#*:}" ge "$qemu_minimum"; then
			return
		fi
		say "QEMU: $suite has only ${qemu_package_version:-none}"
	done
	show_update_failure
	die "No suite offers QEMU $qemu_minimum or newer: check the network and the mirror in this machine's apt sources, or put such a QEMU on PATH."
}

download_qemu() {
	: "${private_apt_state:?}"
	# Left over from an interrupted run, perhaps of another suite.
	rm -f "$private_apt_state"/archives/*.deb
	run_logged "apt could not download QEMU's packages: check the network and run this again." \
		private_apt apt-get install --download-only -t "$qemu_suite" qemu-system-x86
}

unpack_packages() {
	local prefix=$1 package

	for package in "$private_apt_state"/archives/*.deb; do
		dpkg-deb -x "$package" "$prefix" || return
	done
}

# The wrapper runs QEMU with the prefix's own loader and C library, and finds
# the prefix from its own place, so that the cache can be moved.
write_qemu_wrapper() {
	local prefix=$1 loader

	for loader in "$prefix"/usr/lib/*/ld*.so.[0-9]; do
		[ ! -x "$loader" ] || break
	done
	[ -x "$loader" ] || die "QEMU's packages have no dynamic loader where one was expected."
	loader=${loader#"$prefix"/}

	mkdir -p "$prefix/bin"
	cat >"$prefix/bin/qemu-system-x86_64" <<-EOT
		#!/bin/sh
		# Written by script/setup.
		prefix=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
		export QEMU_MODULE_DIR="\$prefix/${loader%/*}/qemu"
		exec "\$prefix/$loader" --library-path "\$prefix/${loader%/*}" \\
			"\$prefix/usr/bin/qemu-system-x86_64" \\
			-L "\$prefix/usr/share/qemu" -L "\$prefix/usr/share/seabios" "\$@"
	EOT
	chmod +x "$prefix/bin/qemu-system-x86_64"
}

# Builds the prefix beside its place and moves it there when it is known to
# work: an interrupted run leaves nothing that looks complete.
install_qemu_prefix() {
	local new=$paracall_cache/qemu.new

	rm -rf "$new"
	mkdir -p "$new"
	run_logged "QEMU's packages could not be unpacked: is the disk full?" \
		unpack_packages "$new"
	write_qemu_wrapper "$new"
	qemu_is_new_enough "$new/bin/qemu-system-x86_64" ||
		die "The QEMU of $qemu_suite does not start from $new: try bin/qemu-system-x86_64 --version there."
	echo "qemu-system-x86 $qemu_package_version ($qemu_suite)" >"$new/VERSION"
	rm -rf "$paracall_cache/qemu"
	mv "$new" "$paracall_cache/qemu"
	rm -f "$private_apt_state"/archives/*.deb
}
