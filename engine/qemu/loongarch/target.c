/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-loongarch64, put together. */
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
static const char *const register_names[LOONGARCH_REGISTERS] = {
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23",
	"r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31",
	[LOONGARCH_PC] = "pc",
};
/* clang-format on */

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = target_read_register,
	.write_register = target_write_register,
	.read_memory = memory_read,
	.write_memory = memory_write,
	.run_delay = target_run_delay,
	.delay = clock_delay,
	.program_counter = loongarch_program_counter,
};

static const struct plugin_option *const own_options[] = { &option_features, NULL };

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	(void)options;
	callbacks_on_translation(id, loongarch_instructions_hook);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT, loongarch_call_interrupted);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_EXCEPTION, loongarch_call_broken_off);
}

static void vcpu_init(struct vcpu *vcpu)
{
	loongarch_call_forget(vcpu);
	loongarch_vcpu(vcpu)->is_at_start = false;
	atomic_store(&loongarch_vcpu(vcpu)->is_there, true);
}

/* It had begun, and so will the next one in its place. */
static void vcpu_exit(struct vcpu *vcpu)
{
	unsigned int begun = atomic_load(&loongarch_machine()->begun);

	atomic_store(&loongarch_vcpu(vcpu)->is_there, false);
	if (begun)
		atomic_store(&loongarch_machine()->begun, begun - 1);
	loongarch_call_forget(vcpu);
}

const struct target loongarch_target = {
	.name = "loongarch64",
	.architecture = PARACALL_LOONGARCH,
	.registers = register_names,
	.register_count = LOONGARCH_REGISTERS,
	.engine = &engine_functions,
	.capabilities = PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_REPORT_RUN_DELAY,
	.machine_size = sizeof(struct loongarch_machine),
	.vcpu_size = sizeof(struct loongarch_vcpu),
	.options = own_options,
	.install = install,
	.vcpu_init = vcpu_init,
	.vcpu_exit = vcpu_exit,
	.is_at_start = loongarch_is_at_start,
	.look_around = loongarch_look_around,
	.note_resume = loongarch_note_resume,
	.forget_machine = loongarch_forget_machine,
	.forget_vcpu = loongarch_call_forget,
};
