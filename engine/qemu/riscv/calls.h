/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hooked instructions call, and QEMU at interrupts. */
#ifndef PARACALL_QEMU_RISCV_CALLS_H
#define PARACALL_QEMU_RISCV_CALLS_H

#include "../callbacks.h"
#include "../engine.h"

/*
 * @userdata is the instruction's address as it was when QEMU translated it, of which the
 * place in its page counts.
 */
qemu_plugin_vcpu_cb riscv_call_ecall;

/* After an interrupt was delivered, be it to the firmware. */
qemu_plugin_discon_cb riscv_call_interrupted;

/* The one that runs: with one thread for all of them QEMU's number may be another's. */
struct vcpu *riscv_vcpu_current(unsigned int index);

/* The engine's part of struct paracall_engine. */
uint64_t riscv_program_counter(void *context);

#endif /* PARACALL_QEMU_RISCV_CALLS_H */
