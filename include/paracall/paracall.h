/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libparacall: the host side of Linux KVM's paravirtual interface, for CPU
 * engines that have no KVM below them.
 *
 * An engine (an emulator, a monitor) creates one machine per guest and adds
 * its vCPUs. It then calls the library when the guest executes a hypercall
 * instruction, reads a CPUID leaf or is about to halt, and the library calls
 * back through struct paracall_engine. The library keeps no globals, starts
 * no threads, does no I/O and allocates memory in paracall_machine_new() only.
 *
 * Threads: a function marked [vCPU] may be called only by the thread that
 * runs that vCPU; [any] by any thread at any time; [stopped] only while no
 * vCPU of the machine runs. vCPUs of one machine may all share one thread.
 *
 * The rules come from the kernel's Documentation/virt/kvm/x86/hypercalls.rst
 * and cpuid.rst, and from arch/x86/kvm/ where the documents are silent.
 */
#ifndef PARACALL_PARACALL_H
#define PARACALL_PARACALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/abi.h>
#include <paracall/statistics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a library function returns: 0, or one of these. */
enum paracall_error {
	PARACALL_OK = 0,
	/* Out of memory. */
	PARACALL_ERROR_MEMORY = -1,
	/* An argument is outside its range. */
	PARACALL_ERROR_ARGUMENT = -2,
	/* A feature was chosen that this library or the engine lacks. */
	PARACALL_ERROR_FEATURE = -3,
	/* No vCPU slot, or APIC id, of that number is left. */
	PARACALL_ERROR_CPU = -4,
	/* A name is not one of the table's. */
	PARACALL_ERROR_NAME = -5,
};

/* [any] A sentence fragment for an error; never NULL. */
const char *paracall_strerror(int error);

/* [any] The library's version, like "0.1.0". */
const char *paracall_version(void);

/*
 * ---- The table -------------------------------------------------------------
 */

/* Bits, because a row can serve several architectures. */
enum paracall_architecture {
	PARACALL_X86 = 1 << 0,
	PARACALL_S390 = 1 << 1,
	PARACALL_POWERPC = 1 << 2,
	PARACALL_MIPS = 1 << 3,
};

enum paracall_status {
	PARACALL_ACTIVE,
	PARACALL_DEPRECATED,
	PARACALL_OBSOLETE,
};

/* How an argument is best shown. */
enum paracall_format {
	PARACALL_FORMAT_NONE,
	PARACALL_FORMAT_HEX,
	PARACALL_FORMAT_DECIMAL,
	/* A CPU, by its local APIC's id. */
	PARACALL_FORMAT_APIC_ID,
	/* A guest-physical address. */
	PARACALL_FORMAT_GPA,
	/* A set of CPUs, one bit each. */
	PARACALL_FORMAT_CPU_SET,
	/* The low half of a local APIC's interrupt command register. */
	PARACALL_FORMAT_ICR,
};

#define PARACALL_MAX_ARGUMENTS 4

struct paracall_argument {
	const char *name;
	enum paracall_format format;
};

/* One row of the table: the kernel document's template and a little more. */
struct paracall_hypercall_info {
	const char *name;
	uint32_t number;
	/* Bits of enum paracall_architecture. */
	uint32_t architectures;
	enum paracall_status status;
	const char *purpose;
	/* In order; those beyond the last have no name. */
	struct paracall_argument arguments[PARACALL_MAX_ARGUMENTS];
	/* The bit of CPUID leaf 0x40000001's EAX that announces it, or 0. */
	uint32_t feature;
	/* What tells a guest of it, in words; NULL if nothing is needed. */
	const char *needs;
	/* This library answers it (other than with "no such call"). */
	bool handled;
};

/* [any] The number of rows; rows are numbered from 0, in order of number. */
size_t paracall_hypercall_count(void);

/* [any] Row @row, or NULL past the end. Constant for the process's life. */
const struct paracall_hypercall_info *paracall_hypercall_info(size_t row);

/* [any] The name of one architecture bit as the kernel's documents spell it. */
const char *paracall_architecture_name(enum paracall_architecture architecture);

/* [any] "active", "deprecated" or "obsolete". */
const char *paracall_status_name(enum paracall_status status);

/*
 * ---- Features --------------------------------------------------------------
 *
 * A feature is a bit of CPUID leaf 0x40000001's EAX (cpuid.rst). Sets of them
 * are kept as that 32-bit word.
 */

struct paracall_feature_info {
	/* The kernel document's name in lower case, "pv-unhalt". */
	const char *name;
	unsigned int bit;
	/* Bits of enum paracall_capability that an engine must have. */
	uint32_t capabilities;
	/* This library does all of it. */
	bool implemented;
	const char *purpose;
};

/* [any] The number of features, and one of them in order of bit, or NULL. */
size_t paracall_feature_count(void);
const struct paracall_feature_info *paracall_feature_info(size_t index);

/*
 * [any] Parse a list like "+pv-unhalt,-pv-send-ipi", "all" or "none", from
 * left to right, starting with @features (the default), within @available.
 * A name without a sign starts from nothing if it comes first. "all" means
 * all that are available.
 *
 * Returns 0, PARACALL_ERROR_NAME for an unknown name or PARACALL_ERROR_FEATURE
 * for one outside @available; then @wrong (if not NULL) points at the name
 * inside @list and @wrong_length is its length. @features is changed on
 * success only.
 */
int paracall_features_parse(const char *list, uint32_t available, uint32_t *features,
			    const char **wrong, size_t *wrong_length);

/* [any] The features that this library can offer on such an engine. */
uint32_t paracall_features_available(uint32_t capabilities);

/*
 * ---- The engine ------------------------------------------------------------
 */

/* What an engine can do beyond running code. */
enum paracall_capability {
	/* End the halt of another vCPU: .wake */
	PARACALL_CAN_WAKE = 1 << 0,
	/* Deliver an interrupt to a vCPU: .send_interrupt */
	PARACALL_CAN_INTERRUPT = 1 << 1,
	/* Let another vCPU run first: .yield_to */
	PARACALL_CAN_YIELD = 1 << 2,
};

/* The general registers that x86's calling convention and CPUID use. */
enum paracall_x86_register {
	PARACALL_X86_RAX,
	PARACALL_X86_RBX,
	PARACALL_X86_RCX,
	PARACALL_X86_RDX,
	PARACALL_X86_RSI,
	PARACALL_X86_REGISTERS
};

/* An interrupt as a local APIC's interrupt command register describes it. */
struct paracall_interrupt {
	uint8_t vector;
	/* Intel SDM vol. 3, "Interrupt Command Register": bits 10:8. */
	uint8_t delivery_mode;
	bool level_triggered;
	bool assert_level;
};

/*
 * @cpu and @target are the engine's own pointers, as given to
 * paracall_machine_add_cpu(). All functions but .clock are called from inside
 * paracall_hypercall(), on the calling vCPU's thread.
 */
struct paracall_engine {
	/* For messages. */
	const char *name;
	/* Bits of enum paracall_capability; their functions must be there. */
	uint32_t capabilities;

	/* A register of the calling vCPU, whole (64 bits). */
	uint64_t (*read_register)(void *cpu, unsigned int number);
	void (*write_register)(void *cpu, unsigned int number, uint64_t value);

	/*
	 * End the halt of the vCPU @target, whose APIC id is @apic_id, without
	 * a visible interrupt. Called once for each halt at the most, and only
	 * when that vCPU's last paracall_halt() returned true and no
	 * paracall_resume() came since. The vCPU may just be on its way into
	 * the halt, or out of it: the wake-up must then not be lost, and must
	 * be harmless.
	 */
	void (*wake)(void *cpu, void *target, uint32_t apic_id);

	/* Send @interrupt; true if the target took it. */
	bool (*send_interrupt)(void *cpu, void *target, uint32_t apic_id,
			       const struct paracall_interrupt *interrupt);

	/* A hint that @target should run now. */
	void (*yield_to)(void *cpu, void *target);

	/*
	 * Nanoseconds of a steady host clock, for statistics; NULL if there is
	 * none. Called from any vCPU's thread.
	 */
	uint64_t (*clock)(void);
};

/*
 * ---- Machines and vCPUs ----------------------------------------------------
 */

struct paracall_machine;
struct paracall_cpu;

/* The largest that struct paracall_options takes. */
#define PARACALL_MAX_CPUS 4096
#define PARACALL_MAX_APIC_ID 4095

struct paracall_options {
	/* Only PARACALL_X86 so far. */
	enum paracall_architecture architecture;
	/* vCPU slots, 1 to PARACALL_MAX_CPUS. */
	uint32_t max_cpus;
	/* CPUID leaf 0x40000001's EAX; paracall_features_available() at most. */
	uint32_t features;
	/*
	 * Answer calls whose feature is not in @features as unknown, like
	 * KVM_CAP_ENFORCE_PV_FEATURE_CPUID. Off, as in KVM by default, the
	 * word is only what the guest is told.
	 */
	bool enforce_features;
	/*
	 * Where counters go: paracall_statistics_size(max_cpus) bytes, zeroed,
	 * for instance shared with another process. NULL: the library's own.
	 */
	struct paracall_statistics *statistics;
};

/* [any] Creates a machine; returns 0 or an error, and then *@machine is NULL. */
int paracall_machine_new(struct paracall_machine **machine,
			 const struct paracall_engine *engine,
			 const struct paracall_options *options);

/* [stopped] @machine may be NULL. */
void paracall_machine_free(struct paracall_machine *machine);

/*
 * [any, but for vCPUs in paracall_halt()] What a reset of the guest does: no
 * kick is pending, no vCPU counts as halted. Counters go on.
 */
void paracall_machine_reset(struct paracall_machine *machine);

/*
 * [any] Adds the vCPU in slot @index (0 to max_cpus - 1), or finds it if it
 * is there. Returns NULL if there is no such slot.
 */
struct paracall_cpu *paracall_machine_add_cpu(struct paracall_machine *machine, uint32_t index,
					      void *engine_cpu);

/*
 * [any] Tells the local APIC's id, by which guests name the vCPU. Returns 0, or
 * PARACALL_ERROR_CPU for an id above PARACALL_MAX_APIC_ID or one that another
 * vCPU has.
 */
int paracall_cpu_set_apic_id(struct paracall_cpu *cpu, uint32_t apic_id);

/* [any] The machine's counters. */
struct paracall_statistics *paracall_machine_statistics(struct paracall_machine *machine);

/*
 * ---- What the guest does ---------------------------------------------------
 */

/* How the vCPU runs while it makes a call; bits. */
enum paracall_mode {
	/* 64-bit code: EFER.LMA and CS.L. */
	PARACALL_MODE_64BIT = 1 << 0,
	/* Privilege level other than 0. */
	PARACALL_MODE_USER = 1 << 1,
};

/*
 * [vCPU] The guest executed a hypercall instruction. Reads the number and as
 * many arguments as the call has, does it, and writes the result, through the
 * engine. The engine then steps over the instruction.
 */
void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode);

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
 * is one of KVM's, else returns false and the engine answers by itself.
 */
bool paracall_cpuid(struct paracall_cpu *cpu, uint32_t leaf, struct paracall_cpuid *result);

/*
 * [vCPU] The vCPU is about to halt (x86: hlt). Returns true if it shall really
 * halt; false if a kick was waiting for it, which is used up by this: then the
 * instruction ends at once. A vCPU that halts with nothing but a kick to end
 * it, interrupts disabled, is legal.
 */
bool paracall_halt(struct paracall_cpu *cpu);

/*
 * [vCPU] The vCPU runs again for a reason of its own, like an interrupt. May
 * be called at any time, and costs next to nothing if it did not halt.
 */
void paracall_resume(struct paracall_cpu *cpu);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_PARACALL_H */
