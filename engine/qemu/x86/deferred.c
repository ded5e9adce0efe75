/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deferred.h"

#include "replace.h"

void deferred_send(struct vcpu *vcpu, uint64_t next_pc)
{
	if (!x86_vcpu(vcpu)->has_deferred)
		return;
	replace_retranslate(vcpu, next_pc);
	qemu_plugin_set_pc(next_pc);
}
