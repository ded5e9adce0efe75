/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LoongArch's and RISC-V's records of steal time have a version, which is odd while the host
 * writes and grows by 2 with each update; the guest takes an update that changes nothing for
 * what it is. So a version that was written while no vCPU ran is only in that state of the
 * machine, and in those derived from it: that is the mark.
 */
#include "steal_mark.h"

#include <endian.h>
#include <string.h>

static uint32_t version_in(const struct steal_layout *layout, const uint8_t *head)
{
	uint32_t version;

	memcpy(&version, head + layout->version_offset, sizeof(version));
	return le32toh(version);
}

/*
 * More than its own and than any mark's: a record that is given anew may begin at 0 again, and
 * would otherwise come to what an earlier state has there. Both wrap.
 */
static uint32_t next_version(uint32_t own, uint32_t last)
{
	return (last - own < UINT32_MAX / 2 ? last : own) + 2;
}

static bool write_mark(struct steal_mark *mark, const struct steal_layout *layout,
		       struct paracall_cpu *writer, const struct steal_record *record)
{
	uint32_t version = next_version(*record->version, mark->version);
	uint32_t value = htole32(version);

	if (!guest_write(writer, guest_offset(record->place, layout->version_offset), &value,
			 sizeof(value)))
		return false;
	memcpy(mark->head + layout->version_offset, &value, sizeof(value));
	mark->place = record->place;
	mark->version = version;
	*record->version = version;
	return true;
}

/* If the record is as the host last wrote it, for all that is known. */
static bool mark_record(struct steal_mark *mark, const struct steal_layout *layout,
			struct paracall_cpu *writer, struct paracall_cpu *of)
{
	struct steal_record record;

	return is_added(of) && !atomic_load(&of->owes_reset) && layout->find(of, &record) &&
	       *record.version % 2 == 0 &&
	       guest_read(writer, record.place, mark->head, layout->head_size) &&
	       version_in(layout, mark->head) == *record.version &&
	       write_mark(mark, layout, writer, &record);
}

bool steal_mark_set(struct steal_mark *mark, const struct steal_layout *layout,
		    struct paracall_cpu *cpu)
{
	bool is_set = false;

	for (uint32_t i = 0; i < cpu->machine->max_cpus && !is_set; i++)
		is_set = mark_record(mark, layout, cpu, cpu_at(cpu->machine, i));
	atomic_store(&mark->is_set, is_set);
	return is_set;
}

enum paracall_mark steal_mark_check(struct steal_mark *mark, const struct steal_layout *layout,
				    struct paracall_cpu *cpu)
{
	uint8_t head[STEAL_HEAD];

	if (!atomic_exchange(&mark->is_set, false))
		return PARACALL_MARK_NONE;
	return guest_read(cpu, mark->place, head, layout->head_size) &&
			       !memcmp(head, mark->head, layout->head_size)
		       ? PARACALL_MARK_KEPT
		       : PARACALL_MARK_GONE;
}
