// SPDX-License-Identifier: GPL-2.0-only
/* The mail as Markdown: for issues and merge requests. */
#include "reports/formats/registry.h"
#include "reports/mail.h"
#include "reports/page.h"

static int write_markdown(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	struct dcb_page page = {.file = file, .width = 80, .markdown = true};

	return dcb_mail_write(report, &page, err);
}

const struct dcb_report_format dcb_report_markdown = {
	.name = "markdown",
	.summary = "the same for issues and merge requests",
	.content_type = "text/markdown; charset=utf-8",
	.tells_planted = true,
	.write = write_markdown,
};
