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
#include <paracall/table.h>
#include <paracall/trace.h>

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
	/* That is no flattened device tree, or a damaged one. */
	PARACALL_ERROR_TREE = -6,
	/* It has no room for more. */
	PARACALL_ERROR_ROOM = -7,
};

/* [any] A sentence fragment for an error; never NULL. */
const char *paracall_strerror(int error);

/* [any] The library's version, like "0.1.0". */
const char *paracall_version(void);

/*
 * ---- Capabilities ----------------------------------------------------------
 */

/* What an engine can do beyond running code. */
enum paracall_capability {
	/* End the halt of another vCPU: .wake */
	PARACALL_CAN_WAKE = 1 << 0,
	/* Deliver an interrupt to a vCPU: .send_interrupt */
	PARACALL_CAN_INTERRUPT = 1 << 1,
	/* Let another vCPU run first: .yield_to */
	PARACALL_CAN_YIELD = 1 << 2,
	/* Read and write the guest's memory: .read_memory, .write_memory */
	PARACALL_CAN_ACCESS_MEMORY = 1 << 3,
	/* Tell the guest's time-stamp counter: .tsc_frequency, .read_clocks */
	PARACALL_CAN_TELL_TIME = 1 << 4,
	/* Tell how long the host kept a vCPU waiting: .run_delay */
	PARACALL_CAN_TELL_RUN_DELAY = 1 << 5,
	/* Make a vCPU forget translated addresses: .flush_tlb */
	PARACALL_CAN_FLUSH_TLB = 1 << 6,
	/* Hand each vCPU that is about to be preempted to the library before. */
	PARACALL_CAN_TELL_PREEMPTION = 1 << 7,
	/* Ask the library before it delivers an interrupt. */
	PARACALL_CAN_DEFER_EOI = 1 << 8,
	/* Interrupt controllers take 15-bit destinations in messages. */
	PARACALL_CAN_EXTEND_MSI = 1 << 9,
	/* Lay PowerPC's magic page over the guest's address space. */
	PARACALL_CAN_MAP_MAGIC_PAGE = 1 << 10,
};

/*
 * ---- Features --------------------------------------------------------------
 *
 * A feature is a bit of CPUID leaf 0x40000001's EAX (cpuid.rst), or on PowerPC
 * of what KVM_HC_FEATURES returns. Sets of them are kept as that 32-bit word.
 * Functions that name no architecture are about x86's.
 */

enum paracall_offer {
	/* Offered by default where the engine can do it. */
	PARACALL_OFFER_DEFAULT,
	/* Offered when it is asked for; KVM's user space chooses these too. */
	PARACALL_OFFER_ON_REQUEST,
	/* Not all of it is done here. */
	PARACALL_OFFER_NEVER,
};

struct paracall_feature_info {
	/* The kernel document's name in lower case, "pv-unhalt". */
	const char *name;
	unsigned int bit;
	/* Bits of enum paracall_capability that an engine must have. */
	uint32_t capabilities;
	enum paracall_offer offer;
	const char *purpose;
	/* Why it is not offered, or not by default; else NULL. */
	const char *reason;
};

/* [any] The number of features, and one of them in order of bit, or NULL. */
size_t paracall_feature_count(void);
const struct paracall_feature_info *paracall_feature_info(size_t index);

/* [any] The name of the feature of that one bit of the word; NULL if there is none. */
const char *paracall_feature_name(uint32_t bit);

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

/* [any] Those of them that are offered if nobody chooses. */
uint32_t paracall_features_default(uint32_t capabilities);

/*
 * [any] The same for any architecture; one that has none is without names, and
 * without features.
 */
size_t paracall_feature_count_of(enum paracall_architecture architecture);
const struct paracall_feature_info *
paracall_feature_info_of(enum paracall_architecture architecture, size_t index);
int paracall_features_parse_of(enum paracall_architecture architecture, const char *list,
			       uint32_t available, uint32_t *features, const char **wrong,
			       size_t *wrong_length);
uint32_t paracall_features_available_of(enum paracall_architecture architecture,
					uint32_t capabilities);
uint32_t paracall_features_default_of(enum paracall_architecture architecture,
				      uint32_t capabilities);

/* [any] What one capability is, in words: "tell what time it is". */
const char *paracall_capability_name(enum paracall_capability capability);

/*
 * ---- The engine ------------------------------------------------------------
 */

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

/* The registers that DIAGNOSE uses: the general ones by their number, and these. */
enum paracall_s390_register {
	PARACALL_S390_R0,
	PARACALL_S390_R15 = 15,
	PARACALL_S390_PREFIX,
	PARACALL_S390_REGISTERS
};

/*
 * The registers that PowerPC's calls use, the general ones by their number; and
 * those that are in the magic page, where .has_register tells which there are.
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
	/* DEAR where there is that. */
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

/*
 * A guest-physical address, on s390 an absolute one: of use to the functions
 * that take one, only.
 */
struct paracall_gpa {
	uint64_t value;
};

/* The host's real-time clock and the guest's time-stamp counter. */
struct paracall_clocks {
	/* What rdtsc in the guest gave, or would have given, at that time. */
	uint64_t tsc;
	/* The host's real-time clock, since 1970 */
	int64_t seconds;
	uint32_t nanoseconds;
	/* A steady clock of the host's, at the same instant. */
	uint64_t steady_nanoseconds;
	/*
	 * The two go at the same pace, and were read just now. If not, the
	 * counter goes by a virtual clock, and they are those of some moment
	 * in the past, like the machine's beginning.
	 */
	bool is_paired;
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
 * paracall_machine_add_cpu(). All functions are called from inside the library's, in
 * the thread that called these, and with @cpu that vCPU's. No lock of the library's is
 * held then, but one for clock pages: see paracall_adjust_clock(). libparacall(3), "Threads", tells which function calls which; those that
 * are marked [any] call none, but that paracall_machine_remove_cpu() may tell a trace
 * of its vCPU, and paracall_machine_new() calls .clock.
 *
 * A target that was taken out of the machine may still be named by a call that was
 * under way then.
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

	/* A hint that @target should run now; if it is NULL, that any other should. */
	void (*yield_to)(void *cpu, void *target);

	/*
	 * Copy from or to the guest's memory, from any vCPU's thread. False if
	 * not all of it is memory: devices must not be touched. Aligned 4 and 8
	 * bytes are one access for whoever looks on.
	 */
	bool (*read_memory)(void *cpu, struct paracall_gpa address, void *data, size_t size);
	bool (*write_memory)(void *cpu, struct paracall_gpa address, const void *data,
			     size_t size);

	/*
	 * The guest's time-stamp counter in Hz; the same for the engine's life.
	 * Called when the guest first has a clock; under no lock, perhaps by several
	 * vCPUs at once. Linux takes it for exact: be within 20 parts of a million.
	 */
	uint64_t (*tsc_frequency)(void *cpu);
	/* False if there is nothing to tell. See paracall_adjust_clock() for the lock. */
	bool (*read_clocks)(void *cpu, struct paracall_clocks *clocks);

	/*
	 * Nanoseconds that the host's scheduler let this vCPU wait while it
	 * could have run, since it exists.
	 */
	uint64_t (*run_delay)(void *cpu);

	/*
	 * Forget the calling vCPU's translated addresses, as a load of cr3 with
	 * its own value does, and global ones too.
	 */
	void (*flush_tlb)(void *cpu);

	/*
	 * MAP_GPA_RANGE: the guest wants @pages pages of 4 KiB from @address to
	 * become private (encrypted) or shared, by PARACALL_KVM_MAP_GPA_RANGE_
	 * ENCRYPTED in @attributes. Like KVM the library has checked that the
	 * address is one of a page, and that there is a page; it is not checked
	 * that there is memory, nor the other bits. 0 agrees; a negated
	 * PARACALL_KVM_E... refuses, and then all stays as it was. Either is
	 * the call's result. May be NULL: agrees always.
	 *
	 * This asks, before the change: paracall_machine_is_private() tells how
	 * it is. If vCPUs change the same pages at the same time (Linux does
	 * not), the last one asked need not be the last one done. And a change
	 * agreed to is not made if just then the others use up what room is
	 * left for ranges.
	 */
	int64_t (*map_gpa_range)(void *cpu, struct paracall_gpa address, uint64_t pages,
				 uint64_t attributes);

	/*
	 * PowerPC: the guest has nothing to do until the next interrupt. An
	 * engine can wait here until one is pending, whether or not it is
	 * enabled; or return early, which guests expect; or note it, and wait
	 * when paracall_epapr_hypercall() has returned. May be NULL.
	 */
	void (*idle)(void *cpu);

	/*
	 * Let the calling vCPU wait so many nanoseconds, or less where that would
	 * stop others for long: for faults on purpose only. May be NULL.
	 */
	void (*delay)(void *cpu, uint64_t nanoseconds);

	/*
	 * PowerPC: whether this vCPU has a register of the magic page's; what it
	 * has not is kept by the library. NULL: it has all.
	 */
	bool (*has_register)(void *cpu, unsigned int number);

	/*
	 * PowerPC: the guest wants its magic page at @address in real mode, at
	 * @effective_address else; 0: nowhere. False if the engine can't see
	 * the accesses there; the call is then answered with
	 * EV_UNIMPLEMENTED, and all stays as it was. May be NULL: agrees always.
	 */
	bool (*map_magic_page)(void *cpu, uint64_t address, uint64_t effective_address);

	/*
	 * PowerPC: whether an instruction or an interrupt has loaded this vCPU's
	 * MSR, be it with what was there, since that was last asked. Asked in
	 * critical sections of the magic page only. NULL: the library takes an
	 * unchanged one for not loaded.
	 */
	bool (*msr_was_loaded)(void *cpu);

	/*
	 * Nanoseconds of a steady host clock, for statistics; NULL if there is
	 * none. Called from any vCPU's thread.
	 */
	uint64_t (*clock)(void);

	/*
	 * For traces; with one all but the program counter must be there. The
	 * calling vCPU's program counter, of the instruction that it executes.
	 */
	uint64_t (*program_counter)(void *cpu);
	/* The clock that the trace asks for, enum paracall_trace_clock. Never 0. */
	uint64_t (*trace_clock)(void);
	/*
	 * The vCPU's ring is full: wait a while for the reader. False if there is
	 * none any more.
	 */
	bool (*trace_wait)(void *cpu);
	/* Wake the reader if it sleeps. */
	void (*trace_wake)(void *cpu);
};

/*
 * ---- Faults on purpose -----------------------------------------------------
 *
 * To test guests, a machine can be made to do wrong what its guest asks. Rules
 * say what, and how often. Which of a vCPU's calls are met depends on the rules,
 * the seed and the vCPU's number only.
 */

/* Where a fault happens. */
enum paracall_place {
	/* A row of the table: a hypercall, or a function of DIAGNOSE. */
	PARACALL_AT_CALL,
	/* A write to one of KVM's registers. */
	PARACALL_AT_MSR,
	/* Reading CPUID leaf 0x40000001. */
	PARACALL_AT_CPUID,
	/* The guest's clock, whatever it asks. */
	PARACALL_AT_CLOCK,
	/* A vCPU's steal time. */
	PARACALL_AT_STEAL,
};

enum paracall_fault {
	/* The call is not done, and @value is its result. */
	PARACALL_FAULT_RESULT,
	/* The call is not done, and answered as one that KVM does not have. */
	PARACALL_FAULT_UNKNOWN,
	/* The call, or write, is not done, and answered like one that was: by 0. */
	PARACALL_FAULT_DROP,
	/* It is done after @value nanoseconds, for which the caller waits. */
	PARACALL_FAULT_DELAY,
	/*
	 * KICK_CPU: answered at once, and done when @value nanoseconds are over:
	 * at the caller's next update or call then, or before, if it halts.
	 */
	PARACALL_FAULT_LATE,
	/* The write is refused: a general protection exception. */
	PARACALL_FAULT_EXCEPTION,
	/* The features in @value are not there. */
	PARACALL_FAULT_WITHDRAW,
	/* The clock goes forward, or back, by @value nanoseconds. */
	PARACALL_FAULT_JUMP,
	/* @value nanoseconds more were stolen. */
	PARACALL_FAULT_BURST,
};

#define PARACALL_ALL_CALLS (-1)

struct paracall_rule {
	enum paracall_place place;
	/*
	 * Which call, by its id, or register, by paracall_msr_info()'s index; or
	 * PARACALL_ALL_CALLS: each where the fault makes sense.
	 */
	int32_t index;
	enum paracall_fault fault;
	int64_t value;
	/*
	 * Of what each vCPU does there, counted from 1: @first, @first + @step and
	 * so on up to @last; and of these so many of a million.
	 */
	uint64_t first;
	uint64_t last;
	uint64_t step;
	uint32_t per_million;
	/* Clock and steal time: nanoseconds between two that are counted. */
	uint64_t every;
	/* As it was written; for statistics. */
	char text[PARACALL_RULE_TEXT];
};

struct paracall_injection {
	/* In this order; the first one that meets a call is the only one. */
	struct paracall_rule rules[PARACALL_MAX_RULES];
	uint32_t rule_count;
	bool has_seed;
	uint64_t seed;
	/*
	 * Nanoseconds between asynchronous page faults of a vCPU, and how long each
	 * takes; 0: none. For the engine: see paracall_async_pf_begin().
	 */
	uint64_t async_pf_every;
	uint64_t async_pf_delay;
};

/*
 * [any] Whether a machine of @architecture has the place of @rule, and the fault
 * makes sense there. paracall_machine_new() refuses rules that don't fit.
 */
bool paracall_rule_fits(const struct paracall_rule *rule,
			enum paracall_architecture architecture);

/*
 * [any] Read what a user wrote, like "KICK_CPU:drop:1%" (paracall(1) has the
 * grammar), for a guest of @architecture, and add it to @injection, which is
 * all zero at first. Returns NULL, or the end of a sentence that says what is
 * wrong.
 */
const char *paracall_injection_parse(struct paracall_injection *injection,
				     enum paracall_architecture architecture, const char *text);

/*
 * ---- Machines and vCPUs ----------------------------------------------------
 */

struct paracall_machine;
struct paracall_cpu;

/* The largest that struct paracall_options takes. */
#define PARACALL_MAX_CPUS 4096
#define PARACALL_MAX_APIC_ID 4095

struct paracall_options {
	/*
	 * PARACALL_X86; PARACALL_S390, which has no features or hints; or
	 * PARACALL_POWERPC, which has no hints.
	 */
	enum paracall_architecture architecture;
	/* vCPU slots, 1 to PARACALL_MAX_CPUS. */
	uint32_t max_cpus;
	/*
	 * CPUID leaf 0x40000001's EAX, or what KVM_HC_FEATURES returns;
	 * paracall_features_available_of() at most.
	 */
	uint32_t features;
	/* The same leaf's EDX: bits like 1 << PARACALL_KVM_HINTS_REALTIME. */
	uint32_t hints;
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
	/* Faults on purpose; copied. NULL: none. */
	const struct paracall_injection *injection;
	/*
	 * Where events go, if anybody wants to see them; else NULL. Its sizes are read
	 * now, and must be right: PARACALL_ERROR_ARGUMENT if they are impossible.
	 */
	struct paracall_trace *trace;
};

/* [any] Creates a machine; returns 0 or an error, and then *@machine is NULL. */
int paracall_machine_new(struct paracall_machine **machine,
			 const struct paracall_engine *engine,
			 const struct paracall_options *options);

/* [stopped] @machine may be NULL. */
void paracall_machine_free(struct paracall_machine *machine);

/*
 * [any, before the guest can have asked] The engine finds that it can't do
 * what @capabilities say: features that need them are not offered.
 */
void paracall_machine_withdraw(struct paracall_machine *machine, uint32_t capabilities);

/*
 * [vCPU @by, or stopped] What a reset of the guest does: no kick is
 * pending, no vCPU counts as halted, MSRs are as at the beginning, pages that the guest
 * registered are no longer written to, all memory is shared. Counters go on. Should
 * another vCPU run meanwhile, its own part takes place when it next uses it. For
 * PARACALL_POWERPC none may.
 *
 * @by is the vCPU in whose thread this is; the trace has the reset among its events.
 * NULL: no vCPU runs.
 */
void paracall_machine_reset(struct paracall_machine *machine, struct paracall_cpu *by);

/*
 * [any] Adds the vCPU in slot @index (0 to max_cpus - 1), or finds it if it
 * is there, and then does nothing else. Returns NULL if there is no such slot. No
 * other thread's vCPU can find it before paracall_cpu_set_apic_id().
 */
struct paracall_cpu *paracall_machine_add_cpu(struct paracall_machine *machine, uint32_t index,
					      void *engine_cpu);

/*
 * [vCPU, or any once it does not run any more] Takes a vCPU out, as when it is
 * unplugged: no call reaches it, none of its pages is written to, but that another
 * vCPU may be about to finish its clock's. Waits for nobody. Its counters stay.
 * Another can be added in the same slot later.
 */
void paracall_machine_remove_cpu(struct paracall_cpu *cpu);

/*
 * [any] Tells the local APIC's id, by which guests name the vCPU; on s390 this is
 * the CPU's address. From then on other vCPUs' calls reach this one. Returns 0, or
 * PARACALL_ERROR_CPU for an id above PARACALL_MAX_APIC_ID or one that another
 * vCPU has.
 */
int paracall_cpu_set_apic_id(struct paracall_cpu *cpu, uint32_t apic_id);

/*
 * [vCPU, or any while it does not run] What INIT, or on s390 a CPU reset, does to
 * a vCPU: its pages are no longer written to, no kick is pending. Its MSRs are as
 * at the beginning, but for POLL_CONTROL and those that all vCPUs share.
 */
void paracall_cpu_reset(struct paracall_cpu *cpu);

/*
 * [any] Whether the page at @address is private to the guest, by MAP_GPA_RANGE.
 * All memory is shared at the beginning, and after a reset.
 */
bool paracall_machine_is_private(struct paracall_machine *machine, struct paracall_gpa address);

/* [any] The machine's counters. */
struct paracall_statistics *paracall_machine_statistics(struct paracall_machine *machine);

/*
 * ---- What the guest does ---------------------------------------------------
 */

/* How the vCPU runs while it makes a call; bits. */
enum paracall_mode {
	/* 64-bit code: EFER.LMA and CS.L; on PowerPC MSR[SF]. */
	PARACALL_MODE_64BIT = 1 << 0,
	/* Privilege level other than 0; on PowerPC MSR[PR]. */
	PARACALL_MODE_USER = 1 << 1,
	/* PowerPC's MSR[LE], and the reverse of MSR[DR]: for the magic page only. */
	PARACALL_MODE_LITTLE_ENDIAN = 1 << 2,
	PARACALL_MODE_REAL = 1 << 3,
};

/*
 * [vCPU] The guest executed a hypercall instruction. Reads the number and as
 * many arguments as the call has, does it, and writes the result, through the
 * engine. The engine then steps over the instruction.
 */
void paracall_hypercall(struct paracall_cpu *cpu, uint32_t mode);

/* The same where the engine knows the number from the instructions, so it isn't read. */
void paracall_hypercall_number(struct paracall_cpu *cpu, uint32_t mode, uint64_t number);

/* What becomes of DIAGNOSE. */
enum paracall_diag_outcome {
	/* Done; the engine steps over the instruction. */
	PARACALL_DIAG_DONE,
	/* The engine's own, which does it now. It is counted. */
	PARACALL_DIAG_NOT_OURS,
	/* The guest gets a program interruption, behind the instruction. */
	PARACALL_DIAG_OPERATION,
	PARACALL_DIAG_ADDRESSING,
	PARACALL_DIAG_SPECIFICATION,
};

/*
 * [vCPU] The guest executed s390's DIAGNOSE in the supervisor state (in the
 * problem state it is a privileged-operation exception): @code is the sum of
 * base and displacement, of which only 16 bits count; @r1 and @r3 are the
 * numbers in the instruction's fields.
 */
enum paracall_diag_outcome paracall_diag(struct paracall_cpu *cpu, uint32_t code,
					 unsigned int r1, unsigned int r3);

/*
 * [vCPU] The guest executed PowerPC's hypercall instructions, those that its
 * device tree names, or KVM's own: sc with PARACALL_KVM_SC_MAGIC in the low half
 * of r0. Does the call and writes r3 and r4 through the engine, which then goes
 * on behind the instruction. In user mode there is no hypercall: returns false,
 * nothing was read or written, and the instruction is what it is otherwise.
 */
bool paracall_epapr_hypercall(struct paracall_cpu *cpu, uint32_t mode);

/*
 * [vCPU] The guest makes one of PAPR's calls: sc 1 in the supervisor state, on a
 * machine that has these. The engine serves it; here it is counted, by what r3
 * holds, and not timed.
 */
void paracall_papr_hypercall(struct paracall_cpu *cpu);

/* The words of the device tree's hcall-instructions. */
#define PARACALL_HCALL_INSTRUCTIONS 4

/* What paracall_device_tree_add() takes: bytes, and of what their address is a multiple. */
#define PARACALL_DEVICE_TREE_LARGEST 0x200000u
#define PARACALL_DEVICE_TREE_ALIGNMENT 8u

/*
 * [any] Tell a PowerPC guest that it is on KVM: copies the flattened device tree
 * @tree of at most @size bytes to @result, with a node /hypervisor that is
 * compatible with linux,kvm and has these @instructions, the ones that the engine
 * knows for a hypercall; with @has_idle it says that there is EV_IDLE. A node
 * that is there already gets what it lacks. The result is a tree of version 17
 * whose size is @room, and it must not overlap with @tree; a kernel's own tree
 * mostly leaves enough room in what it gives for its size.
 *
 * Returns 0, PARACALL_ERROR_TREE or PARACALL_ERROR_ROOM; on an error @result holds
 * nothing of use. The tree may be the guest's own work: whatever it is like, no
 * byte beyond is read or written.
 */
int paracall_device_tree_add(const void *tree, size_t size, void *result, size_t room,
			     const uint32_t *instructions, bool has_idle);

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

/*
 * ---- Model-specific registers ----------------------------------------------
 */

/* What becomes of rdmsr or wrmsr. */
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

/* [vCPU] The guest reads register @number; @value is set if that is done. */
enum paracall_msr_outcome paracall_rdmsr(struct paracall_cpu *cpu, uint32_t number,
					 uint64_t *value);

/*
 * [vCPU] The guest writes @value. What the register stands for, like the first
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
 * [vCPU] Around a moment in which the engine lets others run because this vCPU spins:
 * after @hints hints of the guest that it does (x86: pause), for @nanoseconds. Counts
 * it, and tells of it. On KVM it is the processor that sees such loops:
 * virt/kvm/kvm_main.c, kvm_vcpu_on_spin. What paracall_spin_begin() returned is for the
 * trace.
 */
uint64_t paracall_spin_begin(struct paracall_cpu *cpu);
void paracall_spin_end(struct paracall_cpu *cpu, uint64_t began, uint64_t hints,
		       uint64_t nanoseconds);

/*
 * [vCPU] Bring up to date what the guest reads from memory: steal time, pauses,
 * events that wait. To be called now and then, best when the vCPU takes an
 * interrupt, a few hundred times a second; before the guest's own code goes on.
 */
void paracall_update(struct paracall_cpu *cpu);

/*
 * [vCPU] Keep the guest's clock with the host's: where it is behind it makes a
 * step, where it is ahead it stands still, for a tenth of a millisecond at the
 * most, and so long this function takes. It never goes backwards, and its multiplier
 * stays the counter's frequency. For engines whose time-stamp counter does not go
 * quite evenly: to be called each few milliseconds, by any vCPU, best right after
 * the guest read @tsc there. If another vCPU is at a clock just now it does nothing.
 *
 * Clock pages are written under the machine's only lock, a mutex: .read_memory and
 * .write_memory are called under it, and here .read_clocks. paracall_wrmsr() of a
 * clock's register, paracall_cpu_reset(), paracall_machine_reset() and SEND_IPI of
 * an INIT wait for it; all others do not.
 */
void paracall_adjust_clock(struct paracall_cpu *cpu, uint64_t tsc);

/*
 * Asynchronous page faults, made on purpose to test a guest (msr.rst,
 * MSR_KVM_ASYNC_PF_EN). All are [vCPU].
 *
 * paracall_async_pf_begin() returns a token other than 0 if the guest can take
 * one now, and has told the guest. The engine then raises a page fault in user
 * mode, with the error code 0 and the token in cr2, before the guest executes
 * anything else; or, if it can't, calls paracall_async_pf_cancel().
 *
 * paracall_async_pf_end() says that all pages waited for are there. The guest
 * learns of it then, or at later calls of paracall_update(), one by one.
 */
uint32_t paracall_async_pf_begin(struct paracall_cpu *cpu);
void paracall_async_pf_cancel(struct paracall_cpu *cpu, uint32_t token);
void paracall_async_pf_end(struct paracall_cpu *cpu);

/*
 * [any] The machine stood still for a while and its clocks with it (as in
 * QEMU's stop and cont). Each vCPU tells the guest at its next
 * paracall_update(), so that its watchdogs don't bark
 * (KVM_KVMCLOCK_CTRL in Documentation/virt/kvm/api.rst).
 */
void paracall_machine_was_paused(struct paracall_machine *machine);

/*
 * [vCPU, and holding no lock: it may wait] Tell an event of the engine's own, if
 * somebody wants to see that kind. More than four arguments are allowed.
 */
void paracall_trace_tell(struct paracall_cpu *cpu, enum paracall_event_kind kind, uint32_t row,
			 int64_t result, const uint64_t *arguments, unsigned int count);

/*
 * ---- PowerPC's magic page ---------------------------------------------------
 *
 * Loads and stores there act on the vCPU's registers. All are [vCPU].
 *
 * paracall_magic_page_is_at() tells whether an access to @address is one to the
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
 * In a critical section the vCPU's MSR[EE] is held down. When it has taken an
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

#endif /* PARACALL_PARACALL_H */
