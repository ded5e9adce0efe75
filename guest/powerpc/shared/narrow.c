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

static unsigned long read_msr(void)
{
	unsigned long msr;

	__asm__ volatile("mfmsr %0" : "=r"(msr));
	return msr;
}

static void write_msr(unsigned long msr)
{
	__asm__ volatile("mtmsr %0\n\tisync" : : "r"(msr) : "memory");
}

/* An emulator's own thread may be late with the decrementer: longer at each further try. */
#define TRIES(loops) for (unsigned long loops = 10000; loops <= 100000000; loops *= 10)

static void wait_for_decrementer(unsigned long loops)
{
	set_decrementer(100);
	__asm__ volatile("mtctr %0\n1:\tbdnz 1b" : : "r"(loops) : "ctr", "memory");
}

/* By the page, or as that says by the instruction. */
static enum interrupt enable(unsigned long msr)
{
	unsigned long pending;
	enum interrupt interrupt;

	__asm__ volatile("stw %1,-4096+0x5c(0)\n\tlwz %0,-4096+0x64(0)"
			 : "=r"(pending)
			 : "r"(msr | MSR_EE)
			 : "memory");
	if (pending)
		write_msr(msr | MSR_EE);
	interrupt = interrupt_taken(NULL);
	write_msr(msr);
	return interrupt;
}

void narrow_test_page_enable(void)
{
	unsigned long answer, pending, msr = read_msr();
	enum interrupt interrupt;

	narrow_map(MAGIC_ADDRESS, &answer);
	set_decrementer(0x7fffffff);
	write_msr(msr | MSR_EE);
	__asm__ volatile("lwz %0,-4096+0x64(0)" : "=r"(pending) : : "memory");
	write_msr(msr);
	check_equal(pending, 0, "int_pending while none waits");
	TRIES(loops)
	{
		wait_for_decrementer(loops);
		interrupt = enable(msr);
		if (interrupt != INTERRUPT_NONE)
			break;
	}
	set_decrementer(0x7fffffff);
	check_equal(interrupt, INTERRUPT_DECREMENTER, "interrupt");
	narrow_map(0, &answer);
}

void narrow_test_page_disable(void)
{
	unsigned long answer, page, now, msr = read_msr();

	narrow_map(MAGIC_ADDRESS, &answer);
	set_decrementer(0x7fffffff);
	write_msr(msr | MSR_EE);
	__asm__ volatile("stw %2,-4096+0x5c(0)\n\tlwz %0,-4096+0x5c(0)\n\tmfmsr %1"
			 : "=&r"(page), "=&r"(now)
			 : "r"(msr)
			 : "memory");
	wait_for_decrementer(100000);
	set_decrementer(0x7fffffff);
	check_equal(page & MSR_EE, 0, "EE cleared, in the page");
	check_equal(now & MSR_EE, 0, "EE cleared");
	check_equal(interrupt_taken(NULL), INTERRUPT_NONE, "interrupt");
	narrow_map(0, &answer);
}

/* EE is on, and off again before the end; then what has waited comes when it is on again. */
void narrow_test_page_critical(void)
{
	unsigned long answer, page, pending, msr = read_msr();
	enum interrupt inside, behind;

	narrow_map(MAGIC_ADDRESS, &answer);
	TRIES(loops)
	{
		set_decrementer(0x7fffffff);
		write_msr(msr | MSR_EE);
		/* One that was late at the try before. */
		interrupt_taken(NULL);
		__asm__ volatile("stw 1,-4096+0x1c(0)\n\t"
				 "stw %2,-4096+0x5c(0)\n\t"
				 "lwz %0,-4096+0x5c(0)\n\t"
				 "mtspr 22,%4\n\t"
				 "mtctr %5\n"
				 "1:\tbdnz 1b\n\t"
				 "lwz %1,-4096+0x64(0)\n\t"
				 "stw %3,-4096+0x5c(0)\n\t"
				 "stw %6,-4096+0x1c(0)"
				 : "=&r"(page), "=&r"(pending)
				 : "r"(msr | MSR_EE), "r"(msr), "r"(100), "r"(loops), "r"(0)
				 : "ctr", "memory");
		inside = interrupt_taken(NULL);
		behind = enable(msr);
		if (inside != INTERRUPT_NONE || behind != INTERRUPT_NONE)
			break;
	}
	set_decrementer(0x7fffffff);
	check_equal(page & MSR_EE, MSR_EE, "EE inside, in the page");
	check(pending, "int_pending is 0 while one waits");
	check_equal(inside, INTERRUPT_NONE, "interrupt inside");
	check_equal(behind, INTERRUPT_DECREMENTER, "interrupt after it");
	narrow_map(0, &answer);
}
