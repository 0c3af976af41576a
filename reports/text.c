// SPDX-License-Identifier: GPL-2.0-only
#include "reports/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* The length of the valid UTF-8 sequence (RFC 3629) at `text`, with its character; 0 if none. */
static size_t decode(const unsigned char *text, uint32_t *ret_character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t character;
	size_t n;

	if (text[0] < 0x80)
		n = 1, character = text[0];
	else if ((text[0] & 0xe0) == 0xc0)
		n = 2, character = text[0] & 0x1f;
	else if ((text[0] & 0xf0) == 0xe0)
		n = 3, character = text[0] & 0x0f;
	else if ((text[0] & 0xf8) == 0xf0)
		n = 4, character = text[0] & 0x07;
	else
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (character < least[n] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	*ret_character = character;
	return n;
}

/* Control characters and those that turn the direction of writing. */
static bool is_printable(uint32_t character)
{
	return character >= 0x20 && (character < 0x7f || character > 0x9f) &&
	       !(character >= 0x200b && character <= 0x200f) &&
	       !(character >= 0x2028 && character <= 0x202e) &&
	       !(character >= 0x2066 && character <= 0x2069) && character != 0xfeff;
}

static char *clean(const char *text, bool printable)
{
	char *copy = malloc(strlen(text) + 1), *to = copy;

	if (!copy)
		return NULL;
	while (*text) {
		uint32_t character;
		size_t n = decode((const unsigned char *)text, &character);

		if (n && (!printable || is_printable(character))) {
			memcpy(to, text, n);
			to += n;
		} else {
			*to++ = '?';
		}
		text += n ? n : 1;
	}
	*to = '\0';
	return copy;
}

char *dcb_text_printable(const char *text)
{
	return clean(text ? text : "", true);
}

char *dcb_text_utf8(const char *text)
{
	return text ? clean(text, false) : NULL;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t dcb_text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += !is_continuation(*text);
	return n;
}

void dcb_text_cut(char *text, size_t width)
{
	size_t kept = width > 2 ? width - 2 : 0, dots = width - kept;

	if (dcb_text_width(text) <= width)
		return;
	for (; *text && (kept > 0 || is_continuation(*text)); text++)
		if (!is_continuation(*text))
			kept--;
	memset(text, '.', dots);
	text[dots] = '\0';
}
