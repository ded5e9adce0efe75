# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The guests of demo and tests: Debian's kernels and busyboxes as script/setup
# leaves them in the cache, and initramfs images made of test/guest. Needs common.sh.
: "${paracall_cache:?}"
# shellcheck source=script/lib/targets.sh
. "$(dirname "${BASH_SOURCE[0]}")/targets.sh"

guest_sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../test/guest" && pwd)

# guest_folder NAME: where vmlinuz and busybox of that kernel are.
guest_folder() {
	local first

	first=$(first_arch)
	if [ "$1" = "$(arch_kernel "$first")" ]; then
		echo "$paracall_cache/guest/$first"
	else
		echo "$paracall_cache/guest/$1"
	fi
}

# guest_image NAME: the image for that kernel, in the folder of a build.
guest_image() {
	if [ "$1" = "$(arch_kernel "$(first_arch)")" ]; then
		echo guest.img
	else
		echo "guest-$1.img"
	fi
}

# guest_firmware ARCHITECTURE: where it is; beside it VERSION, or why it is missing.
guest_firmware() {
	echo "$paracall_cache/firmware/$1/efi.fd"
}

# firmware_missing ARCHITECTURE: says why it can't be used here; fails if it can.
firmware_missing() {
	local folder=$paracall_cache/firmware/$1

	[ ! -f "$folder/VERSION" ] || return 1
	cat "$folder.missing" 2>/dev/null ||
		echo "no EFI firmware for $1: script/setup --all-kernels gets it"
}

# Of $kvm_kernel.
# shellcheck disable=SC2034 # for tests
kvm_folder=$(kvm_folder_of "$kvm_kernel")

# Of a kernel's command line: after a panic it starts again at once, and it does not test its
# own ciphers, which takes a sixth of a boot under emulation.
# shellcheck disable=SC2034 # for the tests
guest_append="panic=-1 cryptomgr.notests"

guest_dir=$(guest_folder trixie)
# shellcheck disable=SC2034 # for those who start it
guest_kernel=$guest_dir/vmlinuz

# guest_missing NAME: prints why that kernel cannot be booted here; fails if it can.
guest_missing() {
	local folder

	folder=$(guest_folder "$1")
	if [ ! -f "$folder/VERSION" ]; then
		cat "$folder.missing" 2>/dev/null ||
			echo "not fetched: script/setup --all-kernels does it"
	elif ! guest_compiler "$(guest_architecture "$1")" >/dev/null; then
		echo "no compiler for it: script/setup --all-kernels gets one"
	else
		return 1
	fi
}

# Packs the folder's contents, newc format. Debian machines do not have cpio as
# a rule, the guest's busybox has one, which runs on its own architecture only.
archive_initramfs() {
	local root=$1
	local -a cpio=(cpio --quiet)

	command -v cpio >/dev/null || cpio=("$guest_dir/busybox" cpio)
	(cd "$root" && find . | LC_ALL=C sort | "${cpio[@]}" -o -H newc -R 0:0)
}

pack_initramfs() {
	archive_initramfs "$1" | gzip -n
}

guest_image_is_current() {
	local out=$1 input

	[ -s "$out" ] || return 1
	for input in "$2/busybox" "$guest_sources"/* "${BASH_SOURCE[0]}"; do
		[ ! "$input" -nt "$out" ] || return 1
	done
}

fill_guest_root() {
	local root=$1 name=$2 program compiler

	compiler=$(guest_compiler "$(guest_architecture "$name")") || return
	mkdir -p "$root"/{bin,dev,proc,sys,tmp}
	cp "$(guest_folder "$name")/busybox" "$root/bin/busybox"
	cp "$guest_sources/init" "$root/init"
	chmod 755 "$root/init" "$root/bin/busybox"
	find "$(guest_folder "$name")" -name '*.ko*' -exec cp -t "$root" {} + || return
	for program in workload kexec; do
		"$compiler" -O2 -Wall -Wextra -static -pthread -o "$root/bin/$program" \
			"$guest_sources/$program.c" || return
	done
}

# build_guest_image OUTFILE [KERNEL-NAME]: a gzipped initramfs, made again only
# if one of its parts is newer; by one of those who want it at the same time.
build_guest_image() {
	local lock

	mkdir -p "$(dirname "$1")"
	exec {lock}>>"$1.lock"
	flock "$lock"
	make_guest_image "$@"
	exec {lock}>&-
}

make_guest_image() {
	local out=$1 name=${2:-trixie} folder root

	folder=$(guest_folder "$name")
	if guest_image_is_current "$out" "$folder"; then
		return
	fi
	[ -x "$folder/busybox" ] || die "The guest's parts are missing: run script/setup first."
	root=$(mktemp -d)
	if fill_guest_root "$root" "$name" && pack_initramfs "$root" >"$out.new"; then
		mv "$out.new" "$out"
		rm -rf "$root"
	else
		rm -rf "$root" "$out.new"
		die "The guest image $out could not be made."
	fi
}
