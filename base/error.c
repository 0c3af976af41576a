// SPDX-License-Identifier: GPL-2.0-only
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set(struct dcb_error *err, enum dcb_error_kind kind, int errnum, const char *format,
	       va_list args)
{
	errnum = abs(errnum);
	if (errnum == 0)
		errnum = EIO;
	if (err) {
		/* The arguments may point into err itself. */
		char text[sizeof(err->message)];

		vsnprintf(text, sizeof(text), format, args);
		memcpy(err->message, text, sizeof(text));
		err->kind = kind;
		err->errnum = errnum;
	}
	return -errnum;
}

int dcb_error_set(struct dcb_error *err, int errnum, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = set(err, DCB_ERROR_FAILURE, errnum, format, args);
	va_end(args);
	return r;
}

static void append(struct dcb_error *err, const char *text)
{
	size_t used = strlen(err->message);

	snprintf(err->message + used, sizeof(err->message) - used, "%s", text);
}

int dcb_error_sys(struct dcb_error *err, int errnum, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = set(err, DCB_ERROR_FAILURE, errnum, format, args);
	va_end(args);
	if (err) {
		append(err, ": ");
		append(err, strerror(-r));
	}
	return r;
}

int dcb_error_usage(struct dcb_error *err, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = set(err, DCB_ERROR_USAGE, EINVAL, format, args);
	va_end(args);
	return r;
}

int dcb_error_wrap(struct dcb_error *err, const char *format, ...)
{
	char inner[sizeof(((struct dcb_error *)0)->message)];
	va_list args;

	if (!err)
		return -EIO;
	memcpy(inner, err->message, sizeof(inner));
	va_start(args, format);
	set(err, err->kind, err->errnum, format, args);
	va_end(args);
	append(err, ": ");
	append(err, inner);
	return -err->errnum;
}

int dcb_error_oom(struct dcb_error *err)
{
	return dcb_error_set(err, ENOMEM, "out of memory");
}
