/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With one thread for all vCPUs they are identified by their prefix areas, which
 * all differ once the guest's kernel has set them. A vCPU's area is
 * known from its last interruption, or from the vCPU that has started it.
 */
#include "current.h"

#include "registers.h"

static bool is_one_of_many(const struct engine *engine)
{
	return engine->is_single_threaded;
}

void s390_vcpu_note(struct vcpu *vcpu)
{
	if (is_one_of_many(&paracall_qemu_engine)) {
		s390_vcpu(vcpu)->prefix = register_read(vcpu, PARACALL_S390_PREFIX);
		s390_vcpu(vcpu)->has_prefix = true;
	}
}

void s390_vcpu_note_prefix(struct vcpu *vcpu, uint64_t prefix)
{
	if (is_one_of_many(&paracall_qemu_engine)) {
		s390_vcpu(vcpu)->prefix = prefix & 0x7fffe000;
		s390_vcpu(vcpu)->has_prefix = true;
	}
}

/* The one with that prefix area, or the only one whose area is not known. */
static struct vcpu *find(struct engine *engine, uint64_t prefix)
{
	struct vcpu *unknown = NULL;
	unsigned int unknowns = 0;

	for (unsigned int i = 0; i < engine->max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu)
			continue;
		if (s390_vcpu(vcpu)->has_prefix && s390_vcpu(vcpu)->prefix == prefix)
			return vcpu;
		if (!s390_vcpu(vcpu)->has_prefix) {
			unknown = vcpu;
			unknowns++;
		}
	}
	return unknowns == 1 ? unknown : NULL;
}

struct vcpu *s390_vcpu_current(unsigned int index)
{
	struct engine *engine = &paracall_qemu_engine;
	struct vcpu *vcpu = vcpu_by_index(index);
	struct vcpu *found;

	if (!vcpu || !is_one_of_many(engine))
		return vcpu;
	found = find(engine, register_read(vcpu, PARACALL_S390_PREFIX));
	return found ? found : vcpu;
}
