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

/* A site without a base register has room for an address: its bits up to this one. */
#define ADDRESS_BITS 44
#define ADDRESS_SHIFT 21

#define DIAGNOSE_SIZE 4

/* Principles of Operation, "Assigned Storage Locations": a PSW of 16 bytes. */
#define SVC_NEW_PSW 0x1c0

/* Of the thread, because QEMU may name a wrong vCPU where one runs them all. */
static _Thread_local uint64_t next_pc;

void *s390_site_pack(const struct s390_site *site)
{
	uint32_t packed = site->base;

	packed = packed << 12 | site->displacement;
	packed = packed << 4 | site->r1;
	packed = packed << 4 | site->r3;
	packed = packed << 1 | site->is_executed;
	return (void *)(uintptr_t)packed;
}

/* Addresses are even. */
bool s390_site_pack_next(const struct s390_site *site, uint64_t next, void **userdata)
{
	if (site->base || next >> ADDRESS_BITS)
		return false;
	*userdata = (void *)((uintptr_t)s390_site_pack(site) |
			     (uintptr_t)next >> 1 << ADDRESS_SHIFT);
	return true;
}

/* Without the base register, in whose place the address may be. */
static struct s390_site unpack(void *userdata)
{
	uintptr_t packed = (uintptr_t)userdata;

	return (struct s390_site){
		.is_executed = packed & 1,
		.r3 = packed >> 1 & 15,
		.r1 = packed >> 5 & 15,
		.displacement = packed >> 9 & 0xfff,
	};
}

static struct s390_site unpack_with_base(void *userdata)
{
	struct s390_site site = unpack(userdata);

	site.base = (uintptr_t)userdata >> ADDRESS_SHIFT & 15;
	return site;
}

static uint64_t second_operand(struct vcpu *vcpu, const struct s390_site *site)
{
	return site->displacement + (site->base ? register_read(vcpu, site->base) : 0);
}

/*
 * QEMU has this one of the library's functions, too: it does nothing, and stays in
 * the block. But it takes the field of the base register as part of the code,
 * so not if there is a base register.
 */
static bool is_known_to_qemu(const struct s390_site *site, uint32_t code)
{
	return !site->base && code == 0x44;
}

/*
 * These are QEMU's own, and dropped by fault injection only. As the target of EXECUTE they
 * raise no exception that could be undone; so there QEMU does them anyway.
 */
static bool is_served_by_qemu(const struct s390_site *site, uint32_t code)
{
	return !site->base && (code == 0x288 || code == 0x308 || code == 0x500);
}

/*
 * 0x308 loads with subcodes 3 and 4, of which KVM looks at 16 bits, and QEMU then does
 * the same for both (target/s390x/kvm/kvm.c, kvm_arch_handle_exit). Its TCG does it for
 * 3 alone, and looks at all bits. The registers are reset.
 */
static void prepare_ipl(struct vcpu *vcpu, unsigned int r3)
{
	uint64_t subcode = register_read(vcpu, r3);
	bool is_load = (subcode & 0xffff) == 3 || (subcode & 0xffff) == 4;

	if (is_load)
		register_write(vcpu, r3, 3);
	/* After subcode 1 the registers are not those of a reset by the host. */
	atomic_store_explicit(&s390_vcpu(vcpu)->resets_machine, is_load || subcode == 0,
			      memory_order_relaxed);
}

/* What another vCPU has recorded about this one. */
static void take_notes(struct vcpu *vcpu)
{
	atomic_store_explicit(&vcpu->is_stopped, false, memory_order_relaxed);
	if (atomic_load_explicit(&s390_vcpu(vcpu)->was_reset, memory_order_relaxed) &&
	    atomic_exchange_explicit(&s390_vcpu(vcpu)->was_reset, false, memory_order_acquire))
		paracall_cpu_reset(vcpu->cpu);
}

void s390_note_pc(uint64_t pc)
{
	next_pc = pc + DIAGNOSE_SIZE;
}

/* The target of EXECUTE counts as being at EXECUTE, which is about as long. */
uint64_t s390_program_counter(void *context)
{
	(void)context;
	return next_pc - DIAGNOSE_SIZE;
}

/* The kernel's code for system calls, by the new PSW for them. */
static void report_kernel_entry(struct vcpu *vcpu)
{
	static _Atomic(uint64_t) reported;
	struct paracall_gpa gpa = { register_read(vcpu, PARACALL_S390_PREFIX) + SVC_NEW_PSW };
	uint64_t arguments[2] = { SVC_NEW_PSW };
	uint64_t psw[2];

	if (!memory_read(vcpu, gpa, psw, sizeof(psw)))
		return;
	arguments[1] = GUINT64_FROM_BE(psw[1]);
	if (arguments[1] && atomic_exchange(&reported, arguments[1]) != arguments[1])
		paracall_trace_report(vcpu->cpu, PARACALL_EVENT_KERNEL_ENTRY, 0, 0, arguments,
				      2);
}

/* Only while tracing. */
static void note_for_trace(struct vcpu *vcpu, uint64_t next)
{
	next_pc = next;
	if (paracall_trace_wants(paracall_qemu_engine.trace, PARACALL_EVENT_KERNEL_ENTRY))
		report_kernel_entry(vcpu);
}

static void serve(unsigned int index, const struct s390_site *site, uint64_t next)
{
	struct vcpu *vcpu = s390_vcpu_current(index);
	enum paracall_diag_outcome outcome;
	uint32_t code;

	if (!vcpu || interruption_is_detour(vcpu, next))
		return;
	memory_probe_from_zero(vcpu, MEMORY_LIMIT);
	atomic_store_explicit(&s390_vcpu(vcpu)->resets_machine, false, memory_order_relaxed);
	take_notes(vcpu);
	if (paracall_qemu_engine.trace)
		note_for_trace(vcpu, next);
	code = second_operand(vcpu, site) & 0xffff;
	outcome = paracall_diag(vcpu->cpu, code, site->r1, site->r3);
	if (outcome == PARACALL_DIAG_NOT_OURS && code == 0x308)
		prepare_ipl(vcpu, site->r3);
	if (outcome == PARACALL_DIAG_OPERATION || outcome == PARACALL_DIAG_ADDRESSING)
		interruption_expect(outcome);
	if (outcome == PARACALL_DIAG_NOT_OURS && site->base)
		interruption_detour(vcpu, code, site->r1, site->r3, next);
	if (outcome != PARACALL_DIAG_DONE || is_known_to_qemu(site, code))
		return;
	if (!site->is_executed)
		qemu_plugin_set_pc(next);
	else if (!is_served_by_qemu(site, code))
		interruption_take_back(vcpu, next);
}

/* Code of a detour in the lowcore has no constant before it. */
void s390_call_counted(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	uint32_t slot = (uintptr_t)userdata;

	if (!vcpu)
		return;
	atomic_store_explicit(&s390_vcpu(vcpu)->resets_machine, false, memory_order_relaxed);
	take_notes(vcpu);
	paracall_statistics_add(&vcpu->statistics->calls[slot].calls, 1);
}

void s390_call_diag(unsigned int index, void *userdata)
{
	struct s390_site site = unpack(userdata);

	serve(index, &site, (uintptr_t)userdata >> ADDRESS_SHIFT << 1);
}

void s390_call_next(unsigned int index, void *userdata)
{
	(void)index;
	next_pc = (uintptr_t)userdata;
}

void s390_call_diag_after_next(unsigned int index, void *userdata)
{
	struct s390_site site = unpack_with_base(userdata);

	serve(index, &site, next_pc);
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
		/* It notices that at its next call. */
		atomic_store_explicit(&s390_vcpu(target)->was_reset, true,
				      memory_order_release);
		/* fallthrough */
	case SIGP_STOP:
	case SIGP_STOP_AND_STORE_STATUS:
		atomic_store_explicit(&target->is_stopped, true, memory_order_relaxed);
		break;
	}
}

/* It does not matter which vCPU gives the order. */
void s390_call_sigp(unsigned int index, void *userdata)
{
	struct vcpu *vcpu = vcpu_by_index(index);
	struct s390_site site = unpack_with_base(userdata);
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
