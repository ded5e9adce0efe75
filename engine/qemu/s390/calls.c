/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calls.h"

#include "../memory.h"
#include "current.h"
#include "interruption.h"
#include "registers.h"

#include <stdatomic.h>

/* SIGNAL PROCESSOR's orders. */
#define SIGP_START 0x04
#define SIGP_STOP 0x05
#define SIGP_RESTART 0x06
#define SIGP_STOP_AND_STORE_STATUS 0x09
#define SIGP_INITIAL_CPU_RESET 0x0b
#define SIGP_CPU_RESET 0x0c
#define SIGP_SET_PREFIX 0x0d

/* Of the thread, because QEMU may name a wrong vCPU where one runs them all. */
static _Thread_local uint64_t next_pc;

void *s390_site_pack(const struct s390_site *site)
{
	uint32_t packed = site->displacement;

	packed = packed << 4 | site->base;
	packed = packed << 4 | site->r1;
	packed = packed << 4 | site->r3;
	packed = packed << 1 | site->is_executed;
	return (void *)(uintptr_t)packed;
}

static struct s390_site unpack(void *userdata)
{
	uint32_t packed = (uintptr_t)userdata;

	return (struct s390_site){
		.is_executed = packed & 1,
		.r3 = packed >> 1 & 15,
		.r1 = packed >> 5 & 15,
		.base = packed >> 9 & 15,
		.displacement = packed >> 13,
	};
}

static uint64_t second_operand(struct vcpu *vcpu, const struct s390_site *site)
{
	return site->displacement + (site->base ? register_read(vcpu, site->base) : 0);
}

void s390_call_next(unsigned int index, void *userdata)
{
	(void)index;
	next_pc = (uintptr_t)userdata;
}

/*
 * Of what the library does QEMU has this one, too; but it takes the field of the
 * base register for a part of the code, and so not if it comes by one.
 */
static bool is_known_to_qemu(const struct s390_site *site, uint32_t code)
{
	return !site->base && code == 0x44;
}

void s390_call_diag(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = s390_vcpu_current(index);
	struct s390_site site = unpack(userdata);
	enum paracall_diag_outcome outcome;
	uint32_t code;

	if (!vcpu || interruption_is_detour(vcpu, next_pc))
		return;
	memory_probe_from_zero(vcpu, MEMORY_LIMIT);
	atomic_store_explicit(&vcpu->is_stopped, false, memory_order_relaxed);
	code = second_operand(vcpu, &site) & 0xffff;
	if (atomic_exchange_explicit(&vcpu->was_reset, false, memory_order_acquire))
		paracall_cpu_reset(vcpu->cpu);
	outcome = paracall_diag(vcpu->cpu, code, site.r1, site.r3);
	if (outcome == PARACALL_DIAG_OPERATION || outcome == PARACALL_DIAG_ADDRESSING)
		interruption_expect(outcome);
	if (outcome == PARACALL_DIAG_NOT_OURS && site.base)
		interruption_detour(vcpu, code, site.r1, site.r3, next_pc);
	if (outcome != PARACALL_DIAG_DONE)
		return;
	if (!site.is_executed)
		qemu_plugin_set_pc(next_pc);
	else if (!is_known_to_qemu(&site, code))
		interruption_take_back(vcpu, next_pc);
}

/* Whether the order is accepted is not known here, but a kernel repeats it then. */
static void note_order(struct vcpu *target, uint8_t order)
{
	switch (order) {
	case SIGP_START:
	case SIGP_RESTART:
		atomic_store_explicit(&target->is_stopped, false, memory_order_relaxed);
		break;
	case SIGP_INITIAL_CPU_RESET:
	case SIGP_CPU_RESET:
		/* It learns of that at its next call. */
		atomic_store_explicit(&target->was_reset, true, memory_order_release);
		/* fallthrough */
	case SIGP_STOP:
	case SIGP_STOP_AND_STORE_STATUS:
		atomic_store_explicit(&target->is_stopped, true, memory_order_relaxed);
		break;
	}
}

/* Which vCPU it is that gives the order makes no difference. */
void s390_call_sigp(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct s390_site site = unpack(userdata);
	struct vcpu *target;
	uint8_t order;

	if (!vcpu)
		return;
	order = second_operand(vcpu, &site);
	if (order < SIGP_START || order > SIGP_SET_PREFIX)
		return;
	target = vcpu_by_index((uint16_t)register_read(vcpu, site.r3));
	if (!target)
		return;
	/* The parameter is in the odd one of a pair of registers. */
	if (order == SIGP_SET_PREFIX)
		s390_vcpu_note_prefix(target, register_read(vcpu, site.r1 | 1));
	else
		note_order(target, order);
}

void s390_call_interrupted(unsigned int index, int type, uint64_t from, uint64_t to,
			   void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);

	(void)type;
	(void)from;
	(void)to;
	(void)userdata;
	if (!vcpu)
		return;
	atomic_store_explicit(&vcpu->is_stopped, false, memory_order_relaxed);
	s390_vcpu_note(vcpu);
	interruption_delivered(vcpu);
}
