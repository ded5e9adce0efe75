/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row of the table, as each architecture's calls.def has them, in order of
 * number:
 *
 * CALL(id, kind, name, number, subcode, status, feature, server, handler, group,
 *	properties, needs, fields, purpose)
 *
 * id:		never used for another call; from 0x20 on. Of kind HYPERCALL the
 *		number, which all architectures share
 * kind:	enum paracall_call_kind
 * subcode:	ANY is for all, or for all that are no rows of their own
 * feature:	the name of a bit in features.def that announces the call, or NONE
 * server:	NOBODY, LIBRARY or ENGINE
 * handler:	a paracall_call_handler; NULL if it is not served, or only seen
 * group:	enum paracall_call_group
 * properties:	bits of enum paracall_call_property, or 0
 * needs:	what announces it, for people
 * fields:	FIELDS(IN(place, name, format), ..., OUT(place, name, format), ...)
 *		Only what is IN is read from the guest; UNUSED in place of IN: an
 *		argument that the handler does not use, so that it is read to be
 *		shown only. A place is a register, or MEMORY
 *
 * make_rows.h has the macros that make rows of them.
 */
#ifndef PARACALL_LIB_ROW_H
#define PARACALL_LIB_ROW_H

#include "machine.h"

/*
 * Does a call; the result is what the architecture's convention says. Runs on
 * the calling vCPU's thread; must not allocate, block or take a lock.
 */
typedef int64_t paracall_call_handler(struct paracall_cpu *cpu, struct call *call);

struct row {
	struct paracall_call_info info;
	paracall_call_handler *handler;
};

/* Where features are enforced a call without its own is unknown. */
static inline bool row_lacks_feature(const struct paracall_machine *machine,
				     const struct row *row)
{
	return machine->enforce_features && row->info.feature & ~machine->features;
}

/*
 * Declares the handlers of a calls.def. Whether the engine's calls have one says the
 * file that includes it, by DECLARE_ENGINE.
 */
#define DECLARE_HANDLER(id, kind, name, number, subcode, status, feature, server, handler, \
			...) \
	DECLARE_##server(handler)
#define DECLARE_LIBRARY(handler) paracall_call_handler handler;
#define DECLARE_NOBODY(handler)

#endif /* PARACALL_LIB_ROW_H */
