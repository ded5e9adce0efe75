/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of KVM's calls: one row for each, of every architecture.
 * All functions here may be called by any thread at any time.
 */
#ifndef PARACALL_TABLE_H
#define PARACALL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <paracall/event.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits, so that sets of them can be named. */
enum paracall_architecture {
	PARACALL_X86 = 1 << 0,
	PARACALL_S390 = 1 << 1,
	PARACALL_POWERPC = 1 << 2,
	PARACALL_MIPS = 1 << 3,
	PARACALL_ARM64 = 1 << 4,
	PARACALL_RISCV = 1 << 5,
	PARACALL_LOONGARCH = 1 << 6,
};

enum paracall_status {
	PARACALL_ACTIVE,
	PARACALL_DEPRECATED,
	PARACALL_OBSOLETE,
};

/* How a call is made, and whose numbers it has. */
enum paracall_call_kind {
	/* KVM's own; the numbers are the same on all architectures. */
	PARACALL_CALL_HYPERCALL,
	/* A function of s390's DIAGNOSE. */
	PARACALL_CALL_DIAGNOSE,
	/* One of ePAPR's; the number is the token, with the vendor above 16 bits. */
	PARACALL_CALL_EPAPR,
	/* One of PAPR's hcalls. */
	PARACALL_CALL_PAPR,
	/* A function of arm64's SMC Calling Convention. */
	PARACALL_CALL_SMCCC,
	/* One of RISC-V's SBI; the number is the extension, the subcode the function. */
	PARACALL_CALL_SBI,
	/* LoongArch's hvcl; the number is its code, and functions are subcodes. */
	PARACALL_CALL_HVCL,
	PARACALL_CALL_KINDS
};

/* What a call is about: the groups of filters. */
enum paracall_call_group {
	PARACALL_GROUP_NONE,
	PARACALL_GROUP_CLOCK,
	PARACALL_GROUP_IPI,
	PARACALL_GROUP_HALT,
	PARACALL_GROUP_YIELD,
	PARACALL_GROUP_MEMORY,
	PARACALL_GROUP_PAGE_FAULT,
	PARACALL_GROUPS
};

/* Bits. */
enum paracall_call_property {
	/*
	 * It acts on another vCPU, by its arguments only, so that it can
	 * be done later: PARACALL_FAULT_LATE.
	 */
	PARACALL_CALL_MAY_BE_LATE = 1 << 0,
	/* It returns no number: PARACALL_FAULT_RESULT has no meaning there. */
	PARACALL_CALL_NO_RESULT = 1 << 1,
	/* The library sees it begin, and no more. */
	PARACALL_CALL_SEEN_ONLY = 1 << 2,
};

/* Who answers a call. */
enum paracall_server {
	/* Nobody: it is answered as one that does not exist. */
	PARACALL_SERVED_BY_NOBODY,
	PARACALL_SERVED_BY_LIBRARY,
	/* The engine itself; here it is counted. */
	PARACALL_SERVED_BY_ENGINE,
};

enum paracall_direction {
	/* There is no field. */
	PARACALL_NEITHER,
	PARACALL_IN,
	/* Returned besides the result, by a call that succeeds. */
	PARACALL_OUT,
};

/* How a field is best shown. */
enum paracall_format {
	PARACALL_FORMAT_NONE,
	PARACALL_FORMAT_HEX,
	PARACALL_FORMAT_DECIMAL,
	/* A CPU, by its local APIC's id. */
	PARACALL_FORMAT_APIC_ID,
	/* A guest-physical address. */
	PARACALL_FORMAT_GPA,
	/* A set of CPUs, one bit each. */
	PARACALL_FORMAT_CPU_SET,
	/* The low half of a local APIC's interrupt command register. */
	PARACALL_FORMAT_ICR,
	/* A clock of CLOCK_PAIRING; the attributes of MAP_GPA_RANGE. */
	PARACALL_FORMAT_CLOCK_TYPE,
	PARACALL_FORMAT_PAGE_ATTRIBUTES,
	/* The rest is for events: a vCPU by its index; how an interrupt is delivered. */
	PARACALL_FORMAT_CPU,
	PARACALL_FORMAT_DELIVERY_MODE,
	PARACALL_FORMAT_NANOSECONDS,
	/* A model-specific register; an enum paracall_wake_cause. */
	PARACALL_FORMAT_MSR,
	PARACALL_FORMAT_WAKE_CAUSE,
	/* 0 or 1. */
	PARACALL_FORMAT_BOOLEAN,
	/* Bits of the features of the call's architecture. */
	PARACALL_FORMAT_FEATURES,
	/* Of PPC_MAP_MAGIC_PAGE: an address and a result. */
	PARACALL_FORMAT_MAGIC_PAGE_ADDRESS,
	PARACALL_FORMAT_MAGIC_PAGE_FEATURES,
	/* An enum paracall_fault; and where: see PARACALL_EVENT_INJECTED. */
	PARACALL_FORMAT_FAULT,
	PARACALL_FORMAT_PLACE,
	/* PAPR: a processor's number, or -1 for all. */
	PARACALL_FORMAT_PROCESSOR,
	/* Of a clock page multiplier and shift, see PARACALL_EVENT_CLOCK; its flags. */
	PARACALL_FORMAT_CLOCK_SCALE,
	PARACALL_FORMAT_CLOCK_FLAGS,
	/* The number of a function of the SMC Calling Convention. */
	PARACALL_FORMAT_SMCCC_FUNCTION,
	/* The number of an extension of the SBI. */
	PARACALL_FORMAT_SBI_EXTENSION,
	PARACALL_FORMATS
};

#define PARACALL_MAX_ARGUMENTS 4
#define PARACALL_MAX_OUTPUTS 4
#define PARACALL_MAX_FIELDS (PARACALL_MAX_ARGUMENTS + PARACALL_MAX_OUTPUTS)

/* An argument, or something that a call returns. */
struct paracall_field {
	const char *name;
	/* A number of its architecture: see paracall_field_place(). */
	uint8_t place;
	/* An enum paracall_direction, and an enum paracall_format. */
	uint8_t direction;
	uint8_t format;
	/* Not 0: KVM ignores it, and here it is read only to be shown. */
	uint8_t is_unused;
};

/* One row of the table: the kernel document's format and a little more. */
struct paracall_call_info {
	/* The same in all versions; below 65536. Counters and events use it. */
	uint32_t id;
	enum paracall_call_kind kind;
	const char *name;
	/* Of a function of DIAGNOSE, or of hvcl, its code, of one of SBI its extension. */
	uint32_t number;
	/* Which of its subcodes, or functions; -1: all, or all others. */
	int32_t subcode;
	enum paracall_architecture architecture;
	enum paracall_status status;
	const char *purpose;
	/* The bit of its architecture's features that announces it, or 0. */
	uint32_t feature;
	/* What announces it to a guest, in words; NULL if nothing is needed. */
	const char *needs;
	enum paracall_server server;
	enum paracall_call_group group;
	/* Bits of enum paracall_call_property. */
	uint32_t properties;
	/* The kind of its events: PARACALL_EVENT_CALL and those that follow. */
	enum paracall_event_kind event;
	/* Arguments first, in order; those beyond the last have no name. */
	struct paracall_field fields[PARACALL_MAX_FIELDS];
};

/* The place of a call's counters in struct paracall_cpu_statistics. */
static inline uint32_t paracall_call_slot(uint32_t id)
{
	return id & 0xff;
}

/* The number of rows, and one of them, architecture by architecture; NULL past the end. */
size_t paracall_call_count(void);
const struct paracall_call_info *paracall_call_info(size_t index);

/* The row of that id, or NULL. */
const struct paracall_call_info *paracall_call_by_id(uint32_t id);

/* The row that counts in that slot in a machine of @architecture, or NULL. */
const struct paracall_call_info *paracall_call_in_slot(enum paracall_architecture architecture,
						       uint32_t slot);

/*
 * A row's heading where all are shown, like "5. KVM_HC_KICK_CPU" or
 * "ePAPR 0x10010: EV_IDLE"; and the place of a field, like "a0", "r3" or "R1+1".
 * Like snprintf(3).
 */
int paracall_call_title(const struct paracall_call_info *info, char *title, size_t size);
int paracall_field_place(const struct paracall_call_info *info,
			 const struct paracall_field *field, char *place, size_t size);

/*
 * A number that identifies the layout of counters, registers and events. It depends on
 * the calls' ids and names, registers, fields of the magic page, and the layout of
 * struct paracall_cpu_statistics. Two programs that share counters or a trace compare
 * theirs: if they differ, numbers would be shown under wrong names.
 */
uint64_t paracall_table_id(void);

/* The group's name in filters, like "ipi"; NULL for PARACALL_GROUP_NONE. */
const char *paracall_group_name(enum paracall_call_group group);

/* The name of one architecture as the kernel's documents spell it. */
const char *paracall_architecture_name(enum paracall_architecture architecture);

/* "active", "deprecated" or "obsolete". */
const char *paracall_status_name(enum paracall_status status);

/*
 * ---- Features --------------------------------------------------------------
 *
 * What an architecture's guests are offered: bits, of which its header says where a guest
 * finds them. Sets of them are kept as a 32-bit word. An architecture that has none is
 * without names, and without features.
 */

enum paracall_offer {
	/* Offered by default where the engine can do it. */
	PARACALL_OFFER_DEFAULT,
	/* Offered on request; KVM's user space chooses these, too. */
	PARACALL_OFFER_ON_REQUEST,
	/* Not all of it is implemented here. */
	PARACALL_OFFER_NEVER,
};

struct paracall_feature_info {
	/* The kernel document's name in lower case, "pv-unhalt". */
	const char *name;
	unsigned int bit;
	/* Bits of enum paracall_capability that an engine must have. */
	uint32_t capabilities;
	enum paracall_offer offer;
	const char *purpose;
	/* Why it is not offered, or not by default; else NULL. */
	const char *reason;
};

/* The number of features, and one of them in order of bit; NULL past the end. */
size_t paracall_feature_count(enum paracall_architecture architecture);
const struct paracall_feature_info *
paracall_feature_info(enum paracall_architecture architecture, size_t index);

/* The name of the feature of that one bit of the word; NULL if there is none. */
const char *paracall_feature_name(enum paracall_architecture architecture, uint32_t bit);

/*
 * Parse a list like "+pv-unhalt,-pv-send-ipi", "all" or "none", from left to right,
 * starting with @features (the default), within @available. A name without a sign
 * starts from nothing if it comes first. "all" means all that are available.
 *
 * Returns 0, PARACALL_ERROR_NAME for an unknown name or PARACALL_ERROR_FEATURE
 * for one outside @available; then @wrong (if not NULL) points at the name
 * inside @list and @wrong_length is its length. @features is changed on
 * success only.
 */
int paracall_features_parse(enum paracall_architecture architecture, const char *list,
			    uint32_t available, uint32_t *features, const char **wrong,
			    size_t *wrong_length);

/* The features that this library can offer on an engine with these capabilities. */
uint32_t paracall_features_available(enum paracall_architecture architecture,
				     uint32_t capabilities);

/* Those of them that are offered if nobody chooses. */
uint32_t paracall_features_default(enum paracall_architecture architecture,
				   uint32_t capabilities);

#ifdef __cplusplus
}
#endif

#endif /* PARACALL_TABLE_H */
