/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interrupts. */
#ifndef PARACALL_QEMU_ARM64_CALLS_H
#define PARACALL_QEMU_ARM64_CALLS_H

#include "../callbacks.h"
#include "../engine.h"

/*
 * @userdata is the instruction's address as it was when QEMU translated it, of which the
 * place in its page counts. Instructions are at multiples of 4.
 */
qemu_plugin_vcpu_cb arm64_call_hvc;
/* smc #0, and all others. */
qemu_plugin_vcpu_cb arm64_call_smc;
qemu_plugin_vcpu_cb arm64_call_other_smc;

/* After an interrupt was delivered. */
qemu_plugin_discon_cb arm64_call_interrupted;

/* After QEMU did a call that was left to it. */
qemu_plugin_discon_cb arm64_call_done;

/* Where such an instruction is, while it or an earlier one of its block runs. */
uint64_t arm64_site_pc(struct vcpu *vcpu, void *userdata);

/* The engine's part of struct paracall_engine. */
uint64_t arm64_program_counter(void *context);

#endif /* PARACALL_QEMU_ARM64_CALLS_H */
