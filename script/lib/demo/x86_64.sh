# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on x86.
: "${tree:?}" "${kernel:?}" "${image:?}" "${cpus:?}" "${log:?}" "${summary:?}"

demo_boot() {
	"$tree/build/paracall" run --kernel="$kernel" --initrd="$image" \
		--append="quiet panic=-1 paracall.task=demo" --cpus="$cpus" --memory=512M \
		--summary="$summary" </dev/null
}

demo_check() {
	has "$log" say 'Hypervisor detected: KVM' 'Switched to clocksource kvm-clock' \
		'PV spinlocks enabled' \
		'setup PV IPIs\|send_IPI_mask() replaced'
	has "$summary" call KICK_CPU SEND_IPI
}
