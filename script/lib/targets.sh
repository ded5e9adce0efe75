# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The list of architectures that guests are set up for; all other scripts read this one.

# What Debian calls it; what --arch does, or "-": it is one more of a target's; QEMU's name
# for it, and what else its package has; Debian's package with that; the compiler's prefix;
# drivers that the guest loads by itself; "modules" if it needs them so much that suites
# where they have a package of their own give that, too; the kernel's name of its console.
targets() {
	grep -v '^#' <<-'EOT'
		# Debian --arch  QEMU   also package           compiler              drivers, modules, console
		amd64    x86_64  x86_64 -    qemu-system-x86   x86_64-linux-gnu      ptp_kvm - ttyS0
		i386     -       x86_64 -    qemu-system-x86   i686-linux-gnu        ptp_kvm - ttyS0
		s390x    s390x   s390x  -    qemu-system-s390x s390x-linux-gnu       virtio_blk,virtio-rng modules ttysclp0
		ppc64el  ppc64le ppc64  ppc  qemu-system-ppc   powerpc64le-linux-gnu - - hvc0
		arm64    arm64   aarch64 -   qemu-system-arm   aarch64-linux-gnu     arm_smccc_trng - ttyAMA0
		riscv64  riscv64 riscv64 -   qemu-system-riscv riscv64-linux-gnu     - - ttyS0
		loong64  loongarch64 loongarch64 - qemu-system-misc loongarch64-linux-gnu - - ttyS0
	EOT
}

# Which kernels there are: name, architecture, suites, package; of the suites, the
# first one that is available. The first kernel is the default, and all that demo
# and daily work need. Each --arch but the first has one of its name.
guest_kernels() {
	cat <<-EOT
		trixie amd64 trixie,bookworm linux-image-amd64
		bookworm amd64 bookworm linux-image-amd64
		sid amd64 sid linux-image-amd64
		686 i386 bookworm linux-image-686
		686-pae i386 bookworm linux-image-686-pae
		s390x s390x trixie,bookworm linux-image-s390x
		s390x-sid s390x sid linux-image-s390x
		ppc64le ppc64el trixie,bookworm linux-image-powerpc64le
		ppc64le-bookworm ppc64el bookworm linux-image-powerpc64le
		ppc64le-sid ppc64el sid linux-image-powerpc64le
		arm64 arm64 trixie,bookworm linux-image-arm64
		arm64-sid arm64 sid linux-image-arm64
		riscv64 riscv64 trixie,sid linux-image-riscv64
		riscv64-sid riscv64 sid linux-image-riscv64
		loongarch64 loong64 sid,forky linux-image-loong64
	EOT
}

# The kernels whose KVM 'paracall check --engine=kvm-in-tcg' uses, where that is in modules:
# name, folder in the cache for kernel and modules, and these. Answers are compared with
# those of the first one, x86's, so it should stay the same.
kvm_kernel=bookworm
kvm_kernels() {
	cat <<-EOT
		$kvm_kernel kvm-in-tcg irqbypass,kvm,ccp,kvm-amd
		riscv64 kvm-in-tcg-riscv64 irqbypass,kvm
	EOT
}

# kvm_folder_of KERNEL: where script/setup keeps the parts of that one; nothing if it has none.
kvm_folder_of() {
	kvm_kernels | awk -v name="$1" -v cache="${paracall_cache:?}" \
		'$1 == name { print cache "/" $2 }'
}

# kvm_modules KERNEL
kvm_modules() {
	kvm_kernels | awk -v name="$1" '$1 == name { gsub(",", " ", $3); print $3 }'
}

# What EFI firmware there is for tests: architecture, suites, package, and the file in it.
guest_firmwares() {
	cat <<-EOT
		arm64 trixie,bookworm qemu-efi-aarch64 ./usr/share/qemu-efi-aarch64/QEMU_EFI.fd
	EOT
}

# target_field COLUMN COLUMN-OF-KEY KEY: of the rows with that key, without "-".
target_field() {
	targets | awk -v column="$1" -v at="$2" -v key="$3" \
		'$at == key && $column != "-" { gsub(",", " ", $column); print $column }' | sort -u
}

# The first --arch, which is always set up, and the others.
first_arch() {
	targets | awk 'NR == 1 { print $2 }'
}

more_archs() {
	targets | awk 'NR > 1 && $2 != "-" { print $2 }'
}

# archs_words SEPARATOR: all of them.
archs_words() {
	{ first_arch; more_archs; } | paste -sd "$1"
}

# arch_kernel ARCH: the name of its kernel.
arch_kernel() {
	if [ "$1" = "$(first_arch)" ]; then
		guest_kernels | awk 'NR == 1 { print $1 }'
	else
		echo "$1"
	fi
}

# arch_debian ARCH: what Debian calls it.
arch_debian() {
	target_field 1 2 "$1"
}

guest_architecture() {
	guest_kernels | awk -v name="$1" '$1 == name { print $2 }'
}

# Of an architecture as Debian calls it: what QEMU calls it, the drivers that the guest
# loads, the prefix of a compiler for it, and its console.
guest_target() {
	target_field 3 1 "$1"
}

guest_modules() {
	target_field 7 1 "$1"
}

guest_triplet() {
	target_field 6 1 "$1"
}

guest_console() {
	target_field 9 1 "$1"
}

# Whether it needs the drivers' own package.
needs_modules() {
	[ -n "$(target_field 8 1 "$1")" ]
}

# Debian's packages with a compiler for it on another machine.
compiler_packages() {
	local triplet

	triplet=$(guest_triplet "$1")
	echo "gcc-${triplet//_/-}" "libc6-dev-$1-cross"
}

# guest_compiler ARCHITECTURE: a compiler for it; this machine's own if that is one.
guest_compiler() {
	local triplet

	triplet=$(guest_triplet "$1")
	if [ "$(gcc -dumpmachine | sed 's/-.*//')" = "${triplet%%-*}" ]; then
		echo gcc
	else
		command -v "$triplet-gcc"
	fi
}

# All of them that this machine has.
guest_compilers() {
	local triplet

	for triplet in $(targets | awk '{ print $6 }'); do
		command -v "$triplet-gcc" || true
	done
}

# Debian's package with the QEMU for one of QEMU's names, and all those that it has.
qemu_package() {
	targets | awk -v target="$1" '$3 == target || $4 == target { print $5; exit }'
}

qemu_siblings() {
	targets | awk -v target="$1" '$3 == target || $4 == target {
		print $3
		if ($4 != "-")
			print $4
	}' | sort -u
}
