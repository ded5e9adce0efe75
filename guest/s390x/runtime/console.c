/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the SCLP's ASCII console, and the program's end. */
#include "runtime.h"

#define SCLP_WRITE_EVENT_DATA 0x00760005
#define SCLP_WRITE_EVENT_MASK 0x00780005
#define EVENT_ASCII 0x1a
/* Bit @type - 1 from the left. */
#define EVENT_MASK_ASCII (1u << (32 - EVENT_ASCII))

#define LINE_SIZE 240

struct sclp_header {
	uint16_t length;
	uint8_t function, control[3];
	uint16_t response;
};

struct event_mask {
	struct sclp_header header;
	uint16_t reserved, mask_length;
	uint32_t we_receive, we_send, sclp_receive, sclp_send;
};

struct event_data {
	struct sclp_header header;
	uint16_t length;
	uint8_t type, flags;
	uint16_t reserved;
	char text[LINE_SIZE];
};

/* Below 2 GiB and aligned to 8, as the SCLP has it. */
static union {
	struct event_mask mask;
	struct event_data data;
} block __attribute__((aligned(PAGE)));

static uint32_t line_length;

/*
 * QEMU is done when the instruction is. The interruption it makes is of a
 * subclass that control register 0 doesn't enable, and stays pending.
 */
static void call_sclp(uint32_t command)
{
	int cc;

	do {
		__asm__ volatile(".insn rre,0xb2200000,%1,%2\n"
				 "ipm %0\n"
				 "srl %0,28"
				 : "=&d"(cc)
				 : "d"(command), "a"(&block)
				 : "cc", "memory");
	} while (cc == 2);
}

static void flush(void)
{
	static bool started;

	if (!started) {
		char kept[LINE_SIZE];

		memcpy(kept, block.data.text, line_length);
		memset(&block, 0, sizeof(block));
		block.mask.header.length = sizeof(block.mask);
		block.mask.mask_length = sizeof(block.mask.we_send);
		block.mask.we_send = EVENT_MASK_ASCII;
		call_sclp(SCLP_WRITE_EVENT_MASK);
		memset(&block, 0, sizeof(block));
		memcpy(block.data.text, kept, line_length);
		started = true;
	}
	block.data.header = (struct sclp_header){
		.length = offsetof(struct event_data, text) + line_length,
	};
	block.data.length = block.data.header.length - offsetof(struct event_data, length);
	block.data.type = EVENT_ASCII;
	block.data.flags = 0;
	call_sclp(SCLP_WRITE_EVENT_DATA);
	line_length = 0;
}

void print_char(char c)
{
	block.data.text[line_length++] = c;
	if (c == '\n' || line_length == LINE_SIZE)
		flush();
}

void crash_begin(void)
{
}

void finish(int code)
{
	/* QEMU's hw/s390x and Linux agree on 0xfff for a good end. */
	bool is_good = code == EXIT_PASSED || code == EXIT_SKIPPED;
	struct {
		uint64_t mask, address;
	} stop __attribute__((aligned(8))) = { PSW_64 | PSW_WAIT, is_good ? 0xfff : 0xbad };

	print_exit(code);
	for (uint32_t i = 0; i < cpu_count; i++)
		if (cpu_addresses[i] != this_cpu_address())
			cpu_stop(cpu_at(i));
	while (1)
		__asm__ volatile("lpswe %0" : : "Q"(stop) : "memory");
}
