# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on x86.
: "${log:?}" "${summary:?}"

demo_boot() {
	boot_default demo
}

demo_check() {
	has "$log" say 'Hypervisor detected: KVM' 'Switched to clocksource kvm-clock' \
		'PV spinlocks enabled' \
		'setup PV IPIs\|send_IPI_mask() replaced'
	has "$summary" call KICK_CPU SEND_IPI
}
