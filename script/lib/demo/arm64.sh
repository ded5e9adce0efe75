# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on arm64: also with the host's clock and random numbers.
: "${log:?}" "${summary:?}"

demo_boot() {
	boot_default demo+devices
}

demo_check() {
	has "$log" say 'KVM: hypervisor services detected' 'using stolen time PV' \
		'ptp: KVM virtual PTP' 'rng: smccc_trng'
	has "$summary" call VENDOR_HYP_KVM_PTP PV_TIME_ST TRNG_RND64 PSCI_CPU_ON_64
}
