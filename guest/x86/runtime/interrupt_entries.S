/* SPDX-License-Identifier: BSD-2-Clause */
	.text

/*
 * 256 entries of 16 bytes. Those of exceptions for which the CPU pushes no
 * error code push a 0 in its place (Intel SDM vol. 3, table "Exceptions and
 * Interrupts": codes come with 8, 10-14, 17, 21, 29, 30).
 */
	.globl interrupt_entries
	.align 16
interrupt_entries:
	.set vector, 0
	.rept 256
	.align 16
	.if (vector != 8) && (vector < 10 || vector > 14) && (vector != 17) && \
		(vector != 21) && (vector != 29) && (vector != 30)
	push $0
	.endif
	push $vector
	jmp interrupt_common
	.set vector, vector + 1
	.endr

	.section .note.GNU-stack, "", @progbits
