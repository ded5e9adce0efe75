/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every reset by the host begins at the first instruction again, with
 * all registers 0 (QEMU's hw/s390x/s390-virtio-ccw.c, s390_machine_reset). So do most of
 * the guest's own by DIAGNOSE 0x308; the library has counted those.
 */
#include "start.h"

#include "../current.h"
#include "../load.h"

#include "calls.h"
#include "registers.h"

#include <stdatomic.h>

/* The last one is soon a stack's. */
bool s390_is_at_start(struct vcpu *vcpu)
{
	return registers_are_zero(vcpu, PARACALL_S390_R15) &&
	       !register_read(vcpu, PARACALL_S390_PREFIX);
}

/*
 * Only @vcpu runs. What others did between DIAGNOSE and its reset is lost, too. True if it
 * was such a reset.
 */
static bool forget(struct engine *engine, const struct vcpu *vcpu)
{
	bool is_guests = false;

	current_begin(vcpu);
	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *other = vcpu_by_index(i);

		if (!other)
			continue;
		is_guests |= atomic_exchange(&s390_vcpu(other)->resets_machine, false);
		paracall_cpu_reset(other->cpu);
	}
	return is_guests;
}

void s390_start_reached(unsigned int index, void *userdata)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);

	if (!vcpu || !s390_is_at_start(vcpu))
		return;
	load_note_start();
	if (!atomic_exchange(&engine->has_started, true))
		return;
	if (forget(engine, vcpu))
		return;
	s390_note_pc((uintptr_t)userdata);
	paracall_machine_reset(engine->machine, vcpu->cpu);
}
