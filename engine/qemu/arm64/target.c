/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-aarch64, put together. */
#include "../target.h"

#include "../callbacks.h"
#include "../clock.h"
#include "../current.h"
#include "../readings.h"
#include "../replay.h"
#include "../spin.h"
#include "calls.h"
#include "counter.h"
#include "instructions.h"
#include "options.h"
#include "records.h"
#include "registers.h"
#include "start.h"
#include "state.h"

#include <sys/random.h>

/* clang-format off */
static const char *const register_names[ARM64_REGISTERS] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7",
	"x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
	"x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
	"x24", "x25", "x26", "x27", "x28", "x29", "x30",
	[ARM64_PC] = "pc",
	[ARM64_PSTATE] = "cpsr",
	[ARM64_CNTFRQ] = "CNTFRQ_EL0",
	[ARM64_TPIDR] = "TPIDR_EL1",
};
/* clang-format on */

/* Early in the host's life there may be none yet. */
static bool give_random(void *context, void *data, size_t size)
{
	(void)context;
	return getrandom(data, size, GRND_NONBLOCK) == (ssize_t)size;
}

static const struct paracall_arm64_engine arm64_functions = {
	.size = sizeof(arm64_functions),
	.random = give_random,
	.implementation = arm64_find_implementation,
};

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = target_read_register,
	.write_register = target_write_register,
	.read_memory = arm64_read_record,
	.write_memory = arm64_write_record,
	.read_clocks = counter_read,
	.run_delay = target_run_delay,
	.delay = clock_delay,
	.program_counter = arm64_program_counter,
	.arm64 = &arm64_functions,
};

/* Time that goes by instructions is not the host's; and what is replayed is not random. */
static void withdraw(void)
{
	struct engine *engine = &paracall_qemu_engine;

	if (engine->counts_instructions)
		paracall_machine_withdraw(engine->machine, PARACALL_CAN_READ_CLOCKS);
	if (replay_is_on())
		paracall_machine_withdraw(engine->machine, PARACALL_CAN_GIVE_RANDOM);
}

static void prepare(const struct command *command)
{
	arm64_machine()->has_own_levels = command->has_own_levels;
}

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	(void)options;
	withdraw();
	counter_init();
	callbacks_on_translation(id, arm64_instructions_hook);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT, arm64_call_interrupted);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_HOSTCALL, arm64_call_done);
}

/* All but the first one are off until the guest switches them on. */
static void vcpu_init(struct vcpu *vcpu)
{
	readings_init_vcpu(vcpu);
	arm64_place_record(vcpu);
	current_forget(vcpu);
	atomic_store(&vcpu->is_stopped, vcpu->index != 0);
	if (!vcpu->index)
		spin_note_wake(vcpu);
}

static void vcpu_exit(struct vcpu *vcpu)
{
	readings_end(vcpu);
}

/* Of a machine that began in another process its device tree says nothing any more. */
static const char *forget_machine(struct vcpu *vcpu)
{
	struct arm64_machine *machine = arm64_machine();

	(void)vcpu;
	if (!atomic_load(&paracall_qemu_engine.has_started))
		atomic_store(&machine->is_served, !machine->has_own_levels);
	counter_forget();
	if (!engine_offers(PARACALL_KVM_FEATURE_PV_TIME))
		return NULL;
	return "the guest's stolen time does not advance until it boots again";
}

static void forget_vcpu(struct vcpu *vcpu)
{
	readings_end(vcpu);
	readings_init_vcpu(vcpu);
	current_forget(vcpu);
	atomic_store(&vcpu->is_stopped, false);
}

const struct target arm64_target = {
	.name = "aarch64",
	.architecture = PARACALL_ARM64,
	.registers = register_names,
	.register_count = ARM64_REGISTERS,
	.needed_registers = ARM64_NEEDED,
	.engine = &engine_functions,
	.capabilities = PARACALL_CAN_ACCESS_MEMORY | PARACALL_CAN_READ_CLOCKS |
			PARACALL_CAN_REPORT_RUN_DELAY | PARACALL_CAN_GIVE_RANDOM,
	.machine_size = sizeof(struct arm64_machine),
	.vcpu_size = sizeof(struct arm64_vcpu),
	.options = arm64_options,
	.prepare = prepare,
	.describe_options = arm64_describe_options,
	.install = install,
	.vcpu_init = vcpu_init,
	.vcpu_exit = vcpu_exit,
	.is_at_start = arm64_is_at_start,
	.forget_machine = forget_machine,
	.forget_vcpu = forget_vcpu,
	.note_sleep = counter_doubt,
	.note_resume = counter_resume,
	.save = arm64_save_state,
	.has_other_record = arm64_has_other_state,
	.record_is_certain = arm64_state_is_certain,
	.restore = arm64_restore_state,
};
