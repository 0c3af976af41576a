// SPDX-License-Identifier: GPL-2.0-only
/* /kernels: what was ever booted. */
#include <stdio.h>

#include "base/error.h"
#include "daemon/page.h"

#define PAGE 100

static const struct dcb_web_column columns[] = {
	{"Release", ""}, {"Architecture", ""}, {"Image (SHA-256)", ""}, {"Was", ""},
	{"From", ""},    {"Runs", "figure"},   {"Newest run", ""},
};

static int put_kernel(void *context, const struct dcb_store_used_kernel *row)
{
	struct dcb_web_rows *rows = context;
	struct dcb_web *web = rows->web;
	char digest[16];

	dcb_web_next_row(rows, row->kernel.id);
	snprintf(digest, sizeof(digest), "%.12s", row->kernel.sha256);
	dcb_markup_put(&web->out,
		       "<tr><th scope=\"row\">%s</th><td>%s</td><td><code><abbr title=\"%s\">%s"
		       "</abbr></code></td><td>%s</td><td>%s</td><td class=\"figure\">%ld</td>"
		       "<td><a href=\"/runs/%ld\">%ld</a></td></tr>\n",
		       row->kernel.release, row->kernel.arch, row->kernel.sha256, digest, row->name,
		       row->spec, (long)row->n_runs, (long)row->newest_run, (long)row->newest_run);
	return 0;
}

int dcb_web_kernels(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const struct dcb_web_head head = {.title = "Kernels", .current = "/kernels"};
	struct dcb_web_rows rows = {
		.web = &web,
		.caption = "Kernels that were booted, newest first; names and specs are those of "
			   "the newest "
			   "run",
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns),
	};
	int64_t before;
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r >= 0)
		r = dcb_store_each_used_kernel(call->api->store, before, PAGE, put_kernel, &rows,
					       err);
	if (r < 0)
		return r;
	if (!dcb_web_end_rows(&rows, "/kernels", PAGE))
		dcb_markup_put(&web.out, "<p class=\"soft\">No run has booted one.</p>\n");
	return dcb_web_end(&web);
}
