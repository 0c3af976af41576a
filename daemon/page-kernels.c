// SPDX-License-Identifier: GPL-2.0-only
/* /kernels: what was ever booted. */
#include <stdio.h>

#include "base/error.h"
#include "daemon/page.h"

#define PAGE 100

struct listing {
	struct dcb_web *web;
	size_t n;
	int64_t last;
};

static const struct dcb_web_column columns[] = {
	{"Release", ""}, {"Architecture", ""}, {"Image (SHA-256)", ""}, {"Was", ""},
	{"From", ""},    {"Runs", "figure"},   {"Newest run", ""},
};

static int put_kernel(void *context, const struct dcb_store_used_kernel *row)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;
	char digest[16];

	listing->last = row->kernel.id;
	if (listing->n++ == 0)
		dcb_web_begin_table(web,
				    "Kernels that were booted, newest first; names and specs "
				    "are those of the newest run",
				    columns, ARRAY_SIZE(columns));
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
	struct listing listing = {.web = &web};
	int64_t before;
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r >= 0)
		r = dcb_store_each_used_kernel(call->api->store, before, PAGE, put_kernel, &listing,
					       err);
	if (r < 0)
		return r;
	if (!listing.n)
		dcb_markup_put(&web.out, "<p class=\"soft\">No run has booted one.</p>\n");
	else
		dcb_web_end_table(&web);
	if (listing.n == PAGE && listing.last > 1)
		dcb_web_put_older(&web, "/kernels", listing.last);
	return dcb_web_end(&web);
}
