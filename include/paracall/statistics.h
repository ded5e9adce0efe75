/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counters of a machine, laid out so that another process can map them:
 * fixed sizes, native byte order, no pointers. Mapping them trusts the writer, which can
 * change or truncate them at any time; otherwise read them into memory of your own, and
 * check .magic, .version, .table and .max_cpus there. Each vCPU's counter has one writer
 * (its thread) and may be read at any time; related counters can be read a
 * moment apart.
 */
#ifndef PARACALL_STATISTICS_H
#define PARACALL_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARACALL_STATISTICS_MAGIC 0x41524150u /* "PARA" */
#define PARACALL_STATISTICS_VERSION 7u

/* Slots of calls, paracall_call_slot(); the last counts those that are not in the table. */
#define PARACALL_STATISTICS_ROWS 256
#define PARACALL_STATISTICS_UNKNOWN (PARACALL_STATISTICS_ROWS - 1)

/*
 * Each vCPU's first calls of a kind are timed, and after that one
 * in this many: two readings of a clock can cost as much as a call.
 */
#define PARACALL_STATISTICS_ALL_TIMED 256
#define PARACALL_STATISTICS_SAMPLE 16

struct paracall_call_statistics {
	uint64_t calls;
	/* Calls that were refused, as their convention says it: by an error or an exception. */
	uint64_t errors;
	/* Calls that were timed, and the sum of their times. */
	uint64_t timed_calls;
	uint64_t timed_nanoseconds;
};

/* The most registers in the layout, by paracall_msr_info()'s index. */
#define PARACALL_STATISTICS_MSRS 16

struct paracall_msr_statistics {
	uint64_t reads;
	uint64_t writes;
	/* Of both, those that ended in an exception. */
	uint64_t faults;
};

/* Rules by which faults are injected, and how long each may be as text. */
#define PARACALL_MAX_RULES 16
#define PARACALL_RULE_TEXT 96

/* The most kinds of faults in a vCPU's table of them; the last counts others. */
#define PARACALL_STATISTICS_INJECTED 32
#define PARACALL_STATISTICS_OTHER_RULES UINT32_MAX

/* What one rule did to a vCPU at one place. */
struct paracall_injected {
	/* 0: there is none here, nor after it. */
	uint64_t times;
	/* The rule's number, or PARACALL_STATISTICS_OTHER_RULES. */
	uint32_t rule;
	/* Its enum paracall_place, and which call or register. */
	uint32_t place;
	uint64_t index;
	/* The first and the last one: which of the vCPU's there it was, from 1. */
	uint64_t first_number;
	uint64_t last_number;
	/* And when, since the machine was created. */
	uint64_t first_nanoseconds;
	uint64_t last_nanoseconds;
};

/* The most fields of a magic page in the layout. */
#define PARACALL_STATISTICS_MAGIC_PAGE_FIELDS 32

struct paracall_magic_page_statistics {
	uint64_t reads;
	uint64_t writes;
};

struct paracall_cpu_statistics {
	/* By paracall_call_slot(). */
	struct paracall_call_statistics calls[PARACALL_STATISTICS_ROWS];
	struct paracall_msr_statistics msrs[PARACALL_STATISTICS_MSRS];
	/* Instructions that read the hypervisor's signature, and its features. */
	uint64_t cpuid_signature;
	uint64_t cpuid_features;
	/*
	 * Halts that began, and those of them that ended at once: because a kick was pending, or
	 * may have been in a state that was loaded, or an earlier one was still being delivered.
	 */
	uint64_t halts;
	uint64_t halts_skipped;
	/* Kicks by this vCPU that ended another's halt, or were left for it. */
	uint64_t kicks_woke;
	uint64_t kicks_left;
	/* Interrupts sent by calls, one per target. */
	uint64_t interrupts_sent;
	/* Hypercall instructions that the engine replaced in guest memory. */
	uint64_t replaced;
	/* Times that the guest's view of a clock was written. */
	uint64_t clock_updates;
	/* Pauses of the machine that were reported to the guest. */
	uint64_t clock_pauses;
	/* Steal time that was reported to the guest, and in how many updates. */
	uint64_t steal_nanoseconds;
	uint64_t steal_updates;
	/* Asynchronous page faults begun and ended. */
	uint64_t async_pf_begun;
	uint64_t async_pf_ended;
	/* Times that it yielded because it spun, and for how long in total. */
	uint64_t spins;
	uint64_t spin_nanoseconds;
	/* Faults injected, in order of their first times. */
	struct paracall_injected injected[PARACALL_STATISTICS_INJECTED];
	/* By paracall_magic_page_field_name()'s index. */
	struct paracall_magic_page_statistics magic_page[PARACALL_STATISTICS_MAGIC_PAGE_FIELDS];
};

struct paracall_statistics {
	uint32_t magic;
	uint32_t version;
	uint32_t max_cpus;
	/* Offered to the guest. */
	uint32_t features;
	/* vCPUs that were added. */
	uint32_t cpus;
	/* Set by the engine when the guest runs, and when it has ended in order. */
	uint32_t started;
	uint32_t finished;
	/* Resets of the guest. */
	uint32_t resets;
	/* Its enum paracall_architecture. */
	uint32_t architecture;
	/* The writer's paracall_table_id(); counters are known by their place. */
	uint64_t table;
	/*
	 * Memory that is private by MAP_GPA_RANGE now, and in how many ranges.
	 * All vCPUs write these; while they do, they can be off by a call.
	 */
	uint64_t private_ranges;
	uint64_t private_pages;
	/* The rules by which faults are injected, as they were written, and the seed. */
	uint64_t seed;
	uint64_t rule_count;
	char rules[PARACALL_MAX_RULES][PARACALL_RULE_TEXT];
	struct paracall_cpu_statistics cpu[];
};

/* ThreadSanitizer has to see what is written. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define PARACALL_COUNTS_IN_C
#endif
#endif
#if !defined(__x86_64__) || defined(__SANITIZE_THREAD__)
#define PARACALL_COUNTS_IN_C
#endif

/*
 * [vCPU] Add to a counter of that vCPU. x86-64 has one instruction for it, which compilers
 * don't take for an atomic store; readers see it done or not, as well.
 */
static inline void paracall_statistics_add(uint64_t *counter, uint64_t amount)
{
#ifdef PARACALL_COUNTS_IN_C
	__atomic_store_n(counter, *counter + amount, __ATOMIC_RELAXED);
#else
	__asm__("addq %1, %0" : "+m"(*counter) : "re"(amount) : "cc");
#endif
}

/* [any] Bytes for that many vCPUs: so many as this library, and no other, writes. */
size_t paracall_statistics_size(uint32_t max_cpus);

/* [any] One counter added up over all vCPUs, given by its offset. */
uint64_t paracall_statistics_sum(const struct paracall_statistics *statistics, size_t offset);

#define paracall_statistics_total(statistics, member) \
	paracall_statistics_sum(statistics, offsetof(struct paracall_cpu_statistics, member))

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_STATISTICS_H */
