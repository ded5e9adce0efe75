/* SPDX-License-Identifier: BSD-2-Clause */
#include "narrow.h"

#include "common/test.h"

static uint32_t call_features(void)
{
	unsigned long values[8] = { 0 };

	if (paracall_guest_sc_call(TOKEN_FEATURES, values) != PARACALL_EV_SUCCESS)
		return 0;
	return values[0];
}

uint32_t kvm_features(void)
{
	return kvm_found ? call_features() : 0;
}

void narrow_test_features(void)
{
	unsigned long values[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	check_equal(paracall_guest_sc_call(TOKEN_FEATURES, values), PARACALL_EV_SUCCESS,
		    "result");
	check_equal(values[0] & ~2ul, 0, "features");
	for (unsigned int i = 1; i < 7; i++)
		check_equal(values[i], i + 2, "register %u", i + 4);
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
}

void narrow_test_unknown(void)
{
	static const uint32_t tokens[] = {
		0, 3, 0x002a0005, 0x00010003, 0x002b0003, 0xffffffff
	};

	for (unsigned int i = 0; i < TEST_COUNT(tokens); i++) {
		unsigned long values[8] = { 0x55 };

		check_equal(paracall_guest_sc_call(tokens[i], values),
			    PARACALL_EV_UNIMPLEMENTED, "call 0x%x", tokens[i]);
		check_equal(values[0], 0, "call 0x%x, register 4", tokens[i]);
	}
}

void narrow_test_system_call(void)
{
	__asm__ volatile("li 0,0\n\tsc" : : : "r0", "memory");
	check_equal(interrupt_taken(NULL), INTERRUPT_SYSTEM_CALL, "register 0 is 0");
}

/* The interrupt leads back to supervisor state. */
void narrow_test_user(void)
{
	register unsigned long r3 __asm__("r3") = 0x77;
	register unsigned long r11 __asm__("r11") = TOKEN_FEATURES;
	unsigned long msr, result;

	__asm__ volatile("mfmsr %0" : "=r"(msr));
	__asm__ volatile("mtsrr1 %2\n\t"
			 "bcl 20,31,1f\n"
			 "1:\tmflr 12\n\t"
			 "addi 12,12,2f-1b\n\t"
			 "mtsrr0 12\n\t"
			 "rfi\n"
			 "2:\tlis 0,0x4b56\n\t"
			 "ori 0,0,0x4d21\n\t"
			 "sc"
			 : "+r"(r3), "+r"(r11)
			 : "r"(msr | MSR_PR)
			 : "r0", "r12", "lr", "memory");
	result = r3;
	check_equal(interrupt_taken(NULL), INTERRUPT_SYSTEM_CALL, "interrupt");
	check_equal(result, 0x77, "register 3");
}

long narrow_map(unsigned long address, unsigned long *answer)
{
	/* Without the flag KVM forgets what it has translated: kvmppc_kvm_pv. */
	unsigned long flag = address ? PARACALL_KVM_MAGIC_PAGE_NOT_MAPPED_NX : 0;
	unsigned long values[8] = { address, address | flag };
	long result = paracall_guest_sc_call(TOKEN_MAGIC_PAGE, values);

	*answer = values[0];
	return result;
}

void narrow_test_page_msr(void)
{
	unsigned long answer, page, msr;

	narrow_map(MAGIC_ADDRESS, &answer);
	__asm__ volatile("lwz %0,-4096+0x5c(0)\n\tmfmsr %1" : "=&r"(page), "=&r"(msr));
	check_equal(page, msr, "MSR");
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
	narrow_map(0, &answer);
}
