/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's registers, for the files that implement them. */
#ifndef PARACALL_LIB_X86_MSR_H
#define PARACALL_LIB_X86_MSR_H

#include "../machine.h"

/* The value of a read. On the vCPU's thread. */
typedef uint64_t paracall_msr_reader(struct paracall_cpu *cpu);

/* False: the guest gets a general protection exception. On the vCPU's thread. */
typedef bool paracall_msr_writer(struct paracall_cpu *cpu, uint64_t value);

#define REGISTER(name, number, feature, group, read, write, purpose) \
	paracall_msr_reader read; \
	paracall_msr_writer write;
#include "registers.def"
#undef REGISTER

/* Whether the guest may write that value at all, of registers where it matters. */
bool paracall_accepts_async_pf_en(const struct paracall_cpu *cpu, uint64_t value);
bool paracall_accepts_async_pf_int(const struct paracall_cpu *cpu, uint64_t value);
bool paracall_accepts_steal_time(const struct paracall_cpu *cpu, uint64_t value);
bool paracall_accepts_pv_eoi(const struct paracall_cpu *cpu, uint64_t value);

/* The same of those with one bit. */
static inline bool accepts_flag(uint64_t value)
{
	return !(value & ~(uint64_t)PARACALL_KVM_MSR_ENABLED);
}

/* Whether the guest has the register of that number, as far as that is enforced. */
bool paracall_msr_is_there(const struct paracall_cpu *cpu, uint32_t number);

/* Whether the guest has a feature, as far as that is enforced. */
static inline bool has_feature(const struct paracall_cpu *cpu, uint32_t bit)
{
	return !cpu->machine->enforce_features || cpu->machine->features & bit;
}

#endif /* PARACALL_LIB_X86_MSR_H */
