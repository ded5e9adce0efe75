/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that the command and the plugin share, which neither can take from the other. */
#include "../../engine/qemu/shared_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 10000
#define LEAST 64

static off_t size_of(int file)
{
	struct stat status;

	assert_int_equal(fstat(file, &status), 0);
	return status.st_size;
}

static int make(void)
{
	int file = memfd_create("test", MFD_ALLOW_SEALING);
	const char *wrong = NULL;
	char *memory = shared_memory_make(file, SIZE, &wrong);

	assert_non_null(memory);
	assert_null(wrong);
	memory[SIZE - 1] = 42;
	assert_int_equal(munmap(memory, SIZE), 0);
	return file;
}

static void size_stays(void **state)
{
	int file = make();

	(void)state;
	assert_int_equal(ftruncate(file, 0), -1);
	assert_int_equal(ftruncate(file, SIZE - 1), -1);
	assert_int_equal(ftruncate(file, SIZE + 1), -1);
	assert_int_equal(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(size_of(file), SIZE);
	close(file);
}

static void other_end_maps_it(void **state)
{
	int file = make();
	size_t size;
	char *memory = shared_memory_map(file, SHARED_MEMORY_SEALS, LEAST, &size);

	(void)state;
	assert_non_null(memory);
	assert_int_equal(size, SIZE);
	assert_int_equal(memory[SIZE - 1], 42);
	munmap(memory, size);
	close(file);
}

static void each_seal_is_needed(void **state)
{
	static const int seals[] = { 0, F_SEAL_SHRINK, F_SEAL_SHRINK | F_SEAL_GROW,
				     F_SEAL_SHRINK | F_SEAL_SEAL, F_SEAL_GROW | F_SEAL_SEAL };
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
		int file = memfd_create("test", MFD_ALLOW_SEALING);

		assert_int_equal(ftruncate(file, SIZE), 0);
		assert_int_equal(fcntl(file, F_ADD_SEALS, seals[i]), 0);
		assert_null(shared_memory_map(file, SHARED_MEMORY_SEALS, LEAST, &size));
		close(file);
	}
}

static void too_small(void **state)
{
	int file = memfd_create("test", MFD_ALLOW_SEALING);
	size_t size;

	(void)state;
	assert_int_equal(ftruncate(file, LEAST - 1), 0);
	assert_int_equal(fcntl(file, F_ADD_SEALS, SHARED_MEMORY_SEALS), 0);
	assert_null(shared_memory_map(file, SHARED_MEMORY_SEALS, LEAST, &size));
	close(file);
}

/* Memory without a name, as from memfd_create(), must take the seals. */
static void no_seals(void **state)
{
	int file = memfd_create("test", 0);
	const char *wrong = NULL;

	(void)state;
	assert_null(shared_memory_make(file, SIZE, &wrong));
	assert_non_null(strstr(wrong, "MFD_ALLOW_SEALING"));
	close(file);
}

static void sealed_before(void **state)
{
	int file = memfd_create("test", MFD_ALLOW_SEALING);
	const char *wrong = NULL;

	(void)state;
	assert_int_equal(ftruncate(file, SIZE - 1), 0);
	assert_int_equal(fcntl(file, F_ADD_SEALS, SHARED_MEMORY_SEALS), 0);
	assert_null(shared_memory_make(file, SIZE, &wrong));
	assert_non_null(wrong);
	close(file);
}

/* On whichever file system it is. */
static void named_file(void **state)
{
	char path[] = "/tmp/paracall-test-XXXXXX";
	int file = mkstemp(path);
	const char *wrong = NULL;
	void *memory;

	(void)state;
	assert_true(file >= 0);
	memory = shared_memory_make(file, SIZE, &wrong);
	unlink(path);
	assert_non_null(memory);
	assert_int_equal(size_of(file), SIZE);
	munmap(memory, SIZE);
	close(file);
}

static void no_file(void **state)
{
	int file = open("/dev/null", O_RDWR);
	const char *wrong = NULL;
	size_t size;

	(void)state;
	assert_null(shared_memory_make(file, SIZE, &wrong));
	assert_non_null(wrong);
	assert_null(shared_memory_map(file, SHARED_MEMORY_SEALS, LEAST, &size));
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_stays),
		cmocka_unit_test(other_end_maps_it),
		cmocka_unit_test(each_seal_is_needed),
		cmocka_unit_test(too_small),
		cmocka_unit_test(no_seals),
		cmocka_unit_test(sealed_before),
		cmocka_unit_test(named_file),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
