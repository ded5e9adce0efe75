/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clock page's version grows by 2 with each update (pvclock-abi.h), and the guest
 * treats one that changes nothing correctly. So a version that was written while no
 * vCPU ran is only in that state of the machine, and in its successors.
 */
#include "mark.h"

#include "../memory.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

static struct paracall_gpa page_of(struct x86_cpu *cpu)
{
	return guest_address(atomic_load(&cpu->system_time) &
			     ~(uint64_t)PARACALL_KVM_MSR_ENABLED);
}

/* As last written, as far as is known; the guest has not changed the version. */
static bool is_good(struct paracall_cpu *reader, struct x86_cpu *cpu,
		    struct paracall_pvclock_vcpu_time_info *page)
{
	return atomic_load(&cpu->system_time) & PARACALL_KVM_MSR_ENABLED &&
	       guest_is_in_page(page_of(cpu), sizeof(*page)) &&
	       guest_read(reader, page_of(cpu), page, sizeof(*page)) && cpu->clock_version &&
	       le32toh(page->version) == cpu->clock_version;
}

static bool mark_page(struct paracall_cpu *writer, struct x86_cpu *cpu, struct mark *mark)
{
	if (!is_good(writer, cpu, &mark->page))
		return false;
	mark->address = page_of(cpu);
	cpu->clock_version += 2;
	mark->page.version = htole32(cpu->clock_version);
	return guest_write(writer,
			   guest_offset(mark->address,
					offsetof(struct paracall_pvclock_vcpu_time_info,
						 version)),
			   &mark->page.version, sizeof(mark->page.version));
}

/* The lock is not waited for: its holder writes to pages, and then there is no mark. */
bool x86_set_mark(struct paracall_cpu *cpu)
{
	struct paracall_machine *machine = cpu->machine;
	struct clock *clock = &x86_machine(machine)->clock;
	bool is_set = false;

	if (pthread_mutex_trylock(&clock->mutex))
		return false;
	for (uint32_t i = 0; i < machine->max_cpus && !is_set; i++)
		is_set = mark_page(cpu, x86_cpu(cpu_at(machine, i)), &clock->mark);
	atomic_store(&clock->mark.is_set, is_set);
	pthread_mutex_unlock(&clock->mutex);
	return is_set;
}

/* The guest itself clears the flag that says that it was stopped. */
enum paracall_mark x86_check_mark(struct paracall_cpu *cpu)
{
	const struct mark *mark = &x86_machine_of(cpu)->clock.mark;
	struct paracall_pvclock_vcpu_time_info page;

	if (!atomic_load_explicit(&mark->is_set, memory_order_relaxed))
		return PARACALL_MARK_NONE;
	if (!guest_read(cpu, mark->address, &page, sizeof(page)))
		return PARACALL_MARK_GONE;
	page.flags = mark->page.flags;
	return memcmp(&page, &mark->page, sizeof(page)) ? PARACALL_MARK_GONE
							: PARACALL_MARK_KEPT;
}
