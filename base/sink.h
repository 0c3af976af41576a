/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Where a library says what it is doing. Libraries do not print: the mains decide. */

struct dcb_sink {
	void (*line)(void *context, const char *text);
	void *context;
};

/* A NULL sink, or one without a function, is silent. */
void dcb_sink_say(const struct dcb_sink *sink, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
