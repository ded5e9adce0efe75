/* SPDX-License-Identifier: BSD-2-Clause */
#include "../test.h"

struct registers registers_with_patterns(unsigned long number, unsigned long rflags)
{
	return (struct registers){
		.rax = number,
		.rbx = 0xb1b1b1b1,
		.rcx = 0xc1c1c1c1,
		.rdx = 0xd2d2d2d2,
		.rsi = 0x51515151,
		.rdi = 0xd1d1d1d1,
		.rbp = 0xb0b0b0b0,
		.rflags = rflags,
	};
}
