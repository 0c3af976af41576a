// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/registry.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/option.h"
#include "reports/summary.h"

const struct dcb_report_format *const dcb_report_formats[] = {
	&dcb_report_text, &dcb_report_markdown,    &dcb_report_html,  &dcb_report_json,
	&dcb_report_csv,  &dcb_report_lkp,         &dcb_report_kcidb, &dcb_report_bmf,
	&dcb_report_b4,   &dcb_report_openmetrics,
};
const size_t dcb_n_report_formats = ARRAY_SIZE(dcb_report_formats);

int dcb_report_format_find(const char *name, const struct dcb_report_format **ret_format,
			   struct dcb_error *err)
{
	const char *names[ARRAY_SIZE(dcb_report_formats)], *nearest;
	char list[256] = "";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		names[i] = dcb_report_formats[i]->name;
		if (strcmp(names[i], name) == 0) {
			*ret_format = dcb_report_formats[i];
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
			 names[i]);
	}
	nearest = dcb_nearest(name, names, ARRAY_SIZE(names));
	if (nearest)
		return dcb_error_usage(err, "unknown format \"%.40s\": did you mean %s? (%s)", name,
				       nearest, list);
	return dcb_error_usage(err, "unknown format \"%.40s\": give one of %s", name, list);
}

int dcb_report_format_check(const struct dcb_report_format *format,
			    const struct dcb_summary *summary, struct dcb_error *err)
{
	for (size_t i = 0; i < summary->n_kernels && !format->tells_planted; i++) {
		_cleanup_free_ char *text = NULL;

		if (!summary->plants_ppm[i])
			continue;
		text = dcb_summary_planted(summary, i);
		if (!text)
			return dcb_error_oom(err);
		return dcb_error_usage(err,
				       "run %lld has a slow-down of the lab's own (%s), which %s "
				       "has no place for: see `dcbench show %lld`",
				       (long long)summary->run.id, text, format->name,
				       (long long)summary->run.id);
	}
	return 0;
}

int dcb_report_print(const struct dcb_report_format *format, const struct dcb_report *report,
		     char **ret_text, size_t *ret_size, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	FILE *file;
	int r;

	r = dcb_report_format_check(format, report->summary, err);
	if (r < 0)
		return r;
	file = open_memstream(&text, ret_size);
	if (!file)
		return dcb_error_oom(err);
	r = format->write(report, file, err);
	if (fclose(file) != 0 && r >= 0)
		r = dcb_error_oom(err);
	if (r >= 0)
		*ret_text = TAKE_PTR(text);
	return r;
}

int dcb_report_write_json(const json_t *document, FILE *file, struct dcb_error *err)
{
	_cleanup_free_ char *text = document ? dcb_json_print(document) : NULL;

	if (!text)
		return dcb_error_oom(err);
	fputs(text, file);
	return 0;
}
