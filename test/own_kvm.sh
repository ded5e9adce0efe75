#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 'paracall check --engine=kvm' on a machine that has a KVM: Debian's kernel, which has
# one under QEMU's TCG with SVM, with Paracall and its QEMU installed in an initramfs.
# Shows what it does if KVM works, is missing, or does not work.
# Usage: test/own_kvm.sh [--long]
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

root=$work/root
busybox=$(guest_folder "$kvm_kernel")/busybox
quick=(kick ipi)
long=(selftest hypercalls instructions msr steal yield mmu_op clock map_gpa_range)

# Prints why it cannot be done here.
missing() {
	local file

	[ "$(uname -m)" = x86_64 ] || { echo "the machine is no x86-64"; return; }
	for file in "$kvm_folder"/{vmlinuz,kvm-amd.ko} "$busybox" "$guest_dir/busybox"; do
		[ -e "$file" ] || { echo "no kernel for it: script/setup --all-kernels gets one"; return; }
	done
	[ -x "$(cached_qemu x86_64)" ] || { echo "no QEMU of script/setup's"; return; }
	[ -e "$build/guest/kick.elf" ] || { echo "no guests were built"; return; }
	return 1
}

# copy_libraries PROGRAM: where the program looks for them.
copy_libraries() {
	ldd "$1" | grep -o '/[^ ]*' | xargs cp -L --parents -t "$root"
}

# The prefix of script/setup, as far as it is needed: it finds itself.
copy_qemu() {
	local prefix=$root/cache/qemu libraries loader program=usr/bin/qemu-system-x86_64

	libraries=$(dirname "$qemu_prefix"/usr/lib/*/ld-linux-x86-64.so.2)
	loader=$libraries/ld-linux-x86-64.so.2
	libraries=${libraries#"$qemu_prefix/"}
	mkdir -p "$prefix"/{bin,loader,usr/bin,usr/share,"$libraries"}
	cp "$(cached_qemu x86_64)" "$prefix/bin"
	cp -P "$qemu_prefix/loader/qemu-system-x86_64" "$prefix/loader"
	cp "$qemu_prefix/$program" "$prefix/usr/bin"
	cp -r "$qemu_prefix"/usr/share/{qemu,seabios} "$prefix/usr/share"
	"$loader" --list --library-path "$qemu_prefix/$libraries" "$qemu_prefix/$program" |
		sed -n 's/.* => \([^ ]*\).*/\1/p' | xargs cp -L -t "$prefix/$libraries"
}

# fill_root PROGRAM...: those to be checked.
fill_root() {
	local installed

	mkdir -p "$root"/{bin,dev,etc,home,modules,proc,sys}
	cp "$tree/test/guest/own_kvm" "$root/init"
	cp "$busybox" "$root/bin/busybox"
	chmod 755 "$root/init" "$root/bin/busybox"
	cp "$kvm_folder"/*.ko "$root/modules"
	echo "$*" >"$root/programs"
	printf '%s\n' root:x:0:0::/:/bin/sh user:x:1000:1000::/:/bin/sh >"$root/etc/passwd"
	DESTDIR=$root meson install -C "$build" --no-rebuild --quiet >/dev/null || return
	installed=$(cd "$root" && find . -path '*/bin/paracall')
	ln -s "/$installed" "$root/bin/paracall"
	installed=$(cd "$root" && find . -name x86_64.conf -printf '%h')
	ln -s "/$installed" "$root/guests"
	copy_libraries "$paracall" && copy_qemu
}

boot() {
	# More than one vCPU has been seen to hang there; and with -icount the KVM there
	# loses some guests' interrupts, and delivers others twice.
	"$limited" --cpu=2700 --idle=300 "$(cached_qemu x86_64)" -accel tcg -cpu max -M q35 -smp 1 -m 1G \
		-display none -monitor none -nodefaults \
		-no-user-config -no-reboot \
		-serial "file:$work/console" -serial "file:$work/log" \
		-kernel "$kvm_folder/vmlinuz" -initrd "$work/initramfs" \
		-append "console=ttyS0 $guest_append quiet no_timer_check" </dev/null
}

# Each command's output, and its status: $work/NAME.out, $work/NAME.status.
split_log() {
	awk -v "folder=$work" '$1 == "end" && $2 == name { print $3 >(folder "/" name ".status"); name = "" }
		name { print >(folder "/" name ".out") }
		$1 == "begin" { name = $2 }' "$work/log"
}

# said NAME RUN STATUS TEXT: the result there.
said() {
	# shellcheck disable=SC2016 # they are sh's
	expect "$1" "$3" "$4" sh -c 'cat "$1.out" && exit "$(cat "$1.status")"' sh "$work/$2"
}

check_all() {
	local program useless="SKIP  x86_64 kvm all: the machine's /dev/kvm does not work: hypercalls"

	said "sound KVM" sound 0 "x86_64        kvm"
	for program in "$@"; do
		said "sound KVM, $program" sound 0 "PASS  x86_64 kvm $program,"
	done
	said "no KVM" none 77 "SKIP  x86_64 kvm all: /dev/kvm: No such file or directory"
	said "KVM that the user may not open" denied 77 \
		"SKIP  x86_64 kvm all: /dev/kvm: Permission denied"
	said "KVM on which a guest never ends" endless 77 "$useless did not finish in 20 seconds"
	said "the guest that never ends is gone" left 1 ""
	said "a file in the place of KVM" file 77 "$useless: ended too early"
	said "another device in the place of KVM" device 77 "$useless: ended too early"
}

main() {
	local reason
	local -a programs=("${quick[@]}")

	case $#:${1:-} in
	0:) ;;
	1:--long) programs+=("${long[@]}") ;;
	*) die "unknown arguments: $*; there is --long" ;;
	esac
	if reason=$(missing); then
		skip "a machine's own KVM" "$reason"
		finish
		return
	fi
	if fill_root "${programs[@]}" && archive_initramfs "$root" >"$work/initramfs" && boot; then
		split_log
		check_all "${programs[@]}"
	else
		fail "a machine with a KVM" "it did not start, or get to its end" "$work/log"
	fi
	finish
}

main "$@"
