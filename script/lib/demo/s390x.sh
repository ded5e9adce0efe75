# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on s390x: with a virtio disk and random number generator, too.
: "${tree:?}" "${kernel:?}" "${image:?}" "${cpus:?}" "${log:?}" "${summary:?}"

demo_boot() {
	local disk=$tree/build/demo-disk

	truncate -s 0 "$disk"
	truncate -s 16M "$disk"
	"$tree/build/paracall" run --summary="$summary" -- qemu-system-s390x \
		-machine s390-ccw-virtio -smp "$cpus" -m 512M -nographic -nic none \
		-kernel "$kernel" -initrd "$image" \
		-append "console=ttysclp0 quiet panic=-1 paracall.task=demo+devices" \
		-drive "file=$disk,format=raw,if=none,id=disk" \
		-device virtio-blk-ccw,drive=disk -device virtio-rng-ccw </dev/null
}

demo_check() {
	has "$log" say 'Linux is running under KVM' "disk: $cpus of $cpus parts" 'rng: virtio_rng'
	has "$summary" call DIAG_9C_DIRECTED_YIELD DIAG_500_CCW_NOTIFY
}
