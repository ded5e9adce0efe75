/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-s390x as a target. */
#include "../target.h"

#include "../callbacks.h"
#include "../clock.h"
#include "../current.h"
#include "../memory.h"
#include "../yield.h"
#include "calls.h"
#include "instructions.h"
#include "registers.h"
#include "start.h"

#include <stdatomic.h>

/* clang-format off */
static const char *const register_names[S390_REGISTERS] = {
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	[PARACALL_S390_PREFIX] = "prefix",
	[S390_PSW_MASK] = "pswm",
};
/* clang-format on */

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = target_read_register,
	.write_register = target_write_register,
	.yield_to = yield_to,
	.read_memory = memory_read,
	.write_memory = memory_write,
	.delay = clock_delay,
	.program_counter = s390_program_counter,
};

static const struct plugin_option *const own_options[] = { NULL };

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	(void)options;
	callbacks_on_translation(id, s390_instructions_hook);
	/* Here both are reported after the delivery. */
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT | QEMU_PLUGIN_DISCON_EXCEPTION,
			    s390_call_interrupted);
}

/* QEMU numbers its vCPUs by their addresses. All but the first one are stopped. */
static void vcpu_init(struct vcpu *vcpu)
{
	atomic_store(&vcpu->is_stopped, vcpu->index != 0);
	yield_vcpu_init(vcpu);
	paracall_cpu_set_apic_id(vcpu->cpu, vcpu->index);
}

static void vcpu_exit(struct vcpu *vcpu)
{
	current_forget(vcpu);
}

static const char *forget_machine(struct vcpu *vcpu)
{
	(void)vcpu;
	return "whether its guest had asked for interrupts about its pages (DIAGNOSE 0x258) is not saved with it, and is lost until it asks again";
}

static void forget_vcpu(struct vcpu *vcpu)
{
	struct s390_vcpu *s390 = s390_vcpu(vcpu);

	atomic_store(&s390->was_reset, false);
	atomic_store(&s390->resets_machine, false);
	current_forget(vcpu);
	/* It may be: then yielding to it does nothing. */
	atomic_store(&vcpu->is_stopped, false);
}

const struct target s390_target = {
	.name = "s390x",
	.architecture = PARACALL_S390,
	.registers = register_names,
	.register_count = S390_REGISTERS,
	.is_big_endian = true,
	.engine = &engine_functions,
	.capabilities = PARACALL_CAN_YIELD | PARACALL_CAN_ACCESS_MEMORY,
	.vcpu_size = sizeof(struct s390_vcpu),
	.options = own_options,
	.install = install,
	.vcpu_init = vcpu_init,
	.vcpu_exit = vcpu_exit,
	.is_at_start = s390_is_at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
};
