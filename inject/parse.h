/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grammar of --inject, which the command and the plugin share. */
#ifndef PARACALL_INJECT_PARSE_H
#define PARACALL_INJECT_PARSE_H

#include <paracall/paracall.h>

/*
 * Read what a user wrote, like "KICK_CPU:drop:1%" (paracall-inject(7) has the grammar), for
 * a guest of @architecture, and add it to @injection, which has its size,
 * and is zero otherwise, at first.
 * Returns NULL, or the end of a sentence for users that says what is wrong.
 */
const char *injection_parse(struct paracall_injection *injection,
			    enum paracall_architecture architecture, const char *text);

#endif /* PARACALL_INJECT_PARSE_H */
