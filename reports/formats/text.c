// SPDX-License-Identifier: GPL-2.0-only
/* For a mail, and for a terminal. */
#include "reports/formats/registry.h"
#include "reports/mail.h"
#include "reports/page.h"

static int write_text(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	struct dcb_page page = {
		.file = file, .width = (size_t)report->width, .colour = report->colour};

	return dcb_mail_write(report, &page, err);
}

const struct dcb_report_format dcb_report_text = {
	.name = "text",
	.summary = "for a mail: symptoms, verdicts, how to reproduce; 80 columns",
	.content_type = "text/plain; charset=utf-8",
	.tells_planted = true,
	.write = write_text,
};
