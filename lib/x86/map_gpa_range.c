/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KVM_HC_MAP_GPA_RANGE: which pages are private (encrypted), and which are
 * shared with the host. KVM checks the range (arch/x86/kvm/x86.c,
 * ____kvm_emulate_hypercall) and leaves the rest to its user space
 * (KVM_EXIT_HYPERCALL in Documentation/virt/kvm/api.rst); here that is the
 * engine's .map_gpa_range, and a list of the private ranges.
 *
 * All vCPUs share the list, and change it rarely; still none waits for another,
 * that the host's scheduler may have stopped. A list is never changed while it
 * is the current one. A vCPU writes its own spare list from the current one,
 * puts it in place by one compare-and-exchange, and has the old one as its next
 * spare. If another vCPU was faster it starts again from that one's list.
 *
 * So a spare list may be written while another vCPU still reads it. The reader
 * notices that afterwards: each change, by its number, makes another word of
 * .current. What it has read until then is discarded, and does no harm.
 */
#include "map_gpa_range.h"

#include "../architecture.h"
#include "../memory.h"
#include "../misuse.h"
#include "quick.h"
#include "state.h"

#include <stdlib.h>

/* Linux guests have a few dozen. */
#define MAX_RANGES 1024

/* Private pages by number, without the last. Acquire and release; see above. */
struct range {
	_Atomic(uint64_t) first;
	_Atomic(uint64_t) end;
};

struct range_list {
	struct range ranges[MAX_RANGES];
};

struct private_memory {
	/* See struct current; one word. */
	_Atomic(uint64_t) current;
	/* One that is current, and a spare for each vCPU, paracall_cpu's. */
	struct range_list lists[];
};

/* Which of the lists counts, how much of it, and the number of the change. */
struct current {
	uint32_t list;
	uint32_t count;
	uint64_t number;
};

#define LIST_BITS 13
#define COUNT_BITS 11

_Static_assert(PARACALL_MAX_CPUS < 1 << LIST_BITS, "each list has a number");
_Static_assert(MAX_RANGES < 1 << COUNT_BITS, "a list can be full");

static uint64_t pack(struct current current)
{
	return current.number << (LIST_BITS + COUNT_BITS) |
	       (uint64_t)current.count << LIST_BITS | current.list;
}

static struct current unpack(uint64_t word)
{
	return (struct current){
		.list = word & ((1u << LIST_BITS) - 1),
		.count = word >> LIST_BITS & ((1u << COUNT_BITS) - 1),
		.number = word >> (LIST_BITS + COUNT_BITS),
	};
}

struct private_memory *paracall_private_memory_new(uint32_t max_cpus)
{
	/* Zeroed, so pages of lists that are never used need not exist. */
	return calloc(1, sizeof(struct private_memory) +
				 (max_cpus + 1) * sizeof(struct range_list));
}

void paracall_private_memory_free(struct private_memory *memory)
{
	free(memory);
}

/* What a call requests. */
struct conversion {
	uint64_t first;
	uint64_t end;
	bool make_private;
};

/* A list that is being written. */
struct writer {
	struct range *ranges;
	uint32_t count;
	bool is_full;
	uint64_t pages;
};

static void append(struct writer *writer, uint64_t first, uint64_t end)
{
	if (first >= end)
		return;
	if (writer->count == MAX_RANGES) {
		writer->is_full = true;
		return;
	}
	atomic_store_explicit(&writer->ranges[writer->count].first, first,
			      memory_order_release);
	atomic_store_explicit(&writer->ranges[writer->count].end, end, memory_order_release);
	writer->count++;
	writer->pages += end - first;
}

/*
 * Write @count @ranges, changed by @wanted; returns the pages in them. Ranges
 * stay in order, apart from each other, and not empty.
 */
static uint64_t rewrite(struct writer *writer, const struct range *ranges, uint32_t count,
			const struct conversion *wanted)
{
	uint64_t first = wanted->first, end = wanted->end, pages = 0;
	bool is_written = !wanted->make_private;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t old_first =
			atomic_load_explicit(&ranges[i].first, memory_order_acquire);
		uint64_t old_end = atomic_load_explicit(&ranges[i].end, memory_order_acquire);

		pages += old_end - old_first;
		if (!wanted->make_private) {
			/* What is left on either side, or all of it. */
			append(writer, old_first, old_end < first ? old_end : first);
			append(writer, old_first > end ? old_first : end, old_end);
		} else if (old_end < first || is_written) {
			append(writer, old_first, old_end);
		} else if (old_first > end) {
			append(writer, first, end);
			append(writer, old_first, old_end);
			is_written = true;
		} else {
			first = old_first < first ? old_first : first;
			end = old_end > end ? old_end : end;
		}
	}
	if (!is_written)
		append(writer, first, end);
	return pages;
}

static void count_change(struct paracall_machine *machine, uint64_t ranges, uint64_t pages)
{
	struct paracall_statistics *statistics = machine->statistics;

	/* Sums of differences: correct in any order. */
	__atomic_fetch_add(&statistics->private_ranges, ranges, __ATOMIC_RELAXED);
	__atomic_fetch_add(&statistics->private_pages, pages, __ATOMIC_RELAXED);
}

/* The place of a list that was written from that of @seen. */
struct change {
	uint64_t seen;
	struct writer writer;
	uint64_t old_pages;
};

/* Write the vCPU's spare list. False if there are too many ranges. */
static bool prepare(struct paracall_cpu *cpu, const struct conversion *wanted,
		    struct change *change)
{
	struct private_memory *memory = x86_machine_of(cpu)->private_memory;
	struct range_list *spare = &memory->lists[x86_cpu(cpu)->spare_list];

	do {
		struct current current;

		change->seen = atomic_load_explicit(&memory->current, memory_order_acquire);
		current = unpack(change->seen);
		change->writer = (struct writer){ .ranges = spare->ranges };
		change->old_pages = rewrite(&change->writer, memory->lists[current.list].ranges,
					    current.count, wanted);
		/* If it changed meanwhile, it may have been no list at all. */
	} while (change->seen != atomic_load_explicit(&memory->current, memory_order_acquire));
	return !change->writer.is_full;
}

/* Put the spare list in place. False if another vCPU was faster. */
static bool commit(struct paracall_cpu *cpu, const struct change *change)
{
	struct private_memory *memory = x86_machine_of(cpu)->private_memory;
	struct current old = unpack(change->seen);
	struct current current = {
		.list = x86_cpu(cpu)->spare_list,
		.count = change->writer.count,
		.number = old.number + 1,
	};
	uint64_t expected = change->seen;

	if (!atomic_compare_exchange_strong(&memory->current, &expected, pack(current)))
		return false;
	x86_cpu(cpu)->spare_list = old.list;
	count_change(cpu->machine, (uint64_t)current.count - old.count,
		     change->writer.pages - change->old_pages);
	return true;
}

static int64_t ask_engine(struct paracall_cpu *cpu, const uint64_t *arguments)
{
	const struct paracall_x86_engine *engine = cpu->machine->engine.x86;

	if (!engine->map_gpa_range)
		return 0;
	return engine->map_gpa_range(cpu->engine_cpu, guest_address(arguments[0]), arguments[1],
				     arguments[2]);
}

static int64_t convert(struct paracall_cpu *cpu, const struct conversion *wanted,
		       const uint64_t *arguments)
{
	struct change change;
	int64_t result;

	/* The engine is not asked for what is impossible. */
	if (!prepare(cpu, wanted, &change))
		return -PARACALL_KVM_E2BIG;
	result = ask_engine(cpu, arguments);
	if (result < 0)
		return result;
	while (!commit(cpu, &change))
		if (!prepare(cpu, wanted, &change))
			return -PARACALL_KVM_E2BIG;
	return result;
}

DEFINE_CALL(paracall_map_gpa_range)
{
	uint64_t address = call->arguments[0], pages = call->arguments[1];
	struct conversion wanted = {
		.first = address / GUEST_PAGE_SIZE,
		.end = address / GUEST_PAGE_SIZE + pages,
		/* The other attributes are ignored, as in KVM. */
		.make_private = call->arguments[2] & PARACALL_KVM_MAP_GPA_RANGE_ENCRYPTED,
	};

	/* Exists on request only, like KVM_CAP_EXIT_HYPERCALL. */
	if (!x86_machine_of(cpu)->private_memory)
		return -PARACALL_KVM_ENOSYS;
	if (address % GUEST_PAGE_SIZE || wanted.end <= wanted.first)
		return -PARACALL_KVM_EINVAL;
	return convert(cpu, &wanted, call->arguments);
}

/* Whether one of @count @ranges has it. If they are not a list, the result is void. */
static bool is_in(const struct range *ranges, uint32_t count, uint64_t page)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (atomic_load_explicit(&ranges[middle].end, memory_order_acquire) <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count &&
	       atomic_load_explicit(&ranges[low].first, memory_order_acquire) <= page;
}

bool paracall_machine_is_private(struct paracall_machine *machine, struct paracall_gpa address)
{
	struct private_memory *memory;
	uint64_t seen;
	bool is_private;

	if (machine->architecture->bit != PARACALL_X86) {
		report_misuse(machine, NULL,
			      "paracall_machine_is_private: " OTHER_ARCHITECTURE);
		return false;
	}
	memory = x86_machine(machine)->private_memory;
	if (!memory)
		return false;
	do {
		struct current current;

		seen = atomic_load_explicit(&memory->current, memory_order_acquire);
		current = unpack(seen);
		is_private = is_in(memory->lists[current.list].ranges, current.count,
				   address.value / GUEST_PAGE_SIZE);
	} while (seen != atomic_load_explicit(&memory->current, memory_order_acquire));
	return is_private;
}

/*
 * KVM itself keeps attributes over a reset; user space makes the machine's
 * memory anew, as it was at its creation. Nothing to write: the list that is
 * current just ends at its beginning.
 */
void paracall_private_memory_reset(struct paracall_machine *machine)
{
	struct private_memory *memory = x86_machine(machine)->private_memory;
	struct change change = { .old_pages = 0 };
	struct current old, empty;

	if (!memory)
		return;
	do {
		change.seen = atomic_load_explicit(&memory->current, memory_order_acquire);
		old = unpack(change.seen);
		change.old_pages = 0;
		for (uint32_t i = 0; i < old.count; i++) {
			const struct range *range = &memory->lists[old.list].ranges[i];

			change.old_pages +=
				atomic_load_explicit(&range->end, memory_order_acquire) -
				atomic_load_explicit(&range->first, memory_order_acquire);
		}
		empty = (struct current){ .list = old.list, .number = old.number + 1 };
	} while (!atomic_compare_exchange_strong(&memory->current, &change.seen, pack(empty)));
	count_change(machine, 0 - (uint64_t)old.count, 0 - change.old_pages);
}

/* No vCPU runs, so that the list is what it is. */
void paracall_private_memory_save(struct paracall_machine *machine,
				  struct record_writer *writer)
{
	struct private_memory *memory = x86_machine(machine)->private_memory;
	struct current current = { .count = 0 };

	if (memory)
		current = unpack(atomic_load(&memory->current));
	record_put_word(writer, current.count);
	for (uint32_t i = 0; i < current.count; i++) {
		struct range *range = &memory->lists[current.list].ranges[i];

		record_put_long(writer, atomic_load(&range->first));
		record_put_long(writer, atomic_load(&range->end));
	}
}

/* Into the list that is current, and empty. */
int paracall_private_memory_load(struct paracall_machine *machine, struct record_reader *reader,
				 bool is_real)
{
	struct private_memory *memory = x86_machine(machine)->private_memory;
	uint32_t count = record_get_word(reader);
	struct current current;
	struct writer ranges = { .count = 0 };
	uint64_t last_end = 0;

	if (count > MAX_RANGES)
		return PARACALL_ERROR_RECORD;
	if (!memory)
		return count ? PARACALL_ERROR_FEATURE : PARACALL_OK;
	current = unpack(atomic_load(&memory->current));
	ranges.ranges = memory->lists[current.list].ranges;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t first = record_get_long(reader), end = record_get_long(reader);

		/* There is a gap between two ranges. */
		if (end <= first || (i && first <= last_end))
			return PARACALL_ERROR_RECORD;
		last_end = end;
		if (is_real)
			append(&ranges, first, end);
	}
	if (!is_real)
		return PARACALL_OK;
	current.count = count;
	current.number++;
	atomic_store(&memory->current, pack(current));
	count_change(machine, count, ranges.pages);
	return PARACALL_OK;
}
