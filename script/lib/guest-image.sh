# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guest of demo and tests: Debian's kernel and busybox as script/setup
# leaves them in the cache, and an initramfs made of test/guest. Needs common.sh.
: "${paracall_cache:?}"

guest_dir=$paracall_cache/guest/x86_64
# shellcheck disable=SC2034 # for those who start it
guest_kernel=$guest_dir/vmlinuz
guest_sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../test/guest" && pwd)

# A compiler for x86-64 programs: this machine's own, if it is one.
guest_compiler() {
	case $(gcc -dumpmachine) in
	x86_64-*) echo gcc ;;
	*) echo x86_64-linux-gnu-gcc ;;
	esac
}

# Packs the folder's contents, newc format. Debian machines do not have cpio as
# a rule, the guest's busybox has one, which runs on x86-64 only.
pack_initramfs() {
	local root=$1
	local -a cpio=(cpio --quiet)

	command -v cpio >/dev/null || cpio=("$guest_dir/busybox" cpio)
	(cd "$root" && find . | LC_ALL=C sort | "${cpio[@]}" -o -H newc -R 0:0) | gzip -n
}

guest_image_is_current() {
	local input

	[ -s "$1" ] || return 1
	for input in "$guest_dir/busybox" "$guest_sources"/* "${BASH_SOURCE[0]}"; do
		[ ! "$input" -nt "$1" ] || return 1
	done
}

fill_guest_root() {
	local root=$1

	mkdir -p "$root"/{bin,dev,proc,sys,tmp}
	cp "$guest_dir/busybox" "$root/bin/busybox"
	cp "$guest_sources/init" "$root/init"
	chmod 755 "$root/init" "$root/bin/busybox"
	"$(guest_compiler)" -O2 -Wall -static -pthread -o "$root/bin/workload" \
		"$guest_sources/workload.c"
}

# build_guest_image OUTFILE: a gzipped initramfs, made again only if one of its
# parts is newer.
build_guest_image() {
	local out=$1 root

	if guest_image_is_current "$out"; then
		return
	fi
	[ -x "$guest_dir/busybox" ] || die "The guest's parts are missing: run script/setup first."
	mkdir -p "$(dirname "$out")"
	root=$(mktemp -d)
	if fill_guest_root "$root" && pack_initramfs "$root" >"$out.new"; then
		mv "$out.new" "$out"
		rm -rf "$root"
	else
		rm -rf "$root" "$out.new"
		die "The guest image $out could not be made."
	fi
}
