// SPDX-License-Identifier: GPL-2.0-only
#include "base/sink.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const struct dcb_sink *sink, const struct dcb_about *about, const char *format,
		va_list args)
{
	char text[1024];

	if (!sink || (!sink->line && !sink->line_about))
		return;
	vsnprintf(text, sizeof(text), format, args);
	if (sink->line_about)
		sink->line_about(sink->context, about, text);
	else
		sink->line(sink->context, text);
}

void dcb_sink_say(const struct dcb_sink *sink, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(sink, NULL, format, args);
	va_end(args);
}

void dcb_sink_say_about(const struct dcb_sink *sink, const struct dcb_about *about,
			const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(sink, about, format, args);
	va_end(args);
}
