/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's plugin interface, as far as it is used here, and versions 6 (QEMU 11.0) and
 * 7 (11.1) have in common; callbacks.h has the rest. No package ships QEMU's own
 * header. QEMU documents it in docs/devel/tcg-plugins.rst.
 *
 * The functions are found in the QEMU that loads the plugin; so are glib's, of
 * which only the array types appear in the interface.
 */
#ifndef PARACALL_QEMU_PLUGIN_API_H
#define PARACALL_QEMU_PLUGIN_API_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_scoreboard;

typedef struct qemu_info_t {
	const char *target_name;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus;
			int max_vcpus;
		} system;
	};
} qemu_info_t;

/* What an execution callback does with the vCPU's registers. */
enum qemu_plugin_cb_flags {
	QEMU_PLUGIN_CB_NO_REGS,
	QEMU_PLUGIN_CB_R_REGS,
	QEMU_PLUGIN_CB_RW_REGS,
	QEMU_PLUGIN_CB_RW_REGS_PC,
};

enum qemu_plugin_mem_rw {
	QEMU_PLUGIN_MEM_R = 1,
};

/* A memory access, and what was read or written. */
typedef uint32_t qemu_plugin_meminfo_t;

enum qemu_plugin_mem_value_type {
	QEMU_PLUGIN_MEM_VALUE_U8,
	QEMU_PLUGIN_MEM_VALUE_U16,
	QEMU_PLUGIN_MEM_VALUE_U32,
	QEMU_PLUGIN_MEM_VALUE_U64,
	QEMU_PLUGIN_MEM_VALUE_U128,
};

typedef struct {
	enum qemu_plugin_mem_value_type type;
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		struct {
			uint64_t low;
			uint64_t high;
		} u128;
	} data;
} qemu_plugin_mem_value;

/* Why the vCPU's control flow broke. */
enum qemu_plugin_discon_type {
	/* After an interrupt or an exception was delivered. */
	QEMU_PLUGIN_DISCON_INTERRUPT = 1,
	/* Before an exception is. */
	QEMU_PLUGIN_DISCON_EXCEPTION = 2,
	/* After QEMU itself did what the guest called for. */
	QEMU_PLUGIN_DISCON_HOSTCALL = 4,
};

/* How a vCPU's number and a constant compare. */
enum qemu_plugin_cond {
	QEMU_PLUGIN_COND_NEVER,
	QEMU_PLUGIN_COND_ALWAYS,
	QEMU_PLUGIN_COND_EQ,
	QEMU_PLUGIN_COND_NE,
	QEMU_PLUGIN_COND_LT,
	QEMU_PLUGIN_COND_LE,
	QEMU_PLUGIN_COND_GT,
	QEMU_PLUGIN_COND_GE,
};

/* What QEMU does with such a number without a call. */
enum qemu_plugin_op {
	QEMU_PLUGIN_INLINE_ADD_U64,
	QEMU_PLUGIN_INLINE_STORE_U64,
};

/* A number that each vCPU has one of. */
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

typedef struct qemu_plugin_reg_descriptor {
	struct qemu_plugin_register *handle;
	const char *name;
	const char *feature;
	bool is_readonly;
} qemu_plugin_reg_descriptor;

/* Called where an instruction is executed, with what it was registered with. */
typedef void qemu_plugin_vcpu_cb(unsigned int vcpu_index, void *userdata);
typedef void qemu_plugin_mem_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
				uint64_t vaddr, void *userdata);

extern QEMU_PLUGIN_EXPORT int qemu_plugin_version;
QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv);

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    qemu_plugin_vcpu_cb *callback,
					    enum qemu_plugin_cb_flags flags, void *userdata);
void qemu_plugin_register_vcpu_insn_exec_cond_cb(struct qemu_plugin_insn *insn,
						 qemu_plugin_vcpu_cb *callback,
						 enum qemu_plugin_cb_flags flags,
						 enum qemu_plugin_cond condition,
						 qemu_plugin_u64 entry, uint64_t constant,
						 void *userdata);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 enum qemu_plugin_op operation,
							 qemu_plugin_u64 entry,
							 uint64_t operand);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      qemu_plugin_mem_cb *callback,
				      enum qemu_plugin_cb_flags flags,
				      enum qemu_plugin_mem_rw rw, void *userdata);
qemu_plugin_mem_value qemu_plugin_mem_get_value(qemu_plugin_meminfo_t info);

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
uint64_t qemu_plugin_u64_get(qemu_plugin_u64 entry, unsigned int vcpu_index);
void qemu_plugin_u64_set(qemu_plugin_u64 entry, unsigned int vcpu_index, uint64_t value);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *destination,
			     size_t length);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
/* Where its first byte is in the host's memory; NULL if it is in a device. */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

/* An array of qemu_plugin_reg_descriptor, the caller's to free. */
GArray *qemu_plugin_get_registers(void);
bool qemu_plugin_read_register(struct qemu_plugin_register *handle, GByteArray *buffer);
bool qemu_plugin_write_register(struct qemu_plugin_register *handle, GByteArray *buffer);
/* Returns only if it fails. */
void qemu_plugin_set_pc(uint64_t vaddr);

/* 0 if it worked. */
int qemu_plugin_read_memory_hwaddr(uint64_t address, GByteArray *data, size_t length);
int qemu_plugin_write_memory_hwaddr(uint64_t address, GByteArray *data);
bool qemu_plugin_translate_vaddr(uint64_t vaddr, uint64_t *hwaddr);

#endif /* PARACALL_QEMU_PLUGIN_API_H */
