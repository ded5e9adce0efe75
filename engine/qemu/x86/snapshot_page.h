/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a record lies in the page of QEMU's vmclock device: a head, and a body with what the
 * engine and the library have to keep. All of it is little-endian, and may be the guest's
 * own work.
 */
#ifndef PARACALL_QEMU_X86_SNAPSHOT_PAGE_H
#define PARACALL_QEMU_X86_SNAPSHOT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raised.h"

/* QEMU's include/hw/acpi/vmclock.h; the device itself uses less of it than is left out. */
#define SNAPSHOT_PAGE UINT64_C(0xfeffb000)
#define SNAPSHOT_HEAD_OFFSET 0x100
#define SNAPSHOT_HEAD_SIZE 48
#define SNAPSHOT_BODY_OFFSET 0x140
#define SNAPSHOT_BODY_ROOM (0x1000 - SNAPSHOT_BODY_OFFSET)

/* A vCPU whose local APIC's id is not known. */
#define SNAPSHOT_NO_ID 0xff

#define SNAPSHOT_MOST_RAISED 8

struct snapshot_head {
	/* Of this body and no other; 0 if there is no record. */
	uint64_t stamp;
	/* What the guest may have read from its time-stamp counter at most; 0: not known. */
	uint64_t tsc;
	/* The body's. If it is more than there is room for, there is none. */
	uint32_t size;
	uint64_t checksum;
};

void snapshot_put_head(uint8_t *bytes, const struct snapshot_head *head);

/* Why there is none, a clause that begins a sentence; or NULL. Without one .stamp is 0. */
const char *snapshot_get_head(const uint8_t *bytes, struct snapshot_head *head);

uint64_t snapshot_checksum(const uint8_t *body, size_t size);

/* What the engine keeps, before the library's record. */
struct snapshot_body {
	uint16_t cpus;
	/* enum own_instruction. */
	uint8_t own;
	/* The library's record is not older than the rest of the machine. */
	bool is_exact;
	/* Of each vCPU, by QEMU's number. */
	const uint8_t *apic_ids;
	/* See snapshot_get_raised(). */
	uint8_t raised;
	const uint8_t *record;
	size_t record_size;
};

/* An exception that a vCPU sleeps with. How often it was raised is not kept. */
struct snapshot_raised {
	/* QEMU's number. */
	uint16_t cpu;
	/* The asynchronous page fault's; 0 if it is none. */
	uint32_t token;
	struct raised raised;
};

/* Returns where the ids go, @cpus bytes; NULL if there is no room. */
uint8_t *snapshot_begin_body(uint8_t *body, uint16_t cpus, uint8_t own, bool is_exact);

/* After that, and before the record. More than there is room for are left out. */
void snapshot_add_raised(uint8_t *body, const struct snapshot_raised *kept);

/* Returns where the library's record goes. */
uint8_t *snapshot_record_of(uint8_t *body);

/* False if it is none. @body points into @bytes then. */
bool snapshot_get_body(const uint8_t *bytes, size_t size, struct snapshot_body *body);

/* The one with @index, of @body->raised. */
void snapshot_get_raised(const struct snapshot_body *body, unsigned int index,
			 struct snapshot_raised *kept);

#endif /* PARACALL_QEMU_X86_SNAPSHOT_PAGE_H */
