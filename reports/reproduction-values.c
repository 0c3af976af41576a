// SPDX-License-Identifier: GPL-2.0-only
/* Lines of a series' text. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reproduction-document.h"

#define MAX_VALUE 64 /* characters of a number */

static bool take_int(const char **text, int64_t *ret_value)
{
	char *end;

	if (!isdigit((unsigned char)**text) && **text != '-')
		return false;
	errno = 0;
	*ret_value = strtoll(*text, &end, 10);
	if (errno || end == *text)
		return false;
	*text = end;
	return true;
}

/* A number by JSON's rules, which take neither "nan" nor "0x1". */
static bool take_value(const char **text, struct dcb_identity_row *row)
{
	size_t n = strcspn(*text, " \n");
	json_auto_t *value = NULL;

	if (n == 0 || n > MAX_VALUE)
		return false;
	value = json_loadb(*text, n, JSON_DECODE_ANY, NULL);
	if (!json_is_number(value) && !json_is_null(value))
		return false;
	row->present = json_is_number(value);
	row->value = json_number_value(value);
	*text += n;
	return true;
}

static bool take_times(const char **text, struct dcb_identity_row *row)
{
	row->has_times = **text == ' ';
	if (!row->has_times)
		return true;
	++*text;
	if (!take_int(text, &row->enabled_ns) || **text != ' ')
		return false;
	++*text;
	return take_int(text, &row->running_ns);
}

bool dcb_reproduction_next(const char **text, struct dcb_identity_row *row)
{
	const char *at = *text;
	int64_t thread, iteration;

	if (!take_int(&at, &thread) || thread < 0 || thread > INT32_MAX || *at++ != ' ' ||
	    !take_int(&at, &iteration) || iteration < INT32_MIN || iteration > INT32_MAX ||
	    *at++ != ' ' || !take_value(&at, row) || !take_times(&at, row) || *at++ != '\n')
		return false;
	row->thread = (int)thread;
	row->iteration = (int)iteration;
	*text = at;
	return true;
}
