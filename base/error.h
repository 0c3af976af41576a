/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a user will read when a call fails: one line, built from the inside out ("outer: inner"). */

#include <errno.h>
#include <stdarg.h>

enum dcb_error_kind {
	DCB_ERROR_FAILURE, /* the lab or its surroundings failed: exit 1 */
	DCB_ERROR_USAGE,   /* the input is bad and the message says what to do: exit 2 */
};

/* Lives on the caller's stack. `errnum` is positive; 0 while nothing was set. */
struct dcb_error {
	enum dcb_error_kind kind;
	int errnum;
	char message[1024];
};

#define DCB_ERROR_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/* Each returns -errnum, so that `return dcb_error_set(err, ENOENT, ...)` both tells and fails.
 * `err` may be NULL. The text never ends in a newline or a full stop. */
int dcb_error_set(struct dcb_error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As above, with ": <strerror(errnum)>" behind the text. */
int dcb_error_sys(struct dcb_error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Bad input: what, where, and what to do. Returns -EINVAL. */
int dcb_error_usage(struct dcb_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Puts "text: " before what stands in err; keeps its kind. */
int dcb_error_wrap(struct dcb_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* -ENOMEM with its message. */
int dcb_error_oom(struct dcb_error *err);
