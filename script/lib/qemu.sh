# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which QEMU to use, and Debian's packages of one in a private prefix. A target
# is what QEMU calls a guest's architecture, as in targets.sh.
# Needs common.sh; fetching needs private-apt.sh.
: "${paracall_cache:?}"
# shellcheck source=script/lib/targets.sh
. "$(dirname "${BASH_SOURCE[0]}")/targets.sh"

# What the tests expect: 11.0, for which there is a plugin, too, differs in one.
qemu_minimum=11.1
qemu_prefix=$paracall_cache/qemu

cached_qemu() {
	echo "$qemu_prefix/bin/qemu-system-$1"
}

qemu_version() {
	"$1" --version 2>/dev/null | sed -n '1s/^QEMU emulator version \([0-9.]*\).*/\1/p'
}

qemu_is_new_enough() {
	local version

	version=$(qemu_version "$1") || return 1
	[ -n "$version" ] && dpkg --compare-versions "$version" ge "$qemu_minimum"
}

# find_qemu TARGET: prints the QEMU to use, the one on PATH or else the one in
# the cache.
find_qemu() {
	local qemu

	for qemu in "$(command -v "qemu-system-$1")" "$(cached_qemu "$1")"; do
		if [ -x "$qemu" ] && qemu_is_new_enough "$qemu"; then
			echo "$qemu"
			return
		fi
	done
	return 1
}

# Suites that may have it, the oldest first. Programs of a prefix use its
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

# choose_qemu_suite TARGET: sets qemu_suite and qemu_package_version.
choose_qemu_suite() {
	local suite architecture package
	local -a sources

	package=$(qemu_package "$1")
	architecture=$(dpkg --print-architecture)
	for suite in $(qemu_suites); do
		qemu_suite=$suite
		sources=("$suite")
		# Such a suite has no more than its differences from its base.
		[ "$suite" = "${suite%-backports}" ] || sources+=("${suite%-backports}")
		if ! private_apt_use "$architecture" "${sources[@]}"; then
			say "QEMU: $suite is not available"
			continue
		fi
		qemu_package_version=$(suite_version "$suite" "$package")
		if dpkg --compare-versions "${qemu_package_version#*:}" ge "$qemu_minimum"; then
			return
		fi
		say "QEMU: $suite has only ${qemu_package_version:-none}"
	done
	show_update_failure
	die "No suite offers QEMU $qemu_minimum or newer: check the network and the mirror in this machine's apt sources, or put such a QEMU on PATH."
}

# The targets whose QEMU the prefix has.
prefix_targets() {
	local qemu

	for qemu in "$qemu_prefix"/bin/qemu-system-*; do
		[ ! -x "$qemu" ] || echo "${qemu##*/qemu-system-}"
	done
}

# download_qemu TARGET...: with all that their packages depend on.
download_qemu() {
	local target
	local -a packages=()

	: "${private_apt_state:?}"
	for target in "$@"; do
		packages+=("$(qemu_package "$target")=$qemu_package_version")
	done
	# Left over from an interrupted run, perhaps of another suite.
	rm -f "$private_apt_state"/archives/*.deb
	run_logged "apt could not download QEMU's packages: check the network and run this again." \
		private_apt apt-get install --download-only -t "$qemu_suite" "${packages[@]}"
}

unpack_packages() {
	local prefix=$1 package

	for package in "$private_apt_state"/archives/*.deb; do
		dpkg-deb -x "$package" "$prefix" || return
	done
}

# write_qemu_bundle FOLDER: QEMU takes its folders from one that is called qemu-bundle, beside
# the file that is executed, if there is one. Without it QEMU looks in /usr/lib for the modules
# that the prefix lacks, may find those of this machine's older QEMU, and refuses them. All
# but modules stays this machine's.
write_qemu_bundle() {
	local bundle=$1/qemu-bundle name

	[ ! -e "$bundle" ] || return 0
	rm -rf "$bundle.new"
	mkdir -p "$bundle.new/usr/lib"
	for name in etc usr/lib/qemu usr/share var; do
		ln -s "/$name" "$bundle.new/$name"
	done
	mv "$bundle.new" "$bundle"
}

# write_qemu_wrapper PREFIX TARGET: it runs QEMU with the prefix's own loader and
# C library, and finds the prefix from its own place, so that the cache can be
# moved. The firmware of most targets is in QEMU's own folder. A process
# has the name of the file that is executed: the loader, here by a link that is
# called as QEMU is.
write_qemu_wrapper() {
	local prefix=$1 program=qemu-system-$2 loader

	for loader in "$prefix"/usr/lib/*/ld*.so.[0-9]; do
		[ ! -x "$loader" ] || break
	done
	[ -x "$loader" ] || die "QEMU's packages have no dynamic loader where one was expected."
	write_qemu_bundle "${loader%/*}"
	loader=${loader#"$prefix"/}

	mkdir -p "$prefix/bin" "$prefix/loader"
	ln -sf "../$loader" "$prefix/loader/$program"
	# Not in place: it may be running.
	cat >"$prefix/bin/.$program" <<-EOT
		#!/bin/sh
		# Written by script/setup.
		prefix=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
		export QEMU_MODULE_DIR="\$prefix/${loader%/*}/qemu"
		exec "\$prefix/loader/$program" --argv0 "\$0" \\
			--library-path "\$prefix/${loader%/*}" "\$prefix/usr/bin/$program" \\
			-L "\$prefix/usr/share/qemu" -L "\$prefix/usr/share/seabios" "\$@"
	EOT
	chmod +x "$prefix/bin/.$program"
	mv "$prefix/bin/.$program" "$prefix/bin/$program"
}

# renew_qemu_wrappers: those of a prefix which an older version of this wrote.
renew_qemu_wrappers() {
	local target bundle

	bundle=$(compgen -G "$qemu_prefix/usr/lib/*/qemu-bundle") || bundle=''
	for target in $(prefix_targets); do
		if [ -z "$bundle" ] || [ ! -e "$qemu_prefix/loader/qemu-system-$target" ]; then
			write_qemu_wrapper "$qemu_prefix" "$target"
		fi
	done
}

# add_version_line PREFIX TARGET: once for each package.
add_version_line() {
	local line

	line="$(qemu_package "$2") $qemu_package_version ($qemu_suite)"
	grep -qxF "$line" "$1/VERSION" 2>/dev/null || echo "$line" >>"$1/VERSION"
}

# install_qemu_prefix TARGET...: builds the prefix beside its place and moves it
# there when it is known to work: an interrupted run leaves nothing that looks
# complete.
install_qemu_prefix() {
	local new=$qemu_prefix.new target

	rm -rf "$new"
	mkdir -p "$new"
	run_logged "QEMU's packages could not be unpacked: is the disk full?" \
		unpack_packages "$new"
	for target in "$@"; do
		write_qemu_wrapper "$new" "$target"
		qemu_is_new_enough "$new/bin/qemu-system-$target" ||
			die "The QEMU of $qemu_suite does not start from $new: try bin/qemu-system-$target --version there."
		add_version_line "$new" "$target"
	done
	rm -rf "$qemu_prefix"
	mv "$new" "$qemu_prefix"
	rm -f "$private_apt_state"/archives/*.deb
}

# dependencies_of PACKAGE...: those of the chosen suite's, one a line.
dependencies_of() {
	private_apt apt-cache -o "APT::Default-Release=$qemu_suite" depends "$@" |
		sed -n 's/^ *Depends: \([a-z0-9].*\)/\1/p' | sort -u
}

# new_dependencies PACKAGE: what it depends on, and none of the prefix's packages does,
# like a firmware.
new_dependencies() {
	local -a packages

	mapfile -t packages < <(cut -d ' ' -f 1 "$qemu_prefix/VERSION")
	comm -13 <(dependencies_of "${packages[@]}") <(dependencies_of "$1")
}

# add_to_qemu_prefix TARGET: one package more, if the prefix has the rest of that
# version; most of what it depends on is what the others depend on, too.
add_to_qemu_prefix() {
	local target=$1 archives=$private_apt_state/archives
	local package sibling
	local -a more

	package=$(qemu_package "$target")
	grep -qF " $qemu_package_version (" "$qemu_prefix/VERSION" 2>/dev/null || return
	mapfile -t more < <(new_dependencies "$package")
	rm -f "$archives"/*.deb
	(cd "$archives" &&
		private_apt apt-get download "$package=$qemu_package_version" "${more[@]}") \
		>"$paracall_cache/setup.log" 2>&1 || return
	unpack_packages "$qemu_prefix" || return
	for sibling in $(qemu_siblings "$target"); do
		write_qemu_wrapper "$qemu_prefix" "$sibling" || return
	done
	rm -f "$archives"/*.deb
	if ! qemu_is_new_enough "$(cached_qemu "$target")"; then
		for sibling in $(qemu_siblings "$target"); do
			rm -f "$(cached_qemu "$sibling")"
		done
		return 1
	fi
	add_version_line "$qemu_prefix" "$target"
}
