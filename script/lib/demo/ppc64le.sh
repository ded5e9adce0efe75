# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on PowerPC. The table also has calls of the machine itself (H_...).
: "${log:?}" "${summary:?}"

demo_boot() {
	boot_default demo
}

demo_check() {
	has "$log" say 'hv:linux,kvm' 'hypervisor: linux,kvm'
	has "$summary" call ' FEATURES' H_CEDE
}
