/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine's interface: its functions, machines, vCPUs, and what all
 * architectures have. x86.h, s390.h, powerpc.h, arm64.h, riscv.h and
 * loongarch.h have the rest of each.
 */
#ifndef PARACALL_ENGINE_H
#define PARACALL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <paracall/statistics.h>
#include <paracall/table.h>
#include <paracall/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

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
	/* Read the guest's counter of time: .read_clocks, on x86 .tsc_frequency */
	PARACALL_CAN_READ_CLOCKS = 1 << 4,
	/* Report how long a vCPU waited for the host: .run_delay */
	PARACALL_CAN_REPORT_RUN_DELAY = 1 << 5,
	/* Make a vCPU forget translated addresses: .flush_tlb */
	PARACALL_CAN_FLUSH_TLB = 1 << 6,
	/* Call the library before a vCPU is preempted. */
	PARACALL_CAN_REPORT_PREEMPTION = 1 << 7,
	/* Ask the library before it delivers an interrupt. */
	PARACALL_CAN_DEFER_EOI = 1 << 8,
	/* Interrupt controllers take 15-bit destinations in messages. */
	PARACALL_CAN_EXTEND_MSI = 1 << 9,
	/* Map a magic page over the guest's address space: see powerpc.h. */
	PARACALL_CAN_MAP_MAGIC_PAGE = 1 << 10,
	/* Give random numbers: .random */
	PARACALL_CAN_GIVE_RANDOM = 1 << 11,
	/* List the CPU implementations that the guest may run on: .implementation */
	PARACALL_CAN_LIST_IMPLEMENTATIONS = 1 << 12,
};

/* [any] A capability in words: "interrupt a vCPU". */
const char *paracall_capability_name(enum paracall_capability capability);

/*
 * ---- The engine ------------------------------------------------------------
 */

/* A guest-physical address: only for the functions that take one. */
struct paracall_gpa {
	uint64_t value;
};

/* The host's real-time clock and the guest's counter of time. */
struct paracall_clocks {
	/*
	 * The library's: it has room for so many bytes, all of which are 0 when the engine
	 * gets it. A member that a later version adds may be written only if it is inside.
	 */
	size_t size;
	/*
	 * What the guest read, or would have read, at that time, from the counter that the
	 * architecture's header names.
	 */
	uint64_t tsc;
	/* The host's real-time clock, since 1970 */
	int64_t seconds;
	uint32_t nanoseconds;
	/* A steady clock of the host, at the same instant. */
	uint64_t steady_nanoseconds;
	/*
	 * The two have the same rate, and were read just now. If not, the
	 * counter depends on a virtual clock, and they are those of some moment
	 * in the past, such as the start of the machine.
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

struct paracall_x86_engine;
struct paracall_powerpc_engine;
struct paracall_arm64_engine;

/*
 * @cpu and @target are the engine's own pointers, as given to
 * paracall_machine_add_cpu(), and @machine is the one in struct paracall_options.
 * All functions are called from inside the library's, in the thread that called these,
 * and with @cpu that vCPU's. No lock of the library's is held then, but one for clock
 * pages: see paracall_adjust_clock(). libparacall(3), "Threads", lists which function
 * calls which; those that are marked [any] call none, but that
 * paracall_machine_remove_cpu() may report that to a trace, paracall_machine_new()
 * calls .clock, and all may call .report.
 *
 * A target that was removed from the machine may still be named by a call that was
 * in progress then.
 */
struct paracall_engine {
	/* sizeof(struct paracall_engine): see PARACALL_INTERFACE_VERSION. */
	size_t size;
	/* For messages. */
	const char *name;
	/*
	 * Bits of enum paracall_capability; their functions must be there, or
	 * paracall_machine_new() returns PARACALL_ERROR_ARGUMENT. A function whose
	 * capability is not there is never called: features that need it are not offered,
	 * and calls that do are answered as those that there are not.
	 */
	uint32_t capabilities;

	/* A register of the calling vCPU, whole (64 bits). Both are always needed. */
	uint64_t (*read_register)(void *cpu, unsigned int number);
	void (*write_register)(void *cpu, unsigned int number, uint64_t value);

	/*
	 * End the halt of the vCPU @target, whose APIC id is @apic_id, without
	 * a visible interrupt. Called once for each halt at the most, and only
	 * when that vCPU's last paracall_halt() returned true and no
	 * paracall_resume() came since, or neither was called since
	 * paracall_machine_loaded(). The vCPU may just be on its way into
	 * the halt, or out of it: the wake-up must then not be lost, and must
	 * be harmless. Until it returns paracall_halt() of that vCPU returns
	 * false; a wake-up that ends a later halt is one for paracall_resume().
	 * Needed for PARACALL_CAN_WAKE.
	 */
	void (*wake)(void *cpu, void *target, uint32_t apic_id);

	/*
	 * Send @interrupt; true if the target took it. Needed for
	 * PARACALL_CAN_INTERRUPT.
	 */
	bool (*send_interrupt)(void *cpu, void *target, uint32_t apic_id,
			       const struct paracall_interrupt *interrupt);

	/*
	 * A hint that @target should run now; if it is NULL, that any other should. Needed
	 * for PARACALL_CAN_YIELD.
	 */
	void (*yield_to)(void *cpu, void *target);

	/*
	 * Copy from or to the guest's memory, from any vCPU's thread. False if
	 * not all of it is memory: devices must not be touched. Aligned 4 and 8
	 * bytes are one access for any observer. Needed for PARACALL_CAN_ACCESS_MEMORY;
	 * without that all of the guest's memory counts as none.
	 */
	bool (*read_memory)(void *cpu, struct paracall_gpa address, void *data, size_t size);
	bool (*write_memory)(void *cpu, struct paracall_gpa address, const void *data,
			     size_t size);

	/*
	 * False if they can't be read. See paracall_adjust_clock() for the lock.
	 * Needed for PARACALL_CAN_READ_CLOCKS.
	 */
	bool (*read_clocks)(void *cpu, struct paracall_clocks *clocks);

	/*
	 * Nanoseconds that this vCPU waited for the host's scheduler while it
	 * could run, since it exists. Needed for PARACALL_CAN_REPORT_RUN_DELAY.
	 */
	uint64_t (*run_delay)(void *cpu);

	/*
	 * Make the calling vCPU wait this many nanoseconds, or less where that would
	 * stop others for long: for fault injection only. NULL: rules with
	 * PARACALL_FAULT_DELAY are refused with PARACALL_ERROR_ARGUMENT.
	 */
	void (*delay)(void *cpu, uint64_t nanoseconds);

	/*
	 * Nanoseconds of a steady host clock, for statistics. Called from any vCPU's
	 * thread. NULL: no call's time is taken, and rules that need a clock,
	 * PARACALL_FAULT_LATE and those about clocks and steal time, are refused with
	 * PARACALL_ERROR_ARGUMENT.
	 */
	uint64_t (*clock)(void *machine);

	/*
	 * From here on for traces: a machine with one, whose engine lacks one of the other
	 * three, is refused with PARACALL_ERROR_ARGUMENT. The calling vCPU's program
	 * counter, of the instruction that it executes. NULL: events have 0.
	 */
	uint64_t (*program_counter)(void *cpu);
	/* The clock that the trace requests, enum paracall_trace_clock. Never 0. */
	uint64_t (*trace_clock)(void *machine);
	/*
	 * The vCPU's ring is full: wait a while for the reader. False if there is
	 * none any more.
	 */
	bool (*trace_wait)(void *cpu);
	/* Wake the reader if it sleeps. */
	void (*trace_wake)(void *cpu);

	/*
	 * Something is wrong that no result can report: a function was called for a
	 * machine of another architecture, and has done nothing (PARACALL_ERROR_USE), or
	 * one of the engine's gave what can't be, such as a counter of 0 Hz
	 * (PARACALL_ERROR_ARGUMENT). @cpu may be NULL; @message is for who
	 * develops the engine, and good until this returns. No guest can cause it. Called
	 * in the thread that called the library; must not call the library. NULL: nobody is
	 * informed.
	 */
	void (*report)(void *machine, void *cpu, int error, const char *message);

	/*
	 * Those of one architecture only: see its header. Of a machine's others nothing is
	 * read. NULL: it has none of them.
	 */
	const struct paracall_x86_engine *x86;
	const struct paracall_powerpc_engine *powerpc;
	const struct paracall_arm64_engine *arm64;
};

/*
 * ---- Machines and vCPUs ----------------------------------------------------
 */

struct paracall_injection;
struct paracall_machine;
struct paracall_cpu;

/* The largest that struct paracall_options takes. */
#define PARACALL_MAX_CPUS 4096
#define PARACALL_MAX_APIC_ID 4095

struct paracall_options {
	/* sizeof(struct paracall_options): see PARACALL_INTERFACE_VERSION. */
	size_t size;
	/* The engine's own pointer: of its functions, those that are of no vCPU get it. */
	void *engine_machine;
	/* One that has a header. */
	enum paracall_architecture architecture;
	/* vCPU slots, 1 to PARACALL_MAX_CPUS. */
	uint32_t max_cpus;
	/*
	 * What the guest is offered: bits like 1 << PARACALL_KVM_FEATURE_PV_UNHALT, as the
	 * architecture's header says; paracall_features_available() at most.
	 */
	uint32_t features;
	/* Likewise, and of x86 only. */
	uint32_t hints;
	/*
	 * Answer calls whose feature is not in @features as unknown, like
	 * KVM_CAP_ENFORCE_PV_FEATURE_CPUID. Off, as in KVM by default, the
	 * word is only what the guest is offered.
	 */
	bool enforce_features;
	/*
	 * Where counters go: paracall_statistics_size(max_cpus) bytes, zeroed,
	 * for instance shared with another process. NULL: the library's own.
	 */
	struct paracall_statistics *statistics;
	/* Bytes there. PARACALL_ERROR_ARGUMENT if they are too few. */
	size_t statistics_size;
	/* Fault injection; copied. NULL: none. */
	const struct paracall_injection *injection;
	/*
	 * Where events go; NULL: nowhere. Its sizes are read
	 * now: PARACALL_ERROR_ARGUMENT if they are impossible, and PARACALL_ERROR_VERSION
	 * if its layout is of another version.
	 */
	struct paracall_trace *trace;
	/* Bytes there. */
	size_t trace_size;
};

/*
 * [any] Creates a machine, with a copy of all that is handed over but the blocks of
 * counters and events. Returns 0, and else *@machine is NULL:
 *
 * PARACALL_ERROR_VERSION if a struct, or the trace, is of a newer version;
 * PARACALL_ERROR_ARGUMENT for what is outside of its range, a rule that does not fit, or
 * an engine that lacks a function of its capabilities';
 * PARACALL_ERROR_FEATURE for features that are not available with these capabilities;
 * PARACALL_ERROR_MEMORY.
 *
 * Calls .clock.
 */
int paracall_machine_new(struct paracall_machine **machine,
			 const struct paracall_engine *engine,
			 const struct paracall_options *options);

/* [stopped] @machine may be NULL. */
void paracall_machine_free(struct paracall_machine *machine);

/*
 * [any, before the guest can have asked] The engine finds that it lacks
 * @capabilities: features that need them are not offered.
 */
void paracall_machine_withdraw(struct paracall_machine *machine, uint32_t capabilities);

/*
 * [vCPU @by, or stopped] What a reset of the guest does: no kick is
 * pending, no vCPU counts as halted, MSRs have their initial values, pages that the guest
 * registered are no longer written, all memory is shared. Counters continue. If
 * another vCPU runs meanwhile, its own part is reset when it next uses it; powerpc.h
 * does not permit that.
 *
 * @by is the vCPU in whose thread this is; the trace has the reset among its events.
 * NULL: no vCPU runs.
 */
void paracall_machine_reset(struct paracall_machine *machine, struct paracall_cpu *by);

/*
 * [vCPU @by, while no other runs the guest's code] Another state of the machine has taken
 * this one's place, of which the library knows nothing: a snapshot was loaded, or the
 * guest has come from another host. It is reported as an event.
 *
 * What the guest had registered is dropped, as by a reset, and no page is written
 * that it does not register from now on. Kicks that it may wait for are owed: for each vCPU
 * it is not known whether it halts, or was kicked before; so its next halt ends at once,
 * and a kick before that wakes it, too. Ids of vCPUs, features and counters stay.
 */
void paracall_machine_loaded(struct paracall_machine *machine, struct paracall_cpu *by);

/*
 * For engines that are not notified of that. When all vCPUs have stopped, or halt,
 * paracall_set_mark() leaves a mark in the guest's memory that no state has which was
 * saved before: it updates a page that the guest has registered without changing what
 * that says. So another state's memory lacks it, or that page.
 *
 * Both are [vCPU, while no other runs the guest's code]; @cpu may be any vCPU.
 */
enum paracall_mark {
	/* There was no page for one, or it was written since. */
	PARACALL_MARK_NONE,
	PARACALL_MARK_KEPT,
	/* This is another memory: call paracall_machine_loaded(). */
	PARACALL_MARK_GONE,
};

/* False if there is no page for one. */
bool paracall_set_mark(struct paracall_cpu *cpu);
enum paracall_mark paracall_check_mark(struct paracall_cpu *cpu);

/*
 * [any] Adds a vCPU in slot @index (0 to max_cpus - 1); @engine_cpu is the engine's own
 * pointer, by which its functions know the vCPU. Returns NULL if there is no such slot,
 * or there is a vCPU in it. No other thread's vCPU can find it before
 * paracall_cpu_set_apic_id().
 */
struct paracall_cpu *paracall_machine_add_cpu(struct paracall_machine *machine, uint32_t index,
					      void *engine_cpu);

/* [any] The vCPU in slot @index, or NULL if there is none. */
struct paracall_cpu *paracall_machine_find_cpu(struct paracall_machine *machine,
					       uint32_t index);

/*
 * [vCPU, or any once it does not run any more] Removes a vCPU, as when it is
 * unplugged: no call reaches it, none of its pages is written, except that another
 * vCPU may be about to finish its clock's. Does not wait. Its counters stay.
 * Another can be added in the same slot later.
 */
void paracall_machine_remove_cpu(struct paracall_cpu *cpu);

/*
 * [any] Sets the local APIC's id, or what stands for it: the number by which guests name
 * the vCPU. From then on other vCPUs' calls reach this one. Returns 0, or
 * PARACALL_ERROR_CPU for an id above PARACALL_MAX_APIC_ID or one that another
 * vCPU has.
 */
int paracall_cpu_set_apic_id(struct paracall_cpu *cpu, uint32_t apic_id);

/*
 * [vCPU, or any while it does not run] What a CPU's own reset (x86: INIT) does to
 * a vCPU: its pages are no longer written, no kick is pending. Its MSRs have
 * initial values, except POLL_CONTROL and those that all vCPUs share.
 */
void paracall_cpu_reset(struct paracall_cpu *cpu);

/*
 * [stopped] All of the machine that its guest could miss, for a snapshot or a migration:
 * what it wrote to KVM's registers, pending kicks, asynchronous page faults, private
 * memory, its clock, the magic page, DIAGNOSE's tokens. The record can be loaded on a host
 * of any byte order, and by later versions of the library. What the engine itself
 * keeps of the vCPUs, and the guest's memory, the engine has to save. Counters are not
 * part of it, nor are a trace, or rules of fault injection.
 *
 * Returns the record's size in bytes. It is complete if that is at most @size; @record may be
 * NULL if @size is 0. Calls that a rule of fault injection keeps for later are saved with the
 * time that they have left, so the next record may be larger by some bytes: enlarge the room
 * until the record is complete.
 */
size_t paracall_machine_save(struct paracall_machine *machine, void *record, size_t size);

/*
 * [stopped] Restores the machine as it was saved. It must have been made for the
 * same architecture, with those features at least, and the vCPUs in the same
 * slots must have been added. Others may have been, too: those are as if added now. A
 * vCPU that was halted then is halted again: if it does not
 * continue its halt, the engine calls paracall_resume(). The guest's time-stamp counter
 * must continue from where it was, at the same rate; call paracall_machine_was_paused(), too,
 * if the guest should know.
 *
 * The record may be forged: each of its fields is checked as if the guest had written it.
 * Returns 0, PARACALL_ERROR_RECORD, PARACALL_ERROR_VERSION, PARACALL_ERROR_CPU if it has
 * vCPUs that were not added, or PARACALL_ERROR_FEATURE if the machine or its engine lacks
 * something that it needs. On an error nothing has changed, unless .map_magic_page has
 * refused: then all is as after a reset.
 *
 * May call .tsc_frequency, .has_register and .map_magic_page, with a vCPU of the machine's.
 */
int paracall_machine_load(struct paracall_machine *machine, const void *record, size_t size);

/*
 * [stopped] After paracall_machine_load(), if the record may be older than the machine's
 * state: of each vCPU it is not known whether it halts, or was kicked before. As after
 * paracall_machine_loaded() no kick is lost.
 */
void paracall_machine_forget_halts(struct paracall_machine *machine);

/* [any] The machine's counters. */
struct paracall_statistics *paracall_machine_statistics(struct paracall_machine *machine);

/*
 * [any] The machine stood still for a while and its clocks with it (as in
 * QEMU's stop and cont). Each vCPU reports it to the guest at its next
 * paracall_update(), so that its watchdogs do not trigger
 * (KVM_KVMCLOCK_CTRL in Documentation/virt/kvm/api.rst).
 */
void paracall_machine_was_paused(struct paracall_machine *machine);

/*
 * [vCPU, and holding no lock: it may wait] Report an event of the engine's own, if
 * that kind is traced. More than four arguments are allowed.
 */
void paracall_trace_report(struct paracall_cpu *cpu, enum paracall_event_kind kind,
			   uint32_t row, int64_t result, const uint64_t *arguments,
			   unsigned int count);

/*
 * ---- What the guest does ---------------------------------------------------
 */

/* How the vCPU runs while it makes a call; bits. */
enum paracall_mode {
	/* 64-bit code. */
	PARACALL_MODE_64BIT = 1 << 0,
	/* Another privilege level than the kernel's. */
	PARACALL_MODE_USER = 1 << 1,
	/* Data is little-endian; addresses are real. Both for the magic page only. */
	PARACALL_MODE_LITTLE_ENDIAN = 1 << 2,
	PARACALL_MODE_REAL = 1 << 3,
};

/*
 * [vCPU] The vCPU is about to halt (x86: hlt). Returns true if it has to
 * halt; false if a kick was pending for it, or may have been in a state that was
 * loaded, which this consumes, or one that ended an earlier halt is not over: then
 * the instruction ends at once. A vCPU that halts with nothing but a kick to end
 * it, interrupts disabled, is legal.
 */
bool paracall_halt(struct paracall_cpu *cpu);

/*
 * [vCPU] The vCPU runs again for another reason, such as an interrupt. Can
 * be called at any time, and costs next to nothing if it did not halt. A halt that
 * ends without it, and without a kick, can cost a later kick.
 */
void paracall_resume(struct paracall_cpu *cpu);

/*
 * [vCPU] Around a moment in which the engine lets others run because this vCPU spins:
 * after @hints hints of the guest that it spins (x86: pause), for @nanoseconds. Counts
 * and reports it. On KVM the processor detects such loops:
 * virt/kvm/kvm_main.c, kvm_vcpu_on_spin. What paracall_spin_begin() returned is for the
 * trace.
 */
uint64_t paracall_spin_begin(struct paracall_cpu *cpu);
void paracall_spin_end(struct paracall_cpu *cpu, uint64_t began, uint64_t hints,
		       uint64_t nanoseconds);

/*
 * [vCPU] Update what the guest reads from memory: steal time, pauses,
 * pending events. To be called now and then, best when the vCPU takes an
 * interrupt, a few hundred times a second; before the guest's own code continues.
 *
 * No other thread writes a vCPU's records, but for x86's clock pages, and marks: so a
 * record that the guest has unregistered is not written any more when that call returns.
 */
void paracall_update(struct paracall_cpu *cpu);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_ENGINE_H */
