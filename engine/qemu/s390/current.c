/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With one thread for all vCPUs they are identified by their prefix areas, which
 * all differ once the guest's kernel has set them. A vCPU's area is
 * known from its last interruption, or from the vCPU that has started it.
 */
#include "current.h"

#include "../current.h"
#include "registers.h"

void s390_vcpu_note(struct vcpu *vcpu)
{
	if (paracall_qemu_engine.is_single_threaded)
		current_note(vcpu, register_read(vcpu, PARACALL_S390_PREFIX));
}

void s390_vcpu_note_prefix(struct vcpu *vcpu, uint64_t prefix)
{
	current_note(vcpu, prefix & 0x7fffe000);
}

struct vcpu *s390_vcpu_current(unsigned int index)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	if (!vcpu || !paracall_qemu_engine.is_single_threaded)
		return vcpu;
	return current_find(index, register_read(vcpu, PARACALL_S390_PREFIX));
}
