/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_HC_CLOCK_PAIRING: arch/x86/kvm/x86.c, kvm_pv_clock_pairing. */
#include "../memory.h"
#include "quick.h"

#include <assert.h>
#include <endian.h>

static_assert(sizeof(struct paracall_kvm_clock_pairing) == 64, "the ABI's size");

DEFINE_CALL(paracall_clock_pairing)
{
	const struct paracall_engine *engine = &cpu->machine->engine;
	struct paracall_clocks clocks;
	struct paracall_kvm_clock_pairing pairing;

	if (!(engine->capabilities & PARACALL_CAN_READ_CLOCKS) ||
	    !(engine->capabilities & PARACALL_CAN_ACCESS_MEMORY))
		return -PARACALL_KVM_ENOSYS;
	if (call->arguments[1] != PARACALL_KVM_CLOCK_PAIRING_WALLCLOCK)
		return -PARACALL_KVM_EOPNOTSUPP;
	/* Like a KVM whose host does not use a time-stamp counter. */
	if (!ask_clocks(cpu, &clocks) || !clocks.is_paired)
		return -PARACALL_KVM_EOPNOTSUPP;
	pairing = (struct paracall_kvm_clock_pairing){
		.sec = (int64_t)htole64((uint64_t)clocks.seconds),
		.nsec = (int64_t)htole64(clocks.nanoseconds),
		.tsc = htole64(clocks.tsc),
	};
	if (!guest_write(cpu, guest_address(call->arguments[0]), &pairing, sizeof(pairing)))
		return -PARACALL_KVM_EFAULT;
	call->outputs[0] = (uint64_t)clocks.seconds;
	call->outputs[1] = clocks.nanoseconds;
	call->outputs[2] = clocks.tsc;
	call->outputs[3] = 0;
	return 0;
}
