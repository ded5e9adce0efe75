/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All vCPUs of QEMU's machine virt begin at the start of its flash memory: with firmware, or
 * without it with a few instructions that go to the kernel or wait for its message
 * (hw/loongarch/boot.c). A reset begins there again, but general registers keep what they
 * had. With a thread for each vCPU a reset is known by this: the first vCPU slept, and goes
 * on where the machine begins. User mode has other memory at that address.
 *
 * Where QEMU does not say that a vCPU slept, it does not say which one begins either. But all
 * of them do so once after each reset, also those that then wait. So one more beginning than
 * there are vCPUs is a reset. Before the first one a vCPU that begins has all registers 0; if
 * it has not, that was one, too, though another vCPU may not have begun before.
 */
#include "start.h"

#include "../current.h"
#include "../load.h"
#include "../memory.h"
#include "calls.h"
#include "registers.h"
#include "state.h"

/* Flash memory; without firmware QEMU's own code is in its first page. */
#define FLASH_START UINT64_C(0x1c000000)
#define FIRST_PAGE_END UINT64_C(0x1c001000)

/* Memory: up to here, devices, and the rest. */
#define LOW_END UINT64_C(0x10000000)
#define HIGH_START UINT64_C(0x80000000)

/* Without translation, as after a reset, that is the memory's address, too. */
bool loongarch_begins_at(uint64_t address)
{
	uint64_t physical;

	return address == FLASH_START && qemu_plugin_translate_vaddr(address, &physical) &&
	       physical == FLASH_START;
}

/*
 * A vCPU that waits for a message there is as good as one that did not begin. One that is
 * further on in firmware is not.
 */
bool loongarch_is_at_start(struct vcpu *vcpu)
{
	uint64_t pc = register_read(vcpu, LOONGARCH_PC);

	return pc >= FLASH_START && pc < FIRST_PAGE_END;
}

/* ---- memory ----------------------------------------------------------------- */

static bool set_memory(uint64_t low_end, uint64_t high_end)
{
	memory_set(0, 0, low_end);
	memory_set(1, HIGH_START, high_end);
	loongarch_machine()->has_memory = low_end;
	return low_end;
}

bool loongarch_look_around(struct vcpu *vcpu)
{
	return loongarch_machine()->has_memory ||
	       set_memory(memory_find_end(vcpu, 0, LOW_END),
			  memory_find_end(vcpu, HIGH_START, MEMORY_LIMIT));
}

/* ---- resets and loads --------------------------------------------------------- */

void loongarch_note_resume(struct vcpu *vcpu)
{
	if (!vcpu->index)
		loongarch_vcpu(vcpu)->is_at_start =
			register_read(vcpu, LOONGARCH_PC) == FLASH_START;
}

static unsigned int count_vcpus(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++)
		count += vcpu_by_index(i) &&
			 atomic_load(&loongarch_vcpu(vcpu_by_index(i))->is_there);
	return count;
}

/* A vCPU begins, not the machine's first one: whether that is for a reset. */
static bool is_one_too_many(struct vcpu *vcpu)
{
	struct loongarch_machine *machine = loongarch_machine();

	if (atomic_load(&machine->begun) < count_vcpus() &&
	    (machine->had_reset || registers_are_zero(vcpu, LOONGARCH_R31))) {
		atomic_fetch_add(&machine->begun, 1);
		return false;
	}
	atomic_store(&machine->begun, 1);
	machine->had_reset = true;
	return true;
}

static bool was_reset(struct vcpu *vcpu)
{
	struct loongarch_vcpu *loongarch = loongarch_vcpu(vcpu);
	bool is_at_start = loongarch->is_at_start;

	loongarch->is_at_start = false;
	return paracall_qemu_engine.reports_idle ? is_at_start : is_one_too_many(vcpu);
}

void loongarch_start_reached(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)userdata;
	if (!vcpu)
		return;
	/* With one thread for all, this may be the number of whichever translated the block. */
	if (!engine->is_single_threaded) {
		loongarch_call_forget(vcpu);
		if (vcpu->index)
			return;
	}
	load_note_start();
	if (!atomic_exchange(&engine->has_started, true)) {
		loongarch_look_around(vcpu);
		atomic_store(&loongarch_machine()->begun, 1);
	} else if (was_reset(vcpu)) {
		loongarch_call_forget(vcpu);
		/* No vCPU has a number of the kernel's any more. */
		current_begin(NULL);
		paracall_machine_reset(engine->machine, vcpu->cpu);
	}
}

const char *loongarch_forget_machine(struct vcpu *vcpu)
{
	/* All did, in that state. */
	atomic_store(&loongarch_machine()->begun, count_vcpus());
	if (!loongarch_machine()->has_memory)
		set_memory(memory_find_end_by_steps(vcpu, 0, LOW_END),
			   memory_find_end_by_steps(vcpu, HIGH_START, MEMORY_LIMIT));
	if (!engine_offers(PARACALL_KVM_FEATURE_LOONGARCH_STEAL_TIME))
		return NULL;
	return "the address of its guest's steal time is not saved with it, so none is reported until the guest registers it again, as when it boots or takes a vCPU offline and online";
}
