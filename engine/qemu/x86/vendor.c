/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vendor.h"

#include "registers.h"

#include <stdatomic.h>

/* CPUID leaf 0, ebx: "AuthenticAMD" and "HygonGenuine" begin with these. */
#define EBX_AMD 0x68747541u
#define EBX_HYGON 0x6f677948u

bool vendor_is_wanted(void)
{
	struct x86_machine *machine = x86_machine();

	return (machine->replacement == REPLACE_NATIVE ||
		machine->replacement == REPLACE_REFUSE) &&
	       atomic_load_explicit(&machine->own, memory_order_relaxed) == OWN_UNKNOWN;
}

void vendor_ask(struct vcpu *vcpu)
{
	x86_vcpu(vcpu)->is_vendor_asked = true;
	register_write(vcpu, PARACALL_X86_RAX, 0);
}

void vendor_learn(struct vcpu *vcpu)
{
	uint32_t ebx;

	if (!x86_vcpu(vcpu)->is_vendor_asked)
		return;
	x86_vcpu(vcpu)->is_vendor_asked = false;
	ebx = register_read(vcpu, PARACALL_X86_RBX);
	atomic_store(&x86_machine()->own,
		     ebx == EBX_AMD || ebx == EBX_HYGON ? OWN_VMMCALL : OWN_VMCALL);
}
