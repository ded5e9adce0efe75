/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vendor.h"

#include "calls.h"

#include <stdatomic.h>

/* CPUID leaf 0, ebx: "AuthenticAMD" and "HygonGenuine" begin with these. */
#define EBX_AMD 0x68747541u
#define EBX_HYGON 0x6f677948u

/* Only two policies want to know it. */
static bool is_wanted(void)
{
	struct engine *engine = &paracall_qemu_engine;

	return (engine->replacement == REPLACE_NATIVE ||
		engine->replacement == REPLACE_REFUSE) &&
	       atomic_load_explicit(&engine->own, memory_order_relaxed) == OWN_UNKNOWN;
}

bool vendor_hook(const struct qemu_plugin_tb *block, size_t index)
{
	if (!is_wanted() || index + 1 >= qemu_plugin_tb_n_insns(block))
		return false;
	qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, index + 1),
					       call_after_cpuid, QEMU_PLUGIN_CB_RW_REGS, NULL);
	return true;
}

bool vendor_ask(struct vcpu *vcpu, uint32_t leaf)
{
	if (!is_wanted())
		return false;
	vcpu->postponed_leaf = leaf;
	register_write(vcpu, PARACALL_X86_RAX, 0);
	return true;
}

void vendor_learn(struct vcpu *vcpu)
{
	uint32_t ebx = register_read(vcpu, PARACALL_X86_RBX);

	atomic_store(&paracall_qemu_engine.own,
		     ebx == EBX_AMD || ebx == EBX_HYGON ? OWN_VMMCALL : OWN_VMCALL);
}
