/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu-system-x86_64 as a target. */
#include "../target.h"

#include "../callbacks.h"
#include "../clock.h"
#include "../memory.h"
#include "../readings.h"
#include "../replay.h"
#include "../yield.h"
#include "apic.h"
#include "calls.h"
#include "instructions.h"
#include "load.h"
#include "options.h"
#include "registers.h"
#include "site.h"
#include "snapshot.h"
#include "tsc.h"

/* clang-format off */
static const char *const register_names[X86_REGISTERS] = {
	[PARACALL_X86_RAX] = "rax",
	[PARACALL_X86_RBX] = "rbx",
	[PARACALL_X86_RCX] = "rcx",
	[PARACALL_X86_RDX] = "rdx",
	[PARACALL_X86_RSI] = "rsi",
	[PARACALL_X86_CR4] = "cr4",
	[PARACALL_X86_EFER] = "efer",
	[X86_RIP] = "rip",
	[X86_RSP] = "rsp",
	[X86_EFLAGS] = "eflags",
	[X86_CS] = "cs",
	[X86_CR0] = "cr0",
	[X86_CR2] = "cr2",
	[X86_CR3] = "cr3",
};
/* clang-format on */

/* A guest that asks once may ask again, and the next answer may be better. */
static bool read_clocks(void *context, struct paracall_clocks *clocks)
{
	if (clock_can_learn())
		readings_want(context);
	return clock_read(context, clocks);
}

static void flush_tlb(void *context)
{
	register_write(context, X86_CR3, register_read(context, X86_CR3));
}

static uint64_t program_counter(void *context)
{
	struct vcpu *vcpu = context;
	struct site site;

	if (vcpu->site && !vcpu->site_pc) {
		site = site_unpack(vcpu->site);
		vcpu->site_pc = site_next_pc(vcpu, &site) - site.size;
	}
	return vcpu->site_pc;
}

static const struct paracall_x86_engine x86_functions = {
	.size = sizeof(x86_functions),
	.tsc_frequency = clock_tsc_frequency,
	.flush_tlb = flush_tlb,
};

static const struct paracall_engine engine_functions = {
	.name = "QEMU TCG",
	.read_register = target_read_register,
	.write_register = target_write_register,
	.wake = apic_wake,
	.send_interrupt = apic_send_interrupt,
	.yield_to = yield_to,
	.read_memory = memory_read,
	.write_memory = memory_write,
	.read_clocks = read_clocks,
	.run_delay = target_run_delay,
	.delay = clock_delay,
	.program_counter = program_counter,
	.x86 = &x86_functions,
};

static void prepare(const struct command *command)
{
	struct x86_machine *machine = x86_machine();

	machine->replacement = REPLACE_FAST;
	machine->has_cpus = command->has_cpus;
	machine->cpus = command->cpus;
	machine->has_vmclock = command->has_vmclock;
}

static void install(qemu_plugin_id_t id, const struct plugin_options *options)
{
	struct x86_machine *machine = x86_machine();

	tsc_init();
	/* What is written there would not be the same again. */
	snapshot_init(machine->has_vmclock && !replay_is_on());
	machine->wants_async_pf.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	machine->async_pf_every = options->injection.async_pf_every;
	machine->async_pf_delay = options->injection.async_pf_delay;
	callbacks_on_translation(id, instructions_hook);
	callbacks_on_discon(id, QEMU_PLUGIN_DISCON_INTERRUPT, call_interrupted);
	/* A state that is loaded may have one on its way, whatever is chosen here. */
	if (machine->replacement == REPLACE_NATIVE || machine->replacement == REPLACE_REFUSE ||
	    machine->async_pf_every || machine->has_vmclock)
		callbacks_on_discon(id, QEMU_PLUGIN_DISCON_EXCEPTION, call_exception);
}

static void vcpu_init(struct vcpu *vcpu)
{
	readings_init_vcpu(vcpu);
	yield_vcpu_init(vcpu);
	apic_learn_id(vcpu);
}

static void vcpu_exit(struct vcpu *vcpu)
{
	apic_forget_id(vcpu);
	call_forget(vcpu);
}

const struct target x86_target = {
	.name = "x86_64",
	.remark = "which runs 32-bit x86 guests too",
	.architecture = PARACALL_X86,
	.registers = register_names,
	.register_count = X86_REGISTERS,
	.engine = &engine_functions,
	.capabilities = UINT32_MAX,
	.machine_size = sizeof(struct x86_machine),
	.vcpu_size = sizeof(struct x86_vcpu),
	.options = x86_options,
	.prepare = prepare,
	.begin_replay = x86_begin_replay,
	.describe_options = x86_describe_options,
	.install = install,
	.vcpu_init = vcpu_init,
	.vcpu_exit = vcpu_exit,
	.is_at_start = x86_is_at_start,
	.look_around = x86_look_around,
	.forget_machine = x86_forget_machine,
	.forget_vcpu = x86_forget_vcpu,
	.save = snapshot_save,
	.has_other_record = snapshot_is_other,
	.restore = snapshot_restore,
};
