/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-ppc64 and qemu-system-ppc as a target. */
#include "../target.h"

#include "../callbacks.h"
#include "../clock.h"
#include "../load.h"
#include "../memory.h"
#include "../spin.h"
#include "calls.h"
#include "idle.h"
#include "instructions.h"
#include "magic_page.h"
#include "msr.h"
#include "registers.h"
#include "sprg.h"
#include "start.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const register_names[POWERPC_REGISTERS] = {
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"r16", "r17", "r18", "r19", "r20", "r21", "r22", "r23",
	"r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31",
	[POWERPC_MSR] = "msr",
	[POWERPC_SRR0] = "srr0",
	[POWERPC_SRR1] = "srr1",
	[POWERPC_PIR] = "pir",
	[PARACALL_POWERPC_LPCR] = "lpcr",
	[PARACALL_POWERPC_SPRG0] = "sprg0", "sprg1", "sprg2", "sprg3",
	"sprg4", "sprg5", "sprg6", "sprg7",
	[PARACALL_POWERPC_DAR] = "dar/dear",
	[PARACALL_POWERPC_DSISR] = "dsisr",
	[PARACALL_POWERPC_ESR] = "esr",
	[PARACALL_POWERPC_MAS0] = "mas0", "mas1", "mas2", "mas3", "mas4", "mas6", "mas7",
	[POWERPC_IVOR40] = "ivor40",
};
/* clang-format on */

static const struct paracall_powerpc_engine powerpc_functions = {
	.size = sizeof(powerpc_functions),
	.idle = idle_note,
	.has_register = magic_page_has_register,
	.map_magic_page = magic_page_map,
	.msr_was_loaded = msr_was_loaded,
};

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = magic_page_read_register,
	.write_register = magic_page_write_register,
	.read_memory = memory_read,
	.write_memory = memory_write,
	.delay = clock_delay,
	.program_counter = powerpc_program_counter,
	.powerpc = &powerpc_functions,
};

static void interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
			void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	load_note_interrupt(vcpu);
	vcpu->spin_hints = 0;
	spin_note_wake(vcpu);
	idle_interrupted(vcpu);
	magic_page_interrupted(vcpu, from);
}

static const struct plugin_option *const own_options[] = {
	&option_features,
	&option_spin,
	NULL,
};

/* pseries is the default of qemu-system-ppc64. */
static void prepare_64bit(const struct command *command)
{
	powerpc_machine()->has_papr =
		!command->machine || !strncmp(command->machine, "pseries", strlen("pseries"));
}

/* The page is served by leaving blocks anywhere. */
static bool begin_replay(const struct plugin_options *options)
{
	if (!options->features)
		return true;
	fprintf(stderr, "paracall: magic-page cannot be recorded or replayed: leave it out\n");
	return false;
}

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	(void)options;
	sprg_install();
	msr_install();
	callbacks_on_translation(id, powerpc_instructions_hook);
	/* QEMU 11.1 reports all of them as exceptions, external interrupts included. */
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT | QEMU_PLUGIN_DISCON_EXCEPTION,
			    interrupted);
}

/* QEMU numbers its vCPUs as their registers do. */
static void vcpu_init(struct vcpu *vcpu)
{
	paracall_cpu_set_apic_id(vcpu->cpu, vcpu->index);
}

/* A kernel that uses the page accesses it in its patched text, and cannot do without. */
static const char *forget_machine(struct vcpu *vcpu)
{
	powerpc_look_around(vcpu);
	if (!engine_offers(PARACALL_KVM_FEATURE_MAGIC_PAGE))
		return NULL;
	return "its guest's magic page is not saved with it, and a kernel that uses one stops: boot it again, or save one that runs with --features=none";
}

static void forget_vcpu(struct vcpu *vcpu)
{
	powerpc_vcpu(vcpu)->wants_idle = false;
	powerpc_vcpu(vcpu)->idle_pc = 0;
	sprg_forget(vcpu);
}

/* clang-format off */
#define TARGET(qemu_name, prepare_at_load) \
	{ \
		.name = qemu_name, \
		.architecture = PARACALL_POWERPC, \
		.registers = register_names, \
		.register_count = POWERPC_REGISTERS, \
		.needed_registers = POWERPC_NEEDED, \
		.is_big_endian = true, \
		.engine = &engine_functions, \
		.capabilities = PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_MAP_MAGIC_PAGE, \
		.machine_size = sizeof(struct powerpc_machine), \
		.vcpu_size = sizeof(struct powerpc_vcpu), \
		.options = own_options, \
		.prepare = prepare_at_load, \
		.begin_replay = begin_replay, \
		.install = install, \
		.vcpu_init = vcpu_init, \
		.vcpu_exit = forget_vcpu, \
		.is_at_start = powerpc_is_at_start, \
		.forget_machine = forget_machine, \
		.forget_vcpu = forget_vcpu, \
	}
/* clang-format on */

const struct target powerpc64_target = TARGET("ppc64", prepare_64bit);
const struct target powerpc_target = TARGET("ppc", NULL);
