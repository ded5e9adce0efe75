/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How QEMU numbers local APICs. */
#ifndef PARACALL_QEMU_X86_APIC_IDS_H
#define PARACALL_QEMU_X86_APIC_IDS_H

#include "../command_line/cpus.h"

/* Of vCPU @index: each level has whole bits of its own. And the highest that there is. */
uint64_t command_cpus_apic_id(const struct command_cpus *cpus, uint32_t index);
uint64_t command_cpus_highest_apic_id(const struct command_cpus *cpus);

#endif /* PARACALL_QEMU_X86_APIC_IDS_H */
