/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stdint.h>

/* Where a library says what it is doing. Libraries do not print: the mains decide. */

/* What a line is about, where that is known: for logs with fields. */
struct dcb_about {
	int64_t job, run;      /* 0: none */
	const char *kernel;    /* its name in the plan, or NULL */
	const char *workloads; /* "a,b", or NULL */
};

struct dcb_sink {
	void (*line)(void *context, const char *text);
	/* Instead of line, for who has a use for it; about: NULL where nothing is known. */
	void (*line_about)(void *context, const struct dcb_about *about, const char *text);
	void *context;
};

/* A NULL sink, or one without a function, is silent. */
void dcb_sink_say(const struct dcb_sink *sink, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void dcb_sink_say_about(const struct dcb_sink *sink, const struct dcb_about *about,
			const char *format, ...) __attribute__((format(printf, 3, 4)));
