/* SPDX-License-Identifier: BSD-2-Clause */
#include "../msr.h"

/* There are none that are shorter. */
const struct attempt narrow_attempts[] = {
	{ "rdmsr", registers_rdmsr, 0x32, NULL },
	{ "wrmsr", registers_wrmsr, 0x30, NULL },
};

const unsigned int narrow_attempt_count = TEST_COUNT(narrow_attempts);

__asm__(".pushsection .text\n"
	".balign 4096\n"
	".globl write_own_page, own_clock\n"
	"write_own_page:\n"
	"	push %ebx\n"
	"	push %esi\n"
	"	mov 12(%esp), %ecx\n"
	"	mov 16(%esp), %esi\n"
	"	mov 20(%esp), %ebx\n"
	"	push %edi\n"
	"	xor %edx, %edx\n"
	"	xor %edi, %edi\n"
	"1:	mov %esi, %eax\n"
	"	wrmsr\n"
	"	add $1, %edi\n"
	"	dec %ebx\n"
	"	jnz 1b\n"
	"	mov %edi, %eax\n"
	"	pop %edi\n"
	"	pop %esi\n"
	"	pop %ebx\n"
	"	ret\n"
	".balign 64\n"
	"own_clock:\n"
	"	.skip 32, 0\n"
	".balign 4096\n"
	".popsection\n");
