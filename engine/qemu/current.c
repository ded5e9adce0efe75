/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "current.h"

static bool is_other(const struct vcpu *vcpu, uint64_t identity)
{
	return vcpu && vcpu->has_identity && vcpu->identity != identity;
}

void current_note(struct vcpu *vcpu, uint64_t identity)
{
	struct engine *engine = &paracall_qemu_engine;

	if (!engine->is_single_threaded || (vcpu->has_identity && vcpu->identity == identity))
		return;
	for (unsigned int i = 0; i < engine->max_vcpus; i++)
		if (vcpu_by_index(i) && !is_other(vcpu_by_index(i), identity))
			vcpu_by_index(i)->has_identity = false;
	vcpu->identity = identity;
	vcpu->has_identity = true;
}

void current_forget(struct vcpu *vcpu)
{
	vcpu->has_identity = false;
}

void current_begin(const struct vcpu *first)
{
	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu)
			continue;
		current_forget(vcpu);
		atomic_store(&vcpu->is_stopped, first && vcpu != first);
	}
}

static struct vcpu *find(uint64_t identity)
{
	struct vcpu *unknown = NULL;
	unsigned int unknowns = 0;

	for (unsigned int i = 0; i < paracall_qemu_engine.max_vcpus; i++) {
		struct vcpu *vcpu = vcpu_by_index(i);

		if (!vcpu || is_other(vcpu, identity))
			continue;
		if (vcpu->has_identity)
			return vcpu;
		if (atomic_load_explicit(&vcpu->is_stopped, memory_order_relaxed))
			continue;
		unknown = vcpu;
		unknowns++;
	}
	return unknowns == 1 ? unknown : NULL;
}

struct vcpu *current_find(unsigned int index, uint64_t identity)
{
	struct vcpu *found = find(identity);

	return found ? found : vcpu_by_index(index);
}
