// SPDX-License-Identifier: GPL-2.0-only
#include "reports/markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* An underscore within a word is none; "&" begins an entity only before these. */
static bool is_markup(const char *text, size_t i)
{
	switch (text[i]) {
	case '_':
		return i == 0 || !isalnum((unsigned char)text[i - 1]) ||
		       !isalnum((unsigned char)text[i + 1]);
	case '&':
		return text[i + 1] == '#' || isalpha((unsigned char)text[i + 1]);
	default:
		return strchr("\\`*[]<>|~$#@!", text[i]);
	}
}

char *dcb_markdown_escape(const char *text)
{
	char *escaped = malloc(2 * strlen(text) + 1), *to = escaped;

	if (!escaped)
		return NULL;
	for (size_t i = 0; text[i]; i++) {
		if (is_markup(text, i))
			*to++ = '\\';
		*to++ = text[i];
	}
	*to = '\0';
	return escaped;
}

static size_t longest_run(const char *text, char of)
{
	size_t longest = 0, n = 0;

	for (; *text; text++) {
		n = *text == of ? n + 1 : 0;
		longest = n > longest ? n : longest;
	}
	return longest;
}

char *dcb_markdown_code(const char *text)
{
	size_t n = longest_run(text, '`') + 1, size = strlen(text);
	/* A span that begins or ends with a backtick or a blank needs blanks, of which one each is
	 * taken away again. */
	bool padded = size && (strchr("` ", text[0]) || strchr("` ", text[size - 1]));
	char *fence, *span;

	if (!size)
		return strdup("");
	fence = malloc(n + 1);
	if (!fence)
		return NULL;
	memset(fence, '`', n);
	fence[n] = '\0';
	span = dcb_format("%s%s%s%s%s", fence, padded ? " " : "", text, padded ? " " : "", fence);
	free(fence);
	return span;
}
