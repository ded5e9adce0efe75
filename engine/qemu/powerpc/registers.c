/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "registers.h"

bool powerpc_is_book_e(void)
{
	return register_exists(PARACALL_POWERPC_ESR);
}

bool powerpc_is_64bit(uint64_t msr)
{
	return msr & (powerpc_is_book_e() ? POWERPC_MSR_CM : POWERPC_MSR_SF);
}

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
