/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events for people: names and words in place of numbers, as strace does. */
#ifndef PARACALL_REPORT_DECODE_H
#define PARACALL_REPORT_DECODE_H

#include "event.h"
#include "symbols.h"

#include <stdio.h>

/*
 * A whole line: when it ended in the guest's time, vCPU, program counter,
 * event, result, duration. @symbols may be NULL.
 */
void decode_line(FILE *output, const struct event *event, const struct symbols *symbols);

/*
 * One of KVM's own hypercalls as a line of ftrace's, as the kernel's tracepoint
 * kvm_hypercall makes it. For events with whole calls in them; others are left out.
 */
void decode_ftrace(FILE *output, const struct event *event);

/* Parts of such a line: "name=value, name=value"; "-ENOSYS". */
void decode_arguments(FILE *output, const struct event *event);
void decode_result(FILE *output, const struct event *event);
/* One argument's value alone. */
void decode_value(FILE *output, const struct event *event, const struct event_value *value);
/* "symbol+0x12", or just the address; nothing if it is not known. */
void decode_pc(FILE *output, uint64_t pc, const struct symbols *symbols);

#endif /* PARACALL_REPORT_DECODE_H */
