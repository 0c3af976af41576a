// SPDX-License-Identifier: GPL-2.0-only
#include "reports/csv.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/text.h"

int dcb_csv_print(const char *text, FILE *file)
{
	_cleanup_free_ char *clean = dcb_text_printable(text);

	if (!clean)
		return -ENOMEM;
	if (!strpbrk(clean, ",\"\r\n")) {
		fputs(clean, file);
		return 0;
	}
	fputc('"', file);
	for (const char *c = clean; *c; c++) {
		if (*c == '"')
			fputc('"', file);
		fputc(*c, file);
	}
	fputc('"', file);
	return 0;
}
