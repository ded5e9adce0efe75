/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PARACALL_TEST_PUBLIC_FUNCTIONS_H
#define PARACALL_TEST_PUBLIC_FUNCTIONS_H

struct public_function {
	const char *name;
	void (*address)(void);
};

/* All functions that the public headers declare; ends without a name. */
extern const struct public_function public_functions[];

#endif /* PARACALL_TEST_PUBLIC_FUNCTIONS_H */
