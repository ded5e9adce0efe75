#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tools that start QEMU, with Paracall in its place, as doc/tools.md has them. Each is skipped
# where it is not installed.
# Usage: test/tools.sh [PART]..., of its functions test_PART; each is a test of Meson's.
. "$(dirname "$0")/lib.sh"
# shellcheck source=script/lib/guest-image.sh
. "$tree/script/lib/guest-image.sh"
# shellcheck source=script/lib/qemu.sh
. "$tree/script/lib/qemu.sh"

emulator=$work/qemu-system-x86_64
unset PARACALL_OPTIONS PARACALL_SUMMARY PARACALL_SEEN

# Tools that clear the environment, too, find the QEMU of script/setup.
write_emulator() {
	cat >"$emulator" <<-EOT
		#!/bin/sh
		export PARACALL_CACHE='$paracall_cache' PARACALL_SUMMARY='$work/summary'
		exec '$build/libexec/qemu-system-x86_64' "\$@"
	EOT
	chmod +x "$emulator"
}

# needs NAME PROGRAM...: skips the test if one is missing, or QEMU is.
needs() {
	local name=$1 program

	shift
	for program; do
		command -v "$program" >/dev/null || {
			skip "$name" "no $program"
			return 1
		}
	done
	[ -n "$(used_qemu x86_64)" ] || {
		skip "$name" "no QEMU"
		return 1
	}
	rm -f "$work/summary"
}

# domain FILE DISK: a guest for libvirt that goes on until it is ended.
domain() {
	cat >"$1" <<-EOT
		<domain type='qemu'>
		  <name>paracall-test-$$</name>
		  <memory unit='MiB'>512</memory>
		  <vcpu>2</vcpu>
		  <os>
		    <type arch='x86_64' machine='q35'>hvm</type>
		    <kernel>$(guest_folder "$kernel")/vmlinuz</kernel>
		    <cmdline>console=ttyS0</cmdline>
		  </os>
		  <features><acpi/><apic/></features>
		  <on_crash>destroy</on_crash>
		  <devices>
		    <emulator>$emulator</emulator>
		    <serial type='file'><source path='$work/serial'/></serial>
		    $2
		    <memballoon model='none'/>
		  </devices>
		</domain>
	EOT
}

virsh_session() {
	"$limited" --cpu=600 --idle=120 virsh -c qemu:///session "$@" >"$work/out" 2>&1 </dev/null
}

# virsh_does NAME TEXT ARGUMENT...
virsh_does() {
	local name=$1 text=$2

	shift 2
	if virsh_session "$@" && grep -qF -- "$text" "$work/out"; then
		pass "libvirt, $name"
	else
		fail "libvirt, $name" "it does not" "$work/out"
	fi
}

# A disk for snapshots, which nobody reads; or nothing.
make_disk() {
	command -v qemu-img >/dev/null && qemu-img create -q -f qcow2 "$work/disk" 64M || return
	cat <<-EOT
		<disk type='file' device='disk'>
		  <driver name='qemu' type='qcow2'/>
		  <source file='$work/disk'/>
		  <target dev='vda' bus='virtio'/>
		</disk>
	EOT
}

detected() {
	grep -qa 'Hypervisor detected: KVM' "$work/serial"
}

# libvirt 9.0 and QEMU 11.1 do not agree on a command of QMP, 11.3 and it on the kind of a file.
save_and_restore() {
	if ! virsh_session save "$name" "$work/saved" && grep -q "Parameter 'detach'" "$work/out"; then
		skip "libvirt, save and restore" "this libvirt is too old for this QEMU"
		return
	fi
	check_file "libvirt, save" "$work/out" "saved"
	if ! virsh_session restore "$work/saved" &&
		grep -q "migration to a file is not supported" "$work/out"; then
		skip "libvirt, restore" "this libvirt is too old for this QEMU"
	else
		check_file "libvirt, restore" "$work/out" "restored"
	fi
}

test_libvirt() {
	local kernel disk name=paracall-test-$$

	kernel=$(guest_kernels | awk 'NR == 1 { print $1 }')
	needs libvirt virsh libvirtd || return 0
	if [ ! -e "$(guest_folder "$kernel")/vmlinuz" ]; then
		skip libvirt "no kernel: script/setup gets one"
		return
	fi
	write_emulator
	if ! virsh_session list; then
		skip libvirt "libvirtd does not start here"
		return
	fi
	virsh_does "capabilities" "<domain>qemu</domain>" domcapabilities --virttype qemu \
		--emulatorbin "$emulator" --arch x86_64
	disk=$(make_disk)
	domain "$work/domain.xml" "$disk"
	virsh_does "create" "created" create "$work/domain.xml"
	if wait_until detected; then
		pass "libvirt, the guest has KVM"
	else
		fail "libvirt, the guest has KVM" "it has not" "$work/serial"
	fi
	virsh_does "suspend" "suspended" suspend $name
	virsh_does "state" "paused" domstate $name
	virsh_does "resume" "resumed" resume $name
	if [ -z "$disk" ]; then
		skip "libvirt, snapshots" "no qemu-img"
	else
		virsh_does "snapshot" "Domain snapshot one created" snapshot-create-as $name one
		virsh_does "snapshots" "running" snapshot-list $name
		virsh_does "revert" "" snapshot-revert $name one
		virsh_does "state after that" "running" domstate $name
	fi
	save_and_restore
	# Which has ended it if libvirt cannot restore it.
	virsh_session domstate $name ||
		virsh_does "create again" "created" create "$work/domain.xml"
	virsh_does "destroy" "destroyed" destroy $name
	wait_until test -s "$work/summary"
	check_file "libvirt, a summary" "$work/summary" "features"
}

test_kvm_unit_tests() {
	local folder=${KVM_UNIT_TESTS:-/nonexistent} name

	if [ ! -e "$folder/x86/hypercall.flat" ]; then
		skip kvm-unit-tests "KVM_UNIT_TESTS names no folder with them, built"
		return
	fi
	needs kvm-unit-tests bash || return 0
	write_emulator
	for name in hypercall kvmclock_test; do
		(cd "$folder" && QEMU=$emulator ACCEL=tcg "$limited" --cpu=600 --idle=120 \
			./run_tests.sh $name) >"$work/out" 2>&1 </dev/null
		if grep -q "PASS.* $name" "$work/out"; then
			pass "kvm-unit-tests, $name"
		else
			fail "kvm-unit-tests, $name" "it does not pass" "$work/out"
		fi
	done
}

# Prints one that is installed with its modules: Debian's have those for a shared root folder.
installed_kernel() {
	local kernel

	[ "$(uname -m)" = x86_64 ] || return
	for kernel in /boot/vmlinuz-*; do
		if [ -r "$kernel" ] && [ -d "/lib/modules/${kernel#/boot/vmlinuz-}/kernel" ]; then
			echo "$kernel"
			return
		fi
	done
	return 1
}

# For modules it needs a busybox, too, which is in the folder of the guest's kernel.
test_virtme() {
	local kernel folder

	folder=$(guest_folder "$(guest_kernels | awk 'NR == 1 { print $1 }')")
	needs virtme-ng vng || return 0
	if ! kernel=$(installed_kernel); then
		skip virtme-ng "no x86 kernel is installed that can be read, with its modules"
		return
	fi
	write_emulator
	expect "virtme-ng" 0 "Hypervisor detected: KVM" env PATH="$PATH:$folder" vng \
		--qemu "$emulator" --disable-kvm --run "$kernel" -- dmesg
}

test_libguestfs() {
	needs libguestfs libguestfs-test-tool || return 0
	write_emulator
	LIBGUESTFS_BACKEND=direct LIBGUESTFS_HV=$emulator "$limited" --cpu=1200 --idle=240 \
		libguestfs-test-tool -t 900 >"$work/out" 2>&1 </dev/null
	if grep -q 'TEST FINISHED OK' "$work/out" && grep -q 'Hypervisor detected: KVM' "$work/out"; then
		pass libguestfs
	else
		fail libguestfs "it does not" "$work/out"
	fi
}

# Which libguestfs asks for, too. QEMU loads all of its modules for it, and refuses those of
# another version, such as this machine's may have: that of script/setup looks for none there.
test_device_list() {
	local qemu

	qemu=$(cached_qemu x86_64)
	needs "device list" cc || return 0
	if [ ! -x "$qemu" ]; then
		skip "device list" "script/setup has unpacked no QEMU"
		return
	fi
	cc -shared -fPIC -x c -o "$work/access.so" - <<-'EOT'
		#include <fcntl.h>
		#include <stdio.h>
		#include <unistd.h>
		int access(const char *path, int mode)
		{
			fprintf(stderr, "access: %s\n", path);
			return faccessat(AT_FDCWD, path, mode, 0);
		}
	EOT
	expect "device list" 0 'name "virtio-gpu-pci"' env LD_PRELOAD="$work/access.so" "$qemu" -device help
	check_file "device list, its modules" "$work/out" "access: $(readlink -f "$qemu_prefix")/"
	if grep '^access: /usr/lib/.*\.so$' "$work/out" >"$work/elsewhere"; then
		fail "device list, no other modules" "QEMU looks for some" "$work/elsewhere"
	else
		pass "device list, no other modules"
	fi
}

# The device that LAVA's template for QEMU makes, without what others need.
lava_device() {
	cat <<-EOT
		available_architectures: [amd64]
		constants:
		  kernel-start-message: 'Linux version [0-9]'
		  default-shell-prompt: 'lava-test: # '
		  spawn_maxread: '4092'
		  failure_retry: 1
		  boot_retry: 1
		actions:
		  deploy: { connections: { serial: }, methods: { image: } }
		  boot:
		    connections: { serial: }
		    methods:
		      qemu:
		        parameters:
		          command: qemu-system-x86_64
		          boot_options: { root: /dev/sda1, console: 'ttyS0,115200', boot_order: c }
		          options:
		            - -cpu host
		            - -accel kvm
		            - -nographic
		            - -net nic,model=virtio,macaddr=52:54:00:12:34:58 -net user
		            - -m 512
		            - -monitor none
		timeouts:
		  actions: { }
		  connections: { }
	EOT
}

# shell_image FOLDER: an initramfs, with what it is made of in FOLDER, that ends in a shell.
shell_image() {
	mkdir -p "$1"/{bin,proc,dev}
	cp "$guest_dir/busybox" "$1/bin/busybox"
	cat >"$1/init" <<-EOT
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		mount -t proc none /proc
		mount -t devtmpfs none /dev
		exec setsid cttyhack sh
	EOT
	chmod +x "$1/init"
	pack_initramfs "$1"
}

# The job of doc/tools.md, without a server.
test_lava() {
	needs lava lava-run || return 0
	if [ ! -e "$guest_kernel" ]; then
		skip lava "no kernel: script/setup gets one"
		return
	fi
	if [ ! -w /var/lib/lava/dispatcher ]; then
		skip lava "lava-run has to be root"
		return
	fi
	write_emulator
	shell_image "$work/root" >"$work/initrd"
	lava_device >"$work/device.yaml"
	sed -n '/^job_name:/,/^```$/p' "$tree/doc/tools.md" | sed -e '/^```$/d' \
		-e "s|URL-OF-KERNEL|file://$guest_kernel|; s|URL-OF-INITRD|file://$work/initrd|" \
		>"$work/job.yaml"
	mkdir -p "$work/lava"
	expect "lava" 0 'Job finished correctly' env PATH="$work:$PATH" lava-run \
		--job-id "$$" --output-dir "$work/lava" --device "$work/device.yaml" "$work/job.yaml"
	check_file "lava, a summary" "$work/summary" "features offered"
}

# Guests that it can use take minutes to make, so somebody has to have done that.
test_autopkgtest() {
	local image=${AUTOPKGTEST_IMAGE:-/nonexistent} options=${AUTOPKGTEST_QEMU_OPTIONS:-}
	local package=$work/package

	if [ ! -e "$image" ]; then
		skip autopkgtest "AUTOPKGTEST_IMAGE names no image for autopkgtest-virt-qemu"
		return
	fi
	needs autopkgtest autopkgtest-virt-qemu qemu-img || return 0
	write_emulator
	mkdir -p "$package/debian/tests"
	printf '%s\n' 'Source: trivial' 'Maintainer: Nobody <nobody@example.invalid>' '' \
		'Package: trivial' 'Architecture: all' 'Description: trivial' >"$package/debian/control"
	printf '%s\n' 'trivial (1) unstable; urgency=low' '' '  * First.' '' \
		' -- Nobody <nobody@example.invalid>  Mon, 30 Nov 2026 12:00:00 +0000' \
		>"$package/debian/changelog"
	printf '%s\n' 'Test-Command: dmesg | grep "Hypervisor detected: KVM"' \
		'Features: test-name=kvm' 'Depends:' 'Restrictions: needs-root' >"$package/debian/tests/control"
	"$limited" --cpu=1200 --idle=300 autopkgtest "$package/" --no-built-binaries -- qemu \
		--qemu-command="$emulator" --timeout-reboot=300 ${options:+--boot=none} \
		--qemu-options="$options" "$image" >"$work/out" 2>&1 </dev/null
	check_file "autopkgtest" "$work/out" 'kvm                  PASS'
	check_file "autopkgtest, a summary" "$work/summary" "features offered"
}

# The package's test with programs of $work/bin alone: paracall, and what the test needs.
# Where it goes on, it fails, as nothing else is there.
package_test() {
	local name

	rm -rf "${work:?}/bin"
	mkdir "$work/bin"
	for name in "$@" sh grep mktemp; do
		ln -s "$(command -v "$name")" "$work/bin"
	done
	ln -s "$paracall" "$work/bin"
	env -u PARACALL_QEMU PATH="$work/bin" PARACALL_CACHE="$work/cache" \
		sh "$tree/debian/tests/boot" >"$work/out" 2>&1 </dev/null
}

# skips NAME: 77 and a reason.
skips() {
	local status=$?

	if [ $status -eq 77 ] && grep -q '^skipped: no qemu-system-x86_64' "$work/out"; then
		pass "$1"
	else
		fail "$1" "it is not skipped, but $status" "$work/out"
	fi
}

# autopkgtest takes any other status for a failure, on a Debian whose QEMU is too old, too.
test_package_test() {
	local other

	package_test
	skips "the package's test without a QEMU"
	other=$(used_qemu s390x)
	if [ -z "$other" ]; then
		skip "the package's test with another architecture's QEMU" "no qemu-system-s390x"
		return
	fi
	# A file as setup leaves it asks for its own path.
	package_test dirname readlink "$other"
	skips "the package's test with another architecture's QEMU"
	check_file "the other QEMU was found" "$work/out" '* '
}

only "$@"
test_libvirt
test_kvm_unit_tests
test_virtme
test_libguestfs
test_device_list
test_lava
test_autopkgtest
test_package_test
finish
