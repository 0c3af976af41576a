// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/markup.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/text.h"

static void put_text(struct dcb_markup *markup, const char *text)
{
	_cleanup_free_ char *clean = dcb_text_printable(text);

	if (!clean) {
		markup->error = -ENOMEM;
		return;
	}
	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", markup->file);
			break;
		case '<':
			fputs("&lt;", markup->file);
			break;
		case '>':
			fputs("&gt;", markup->file);
			break;
		case '"':
			fputs("&quot;", markup->file);
			break;
		case '\'':
			fputs("&#39;", markup->file);
			break;
		default:
			fputc(*c, markup->file);
		}
	}
}

static void put_coordinate(struct dcb_markup *markup, double value)
{
	long hundredths, fraction;

	if (!isfinite(value) || fabs(value) > 1e9)
		value = 0;
	hundredths = lround(fabs(value) * 100);
	fraction = hundredths % 100;
	fprintf(markup->file, "%s%ld", value < 0 && hundredths ? "-" : "", hundredths / 100);
	if (fraction % 10)
		fprintf(markup->file, ".%02ld", fraction);
	else if (fraction)
		fprintf(markup->file, ".%ld", fraction / 10);
}

/* One conversion; returns the first character behind it. */
static const char *put_argument(struct dcb_markup *markup, const char *format, va_list *arguments)
{
	static const struct {
		const char *text;
		char kind;
	} conversions[] = {{"%", '%'}, {"s", 's'},  {"f", 'f'}, {"d", 'd'},
			   {"u", 'u'}, {"zu", 'z'}, {"ld", 'l'}};

	for (size_t i = 0; i < ARRAY_SIZE(conversions); i++) {
		size_t n = strlen(conversions[i].text);

		if (strncmp(format, conversions[i].text, n) != 0)
			continue;
		switch (conversions[i].kind) {
		case '%':
			fputc('%', markup->file);
			break;
		case 's':
			put_text(markup, va_arg(*arguments, const char *));
			break;
		case 'f':
			put_coordinate(markup, va_arg(*arguments, double));
			break;
		case 'd':
			fprintf(markup->file, "%d", va_arg(*arguments, int));
			break;
		case 'u':
			fprintf(markup->file, "%u", va_arg(*arguments, unsigned));
			break;
		case 'z':
			fprintf(markup->file, "%zu", va_arg(*arguments, size_t));
			break;
		default:
			fprintf(markup->file, "%ld", va_arg(*arguments, long));
		}
		return format + n;
	}
	assert(!"a conversion that markup does not know");
	return format;
}

void dcb_markup_put(struct dcb_markup *markup, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (*format && markup->error == 0) {
		size_t n = strcspn(format, "%");

		fwrite(format, 1, n, markup->file);
		format += n;
		if (*format == '%')
			format = put_argument(markup, format + 1, &arguments);
	}
	va_end(arguments);
}

void dcb_markup_raw(struct dcb_markup *markup, const char *text)
{
	if (markup->error == 0)
		fputs(text, markup->file);
}
