/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64's registers and entry points; for machines of PARACALL_ARM64 only. Calls by the
 * SMC Calling Convention are those that a guest makes at EL1 where the host has EL2. A
 * guest that has an EL2 of its own must not get here: its kernel uses the same
 * instruction and the same numbers for its own hypervisor.
 *
 * Features are PARACALL_KVM_FEATURE_... of abi/arm64.h, and the guest's counter is
 * CNTVCT_EL0.
 *
 * The rules come from the kernel's Documentation/virt/kvm/arm/ and from
 * arch/arm64/kvm/hypercalls.c, psci.c, pvtime.c and trng.c.
 */
#ifndef PARACALL_ARM64_H
#define PARACALL_ARM64_H

#include <paracall/abi/arm64.h>
#include <paracall/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The registers that calls use: X0 to X3. */
enum paracall_arm64_register {
	PARACALL_ARM64_X0,
	PARACALL_ARM64_X1,
	PARACALL_ARM64_X2,
	PARACALL_ARM64_X3,
	PARACALL_ARM64_REGISTERS
};

/* An implementation of a CPU, by its registers MIDR_EL1, REVIDR_EL1 and AIDR_EL1. */
struct paracall_arm64_implementation {
	uint64_t midr;
	uint64_t revidr;
	uint64_t aidr;
};

/* Functions of struct paracall_engine that arm64's machines alone have. */
struct paracall_arm64_engine {
	/* sizeof(struct paracall_arm64_engine): see PARACALL_INTERFACE_VERSION. */
	size_t size;

	/*
	 * Fill @size bytes with what nobody can guess; false if there is none
	 * now. Must not wait for long. Needed for PARACALL_CAN_GIVE_RANDOM.
	 */
	bool (*random)(void *cpu, void *data, size_t size);

	/*
	 * The implementations of CPUs on which the guest may find itself, now or after a
	 * migration: Linux works around the errata of all of them, and does not look at
	 * its own CPU's registers for that any more. Returns how many there are, the same
	 * number each time, and fills in that of @index if that is below it. With KVM its
	 * user space answers these calls. Needed for PARACALL_CAN_LIST_IMPLEMENTATIONS.
	 */
	uint64_t (*implementation)(void *cpu, uint64_t index,
				   struct paracall_arm64_implementation *implementation);
};

/* The instruction that makes the call. */
enum paracall_smccc_conduit {
	/* hvc with any immediate. */
	PARACALL_SMCCC_HVC,
	/* smc #0; KVM answers smc with another immediate by X0 = -1 only. */
	PARACALL_SMCCC_SMC,
};

/* The outcome of a call. */
enum paracall_smccc_outcome {
	/* Done; the engine steps over the instruction. */
	PARACALL_SMCCC_DONE,
	/*
	 * The engine's own, a function of PSCI, which it does now. It is counted. Of
	 * hvc only: by smc, functions that the engine would serve are not supported.
	 * Upper halves of X0 to X3 that the function ignores are 0 (arch/arm64/kvm/psci.c).
	 */
	PARACALL_SMCCC_NOT_OURS,
};

/*
 * [vCPU] The guest executed hvc or smc at EL1, in AArch64 state. Reads the function
 * from X0 and as many arguments as it has, does it, and writes X0 to X3 as KVM does,
 * through the engine.
 */
enum paracall_smccc_outcome paracall_smccc(struct paracall_cpu *cpu,
					   enum paracall_smccc_conduit conduit);

/* The size of what paracall_arm64_place_stolen_time() places, and its alignment. */
#define PARACALL_STOLEN_TIME_SIZE 64u

/*
 * [vCPU, or any while it does not run] Sets where the vCPU's record of stolen time is,
 * as KVM_ARM_VCPU_PVTIME_IPA does: PARACALL_STOLEN_TIME_SIZE bytes of memory that the
 * guest does not know until it asks. It is written when the guest asks for it, and
 * then in paracall_update(). Without a place, stolen time is not supported. A
 * reset of the machine removes it.
 *
 * Returns 0, PARACALL_ERROR_ARGUMENT for an address that is no such multiple, or
 * PARACALL_ERROR_USE if this is no machine of arm64.
 */
int paracall_arm64_place_stolen_time(struct paracall_cpu *cpu, struct paracall_gpa address);

/*
 * [any] Whether a guest's flattened device tree, of at most @size bytes, says that PSCI is
 * called by hvc. If so, the guest has no EL2 of its own, and the host has
 * to serve it. The address is a multiple of PARACALL_DEVICE_TREE_ALIGNMENT; the tree may
 * be forged by the guest.
 */
bool paracall_arm64_calls_by_hvc(const void *tree, size_t size);

/*
 * [any] Takes @bytes from the end of the last memory in such a tree, in place;
 * @address is where they begin. Before a guest's first instruction that is memory
 * which no guest uses, for records of stolen time: KVM's user space has memory beside
 * the guest's.
 *
 * Returns 0, PARACALL_ERROR_TREE, or PARACALL_ERROR_ROOM if the last memory is not
 * larger than @bytes; on an error nothing was changed.
 */
int paracall_arm64_cut_memory(void *tree, size_t size, uint64_t bytes,
			      struct paracall_gpa *address);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_ARM64_H */
