/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With one thread for all vCPUs they are identified by the processor
 * identification register, which QEMU sets to its own number of the vCPU, and
 * which guests of pseries cannot write.
 */
#include "current.h"

#include "registers.h"

struct vcpu *powerpc_vcpu_current(unsigned int index, bool is_big_endian)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct vcpu *found;

	if (!vcpu)
		return NULL;
	vcpu->is_big_endian = is_big_endian;
	if (!paracall_qemu_engine.is_single_threaded)
		return vcpu;
	found = vcpu_by_index(register_read(vcpu, POWERPC_PIR));
	if (!found)
		return vcpu;
	found->is_big_endian = is_big_endian;
	return found;
}
