// SPDX-License-Identifier: GPL-2.0-only
/* The summary as it is: schema/summary-v1.schema.json. */
#include "base/json.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "reports/formats/registry.h"
#include "reports/reproduction.h"
#include "reports/summary.h"

static int write_json(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	json_auto_t *object = NULL;
	_cleanup_free_ char *text = NULL;
	int r = dcb_reproduction_summary(report->store, report->summary, &object, err);

	if (r < 0)
		return r;
	text = dcb_json_print(object);
	if (!text)
		return dcb_error_oom(err);
	fputs(text, file);
	return 0;
}

const struct dcb_report_format dcb_report_json = {
	.name = "json",
	.summary = "every figure in full precision, by the summary's schema",
	.write = write_json,
	.tells_planted = true,
};
