/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers as one number, for programs that get too many of them to print each. */
#ifndef GUEST_HASH_H
#define GUEST_HASH_H

#include <stdint.h>

/* FNV-1a (its authors' parameters), a word at a time: continues @hash. */
static inline uint64_t hash_word(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * 0x100000001b3;
}

/* After an answer's last word. */
static inline uint64_t hash_end(uint64_t hash)
{
	return hash ^ hash >> 29;
}

#endif /* GUEST_HASH_H */
