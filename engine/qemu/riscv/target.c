/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-riscv64, put together. */
#include "../target.h"

#include "../callbacks.h"
#include "../clock.h"
#include "../memory.h"
#include "calls.h"
#include "instructions.h"
#include "registers.h"
#include "start.h"
#include "state.h"

/* clang-format off */
static const char *const register_names[RISCV_REGISTERS] = {
	"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
	[RISCV_PC] = "pc",
	[RISCV_PRIVILEGE] = "priv",
	[RISCV_MHARTID] = "mhartid",
	[RISCV_MSECCFG] = "mseccfg",
	[RISCV_PMP_CONFIGURATION] = "pmpcfg0", "pmpcfg2",
	[RISCV_PMP_ADDRESS] =
	"pmpaddr0", "pmpaddr1", "pmpaddr2", "pmpaddr3", "pmpaddr4", "pmpaddr5", "pmpaddr6",
	"pmpaddr7", "pmpaddr8", "pmpaddr9", "pmpaddr10", "pmpaddr11", "pmpaddr12", "pmpaddr13",
	"pmpaddr14", "pmpaddr15",
};
/* clang-format on */

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = target_read_register,
	.write_register = target_write_register,
	.read_memory = memory_read,
	.write_memory = riscv_write_memory,
	.run_delay = target_run_delay,
	.delay = clock_delay,
	.program_counter = riscv_program_counter,
};

static const struct plugin_option *const own_options[] = { &option_features, &option_spin,
							   NULL };

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	(void)options;
	pthread_mutex_init(&riscv_machine()->lock, NULL);
	callbacks_on_translation(id, riscv_instructions_hook);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT, riscv_call_interrupted);
}

/* All begin, but in the firmware, where they wait for an interrupt that starts them. */
static void vcpu_init(struct vcpu *vcpu)
{
	(void)vcpu;
}

static void vcpu_exit(struct vcpu *vcpu)
{
	riscv_vcpu(vcpu)->has_begun = false;
	riscv_vcpu(vcpu)->writable = 0;
}

/* Kernels that do not use it have nothing to lose. */
static const char *forget_machine(struct vcpu *vcpu)
{
	const struct paracall_statistics *statistics =
		paracall_machine_statistics(paracall_qemu_engine.machine);

	riscv_look_around(vcpu);
	return paracall_statistics_total(statistics, steal_updates)
		       ? "its guest's steal time does not advance until it registers it again"
		       : NULL;
}

/* It runs; so where it begins next is a reset. */
static void forget_vcpu(struct vcpu *vcpu)
{
	riscv_vcpu(vcpu)->has_begun = true;
	riscv_vcpu(vcpu)->writable = 0;
}

const struct target riscv_target = {
	.name = "riscv64",
	.architecture = PARACALL_RISCV,
	.registers = register_names,
	.register_count = RISCV_REGISTERS,
	.needed_registers = RISCV_NEEDED,
	.engine = &engine_functions,
	.capabilities = PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_REPORT_RUN_DELAY,
	.machine_size = sizeof(struct riscv_machine),
	.vcpu_size = sizeof(struct riscv_vcpu),
	.options = own_options,
	.install = install,
	.vcpu_init = vcpu_init,
	.vcpu_exit = vcpu_exit,
	.is_at_start = riscv_is_at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
};
