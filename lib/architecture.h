/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an architecture provides to the rest of the library, which knows none by name:
 * architectures.c lists them, and each folder's arch.c fills in its struct.
 */
#ifndef PARACALL_LIB_ARCHITECTURE_H
#define PARACALL_LIB_ARCHITECTURE_H

#include "record.h"
#include "row.h"

/* A place other than calls where faults can be injected; see inject.h. */
struct fault_place {
	enum paracall_place place;
	/* Those that make sense there: bits, 1 << PARACALL_FAULT_... */
	uint32_t faults;
	/* How many a rule can choose from, like registers; 0: there is only one. */
	size_t (*count)(void);
	/* How PARACALL_EVENT_INJECTED names one of them; NULL: by .event, its kind. */
	uint64_t (*event_place)(size_t index);
	enum paracall_event_kind event;
	/*
	 * If it is something that happens by itself, periodically, .is_running says
	 * whether it can happen to this vCPU now, and .happen lets it. NULL: it happens
	 * where the architecture asks injection_find().
	 */
	bool (*is_running)(struct paracall_cpu *cpu);
	void (*happen)(struct paracall_cpu *cpu, int64_t value);
	/* Then: it happens to the machine, by whichever vCPU comes first; else to each vCPU. */
	bool is_shared;
};

/*
 * All functions may be NULL where there is nothing to do, apart from .place_name. State
 * is one block of memory per machine, and one for all of its vCPUs, made with the
 * machine; nothing is allocated later, but what .create makes for .max_cpus vCPUs.
 */
struct architecture {
	enum paracall_architecture bit;
	/* As the kernel's documents spell it. */
	const char *name;

	/* ---- the table ---- */

	/* In order of id, apart from KVM's own, which come first. */
	const struct row *rows;
	size_t row_count;
	const struct paracall_feature_info *features;
	size_t feature_count;
	/* How headings call its kinds of calls, like "DIAG"; NULL for KVM's own. */
	const char *titles[PARACALL_CALL_KINDS];
	/* And a row's subcode; NULL: "subcode". */
	const char *subcode_title;
	/* How the convention calls a place, like "a0". */
	int (*place_name)(unsigned int place, char *name, size_t size);
	/*
	 * What counters and events know by a number, apart from calls: its registers, the
	 * fields of a page. In any order that stays; NULL past the end.
	 */
	const char *(*counter_name)(size_t index, uint64_t *number);

	/* ---- machines and vCPUs; 0 if there can be none ---- */

	/*
	 * Of its structs of state, whose first member is a struct paracall_machine, or a
	 * struct paracall_cpu, so that one is as good as the other as a pointer.
	 */
	size_t machine_size;
	size_t cpu_size;

	/*
	 * The engine's functions for it alone: where struct paracall_engine has the pointer to
	 * them, their struct's size, and where in the machine's state it is copied to; that is
	 * where the machine's pointer then leads. 0 without any.
	 */
	size_t functions_pointer;
	size_t functions_size;
	size_t functions_place;

	/*
	 * Whether the engine, as the machine has it, has all that its capabilities and this
	 * architecture ask for.
	 */
	bool (*is_complete)(const struct paracall_engine *engine);

	/*
	 * When a machine is made, with all vCPUs' slots. State is zero, and all that is
	 * general is set up, except the vCPUs, when .create runs. 0 or an error, and then nothing
	 * is left of it.
	 */
	int (*create)(struct paracall_machine *machine);
	void (*create_cpu)(struct paracall_cpu *cpu);
	void (*destroy)(struct paracall_machine *machine);
	/* [any, before the guest can have asked] The engine has fewer capabilities now. */
	void (*withdrawn)(struct paracall_cpu *cpu);

	/*
	 * [any] A vCPU appears, before others can find it; and goes, when others can't find
	 * it any more. Neither may wait for other threads. What is left must be initial again.
	 */
	void (*add_cpu)(struct paracall_cpu *cpu);
	void (*remove_cpu)(struct paracall_cpu *cpu);

	/*
	 * A reset has three parts. .reset_machine is of what all vCPUs share; vCPUs may run.
	 * .reset_shared is of what others touch of a vCPU, by any thread, at once.
	 * .reset_own is of what is the vCPU's own, in its thread, when it next uses it:
	 * see take_reset(). @is_whole: with the machine, or since the vCPU goes; else what
	 * INIT or a CPU's reset does.
	 */
	void (*reset_machine)(struct paracall_machine *machine);
	void (*reset_shared)(struct paracall_cpu *cpu);
	void (*reset_own)(struct paracall_cpu *cpu, bool is_whole);

	/* [vCPU] Its part of paracall_update(). */
	void (*update)(struct paracall_cpu *cpu);
	/* Its part of paracall_set_mark() and paracall_check_mark(). */
	bool (*set_mark)(struct paracall_cpu *cpu);
	enum paracall_mark (*check_mark)(struct paracall_cpu *cpu);
	/* [any] Its part of paracall_machine_was_paused(). */
	void (*was_paused)(struct paracall_machine *machine);

	/*
	 * [stopped] Its state in a record: see record.h, and save.c. Loading into what is as
	 * at first; with @is_real unset it is only looked at. Each field is checked as if the
	 * guest had written it. 0, PARACALL_ERROR_RECORD, or PARACALL_ERROR_FEATURE for what
	 * this machine or its engine can't do; a reader that is bad need not be looked at.
	 */
	void (*save)(struct paracall_machine *machine, struct record_writer *writer);
	void (*save_cpu)(struct paracall_cpu *cpu, struct record_writer *writer);
	int (*load)(struct paracall_machine *machine, struct record_reader *reader,
		    bool is_real);
	int (*load_cpu)(struct paracall_cpu *cpu, struct record_reader *reader, bool is_real);

	const struct fault_place *fault_places;
	size_t fault_place_count;
};

/* By index, from 0; NULL past the end. */
const struct architecture *architecture_at(size_t index);

/* NULL if there is none of that bit. */
const struct architecture *architecture_of(enum paracall_architecture bit);

/* Ids below are the numbers of KVM's own calls. */
#define FIRST_OTHER_ID 0x20

/* KVM's own call of that number, whose architecture may be any; NULL if there is none. */
const struct row *row_of_hypercall(uint64_t number);

/* The row of that id, or NULL. */
const struct row *row_by_id(uint32_t id);

/* A place that is not a register. */
#define PLACE_MEMORY 0xff

/* Of a table of rows or of features, how many. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif /* PARACALL_LIB_ARCHITECTURE_H */
