/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PowerPC's registers, entry points and facilities; for machines of PARACALL_POWERPC only.
 *
 * Features are what KVM_HC_FEATURES returns. PARACALL_MODE_64BIT is MSR[SF], _USER MSR[PR],
 * _LITTLE_ENDIAN MSR[LE], and _REAL the reverse of MSR[DR]. While paracall_machine_reset()
 * is called no vCPU may run.
 */
#ifndef PARACALL_POWERPC_H
#define PARACALL_POWERPC_H

#include <paracall/abi/powerpc.h>
#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The registers that PowerPC's calls use, the general ones by their number; and
 * those that are in the magic page, of which .has_register says which exist.
 */
enum paracall_powerpc_register {
	PARACALL_POWERPC_R0,
	PARACALL_POWERPC_R1,
	PARACALL_POWERPC_R3 = 3,
	PARACALL_POWERPC_R4 = 4,
	PARACALL_POWERPC_R11 = 11,
	PARACALL_POWERPC_MSR = 32,
	PARACALL_POWERPC_SRR0,
	PARACALL_POWERPC_SRR1,
	PARACALL_POWERPC_PIR,
	PARACALL_POWERPC_LPCR,
	PARACALL_POWERPC_SPRG0,
	PARACALL_POWERPC_SPRG1,
	PARACALL_POWERPC_SPRG2,
	PARACALL_POWERPC_SPRG3,
	PARACALL_POWERPC_SPRG4,
	PARACALL_POWERPC_SPRG5,
	PARACALL_POWERPC_SPRG6,
	PARACALL_POWERPC_SPRG7,
	/* DEAR on CPUs that have it. */
	PARACALL_POWERPC_DAR,
	PARACALL_POWERPC_DSISR,
	PARACALL_POWERPC_ESR,
	PARACALL_POWERPC_MAS0,
	PARACALL_POWERPC_MAS1,
	PARACALL_POWERPC_MAS2,
	PARACALL_POWERPC_MAS3,
	PARACALL_POWERPC_MAS4,
	PARACALL_POWERPC_MAS6,
	PARACALL_POWERPC_MAS7,
	PARACALL_POWERPC_REGISTERS
};

/* Functions of struct paracall_engine that PowerPC's machines alone have. */
struct paracall_powerpc_engine {
	/* sizeof(struct paracall_powerpc_engine): see PARACALL_INTERFACE_VERSION. */
	size_t size;

	/*
	 * EV_IDLE: the guest has nothing to do until the next interrupt. An
	 * engine can wait here until one is pending, whether or not it is
	 * enabled; or return early, which guests expect; or note it, and wait
	 * when paracall_epapr_hypercall() has returned. NULL: the call does nothing.
	 */
	void (*idle)(void *cpu);

	/*
	 * Whether this vCPU has a register of the magic page's; what it
	 * lacks are kept by the library. NULL: it has all.
	 */
	bool (*has_register)(void *cpu, unsigned int number);

	/*
	 * The guest wants its magic page at @address in real mode, at
	 * @effective_address else; 0: nowhere. False if the engine can't see
	 * the accesses there; the call is then answered with
	 * EV_UNIMPLEMENTED, and all stays as it was. NULL: agrees always.
	 */
	bool (*map_magic_page)(void *cpu, uint64_t address, uint64_t effective_address);

	/*
	 * Whether an instruction or an interrupt has loaded this vCPU's
	 * MSR, even with the same value, since the last call. Called in
	 * critical sections of the magic page only. NULL: the library treats an
	 * unchanged one as not loaded.
	 */
	bool (*msr_was_loaded)(void *cpu);
};

/*
 * [vCPU] The guest executed PowerPC's hypercall instructions, those that its
 * device tree names, or KVM's own: sc with PARACALL_KVM_SC_MAGIC in the low half
 * of r0. Does the call and writes r3 and r4 through the engine, which then continues
 * after the instruction. In user mode there is no hypercall: returns false,
 * nothing was read or written, and the instruction has its usual effect.
 */
bool paracall_epapr_hypercall(struct paracall_cpu *cpu, uint32_t mode);

/*
 * [vCPU] The guest makes one of PAPR's calls: sc 1 in supervisor state, on a
 * machine that has these. The engine serves it; here it is counted, by the number in
 * r3, and not timed.
 */
void paracall_papr_hypercall(struct paracall_cpu *cpu);

/* The same where the engine has read r3 already: @number is all of it. */
void paracall_papr_hypercall_number(struct paracall_cpu *cpu, uint64_t number);

/* The words of the device tree's hcall-instructions. */
#define PARACALL_HCALL_INSTRUCTIONS 4

/* What paracall_device_tree_add() adds at most, in bytes; and the alignment of trees. */
#define PARACALL_DEVICE_TREE_LARGEST 0x200000u
#define PARACALL_DEVICE_TREE_ALIGNMENT 8u

/*
 * [any] Announces KVM to a PowerPC guest: copies the flattened device tree
 * @tree of at most @size bytes to @result, with a node /hypervisor that is
 * compatible with linux,kvm and has these @instructions, the ones that the engine
 * recognizes as a hypercall; with @has_idle it announces EV_IDLE. A node
 * that exists already gets what it lacks. The result is a tree of version 17
 * whose size is @room, and it must not overlap with @tree; a kernel's own tree
 * usually has enough unused room in its size.
 *
 * Returns 0, PARACALL_ERROR_TREE or PARACALL_ERROR_ROOM; on an error @result holds
 * nothing useful. The guest may have forged the tree: in any case no
 * byte beyond it is read or written.
 */
int paracall_device_tree_add(const void *tree, size_t size, void *result, size_t room,
			     const uint32_t *instructions, bool has_idle);

/*
 * ---- PowerPC's magic page ---------------------------------------------------
 *
 * Loads and stores there act on the vCPU's registers. All are [vCPU].
 *
 * It is not checked in every build that the machine is PowerPC's.
 *
 * paracall_magic_page_is_at() says whether an access to @address is one to the
 * page. If so the engine does it by one of the other two: @offset is that in the
 * page, @size is 1, 2, 4 or 8 bytes, and values are as the instruction has them
 * in the low part of a register.
 */
bool paracall_magic_page_is_at(const struct paracall_cpu *cpu, uint64_t address, uint32_t mode);
uint64_t paracall_magic_page_load(struct paracall_cpu *cpu, unsigned int offset,
				  unsigned int size, uint32_t mode);
void paracall_magic_page_store(struct paracall_cpu *cpu, unsigned int offset, unsigned int size,
			       uint64_t value, uint32_t mode);

/*
 * In a critical section the vCPU's MSR[EE] is forced to 0. When it has taken an
 * interrupt or an exception there that saved the MSR in SRR1, the engine calls
 * the other before the handler begins, so that SRR1 is as the guest has set it.
 */
bool paracall_magic_page_is_critical(const struct paracall_cpu *cpu);
void paracall_magic_page_interrupted(struct paracall_cpu *cpu);

/* [any] The name of the page's field of that index in the counters, or NULL. */
const char *paracall_magic_page_field_name(size_t index);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_POWERPC_H */
