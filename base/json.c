// SPDX-License-Identifier: GPL-2.0-only
#include "base/json.h"

#include <math.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

json_t *dcb_json_number(double value)
{
	if (!isfinite(value))
		return NULL;
	if (value == rint(value) && fabs(value) <= 9007199254740992.0)
		return json_integer((json_int_t)value);
	return json_real(value);
}

json_t *dcb_json_string(const char *text)
{
	return text ? json_string(text) : json_null();
}

char *dcb_json_print(const json_t *value)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
	char *line;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return NULL;
	return line;
}

char *dcb_json_line(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
}

int dcb_json_parse(const char *text, size_t size, json_t **ret_value, struct dcb_error *err)
{
	json_error_t at;
	json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);

	if (!value)
		return dcb_error_set(err, EBADMSG, "not JSON: line %d, column %d: %s", at.line,
				     at.column, at.text);
	*ret_value = value;
	return 0;
}

/* At least as many values as there are; strings are stepped over. */
static size_t count_values(const char *text, size_t size)
{
	bool quoted = false;
	size_t n = 1;

	for (size_t i = 0; i < size; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted)
			n += text[i] == ',' || text[i] == '[' || text[i] == '{';
	}
	return n;
}

int dcb_json_parse_foreign(const char *text, size_t size, size_t most, json_t **ret_value,
			   struct dcb_error *err)
{
	int r;

	if (count_values(text, size) > most)
		return dcb_error_usage(err, "more than %zu values", most);
	r = dcb_json_parse(text, size, ret_value, err);
	if (r < 0 && err)
		err->kind = DCB_ERROR_USAGE;
	return r;
}
