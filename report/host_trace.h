/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of a real host's KVM as text: what trace-cmd report, perf script or the file
 * trace of tracefs show of the kernel's trace points (arch/x86/kvm/trace.h). What other
 * events and other registers the text has is left out.
 */
#ifndef PARACALL_REPORT_HOST_TRACE_H
#define PARACALL_REPORT_HOST_TRACE_H

#include "event.h"

#include <stdio.h>

/* The host's thread for a vCPU, with what that did, in the text's order. */
struct host_vcpu {
	uint32_t thread;
	uint32_t cpu;
	struct paracall_event *events;
	size_t count;
};

struct host_trace {
	/* Whose KVM has these trace points. */
	enum paracall_architecture architecture;
	struct host_vcpu *vcpus;
	size_t count;
	/* Events that the host dropped, as far as the text says so. */
	uint64_t lost;
	/* Why the text is refused, the end of a sentence. */
	const char *wrong;
};

/* A guest's end of an interrupt: KVM's trace point, not one of Paracall's events. */
#define HOST_TRACE_PV_EOI (60u << 16)

/*
 * Adds the classes that only such traces have, and reads the text; times are nanoseconds
 * from the first event on. False if memory is short or a line can't be read (errno), or with
 * .wrong set: if there are no such events or more vCPUs than PARACALL_MAX_CPUS, at a line
 * above 64 KiB, and if the file is a tool's own. To be freed in either case.
 */
bool host_trace_read(struct host_trace *trace, FILE *input, struct event_classes *classes);
void host_trace_free(struct host_trace *trace);

#endif /* PARACALL_REPORT_HOST_TRACE_H */
