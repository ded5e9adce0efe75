/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* One word, which may be empty in quotes, to @word; NULL if a quote is not closed. */
static const char *take_word(const char *text, char *word)
{
	char quote = '\0';

	for (; *text && (quote || !is_blank(*text)); text++) {
		if (!quote && (*text == '"' || *text == '\''))
			quote = *text;
		else if (quote && *text == quote)
			quote = '\0';
		else if (*text == '\\' && quote != '\'' && text[1])
			*word++ = *++text;
		else
			*word++ = *text;
	}
	*word = '\0';
	return quote ? NULL : text;
}

bool words_split(struct strings *words, const char *text)
{
	char *word = must(malloc(strlen(text) + 1));

	while (text) {
		while (is_blank(*text))
			text++;
		if (!*text)
			break;
		text = take_word(text, word);
		if (text)
			strings_add(words, word);
	}
	free(word);
	return text;
}
