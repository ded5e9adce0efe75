/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's command line, read as QEMU reads it. */
#include "../../engine/qemu/command_line/command_line.h"
#include "../../engine/qemu/command_line/kvm_names.h"
#include "../../engine/qemu/x86/apic_ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_WORDS 32

struct row {
	/* Parted by blanks; for a blank in one stands ~, and @ for the file's path. */
	const char *words;
	/* What that file has. */
	const char *file;
	/* In QEMU's order, a comma after each. */
	const char *accelerators;
	const char *machine;
	const char *model;
	enum command_answer x2apic;
	/* If not 1 and 1. */
	uint32_t cpus, max_cpus;
	uint64_t highest_apic_id;
	bool has_bad_cpus;
	bool shares_thread;
	bool counts_instructions;
	const char *incoming;
	const char *loadvm;
	bool is_daemon;
	bool is_version;
	const char *plugin;
	bool has_vmclock;
	bool has_firmware;
	/* QEMU only shows something, or makes a machine without vCPUs. */
	bool has_no_guest;
	/* What is left of -cpu without KVM's features. */
	const char *kept;
};

static const struct row rows[] = {
	{ .words = "" },
	{ .words = "disk.img" },
	{ .words = "disk.img -snapshot other.img" },
	/* -device */
	{ .words = "-device vmclock", .has_vmclock = true },
	{ .words = "--device vmclock,id=v", .has_vmclock = true },
	{ .words = "-device id=v,driver=vmclock", .has_vmclock = true },
	{ .words = "-device {\"driver\":\"vmclock\"}", .has_vmclock = true },
	{ .words = "-device {\"id\":\"v\",\"driver\":~\"vmclock\"}", .has_vmclock = true },
	{ .words = "-device {\"driver\":\"vmclock2\"}" },
	{ .words = "-device virtio-rng-pci,id=vmclock" },
	{ .words = "-device vmclock2" },
	{ .words = "-global vmclock.x=1" },
	{ .words = "-name vmclock -append -device~vmclock" },
	{ .words = "-readconfig @",
	  .file = "[device]\ndriver = \"vmclock\"\n",
	  .has_vmclock = true },
	/* -machine */
	{ .words = "-M q35", .machine = "q35" },
	{ .words = "--M q35", .machine = "q35" },
	{ .words = "-machine q35", .machine = "q35" },
	{ .words = "--machine type=q35", .machine = "q35" },
	{ .words = "-machine hpet=off,type=q35", .machine = "q35" },
	{ .words = "-M q35 -M pc", .machine = "pc" },
	{ .words = "-M type=q35,type=pc", .machine = "pc" },
	{ .words = "-M q35 -M hpet=off", .machine = "q35" },
	{ .words = "-M q35,accel=tcg", .machine = "q35", .accelerators = "tcg," },
	{ .words = "-machine accel=tcg,type=q35", .machine = "q35", .accelerators = "tcg," },
	{ .words = "-machine accel=kvm:tcg", .accelerators = "kvm,tcg," },
	{ .words = "-machine accel=kvm:hvf:tcg", .accelerators = "kvm,hvf,tcg," },
	{ .words = "-machine accel=kvm -machine accel=tcg", .accelerators = "tcg," },
	{ .words = "-M q35,accel=kvm -M accel=tcg", .machine = "q35", .accelerators = "tcg," },
	{ .words = "-machine accel=tcg,,thread=single", .accelerators = "tcg,thread=single," },
	{ .words = "-M none", .machine = "none", .has_no_guest = true },
	{ .words = "-S -machine none,accel=kvm:tcg -daemonize",
	  .machine = "none",
	  .accelerators = "kvm,tcg,",
	  .is_daemon = true,
	  .has_no_guest = true },
	{ .words = "-M q35 -M none", .machine = "none", .has_no_guest = true },
	{ .words = "-M none -M q35", .machine = "q35" },
	{ .words = "-M ,", .machine = "" },
	{ .words = "-name -M -M q35", .machine = "q35" },
	{ .words = "-append -M~pc -M q35", .machine = "q35" },
	{ .words = "-M q35,kernel-irqchip=off,accel=tcg,",
	  .machine = "q35",
	  .accelerators = "tcg," },
	{ .words = "-M" },
	/* -accel */
	{ .words = "-accel tcg", .accelerators = "tcg," },
	{ .words = "--accel tcg", .accelerators = "tcg," },
	{ .words = "-accel accel=tcg,thread=multi", .accelerators = "tcg," },
	{ .words = "-accel tcg,thread=single", .accelerators = "tcg,", .shares_thread = true },
	{ .words = "-accel tcg,tb-size=64,thread=single,",
	  .accelerators = "tcg,",
	  .shares_thread = true },
	{ .words = "-accel accel=tcg,thread=single",
	  .accelerators = "tcg,",
	  .shares_thread = true },
	{ .words = "-accel tcg,thread=single,thread=multi", .accelerators = "tcg," },
	{ .words = "-accel tcg -accel tcg,thread=single", .accelerators = "tcg,tcg," },
	{ .words = "-accel tcg,thread=single -accel tcg",
	  .accelerators = "tcg,tcg,",
	  .shares_thread = true },
	{ .words = "-accel kvm -accel tcg,thread=single",
	  .accelerators = "kvm,tcg,",
	  .shares_thread = true },
	{ .words = "-accel kvm,thread=single -accel tcg", .accelerators = "kvm,tcg," },
	{ .words = "-accel kvm:tcg", .accelerators = "kvm:tcg," },
	{ .words = "-accel tcg,,thread=single", .accelerators = "tcg,thread=single," },
	{ .words = "-accel tcg,thread", .accelerators = "tcg," },
	{ .words = "-accel tcg,id=a -set accel.a.thread=single",
	  .accelerators = "tcg,",
	  .shares_thread = true },
	{ .words = "-accel tcg,id=a -set accel.b.thread=single", .accelerators = "tcg," },
	{ .words = "-enable-kvm", .accelerators = "kvm," },
	{ .words = "--enable-kvm -M q35", .machine = "q35", .accelerators = "kvm," },
	{ .words = "-enable-kvm -machine accel=tcg", .accelerators = "tcg," },
	{ .words = "-machine accel=tcg -enable-kvm", .accelerators = "kvm," },
	/* What is said elsewhere is none of it. */
	{ .words = "-append thread=single" },
	{ .words = "-name tcg,thread=single" },
	{ .words = "-kernel vmlinuz -append accel=tcg,thread=single~-icount~3" },
	{ .words = "-drive file=thread=single,if=none" },
	{ .words = "-serial -icount" },
	{ .words = "-m icount" },
	{ .words = "-fw_cfg name=opt/x,string=+x2apic" },
	/* -icount */
	{ .words = "-icount 3", .counts_instructions = true, .shares_thread = true },
	{ .words = "--icount auto", .counts_instructions = true, .shares_thread = true },
	{ .words = "-icount shift=auto", .counts_instructions = true, .shares_thread = true },
	{ .words = "-icount align=off,shift=3",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-icount sleep=off,3" },
	{ .words = "-icount sleep=off" },
	{ .words = "-icount sleep=off -icount 3",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-icount 3 -icount sleep=off",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-icount shift=3,rr=record,rrfile=f",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-accel tcg,thread=multi -icount 3",
	  .accelerators = "tcg,",
	  .counts_instructions = true,
	  .shares_thread = true },
	/* -readconfig */
	{ .words = "-readconfig @",
	  .file = "[icount]\n  shift = \"auto\"\n",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-readconfig @",
	  .file = "# c\n\n[icount]\n\tshift = \"3\" more\n",
	  .counts_instructions = true,
	  .shares_thread = true },
	{ .words = "-readconfig @", .file = "[icount]\n  sleep = \"off\"\n" },
	{ .words = "-readconfig @", .file = "[icount]\n  shift=\"3\"\n" },
	{ .words = "-readconfig @", .file = "[icount] shift = \"3\"\n" },
	{ .words = "-readconfig @", .file = "#[icount]\n# shift = \"3\"\n" },
	{ .words = "-readconfig @", .file = "[rtc]\n  shift = \"3\"\n" },
	{ .words = "-readconfig @", .file = "shift = \"3\"\n" },
	{ .words = "-readconfig @",
	  .file = "[accel]\n accel = \"tcg\"\n thread = \"single\"\n",
	  .accelerators = "tcg,",
	  .shares_thread = true },
	{ .words = "-accel tcg -readconfig @",
	  .file = "[accel]\n accel = \"tcg\"\n thread = \"single\"\n",
	  .accelerators = "tcg,tcg," },
	{ .words = "-readconfig @ -set accel.a.thread=single",
	  .file = "[accel \"a\"]\n accel = \"tcg\"\n",
	  .accelerators = "tcg,",
	  .shares_thread = true },
	{ .words = "-readconfig @",
	  .file = "[machine]\n  type = \"q35\"\n  accel = \"kvm:tcg\"\n",
	  .machine = "q35",
	  .accelerators = "kvm,tcg," },
	{ .words = "-readconfig @ -M pc",
	  .file = "[machine]\n  type = \"q35\"\n",
	  .machine = "pc" },
	{ .words = "-M pc -readconfig @",
	  .file = "[machine]\n  type = \"q35\"\n",
	  .machine = "q35" },
	{ .words = "-readconfig @",
	  .file = "[smp-opts]\n  cpus = \"4\"\n  maxcpus = \"8\"\n",
	  .cpus = 4,
	  .max_cpus = 8,
	  .highest_apic_id = 7 },
	{ .words = "-smp 2 -readconfig @",
	  .file = "[machine]\n  smp.cpus = \"3\"\n",
	  .cpus = 3,
	  .max_cpus = 3,
	  .highest_apic_id = 2 },
	{ .words = "-readconfig @",
	  .file = "[global]\n driver = \"x86_64-cpu\"\n property = \"x2apic\"\n value = \"off\"\n",
	  .x2apic = COMMAND_NO },
	/* -cpu */
	{ .words = "-cpu max", .model = "max" },
	{ .words = "--cpu max,+x2apic", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,,x2apic", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=on", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=yes", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=true", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=y", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=off", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,-x2apic", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,+x2apic,-x2apic", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,-x2apic,+x2apic", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,+x2apic,x2apic=off", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu qemu64,x2apic=off,+x2apic", .model = "qemu64", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=on,-x2apic", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,x2apic=off,x2apic=on", .model = "max", .x2apic = COMMAND_YES },
	{ .words = "-cpu max,x2apic=on,x2apic=off", .model = "max", .x2apic = COMMAND_NO },
	{ .words = "-cpu max,+x2apic -cpu qemu64", .model = "qemu64" },
	{ .words = "-cpu max,+invtsc,kvm=off,vendor=x2apic", .model = "max" },
	{ .words = "-cpu x2apic", .model = "x2apic" },
	{ .words = "-cpu max -global x86_64-cpu.x2apic=on",
	  .model = "max",
	  .x2apic = COMMAND_YES },
	{ .words = "-global x86_64-cpu.x2apic=on -global x86_64-cpu.x2apic=off",
	  .x2apic = COMMAND_NO },
	{ .words = "-global max-x86_64-cpu.x2apic=y -cpu max",
	  .model = "max",
	  .x2apic = COMMAND_YES },
	{ .words = "-global driver=x86_64-cpu,property=x2apic,value=on",
	  .x2apic = COMMAND_YES },
	{ .words = "-global x86_64-cpu.x2apic=on -cpu max,-x2apic",
	  .model = "max",
	  .x2apic = COMMAND_NO },
	{ .words = "-global x86_64-cpu.x2apic=off -cpu max,x2apic",
	  .model = "max",
	  .x2apic = COMMAND_YES },
	{ .words = "-global kvm-apic.x2apic=on" },
	{ .words = "-global nonsense" },
	{ .words =
		  "-smp 1,maxcpus=2 -device qemu64-x86_64-cpu,x2apic=on,socket-id=0,core-id=1,thread-id=0",
	  .cpus = 1,
	  .max_cpus = 2,
	  .highest_apic_id = 1,
	  .x2apic = COMMAND_YES },
	{ .words = "-device virtio-net-pci,mac=1,x2apic=on" },
	{ .words = "-device {\"driver\":\"virtio-net-pci\"}" },
	/* -smp */
	{ .words = "-smp 2", .cpus = 2, .max_cpus = 2, .highest_apic_id = 1 },
	{ .words = "-smp cpus=3", .cpus = 3, .max_cpus = 3, .highest_apic_id = 2 },
	{ .words = "-smp 0x4", .cpus = 4, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp 2,maxcpus=4", .cpus = 2, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp maxcpus=6", .cpus = 6, .max_cpus = 6, .highest_apic_id = 5 },
	{ .words = "-smp cores=4", .cpus = 4, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp sockets=2,cores=3", .cpus = 6, .max_cpus = 6, .highest_apic_id = 6 },
	{ .words = "-smp 8,sockets=2", .cpus = 8, .max_cpus = 8, .highest_apic_id = 7 },
	{ .words = "-smp 8,cores=2", .cpus = 8, .max_cpus = 8, .highest_apic_id = 7 },
	{ .words = "-smp 6,cores=3", .cpus = 6, .max_cpus = 6, .highest_apic_id = 6 },
	{ .words = "-smp 8,sockets=2,cores=2", .cpus = 8, .max_cpus = 8, .highest_apic_id = 7 },
	{ .words = "-smp 2,dies=2,maxcpus=12",
	  .cpus = 2,
	  .max_cpus = 12,
	  .highest_apic_id = 13 },
	{ .words = "-smp 255", .cpus = 255, .max_cpus = 255, .highest_apic_id = 254 },
	{ .words = "-smp 288", .cpus = 288, .max_cpus = 288, .highest_apic_id = 287 },
	{ .words = "-smp 99,sockets=33,cores=3",
	  .cpus = 99,
	  .max_cpus = 99,
	  .highest_apic_id = 130 },
	{ .words = "-smp 2 -smp maxcpus=4", .cpus = 2, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp 2,maxcpus=4 -smp 3", .cpus = 3, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp 2 -M smp.cpus=4", .cpus = 4, .max_cpus = 4, .highest_apic_id = 3 },
	{ .words = "-smp 2 -M q35,smp.maxcpus=4",
	  .machine = "q35",
	  .cpus = 2,
	  .max_cpus = 4,
	  .highest_apic_id = 3 },
	{ .words = "-smp 0", .has_bad_cpus = true },
	{ .words = "-smp two", .has_bad_cpus = true },
	{ .words = "-smp 1K", .has_bad_cpus = true },
	{ .words = "-smp 4,maxcpus=2", .has_bad_cpus = true },
	{ .words = "-smp 3,cores=2,sockets=1", .has_bad_cpus = true },
	{ .words = "-smp 2,cores=4,sockets=1,threads=1", .has_bad_cpus = true },
	/* More than one vCPU's worth of other options. */
	{ .words = "-incoming tcp:0:4444", .incoming = "tcp:0:4444" },
	{ .words = "-incoming defer", .incoming = "defer" },
	{ .words = "-incoming {\"channel-type\":\"main\"}",
	  .incoming = "{\"channel-type\":\"main\"}" },
	{ .words = "--loadvm snap", .loadvm = "snap" },
	{ .words = "-loadvm one -loadvm two", .loadvm = "two" },
	{ .words = "-name -loadvm" },
	{ .words = "-daemonize", .is_daemon = true },
	{ .words = "-display none --daemonize -m 1G", .is_daemon = true },
	{ .words = "-pidfile -daemonize" },
	{ .words = "-version", .is_version = true, .has_no_guest = true },
	{ .words = "-k -version" },
	/* Firmware */
	{ .words = "-bios f", .has_firmware = true },
	{ .words = "-M virt,secure=on,pflash0=f", .machine = "virt", .has_firmware = true },
	{ .words = "-machine virt,firmware=f", .machine = "virt", .has_firmware = true },
	{ .words = "-pflash f", .has_firmware = true },
	{ .words = "-drive if=pflash,file=f", .has_firmware = true },
	{ .words = "-drive if=virtio,file=if=pflash" },
	{ .words = "-kernel bios -append pflash" },
	/* What QEMU shows, and what only looks so */
	{ .words = "--help", .has_no_guest = true },
	{ .words = "-h", .has_no_guest = true },
	{ .words = "-M help", .machine = "help", .has_no_guest = true },
	{ .words = "-machine type=help", .machine = "help", .has_no_guest = true },
	{ .words = "-M q35,help", .machine = "q35", .has_no_guest = true },
	{ .words = "-M ?", .machine = "?", .has_no_guest = true },
	{ .words = "-accel help", .accelerators = "help,", .has_no_guest = true },
	{ .words = "-cpu help", .model = "help", .has_no_guest = true },
	{ .words = "-cpu ?", .model = "?", .has_no_guest = true },
	{ .words = "-device help", .has_no_guest = true },
	{ .words = "-device virtio-net-pci,help", .has_no_guest = true },
	{ .words = "-device driver=help", .has_no_guest = true },
	{ .words = "-device virtio-net-pci,id=help" },
	{ .words = "-object memory-backend-ram,help", .has_no_guest = true },
	{ .words = "-netdev ?", .has_no_guest = true },
	{ .words = "-d help", .has_no_guest = true },
	{ .words = "-trace help", .has_no_guest = true },
	{ .words = "-vga help", .has_no_guest = true },
	{ .words = "-L help", .has_no_guest = true },
	{ .words = "-drive format=help", .has_no_guest = true },
	{ .words = "-drive file=help,if=virtio" },
	{ .words = "-drive file=x,,format=help,if=virtio" },
	{ .words = "-drive file=x,format=helper" },
	{ .words = "-drive file=x,if=none,format=?", .has_no_guest = true },
	{ .words = "-name help" },
	{ .words = "-append help -kernel help" },
	{ .words = "-serial help.txt -fw_cfg name=opt/help,string=?" },
	{ .words = "-M q35 -dump-vmstate f", .machine = "q35", .has_no_guest = true },
	{ .words = "-accel qtest", .accelerators = "qtest,", .has_no_guest = true },
	{ .words = "-machine accel=qtest", .accelerators = "qtest,", .has_no_guest = true },
	{ .words = "-S" },
	{ .words = "-incoming defer -S", .incoming = "defer" },
	/* KVM's features */
	{ .words = "-cpu max,kvm=off", .model = "max", .kept = "max" },
	{ .words = "-cpu EPYC,-kvmclock,+kvm-pv-unhalt,+invtsc",
	  .model = "EPYC",
	  .kept = "EPYC,+invtsc" },
	{ .words = "-cpu EPYC,kvm_pv_eoi=on,x2apic=on,kvm-hint-dedicated=on",
	  .model = "EPYC",
	  .kept = "EPYC,x2apic=on",
	  .x2apic = COMMAND_YES },
	{ .words = "-cpu max,kvm-pv-enforce-cpuid,enforce",
	  .model = "max",
	  .kept = "max,enforce" },
	{ .words = "-cpu max,kvm-pv-later=on", .model = "max", .kept = "max,kvm-pv-later=on" },
	{ .words = "-cpu kvm,kvmclock", .model = "kvm", .kept = "kvm" },
	{ .words = "-cpu kvm64,,kvm,,", .model = "kvm64", .kept = "kvm64,,," },
	{ .words = "-cpu max,kvm", .model = "max", .kept = "max" },
	{ .words = "-cpu max,vendor=kvm", .model = "max", .kept = "max,vendor=kvm" },
	{ .words = "-plugin /x/paracall-qemu.so,features=none",
	  .plugin = "/x/paracall-qemu.so" },
	{ .words = "-plugin file=a,,b.so,x=y", .plugin = "a,b.so" },
	{ .words =
		  "-cpu max -accel tcg -M q35 -smp 2 -nographic -enable-kvm -loadvm s -plugin p.so",
	  .model = "max",
	  .machine = "q35",
	  .cpus = 2,
	  .max_cpus = 2,
	  .highest_apic_id = 1,
	  .accelerators = "tcg,kvm,",
	  .loadvm = "s",
	  .plugin = "p.so" },
	/* A later QEMU's option: what does not look like one is its value. */
	{ .words = "-later value -M q35", .machine = "q35" },
	{ .words = "-later -M q35", .machine = "q35" },
	{ .words = "- -M q35", .machine = "q35" },
	{ .words = "-- -M q35", .machine = "q35" },
};

static char path[] = "/tmp/test_command_line_XXXXXX";

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The words of a row in @argv, and in @copy. */
static void split(const struct row *row, char *copy, char *argv[])
{
	size_t count = 0;

	argv[count++] = "qemu-system-x86_64";
	strcpy(copy, row->words);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		assert_true(count < MAX_WORDS);
		for (char *c = word; *c; c++)
			if (*c == '~')
				*c = ' ';
		argv[count++] = strcmp(word, "@") ? word : path;
	}
	argv[count] = NULL;
}

static void check_string(const struct row *row, const char *what, const char *value,
			 const char *wanted)
{
	if ((!value != !wanted) || (value && strcmp(value, wanted)))
		fail_msg("%s: %s is %s, not %s", row->words, what, value ? value : "none",
			 wanted ? wanted : "none");
}

static void check_number(const struct row *row, const char *what, uint64_t value,
			 uint64_t wanted)
{
	if (value != wanted)
		fail_msg("%s: %s is %llu, not %llu", row->words, what,
			 (unsigned long long)value, (unsigned long long)wanted);
}

static void check_accelerators(const struct row *row, const struct command_line *line)
{
	struct command_accelerator accelerator = { .seen = 0 };
	char list[256] = "";
	size_t length = 0;

	while (command_line_next_accelerator(line, &accelerator))
		length += snprintf(list + length, sizeof(list) - length, "%.*s,",
				   (int)accelerator.length, accelerator.name);
	check_string(row, "accelerators", list, row->accelerators ? row->accelerators : "");
}

static void check_cpus(const struct row *row, const struct command_line *line)
{
	struct command_cpus cpus;

	check_number(row, "good -smp", command_line_cpus(line, &cpus), !row->has_bad_cpus);
	if (row->has_bad_cpus)
		return;
	check_number(row, "cpus", cpus.cpus, row->cpus ? row->cpus : 1);
	check_number(row, "maxcpus", cpus.max_cpus, row->max_cpus ? row->max_cpus : 1);
	check_number(row, "highest APIC id", command_cpus_highest_apic_id(&cpus),
		     row->highest_apic_id);
}

static void check_option(const struct row *row, const struct command_line *line,
			 const char *name, const char *wanted)
{
	const struct command_option *option = command_line_last(line, name);

	check_string(row, name, option ? option->value : NULL, wanted);
}

static void check_kept(const struct row *row, const struct command_line *line)
{
	const struct command_option *cpu = command_line_last(line, "cpu");
	char *kept = cpu && cpu->value ? kvm_names_drop(PARACALL_X86, cpu->value, NULL) : NULL;

	if (row->kept)
		check_string(row, "-cpu without KVM's features", kept, row->kept);
	free(kept);
}

static void check_places(const struct row *row, const struct command_line *line, char *argv[])
{
	for (size_t i = 0; i < line->count; i++) {
		const struct command_option *option = &line->options[i];

		if (option->file)
			check_number(row, "place of a section", option->index, 0);
		else if (argv[option->index] != option->word ||
			 (option->value && argv[option->index + 1] != option->value))
			fail_msg("%s: %s is not at %zu", row->words, option->word,
				 option->index);
	}
}

static void check_row(const struct row *row)
{
	char *argv[MAX_WORDS + 1];
	char copy[1024];
	struct command_line line;

	if (row->file)
		write_file(row->file);
	split(row, copy, argv);
	if (!command_line_read(&line, argv))
		fail_msg("%s: %s", row->words, line.error);
	check_accelerators(row, &line);
	check_string(row, "machine", command_line_machine(&line), row->machine);
	check_string(row, "model", command_line_value(&line, "cpu", "model"), row->model);
	check_number(row, "x2apic",
		     command_line_cpu_property(&line, "x86_64-cpu", "x2apic", NULL),
		     row->x2apic);
	check_cpus(row, &line);
	check_number(row, "thread", command_line_shares_thread(&line), row->shares_thread);
	check_number(row, "icount", command_line_counts_instructions(&line),
		     row->counts_instructions);
	check_option(row, &line, "incoming", row->incoming);
	check_option(row, &line, "loadvm", row->loadvm);
	check_number(row, "daemonize", command_line_last(&line, "daemonize") != NULL,
		     row->is_daemon);
	check_number(row, "version", command_line_last(&line, "version") != NULL,
		     row->is_version);
	check_string(row, "plugin", command_line_value(&line, "plugin", "file"), row->plugin);
	check_number(row, "vmclock", command_line_has_device(&line, "vmclock"),
		     row->has_vmclock);
	check_number(row, "firmware", command_line_has_firmware(&line), row->has_firmware);
	check_number(row, "guest", command_line_has_guest(&line), !row->has_no_guest);
	check_kept(row, &line);
	check_places(row, &line, argv);
	command_line_free(&line);
}

static void table(void **state)
{
	(void)state;
	assert_true(sizeof(rows) / sizeof(rows[0]) >= 80);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void decides(void **state)
{
	char *argv[] = { "qemu",
			 "-cpu",
			 "max",
			 "-global",
			 "x86_64-cpu.x2apic=on",
			 "-machine",
			 "q35,accel=kvm:tcg",
			 NULL };
	struct command_accelerator accelerator = { .seen = 0 };
	const struct command_option *option;
	struct command_line line;

	(void)state;
	assert_true(command_line_read(&line, argv));
	assert_int_equal(command_line_cpu_property(&line, "x86_64-cpu", "x2apic", &option),
			 COMMAND_YES);
	assert_string_equal(option->word, "-global");
	assert_true(command_line_next_accelerator(&line, &accelerator));
	assert_string_equal(accelerator.option->word, "-machine");
	assert_string_equal(accelerator.option->value, "q35,accel=kvm:tcg");
	assert_int_equal(command_line_cpu_property(&line, "x86_64-cpu", "kvm", &option),
			 COMMAND_SILENT);
	assert_null(option);
	command_line_free(&line);
}

/* All that -cpu says, in its order, for those who hand it on. */
static void cpu_flags(void **state)
{
	static const struct command_key wanted[] = {
		{ KEY_VALUE, "model", "max" },	  { KEY_PLUS, "invtsc", "on" },
		{ KEY_VALUE, "kvm", "off" },	  { KEY_MINUS, "avx", "off" },
		{ KEY_FLAG, "migratable", "on" }, { KEY_VALUE, "vendor", "a=b" },
	};
	char *argv[] = { "qemu", "-cpu", "max,+invtsc,kvm=off,-avx,,migratable,vendor=a=b",
			 NULL };
	struct command_line line;

	(void)state;
	assert_true(command_line_read(&line, argv));
	assert_int_equal(line.options[0].key_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < line.options[0].key_count; i++) {
		assert_int_equal(line.options[0].keys[i].form, wanted[i].form);
		assert_string_equal(line.options[0].keys[i].key, wanted[i].key);
		assert_string_equal(line.options[0].keys[i].value, wanted[i].value);
	}
	command_line_free(&line);
}

/* The last key of each kind; "_" is "-". */
static void properties(void **state)
{
	char *argv[] = { "qemu",
			 "-cpu",
			 "max,+kvm_pv_unhalt,kvm-pv-ipi=off,-kvmclock,kvmclock=on",
			 "-global",
			 "x86_64-cpu.kvm-steal-time=off",
			 "-global",
			 "x86_64-cpu.kvm_asyncpf=off",
			 "-device",
			 "max-x86_64-cpu,kvm_pv_eoi=on",
			 NULL };
	static const struct {
		const char *property;
		enum command_answer answer;
	} wanted[] = {
		{ "kvm-pv-unhalt", COMMAND_YES }, { "kvm-pv-ipi", COMMAND_NO },
		{ "kvmclock", COMMAND_NO },	  { "kvm-steal-time", COMMAND_NO },
		{ "kvm-asyncpf", COMMAND_NO },	  { "kvm-pv-eoi", COMMAND_YES },
		{ "kvm-pv", COMMAND_SILENT },	  { "kvm-pv-unhalt-x", COMMAND_SILENT },
		{ "kvm", COMMAND_SILENT },
	};
	struct command_line line;

	(void)state;
	assert_true(command_line_read(&line, argv));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (command_line_cpu_property(&line, "x86_64-cpu", wanted[i].property, NULL) !=
		    wanted[i].answer)
			fail_msg("%s: not %d", wanted[i].property, wanted[i].answer);
	command_line_free(&line);
}

static bool is_feature(enum paracall_architecture architecture, const char *feature)
{
	const struct paracall_feature_info *info;

	for (size_t i = 0; (info = paracall_feature_info(architecture, i)); i++)
		if (!strcmp(info->name, feature))
			return true;
	return false;
}

static bool has_name(const char *feature)
{
	const struct kvm_name *name;

	for (size_t i = 0; (name = kvm_name_at(i)); i++)
		for (size_t j = 0; j < 2; j++)
			if (name->architecture == PARACALL_X86 && name->features[j] &&
			    !strcmp(name->features[j], feature))
				return true;
	return false;
}

/* Each name is a feature's, and each of x86's features has one that QEMU can choose. */
static void names_of_features(void **state)
{
	const struct paracall_feature_info *info;
	const struct kvm_name *name;

	(void)state;
	for (size_t i = 0; (name = kvm_name_at(i)); i++)
		for (size_t j = 0; j < 2; j++)
			if (name->features[j] &&
			    !is_feature(name->architecture, name->features[j]))
				fail_msg("%s: no feature %s", name->name, name->features[j]);
	for (size_t i = 0; (info = paracall_feature_info(PARACALL_X86, i)); i++)
		if (!has_name(info->name) && strcmp(info->name, "hc-map-gpa-range") &&
		    strcmp(info->name, "migration-control"))
			fail_msg("%s: QEMU has a name for it", info->name);
	assert_null(kvm_name_find(PARACALL_ARM64, "kvmclock", 8));
	name = kvm_name_find(PARACALL_LOONGARCH, "kvm-steal-time", 14);
	assert_non_null(name);
	assert_string_equal(name->features[0], "steal-time");
	name = kvm_name_find(PARACALL_LOONGARCH, "kvm-pv-ipi", 10);
	assert_non_null(name);
	assert_string_equal(name->features[0], "ipi");
	assert_null(kvm_name_find(PARACALL_LOONGARCH, "kvm-no-adjvtime", 15));
	assert_string_equal(kvm_name_find(PARACALL_X86, "kvm_pv_ipi=on", 10)->name,
			    "kvm-pv-ipi");
	assert_null(kvm_name_find(PARACALL_X86, "kvm-pv-ipi", 9));
	assert_null(kvm_name_find(PARACALL_X86, "", 0));
}

static void other_model(void **state)
{
	char *text = kvm_names_drop(PARACALL_X86, "host,kvm=off,migratable=off", "max");

	(void)state;
	assert_string_equal(text, "max,migratable=off");
	free(text);
	text = kvm_names_drop(PARACALL_ARM64, "host,kvm-steal-time=off,sve=on", NULL);
	assert_string_equal(text, "host,sve=on");
	free(text);
	text = kvm_names_drop(PARACALL_LOONGARCH, "max,kvm-steal-time=off,lsx=on,-kvm-pv-ipi",
			      NULL);
	assert_string_equal(text, "max,lsx=on");
	free(text);
}

static void check_refused(const char *file, const char *reason)
{
	char *argv[] = { "qemu", "-readconfig", (char *)file, NULL };
	struct command_line line;

	assert_false(command_line_read(&line, argv));
	if (!strstr(line.error, reason))
		fail_msg("%s: %s", file, line.error);
	command_line_free(&line);
}

static void files(void **state)
{
	char *argv[] = { "qemu", "-readconfig", path, "-readconfig", path, NULL };
	struct command_line line;
	FILE *file;

	(void)state;
	check_refused("/nonexistent/x", "No such file");
	check_refused("/tmp", "plain file");
	check_refused("/dev/zero", "plain file");
	/* Once it is short enough, twice not. */
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 6 << 10; i++)
		fprintf(file, "%99d\n", i);
	fclose(file);
	assert_false(command_line_read(&line, argv));
	assert_non_null(strstr(line.error, "1 MiB"));
	command_line_free(&line);
	argv[3] = NULL;
	assert_true(command_line_read(&line, argv));
	command_line_free(&line);
	/* Zeros without an end of line. */
	assert_int_equal(truncate(path, 8 << 20), 0);
	check_refused(path, "1 MiB");
	write_file("[a \"x\"]\n[\n[]\n[b\n = \"\"\n x = \"\n[icount]\nshift");
	assert_true(command_line_read(&line, argv));
	command_line_free(&line);
}

/* As many as a process can have. */
static void many_words(void **state)
{
	size_t count = 200000;
	char **argv = calloc(count + 5, sizeof(*argv));
	struct command_line line;

	(void)state;
	assert_non_null(argv);
	for (size_t i = 0; i < count; i++)
		argv[i] = "-snapshot";
	argv[count] = "-icount";
	argv[count + 1] = "shift=3";
	assert_true(command_line_read(&line, argv));
	assert_true(command_line_counts_instructions(&line));
	command_line_free(&line);
	free(argv);
}

static void long_values(void **state)
{
	size_t size = 100000;
	char *text = malloc(size + 1);
	char *argv[] = { "qemu", "-cpu", text,	    "-accel", text,   "-machine", text,
			 "-smp", text,	 "-global", text,     "-set", text,	  NULL };
	static const char bytes[] = ",=.:+-a\"[";
	struct command_cpus cpus;
	struct command_line line;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
		memset(text, bytes[i], size);
		text[size] = '\0';
		assert_true(command_line_read(&line, argv));
		command_line_cpus(&line, &cpus);
		command_line_shares_thread(&line);
		command_line_free(&line);
	}
	free(text);
}

static void loader(void **state)
{
	static char *const by_loader[] = { "/lib/ld.so", "--argv0",
					   "qemu",	 "--library-path",
					   "/lib",	 "--inhibit-cache",
					   "/bin/qemu",	 "-M",
					   "pc",	 NULL };
	static char *const directly[] = { "qemu", "-M", "pc", NULL };
	static char *const alone[] = { "qemu", "--preload", NULL };
	static char *const nothing[] = { "ld.so", "--library-path", "x", NULL };
	static char *const empty[] = { NULL };

	(void)state;
	assert_ptr_equal(command_line_behind_loader(by_loader), by_loader + 6);
	assert_ptr_equal(command_line_behind_loader(directly), directly);
	assert_ptr_equal(command_line_behind_loader(alone), alone);
	assert_ptr_equal(command_line_behind_loader(nothing), nothing);
	assert_ptr_equal(command_line_behind_loader(empty), empty);
}

static void known(void **state)
{
	(void)state;
	assert_true(command_line_knows("smp"));
	assert_true(command_line_knows("enable-kvm"));
	assert_false(command_line_knows("-smp"));
	assert_false(command_line_knows(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),       cmocka_unit_test(decides),
		cmocka_unit_test(cpu_flags),   cmocka_unit_test(files),
		cmocka_unit_test(many_words),  cmocka_unit_test(long_values),
		cmocka_unit_test(loader),      cmocka_unit_test(known),
		cmocka_unit_test(properties),  cmocka_unit_test(names_of_features),
		cmocka_unit_test(other_model),
	};
	int file = mkstemp(path);
	int failed;

	if (file < 0)
		return 1;
	close(file);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
