/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine's whole firmware, for two vCPUs: in each of two lives both of them make calls
 * that say which one they are, for the host's trace. As kernels do, each has a number of its
 * own in $r21, which is another one after the reset between. The first vCPU of the second
 * life takes an interrupt before its call, the other one does not.
 */
#define MEMORY 0x9000000000000000
#define DEVICES 0x8000000000000000
#define LIFE (MEMORY | 0x1000)
#define READY (MEMORY | 0x1008)
#define EVENT_DEVICE (DEVICES | 0x100e001c)
#define POWER_OFF 0x34
#define RESET 0x42

#define CRMD 0x0
#define ECFG 0x4
#define EENTRY 0xc
#define CPUID 0x20
#define TCFG 0x41
#define TICLR 0x44
#define DMW0 0x180
#define DMW1 0x181
#define DMW2 0x182

	.globl start
start:
	/*
	 * The second one waits where machines begin, as in other firmware: one that is further
	 * on before the first one has begun is a machine that was loaded.
	 */
	csrrd $s0, CPUID
	andi $s0, $s0, 0x1
	li.w $s1, READY & 0xffff
1:	ld.d $t0, $s1, 0
	bltu $t0, $s0, 1b
	li.d $t0, DEVICES | 1
	csrwr $t0, DMW0
	li.d $t0, MEMORY | 0x11
	csrwr $t0, DMW1
	li.w $t0, 0x11
	csrwr $t0, DMW2
	li.w $t0, 0xb0
	csrwr $t0, CRMD
	la.pcrel $t0, interrupt
	li.d $t1, MEMORY
	or $t0, $t0, $t1
	csrwr $t0, EENTRY
	la.pcrel $t0, upper
	or $t0, $t0, $t1
	jirl $zero, $t0, 0

upper:
	csrrd $s0, CPUID
	andi $s0, $s0, 0x1
	li.d $s1, READY
	li.d $s2, LIFE
	ld.d $s3, $s2, 0
	/* $r21: life and vCPU. */
	slli.d $r21, $s3, 16
	slli.d $t0, $s0, 8
	or $r21, $r21, $t0
	li.d $t1, MEMORY | 0x1000000
	or $r21, $r21, $t1
	/* In turn: the first one is the first. */
1:	ld.d $t0, $s1, 0
	bne $t0, $s0, 1b
	beqz $s3, 2f
	bnez $s0, 3f
2:	move $s4, $zero
	li.d $t0, 0x10001
	csrwr $t0, TCFG
	li.w $t0, 0x800
	csrwr $t0, ECFG
	li.w $t0, 0xb4
	csrwr $t0, CRMD
4:	beqz $s4, 4b
3:	li.w $a0, 2
	li.w $a1, 4
	slli.d $a2, $s3, 16
	slli.d $t0, $s0, 8
	or $a2, $a2, $t0
	.word 0x002b8100
	addi.d $t0, $s0, 1
	st.d $t0, $s1, 0
	/* The first one waits for the end. */
5:	beqz $s0, 5b
	li.d $t0, EVENT_DEVICE
	bnez $s3, 6f
	st.d $zero, $s1, 0
	li.w $t1, 1
	st.d $t1, $s2, 0
	li.w $t1, RESET
	st.b $t1, $t0, 2
	b .
6:	li.w $t1, POWER_OFF
	st.b $t1, $t0, 0
	b .

	/* The timer's, once. */
	.balign 4096
interrupt:
	li.w $s4, 1
	csrwr $s4, TICLR
	li.w $s4, 1
	ertn
