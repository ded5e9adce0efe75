/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "registers.h"

/* In big-endian order that bit is one of the high half that is never set. */
uint64_t powerpc_read_msr(struct vcpu *vcpu)
{
	uint64_t msr;

	vcpu->is_big_endian = false;
	msr = register_read(vcpu, POWERPC_MSR);
	if (msr & POWERPC_MSR_LITTLE_ENDIAN)
		return msr;
	vcpu->is_big_endian = true;
	return register_read(vcpu, POWERPC_MSR);
}
