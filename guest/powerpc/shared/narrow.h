/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of 32-bit machines, Book E or not: calls by KVM's own instructions. */
#ifndef GUEST_NARROW_H
#define GUEST_NARROW_H

#include "runtime.h"

#define TOKEN_FEATURES PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_FEATURES)
#define TOKEN_MAGIC_PAGE \
	PARACALL_EPAPR_TOKEN(PARACALL_EPAPR_VENDOR_KVM, PARACALL_KVM_HC_PPC_MAP_MAGIC_PAGE)
#define MAGIC_ADDRESS 0xfffff000ul

/* Tests. */
void narrow_test_features(void);
void narrow_test_unknown(void);
void narrow_test_system_call(void);
void narrow_test_user(void);
void narrow_test_page_msr(void);
void narrow_test_page_enable(void);
void narrow_test_page_disable(void);
void narrow_test_page_critical(void);

/* Map the magic page, or take it away from where it is by 0. Returns the result. */
long narrow_map(unsigned long address, unsigned long *answer);

/* Writes to a register and reads the page, and the other way round. */
#define CHECK_REGISTER(name, spr, offset, first, second) \
	do { \
		unsigned long read_, written_; \
\
		__asm__ volatile("mtspr " #spr ",%2\n\t" \
				 "lwz %0,-4096+" #offset "(0)\n\t" \
				 "stw %3,-4096+" #offset "(0)\n\t" \
				 "mfspr %1," #spr \
				 : "=&r"(read_), "=&r"(written_) \
				 : "r"((unsigned long)(first)), "r"((unsigned long)(second)) \
				 : "memory"); \
		check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "%s: interrupt", name); \
		check_equal(read_, first, "%s, read", name); \
		check_equal(written_, second, "%s, written", name); \
	} while (0)

#endif /* GUEST_NARROW_H */
