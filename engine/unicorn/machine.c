/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a program, running it, and what all architectures have. */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ARCHITECTURE(name) extern const struct architecture name##_architectures[];
#include "architectures.def"
#undef ARCHITECTURE

static const struct architecture *const lists[] = {
#define ARCHITECTURE(name) name##_architectures,
#include "architectures.def"
#undef ARCHITECTURE
};

void fail(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "paracall-unicorn: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(EXIT_FAILURE);
}

static void must(uc_err error, const char *what)
{
	if (error)
		fail("%s: %s", what, uc_strerror(error));
}

uint64_t get(const struct machine *machine, int number)
{
	uint64_t value = 0;

	must(uc_reg_read(machine->uc, number, &value), "reading a register");
	return value;
}

void set(struct machine *machine, int number, uint64_t value)
{
	/* Unicorn 2.0.1 would forget the end. */
	if (machine->has_ended)
		return;
	must(uc_reg_write(machine->uc, number, &value), "writing a register");
	if (number == machine->architecture->program_counter)
		machine->goes_on = true;
}

void hook(struct machine *machine, int type, void *function, int instruction)
{
	uc_hook handle;

	/* For all addresses. */
	must(uc_hook_add(machine->uc, &handle, type, function, machine, 1, 0, instruction),
	     "uc_hook_add");
}

void map(struct machine *machine, uint64_t address, uint64_t size, void *memory)
{
	must(uc_mem_map_ptr(machine->uc, address, size, UC_PROT_ALL, memory), "uc_mem_map_ptr");
}

void *memory_at(const struct machine *machine, uint64_t address, uint64_t size)
{
	if (address > MEMORY_SIZE || size > MEMORY_SIZE - address)
		return NULL;
	return machine->memory + address;
}

uint64_t load(const uint8_t *bytes, unsigned int size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | *bytes++;
	return value;
}

void store(uint8_t *bytes, uint64_t value, unsigned int size)
{
	for (; size--; value >>= 8)
		bytes[size] = value & 0xff;
}

static void *guest_memory(const struct machine *machine, uint64_t address, uint64_t size)
{
	void *memory = memory_at(machine, address, size);

	if (address < machine->hole_end && address + size > machine->hole)
		return NULL;
	return memory;
}

bool read_memory(void *cpu, struct paracall_gpa address, void *data, size_t size)
{
	const void *memory = guest_memory(cpu, address.value, size);

	if (memory)
		memcpy(data, memory, size);
	return memory;
}

bool write_memory(void *cpu, struct paracall_gpa address, const void *data, size_t size)
{
	void *memory = guest_memory(cpu, address.value, size);

	if (memory)
		memcpy(memory, data, size);
	return memory;
}

/* There is no other vCPU. */
void yield_to(void *cpu, void *target)
{
	(void)cpu;
	(void)target;
}

uint64_t host_clock(void *machine)
{
	struct timespec now;

	(void)machine;
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static uint64_t began;

uint64_t nanoseconds(void)
{
	return host_clock(NULL) - began;
}

void finish(struct machine *machine, int status)
{
	machine->has_ended = true;
	machine->status = status;
	uc_emu_stop(machine->uc);
}

static uint64_t find_entry(Elf *elf, const GElf_Phdr *part, uint32_t type, uint64_t otherwise)
{
	Elf_Data *notes = elf_getdata_rawchunk(elf, part->p_offset, part->p_filesz, ELF_T_NHDR);
	size_t next = 0, name, value;
	uint32_t entry;
	GElf_Nhdr note;

	while (notes && (next = gelf_getnote(notes, next, &note, &name, &value)))
		if (note.n_type == type && note.n_descsz >= sizeof(entry)) {
			memcpy(&entry, (const char *)notes->d_buf + value, sizeof(entry));
			return entry;
		}
	return otherwise;
}

static const struct architecture *find_architecture(uint16_t elf_machine)
{
	char names[128] = "";

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct architecture *item = lists[i]; item->name; item++) {
			if (item->elf_machine == elf_machine)
				return item;
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
				 *names ? ", " : "", item->name);
		}
	fail("no CPU here can run this program: %s", names);
}

static void load_program(struct machine *machine, int file)
{
	Elf *elf = elf_version(EV_CURRENT) ? elf_begin(file, ELF_C_READ, NULL) : NULL;
	const char *bytes;
	GElf_Ehdr header;
	GElf_Phdr part;
	size_t size;

	if (!elf || !gelf_getehdr(elf, &header) || !(bytes = elf_rawfile(elf, &size)))
		fail("this is not an ELF file");
	machine->architecture = find_architecture(header.e_machine);
	machine->entry = header.e_entry;
	for (size_t i = 0; i < header.e_phnum && gelf_getphdr(elf, i, &part); i++) {
		/* Where it shall run: before it, firmware adds something to the other one. */
		uint64_t address = part.p_vaddr;

		if (part.p_type == PT_NOTE && machine->architecture->entry_note)
			machine->entry =
				find_entry(elf, &part, machine->architecture->entry_note,
					   machine->entry);
		if (part.p_type != PT_LOAD)
			continue;
		if (part.p_offset > size || part.p_filesz > size - part.p_offset ||
		    part.p_filesz > part.p_memsz || !memory_at(machine, address, part.p_memsz))
			fail("the program is damaged, or larger than the machine's memory");
		memcpy(machine->memory + address, bytes + part.p_offset, part.p_filesz);
	}
	elf_end(elf);
}

static void at_instruction(uc_engine *uc, uint64_t address, uint32_t size, void *context)
{
	struct machine *machine = context;

	(void)uc;
	(void)size;
	machine->architecture->instruction(machine, address);
}

static void at_interrupt(uc_engine *uc, uint32_t number, void *context)
{
	struct machine *machine = context;

	(void)uc;
	machine->architecture->interrupt(machine, number);
}

static bool note_missing(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			 int64_t value, void *context)
{
	struct machine *machine = context;

	(void)uc;
	(void)size;
	(void)value;
	machine->missing = address;
	machine->missing_for = type;
	return false;
}

/*
 * No memory is there. Without such a hook Unicorn 2.1.1 takes a page with code for one
 * that has none as soon as the guest writes data to it, and misses changes of the code.
 */
static void hook_no_writes(struct machine *machine)
{
	uc_hook handle;

	must(uc_hook_add(machine->uc, &handle, UC_HOOK_MEM_WRITE, (void *)note_missing, machine,
			 UINT64_MAX, UINT64_MAX),
	     "uc_hook_add");
}

static void make_paracall_machine(struct machine *machine, const char *features, bool enforces)
{
	const struct architecture *architecture = machine->architecture;
	struct paracall_options options = {
		.size = sizeof(options),
		.architecture = architecture->paracall,
		.max_cpus = 1,
		.enforce_features = enforces,
	};
	uint32_t can = architecture->engine->capabilities;
	int error;

	options.features = paracall_features_default(architecture->paracall, can);
	error = !features ? PARACALL_OK
			  : paracall_features_parse(
				    architecture->paracall, features,
				    paracall_features_available(architecture->paracall, can),
				    &options.features, NULL, NULL);
	if (!error)
		error = paracall_machine_new(&machine->machine, architecture->engine, &options);
	if (error)
		fail("no machine with the features %s: %s", features ? features : "of its own",
		     paracall_strerror(error));
	machine->cpu = paracall_machine_add_cpu(machine->machine, 0, machine);
	paracall_cpu_set_apic_id(machine->cpu, 0);
}

static void make_unicorn(struct machine *machine)
{
	const struct architecture *architecture = machine->architecture;

	must(uc_open(architecture->arch, architecture->mode, &machine->uc), "uc_open");
	/* There is no address at which it would stop. */
	must(uc_ctl_exits_enable(machine->uc), "uc_ctl_exits_enable");
	hook(machine, UC_HOOK_CODE, (void *)at_instruction, 0);
	hook(machine, UC_HOOK_INTR, (void *)at_interrupt, 0);
	hook(machine, UC_HOOK_MEM_UNMAPPED, (void *)note_missing, 0);
	hook_no_writes(machine);
	set(machine, architecture->program_counter, machine->entry);
	architecture->start(machine);
}

/* Unicorn also returns where it only is to go on. */
static void run(struct machine *machine)
{
	int program_counter = machine->architecture->program_counter;

	while (!machine->has_ended) {
		uc_err error;

		machine->goes_on = false;
		error = uc_emu_start(machine->uc, get(machine, program_counter), 0, 0, 0);
		if (error == UC_ERR_READ_UNMAPPED || error == UC_ERR_WRITE_UNMAPPED ||
		    error == UC_ERR_FETCH_UNMAPPED)
			machine->architecture->unmapped(machine);
		else if (error)
			fail("%s at 0x%llx", uc_strerror(error),
			     (unsigned long long)get(machine, program_counter));
		else if (!machine->has_ended && !machine->goes_on)
			fail("stopped forever at 0x%llx",
			     (unsigned long long)get(machine, program_counter));
	}
}

/* The guest can find faults of libunicorn's. */
static void crashed(int signal)
{
	static const char text[] =
		"paracall-unicorn: libunicorn crashed at what the program did\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_FAILURE);
}

static void catch_crashes(void)
{
/* Sanitizers say where it was. */
#ifndef __SANITIZE_ADDRESS__
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], crashed);
#else
	(void)crashed;
#endif
}

int main(int argc, char **argv)
{
	struct machine machine = { .command_line = "" };
	const char *features = NULL;
	bool enforces = false;
	int file;

	for (; argc > 1 && !strncmp(argv[1], "--", 2); argc--, argv++)
		if (!strncmp(argv[1], "--features=", 11))
			features = argv[1] + 11;
		else if (!strcmp(argv[1], "--enforce-features"))
			enforces = true;
		else
			break;
	if (argc != 2 && argc != 3)
		fail("usage: paracall-unicorn [--features=LIST] [--enforce-features] PROGRAM.elf [COMMAND LINE]");
	if (argc == 3)
		machine.command_line = argv[2];
	file = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		fail("'%s': %s", argv[1], strerror(errno));
	setvbuf(stdout, NULL, _IOLBF, 0);
	began = host_clock(NULL);
	machine.memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (machine.memory == MAP_FAILED)
		fail("no memory for the guest: %s", strerror(errno));
	load_program(&machine, file);
	close(file);
	make_paracall_machine(&machine, features, enforces);
	make_unicorn(&machine);
	catch_crashes();
	run(&machine);
	uc_close(machine.uc);
	paracall_machine_free(machine.machine);
	munmap(machine.memory, MEMORY_SIZE);
	return machine.status;
}
