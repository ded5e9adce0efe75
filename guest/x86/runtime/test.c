/* SPDX-License-Identifier: BSD-2-Clause */
/* Running tests and telling how they went. */
#include "test.h"

#include <stdarg.h>

bool kvm_found;
struct paracall_guest_kvm kvm;
struct test_counts test_counts;

static const struct test *current;
static const char *skip_reason;
static bool failed;

static uint32_t next_number(void)
{
	return test_counts.passed + test_counts.failed + test_counts.skipped + 1;
}

/* The first failure is the test's own line, the others comments. */
static void begin_failure(void)
{
	if (failed)
		print("# %s: ", current->name);
	else
		print("not ok %u - %s: ", next_number(), current->name);
	failed = true;
}

bool check_equal(int64_t got, int64_t expected, const char *format, ...)
{
	va_list arguments;

	if (got == expected)
		return true;
	begin_failure();
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	/* Small ones are codes and counts. */
	if (expected > -0x10000 && expected < 0x10000 && got > -0x10000 && got < 0x10000)
		print(": expected %ld, got %ld\n", expected, got);
	else
		print(": expected 0x%lx, got 0x%lx\n", (uint64_t)expected, (uint64_t)got);
	return false;
}

bool check(bool good, const char *format, ...)
{
	va_list arguments;

	if (good)
		return true;
	begin_failure();
	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
	print("\n");
	return false;
}

bool test_has_failed(void)
{
	return failed;
}

void skip(const char *reason)
{
	skip_reason = reason;
}

static const char *reason_against(const struct test *test)
{
	if (test->kvm && !kvm_found)
		return "no KVM here";
	if (test->features & ~kvm.features)
		return "KVM does not offer the feature";
	if (test->cpus > cpu_count)
		return "needs more CPUs";
	return NULL;
}

static void run_one(const struct test *test)
{
	current = test;
	failed = false;
	skip_reason = reason_against(test);
	if (!skip_reason) {
		test->run();
		cpus_recover();
	}
	if (failed) {
		test_counts.failed++;
	} else if (skip_reason) {
		print("ok %u - %s # SKIP %s\n", next_number(), test->name, skip_reason);
		test_counts.skipped++;
	} else {
		print("ok %u - %s\n", next_number(), test->name);
		test_counts.passed++;
	}
}

void tests_start(const char *program)
{
	kvm_found = paracall_guest_find_kvm(&kvm);
	print("# %s: %u CPUs, %lu TSC cycles per us, ", program, cpu_count, cycles_per_us);
	if (kvm_found)
		print("KVM at CPUID leaf 0x%x, features 0x%x, hints 0x%x\n", kvm.base,
		      kvm.features, kvm.hints);
	else
		print("no KVM\n");
}

void tests_run(const struct test *tests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_one(&tests[i]);
}

int tests_finish(void)
{
	print("1..%u\n", next_number() - 1);
	print("# SUMMARY: %u passed, %u failed, %u skipped\n", test_counts.passed,
	      test_counts.failed, test_counts.skipped);
	if (test_counts.failed)
		return EXIT_FAILED;
	return test_counts.passed ? EXIT_PASSED : EXIT_SKIPPED;
}

bool cpu_has_vmmcall(void)
{
	struct paracall_guest_cpuid leaf = paracall_guest_cpuid(0, 0);

	/* "Auth"enticAMD, "Hygo"nGenuine */
	return leaf.ebx == 0x68747541 || leaf.ebx == 0x6f677948;
}

long hypercall(long number, long a0, long a1, long a2, long a3)
{
	/* Asked once: CPUID is an exit under KVM. */
	static int vmmcall = -1;

	if (vmmcall < 0)
		vmmcall = cpu_has_vmmcall();
	return vmmcall ? paracall_guest_vmmcall(number, a0, a1, a2, a3)
		       : paracall_guest_vmcall(number, a0, a1, a2, a3);
}

struct registers registers_with_patterns(uint64_t number, uint64_t rflags)
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
