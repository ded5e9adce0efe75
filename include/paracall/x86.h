/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86's registers, entry points and facilities; for machines of PARACALL_X86 only.
 *
 * Features are CPUID leaf 0x40000001's EAX, and hints its EDX: bits like
 * 1 << PARACALL_KVM_HINTS_REALTIME. The guest's counter is what rdtsc returns. 64-bit code
 * is EFER.LMA and CS.L, and the kernel's privilege level 0.
 */
#ifndef PARACALL_X86_H
#define PARACALL_X86_H

#include <paracall/abi/x86.h>
#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The registers that x86's calling convention, CPUID and MMU_OP use. */
enum paracall_x86_register {
	PARACALL_X86_RAX,
	PARACALL_X86_RBX,
	PARACALL_X86_RCX,
	PARACALL_X86_RDX,
	PARACALL_X86_RSI,
	/* Read only by MMU_OP. */
	PARACALL_X86_CR4,
	PARACALL_X86_EFER,
	PARACALL_X86_REGISTERS
};

/* Functions of struct paracall_engine that x86's machines alone have. */
struct paracall_x86_engine {
	/* sizeof(struct paracall_x86_engine): see PARACALL_INTERFACE_VERSION. */
	size_t size;

	/*
	 * The guest's time-stamp counter in Hz; the same for the engine's life.
	 * Called when the guest first has a clock; under no lock, perhaps by several
	 * vCPUs at once. Linux relies on it: be within 20 parts per million.
	 * Needed for PARACALL_CAN_READ_CLOCKS.
	 */
	uint64_t (*tsc_frequency)(void *cpu);

	/*
	 * Forget the calling vCPU's translated addresses, as a load of cr3 with
	 * its own value does, and global ones too. Needed for PARACALL_CAN_FLUSH_TLB.
	 */
	void (*flush_tlb)(void *cpu);

	/*
	 * MAP_GPA_RANGE: the guest wants @pages pages of 4 KiB from @address to
	 * become private (encrypted) or shared, by PARACALL_KVM_MAP_GPA_RANGE_
	 * ENCRYPTED in @attributes. Like KVM the library has checked that the
	 * address is one of a page, and that there is a page; it is not checked
	 * that there is memory, nor the other bits. 0 agrees; a negated
	 * PARACALL_KVM_E... refuses, and then nothing changes. Either is
	 * the call's result. NULL: agrees always.
	 *
	 * This is called before the change: paracall_machine_is_private() returns the
	 * old state. If vCPUs change the same pages at the same time (Linux does
	 * not), the last call need not be the last change. And a change
	 * that was agreed to is not made if the others meanwhile use up the room
	 * for ranges.
	 */
	int64_t (*map_gpa_range)(void *cpu, struct paracall_gpa address, uint64_t pages,
				 uint64_t attributes);
};

/*
 * [vCPU] The guest executed a hypercall instruction. Reads the number and as
 * many arguments as the call has, does it, and writes the result, through the
 * engine. The engine then steps over the instruction.
 */
void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode);

/* The same if the engine knows the number from the instructions, so that it is not read. */
void paracall_hypercall_number(struct paracall_cpu *cpu, uint32_t mode, uint64_t number);

struct paracall_cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* [any] Whether paracall_cpuid() answers that leaf. Cheap. */
static inline bool paracall_cpuid_is_ours(uint32_t leaf)
{
	return (leaf & ~1u) == PARACALL_KVM_CPUID_SIGNATURE;
}

/*
 * [vCPU] The guest executed CPUID: fills @result and returns true if the leaf
 * is one of KVM's, else returns false and the engine answers itself.
 */
bool paracall_cpuid(struct paracall_cpu *cpu, uint32_t leaf, struct paracall_cpuid *result);

/*
 * ---- Model-specific registers ----------------------------------------------
 */

/* The outcome of rdmsr or wrmsr. */
enum paracall_msr_outcome {
	/* Done; the engine steps over the instruction. */
	PARACALL_MSR_DONE,
	/* The guest gets a general protection exception, error code 0. */
	PARACALL_MSR_FAULT,
	/* Not KVM's: the engine's own. */
	PARACALL_MSR_NOT_OURS,
};

/* [any] Whether it is one of KVM's (msr.rst). Cheap. */
static inline bool paracall_msr_is_ours(uint32_t number)
{
	return (number & ~0xffu) == PARACALL_KVM_MSR_FIRST ||
	       number - PARACALL_KVM_MSR_WALL_CLOCK <= 1u;
}

/* [vCPU] The guest reads register @number; @value is set if that succeeds. */
enum paracall_msr_outcome paracall_rdmsr(struct paracall_cpu *cpu, uint32_t number,
					 uint64_t *value);

/*
 * [vCPU] The guest writes @value. The effect of the register, such as the first
 * update of a clock, has happened when this returns.
 */
enum paracall_msr_outcome paracall_wrmsr(struct paracall_cpu *cpu, uint32_t number,
					 uint64_t value);

struct paracall_msr_info {
	/* The kernel document's, without MSR_KVM_: "STEAL_TIME". */
	const char *name;
	uint32_t number;
	/* The bit of CPUID leaf 0x40000001's EAX that announces it, or 0. */
	uint32_t feature;
	enum paracall_call_group group;
	const char *purpose;
};

/* [any] The number of registers, and one of them in order of number, or NULL. */
size_t paracall_msr_count(void);
const struct paracall_msr_info *paracall_msr_info(size_t index);

/*
 * [vCPU] Keep the guest's clock with the host's: if it is behind it jumps,
 * if it is ahead it stands still, for a tenth of a millisecond at
 * most, and this function takes as long. It never goes backwards, and its multiplier
 * stays the counter's frequency. For engines whose time-stamp counter is not
 * quite even: to be called every few milliseconds, by any vCPU, best right after
 * the guest read @tsc there. If another vCPU is updating a clock it does nothing.
 *
 * Clock pages are written under the machine's only lock, a mutex: .read_memory and
 * .write_memory are called under it, and here .read_clocks. What waits for it:
 * paracall_wrmsr() of a clock's register, paracall_cpu_reset(), paracall_machine_reset(),
 * paracall_machine_loaded(), paracall_machine_load(), paracall_clock_continue() and
 * SEND_IPI of an INIT.
 */
void paracall_adjust_clock(struct paracall_cpu *cpu, uint64_t tsc);

/*
 * [vCPU, while no other runs the guest's code] After paracall_machine_load(), where the
 * guest's time-stamp counter has not gone back with the rest of the machine: it was @from,
 * or somewhat less, when that was saved, and the guest will read no less than @to. The
 * guest's clock goes on from what it said at @from, in all pages at once, as it does where
 * KVM's user space sets it (KVM_SET_CLOCK in Documentation/virt/kvm/api.rst). With @to no
 * more than @from the pages are just written again. Call paracall_machine_was_paused(),
 * too.
 */
void paracall_clock_continue(struct paracall_cpu *cpu, uint64_t from, uint64_t to);

/*
 * Asynchronous page faults, injected to test a guest (msr.rst,
 * MSR_KVM_ASYNC_PF_EN). All are [vCPU].
 *
 * paracall_async_pf_begin() returns a token other than 0 if the guest can take
 * one now, and has notified the guest. The engine then raises a page fault in user
 * mode, with the error code 0 and the token in cr2, before the guest executes
 * anything else; or, if it cannot, calls paracall_async_pf_cancel().
 *
 * paracall_async_pf_end() says that all awaited pages are available. The guest
 * is notified then, or at later calls of paracall_update(), one by one.
 */
uint32_t paracall_async_pf_begin(struct paracall_cpu *cpu);
void paracall_async_pf_cancel(struct paracall_cpu *cpu, uint32_t token);
void paracall_async_pf_end(struct paracall_cpu *cpu);

/*
 * [any] Whether the page at @address is private to the guest, by MAP_GPA_RANGE.
 * All memory is shared initially, and after a reset.
 */
bool paracall_machine_is_private(struct paracall_machine *machine, struct paracall_gpa address);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_X86_H */
