// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/spec.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/option.h"

#define DIGITS        "0123456789"
#define VERSION_CHARS DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~-"

static const char *const schemes[] = {"debian", "file", "tree"};

/* How many dotted numbers the text begins with; *ret_end is what follows them. */
static size_t count_numbers(const char *text, const char **ret_end)
{
	size_t n = 0;

	for (;;) {
		size_t digits = strspn(text, DIGITS);

		if (digits == 0)
			break;
		n++;
		text += digits;
		if (text[0] != '.' || strspn(text + 1, DIGITS) == 0)
			break;
		text++;
	}
	*ret_end = text;
	return n;
}

static int parse_debian(const char *value, enum dcb_spec_kind *ret_kind, struct dcb_error *err)
{
	const char *end;
	size_t n;

	if (strcmp(value, "latest") == 0) {
		*ret_kind = DCB_SPEC_LATEST;
		return 0;
	}
	n = count_numbers(value, &end);
	if (strlen(value) > 128 || value[strspn(value, VERSION_CHARS)] != '\0')
		n = 0;
	if (n == 2 && *end == '\0')
		*ret_kind = DCB_SPEC_SERIES;
	else if (n == 3 && *end == '\0')
		*ret_kind = DCB_SPEC_VERSION;
	else if ((n == 2 || n == 3) && (*end == '-' || *end == '+' || *end == '~'))
		*ret_kind = DCB_SPEC_RELEASE;
	else
		return dcb_error_usage(err,
				       "kernel debian:%.128s: not a version; give a series "
				       "(debian:6.12), a version (debian:6.18.15), a release "
				       "(debian:6.12.117+deb13) or debian:latest",
				       value);
	return 0;
}

static int refuse(const char *text, struct dcb_error *err)
{
	const char *colon = strchr(text, ':');
	const char *end;

	if (colon) {
		_cleanup_free_ char *scheme = strndup(text, (size_t)(colon - text));
		const char *near;

		if (!scheme)
			return dcb_error_oom(err);
		near = dcb_nearest(scheme, schemes, ARRAY_SIZE(schemes));
		if (near)
			return dcb_error_usage(
				err,
				"kernel %.200s: unknown kind \"%.40s\"; did you mean %s:%.128s?",
				text, scheme, near, colon + 1);
		return dcb_error_usage(
			err,
			"kernel %.200s: unknown kind \"%.40s\"; there are debian:, file: and tree:",
			text, scheme);
	}
	if (strcmp(text, "latest") == 0 || count_numbers(text, &end) >= 2)
		return dcb_error_usage(err,
				       "kernel %.200s: no such file; did you mean debian:%.128s?",
				       text, text);
	return dcb_error_usage(
		err, "kernel %.200s: no such file; give debian:VERSION, file:PATH or tree:PATH",
		text);
}

static bool take_scheme(const char *text, const char *scheme, const char **ret_value)
{
	size_t n = strlen(scheme);

	if (strncmp(text, scheme, n) != 0 || text[n] != ':')
		return false;
	*ret_value = text + n + 1;
	return true;
}

int dcb_spec_parse(const char *text, struct dcb_spec *ret_spec, struct dcb_error *err)
{
	enum dcb_spec_kind kind = DCB_SPEC_FILE;
	const char *value = text;
	char *copy;
	int r;

	if (*text == '\0')
		return dcb_error_usage(err, "empty kernel spec; give debian:VERSION, file:PATH or "
					    "tree:PATH");
	if (take_scheme(text, "debian", &value)) {
		r = parse_debian(value, &kind, err);
		if (r < 0)
			return r;
	} else if (take_scheme(text, "file", &value)) {
		kind = DCB_SPEC_FILE;
	} else if (take_scheme(text, "tree", &value)) {
		kind = DCB_SPEC_TREE;
	} else if (strchr(text, '/') || dcb_file_exists(text)) {
		kind = DCB_SPEC_FILE;
	} else {
		return refuse(text, err);
	}
	if (*value == '\0')
		return dcb_error_usage(err, "kernel %s lacks a path", text);
	copy = strdup(value);
	if (!copy)
		return dcb_error_oom(err);
	*ret_spec = (struct dcb_spec){.kind = kind, .value = copy};
	return 0;
}

void dcb_spec_deinit(struct dcb_spec *spec)
{
	free(spec->value);
	*spec = (struct dcb_spec)DCB_SPEC_NULL;
}
