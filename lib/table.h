/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's own view of the table of hypercalls. */
#ifndef PARACALL_LIB_TABLE_H
#define PARACALL_LIB_TABLE_H

#include "machine.h"

/* How a guest architecture calls: registers by the engine's numbers. */
struct convention {
	uint8_t number;
	uint8_t result;
	uint8_t arguments[PARACALL_MAX_ARGUMENTS];
};

extern const struct convention paracall_x86_convention;

/*
 * Does a call. @arguments hold what the row declares, cut to 32 bits where
 * @mode (enum paracall_mode) says so, and zero beyond. Runs on the calling
 * vCPU's thread; may not allocate, block or take a lock.
 */
typedef int64_t paracall_hypercall_handler(struct paracall_cpu *cpu, uint32_t mode,
					   const uint64_t *arguments);

#define HYPERCALL(name, number, architectures, status, feature, needs, handler, ...) \
	paracall_hypercall_handler handler;
#include "hypercalls.def"

/* What the guest asks by DIAGNOSE; see s390/diag.h. */
struct diag_call;

/* Does a function of DIAGNOSE. */
typedef enum paracall_diag_outcome paracall_diag_handler(struct paracall_cpu *cpu,
							 const struct diag_call *call);

/* Tells the subcode that it is called with; may note in @call what it read for that. */
typedef uint64_t paracall_diag_subcode(struct paracall_cpu *cpu, struct diag_call *call);

paracall_diag_subcode paracall_diag_kvm_subcode, paracall_diag_watchdog_subcode,
	paracall_diag_ipl_subcode, paracall_diag_page_reference_subcode;

#define DIAG(name, code, subcode, status, needs, who, handler, ...) \
	paracall_diag_handler handler;
#define DIAG_SUBCODE DIAG
#include "hypercalls.def"

/*
 * Does one of PowerPC's calls, KVM's or ePAPR's, with its arguments like above.
 * Returns what comes into r3, PARACALL_EV_...; into r4 comes @output, which is 0
 * before.
 */
typedef uint32_t paracall_epapr_handler(struct paracall_cpu *cpu, uint32_t mode,
					const uint64_t *arguments, uint64_t *output);

paracall_epapr_handler paracall_features, paracall_magic_page_map, paracall_ev_idle;

struct row {
	struct paracall_hypercall_info info;
	/* NULL if the call is only described. */
	paracall_hypercall_handler *handler;
	/* Of DIAGNOSE's functions; else NULL. */
	paracall_diag_handler *diag;
	/* Of those that have subcodes with rows of their own; else NULL. */
	paracall_diag_subcode *subcode;
	/* Of PowerPC's calls that are answered; else NULL. */
	paracall_epapr_handler *epapr;
};

extern const struct row paracall_rows[];
extern const size_t paracall_row_count;

/* The row of that number, or NULL. */
const struct row *paracall_row_by_number(uint64_t number);

/* The row of that call of PowerPC's, vendor and number, or NULL. */
const struct row *paracall_row_of_token(uint32_t token);

/* The row of that call of PAPR's, or NULL. */
const struct row *paracall_row_of_papr(uint64_t number);

/* The row of that function of DIAGNOSE, or NULL. */
const struct row *paracall_row_of_diag(uint32_t code);

/* The row of that subcode of @function; if it has none of its own, @function. */
const struct row *paracall_row_of_subcode(const struct row *function, uint64_t subcode);

#endif /* PARACALL_LIB_TABLE_H */
