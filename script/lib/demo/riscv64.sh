# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on RISC-V: KVM answers, and the firmware does the rest. The kernel asks
# for no steal time.
: "${log:?}" "${summary:?}"

demo_boot() {
	boot_default demo
}

demo_check() {
	has "$log" say 'SBI implementation ID=0x3'
	has "$summary" call SBI_BASE_GET_IMP_ID SBI_BASE_PROBE_EXT SBI_HSM_HART_START \
		SBI_IPI_SEND_IPI
}
