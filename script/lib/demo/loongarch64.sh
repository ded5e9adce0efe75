# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's guest on LoongArch: each vCPU gets its steal time.
: "${log:?}" "${summary:?}"

demo_boot() {
	# Without firmware there are no I/O ports where it looks for a keyboard controller.
	boot_default 'demo initcall_blacklist=i8042_init'
}

demo_check() {
	has "$log" say 'Using paravirt steal-time'
	has "$summary" call HCALL_FUNC_NOTIFY
}
