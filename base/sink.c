// SPDX-License-Identifier: GPL-2.0-only
#include "base/sink.h"

#include <stdarg.h>
#include <stdio.h>

void dcb_sink_say(const struct dcb_sink *sink, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!sink || !sink->line)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sink->line(sink->context, text);
}
