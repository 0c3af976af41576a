// SPDX-License-Identifier: GPL-2.0-only
#include "base/ini.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define MAX_BYTES (1 << 20)

static char *strip(char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		text[--n] = '\0';
	return text;
}

/* One line; *section points into the text and lives on. */
static int read_line(char *line, const char *where, char **section, dcb_ini_handler handler,
		     void *context, struct dcb_error *err)
{
	char *equals, *end;

	line = strip(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	if (*line == '[') {
		end = strchr(line, ']');
		if (!end || end[1] != '\0')
			return dcb_error_usage(err, "%s: a section line is \"[name]\"", where);
		*end = '\0';
		*section = strip(line + 1);
		return handler(context, where, *section, NULL, NULL, err);
	}
	equals = strchr(line, '=');
	if (!equals)
		return dcb_error_usage(err, "%s: neither \"[section]\" nor \"key = value\": %.60s",
				       where, line);
	if (!*section)
		return dcb_error_usage(err, "%s: a key before the first \"[section]\"", where);
	*equals = '\0';
	return handler(context, where, *section, strip(line), strip(equals + 1), err);
}

int dcb_ini_read(const char *path, dcb_ini_handler handler, void *context, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	char *section = NULL;
	unsigned number = 0;
	size_t size;
	int r;

	r = dcb_file_read(path, MAX_BYTES, &text, &size, err);
	if (r < 0)
		return r;
	if (memchr(text, '\0', size))
		return dcb_error_usage(err, "%s: not a text file", path);
	for (char *line = text, *next; line; line = next) {
		_cleanup_free_ char *where = dcb_format("%s:%u", path, ++number);

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!where)
			return dcb_error_oom(err);
		r = read_line(line, where, &section, handler, context, err);
		if (r < 0)
			return r;
	}
	return 0;
}
