/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's devices in its input/output controller: the serial port, and the
 * microcontroller "Cuda" behind the VIA's shift register.
 */
#include "runtime.h"

#define SERIAL_CONTROL 0x13020u
#define SERIAL_DATA 0x13030u
/* Of register 0. */
#define SERIAL_EMPTY 0x04
/* Register 5: characters of 8 bits are sent. */
#define SERIAL_TRANSMIT 5
#define SERIAL_TRANSMIT_8_BITS 0x68

#define VIA_B 0x16000u
#define VIA_DIRECTION_B 0x16400u
#define VIA_SHIFT 0x17400u
#define VIA_CONTROL 0x17600u
#define SHIFT_OUT 0x1c
/* Of port B. Both are active when low. */
#define CUDA_TRANSFER 0x20
#define CUDA_BYTE 0x10
#define CUDA_COMMAND 1
#define CUDA_POWER_OFF 0x0a

/* What start.S notes there: the interrupt and 1, then the data's address. */
#define CAUGHT 0x48u

extern const uint32_t vectors[], vectors_end[];

/* Open Firmware: it takes the address of words, and fills in some of them. */
typedef uint32_t firmware_function(uint32_t *words);

void find_devices(firmware_function *firmware);
_Noreturn void boot_main(void);

/* Where the input/output controller is. */
static uint32_t devices;

enum interrupt interrupt_taken(uint32_t *address)
{
	return (enum interrupt)take_interrupt(CAUGHT, address);
}

static volatile uint8_t *device(uint32_t place)
{
	return (volatile uint8_t *)(devices + place);
}

static void write_device(uint32_t place, uint8_t value)
{
	*device(place) = value;
	__asm__ volatile("eieio" : : : "memory");
}

void print_char(char c)
{
	while (!(*device(SERIAL_CONTROL) & SERIAL_EMPTY))
		relax();
	write_device(SERIAL_DATA, (uint8_t)c);
}

void crash_begin(void)
{
}

/* The first byte is taken when the transfer begins, the next one when CUDA_BYTE changes. */
static void power_off(void)
{
	write_device(VIA_DIRECTION_B, CUDA_TRANSFER | CUDA_BYTE);
	write_device(VIA_B, CUDA_TRANSFER | CUDA_BYTE);
	write_device(VIA_CONTROL, SHIFT_OUT);
	write_device(VIA_SHIFT, CUDA_COMMAND);
	write_device(VIA_B, CUDA_BYTE);
	write_device(VIA_SHIFT, CUDA_POWER_OFF);
	write_device(VIA_B, 0);
	write_device(VIA_B, CUDA_TRANSFER | CUDA_BYTE);
}

void finish(int code)
{
	print_exit(code);
	power_off();
	while (1)
		relax();
}

/* The controller's first address: IEEE 1275, "Client Interface"; its PCI binding. */
void find_devices(firmware_function *firmware)
{
	uint32_t addresses[5] = { 0 };
	/* clang-format off */
	uint32_t find[] = { (uint32_t)"finddevice", 1, 1, (uint32_t)"mac-io", 0 };
	uint32_t get[] = {
		(uint32_t)"getprop", 4, 1, 0, (uint32_t)"assigned-addresses",
		(uint32_t)addresses, sizeof(addresses), 0,
	};
	/* clang-format on */

	firmware(find);
	get[3] = find[4];
	firmware(get);
	devices = addresses[2];
}

static void copy_vectors(void)
{
	for (uint32_t i = 64; i < (uint32_t)(vectors_end - vectors); i++) {
		volatile uint32_t *word = low_word(i * 4);

		*word = vectors[i];
		__asm__ volatile("dcbst 0,%0\n\tsync\n\ticbi 0,%0\n\tisync"
				 :
				 : "r"(word)
				 : "memory");
	}
}

void boot_main(void)
{
	copy_vectors();
	*low_word(CAUGHT) = 0;
	write_device(SERIAL_CONTROL, SERIAL_TRANSMIT);
	write_device(SERIAL_CONTROL, SERIAL_TRANSMIT_8_BITS);
	finish(main());
}
