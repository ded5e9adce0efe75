/* SPDX-License-Identifier: BSD-2-Clause */
#include "../test.h"

struct registers registers_with_patterns(unsigned long number, unsigned long rflags)
{
	return (struct registers){
		.rax = number,
		.rbx = 0xb1b1b1b1b1b1b1b1,
		.rcx = 0xc1c1c1c1c1c1c1c1,
		.rdx = 0xd2d2d2d2d2d2d2d2,
		.rsi = 0x5151515151515151,
		.rdi = 0xd1d1d1d1d1d1d1d1,
		.rbp = 0xb0b0b0b0b0b0b0b0,
		.r8 = 0x0808080808080808,
		.r9 = 0x0909090909090909,
		.r10 = 0x1010101010101010,
		.r11 = 0x1111111111111111,
		.r12 = 0x1212121212121212,
		.r13 = 0x1313131313131313,
		.r14 = 0x1414141414141414,
		.r15 = 0x1515151515151515,
		.rflags = rflags,
	};
}
