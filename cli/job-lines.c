// SPDX-License-Identifier: GPL-2.0-only
#include "cli/job-lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/text.h"

int dcb_number_read(const char *word, const char *what, int64_t *ret_number, struct dcb_error *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(word, &end, 10);
	if (errno || end == word || *end || number < 1)
		return dcb_error_usage(err, "%s \"%.40s\": give its number", what, word);
	*ret_number = number;
	return 0;
}

const char *dcb_row_text(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

int64_t dcb_row_number(const json_t *row, const char *name)
{
	return json_integer_value(json_object_get(row, name));
}

void dcb_row_time(int64_t us, char *buffer, size_t size)
{
	time_t seconds = us / 1000000;
	struct tm tm;

	if (!us || !gmtime_r(&seconds, &tm) || !strftime(buffer, size, "%Y-%m-%d %H:%M", &tm))
		snprintf(buffer, size, "-");
}

int dcb_job_print(const json_t *row, struct dcb_error *err)
{
	const char *more = *dcb_row_text(row, "progress") ? dcb_row_text(row, "progress")
							  : dcb_row_text(row, "reason");
	_cleanup_free_ char *label = dcb_text_printable(dcb_row_text(row, "label"));
	_cleanup_free_ char *clean = dcb_text_printable(more);
	char created[32], run[24] = "-";

	if (!label || !clean)
		return dcb_error_oom(err);
	dcb_row_time(dcb_row_number(row, "created_us"), created, sizeof(created));
	if (dcb_row_number(row, "run"))
		snprintf(run, sizeof(run), "%" PRId64, dcb_row_number(row, "run"));
	printf("%5" PRId64 "  %-9s  %-12.12s  %4" PRId64 "  %-16s  %5s  %s\n",
	       dcb_row_number(row, "id"), dcb_row_text(row, "state"), *label ? label : "-",
	       dcb_row_number(row, "priority"), created, run, clean);
	return 0;
}
