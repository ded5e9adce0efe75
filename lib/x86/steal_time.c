/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steal time: msr.rst, and arch/x86/kvm/x86.c, record_steal_time.
 *
 * The byte that says "preempted" is never set: a host that learns of a
 * preemption only afterwards has no correct value to write there.
 */
#include "steal_time.h"

#include "../memory.h"
#include "../run_delay.h"
#include "msr.h"
#include "state.h"

#include <assert.h>
#include <endian.h>
#include <stddef.h>

#define RESERVED_BITS UINT64_C(0x3e)

static_assert(sizeof(struct paracall_kvm_steal_time) == 64, "the ABI's size");

/* Up to where the host writes. */
#define HEAD_SIZE (offsetof(struct paracall_kvm_steal_time, preempted) + 1)

bool paracall_steal_is_running(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.steal_time & PARACALL_KVM_MSR_ENABLED &&
	       cpu->machine->engine.capabilities & PARACALL_CAN_REPORT_RUN_DELAY;
}

static void write_part(struct paracall_cpu *cpu, struct paracall_gpa address, size_t offset,
		       const void *data, size_t size)
{
	guest_write(cpu, guest_offset(address, offset), data, size);
	/* Others may read at any time, and use the version. */
	atomic_thread_fence(memory_order_seq_cst);
}

static void write_version(struct paracall_cpu *cpu, struct paracall_gpa address,
			  uint32_t version)
{
	version = htole32(version);
	write_part(cpu, address, offsetof(struct paracall_kvm_steal_time, version), &version,
		   sizeof(version));
}

/* Add to the value in the guest's memory, which the guest may set. */
void paracall_steal_more(struct paracall_cpu *cpu, uint64_t nanoseconds)
{
	struct paracall_gpa address = guest_address(
		x86_cpu(cpu)->msrs.steal_time & ~(RESERVED_BITS | PARACALL_KVM_MSR_ENABLED));
	const uint8_t not_preempted = 0;
	struct paracall_kvm_steal_time page;
	uint32_t version;

	if (!guest_read(cpu, address, &page, HEAD_SIZE))
		return;
	if (page.preempted)
		write_part(cpu, address, offsetof(struct paracall_kvm_steal_time, preempted),
			   &not_preempted, sizeof(not_preempted));
	version = le32toh(page.version);
	version += version % 2 + 1;
	write_version(cpu, address, version);
	page.steal = htole64(le64toh(page.steal) + nanoseconds);
	write_part(cpu, address, offsetof(struct paracall_kvm_steal_time, steal), &page.steal,
		   sizeof(page.steal));
	write_version(cpu, address, version + 1);
	report_steal(cpu, nanoseconds, address);
}

/* Without the capability KVM's hosts have no such register. */
bool paracall_accepts_steal_time(const struct paracall_cpu *cpu, uint64_t value)
{
	return cpu->machine->engine.capabilities & PARACALL_CAN_REPORT_RUN_DELAY &&
	       !(value & RESERVED_BITS);
}

bool paracall_write_steal_time(struct paracall_cpu *cpu, uint64_t value)
{
	if (!paracall_accepts_steal_time(cpu, value))
		return false;
	x86_cpu(cpu)->msrs.steal_time = value;
	if (paracall_steal_is_running(cpu))
		paracall_steal_more(cpu,
				    take_run_delay(cpu, &x86_cpu(cpu)->reported_run_delay));
	return true;
}

uint64_t paracall_read_steal_time(struct paracall_cpu *cpu)
{
	return x86_cpu(cpu)->msrs.steal_time;
}

void paracall_update_steal_time(struct paracall_cpu *cpu)
{
	uint64_t news;

	if (!paracall_steal_is_running(cpu))
		return;
	news = take_run_delay(cpu, &x86_cpu(cpu)->reported_run_delay);
	if (news)
		paracall_steal_more(cpu, news);
}
