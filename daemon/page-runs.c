// SPDX-License-Identifier: GPL-2.0-only
/* /runs, and the report of one. */
#include "base/error.h"
#include "daemon/page.h"
#include "reports/judgement.h"
#include "reports/report.h"
#include "reports/summary.h"

#define PAGE 50

static const struct dcb_web_column columns[] = {
	{"Run", ""},       {"State", ""},   {"Begun (UTC)", ""},  {"Kernels", ""},
	{"Workloads", ""}, {"Machine", ""}, {"Blocks", "figure"}, {"Boots", "figure"},
};

static int put_run(void *context, const struct dcb_store_run *run)
{
	struct dcb_web_rows *rows = context;
	struct dcb_web *web = rows->web;
	struct dcb_markup *out = &web->out;
	int64_t boots, failed;
	int r;

	dcb_web_next_row(rows, run->id);
	r = dcb_store_count_boots(web->call->api->store, run->id, &boots, &failed, web->err);
	if (r < 0)
		return r;
	dcb_markup_put(out, "<tr><th scope=\"row\"><a href=\"/runs/%ld\">%ld</a></th><td>",
		       (long)run->id, (long)run->id);
	dcb_web_put_run_state(web, run);
	dcb_markup_put(out, "</td><td>");
	dcb_web_put_time(web, run->created_us);
	dcb_markup_put(out, "</td>");
	r = dcb_web_put_run_parts(web, run->id);
	if (r < 0)
		return r;
	dcb_markup_put(out, "<td>%s %s</td><td class=\"figure\">%ld</td><td class=\"figure\">%ld",
		       run->machine, run->arch, (long)run->blocks, (long)boots);
	if (failed)
		dcb_markup_put(out, "<br><span class=\"soft\">%ld failed</span>", (long)failed);
	dcb_markup_put(out, "</td></tr>\n");
	return 0;
}

int dcb_web_runs(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const struct dcb_web_head head = {.title = "Runs", .current = "/runs"};
	struct dcb_web_rows rows = {
		.web = &web,
		.caption = "Runs, newest first",
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns),
	};
	int64_t before;
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r >= 0)
		r = dcb_store_each_run_before(call->api->store, before, PAGE, put_run, &rows, err);
	if (r < 0)
		return r;
	if (!dcb_web_end_rows(&rows, "/runs", PAGE))
		dcb_markup_put(&web.out, "<p class=\"soft\">None%s.</p>\n",
			       before ? " before that" : " yet");
	return dcb_web_end(&web);
}

/* ---- one ---- */

int dcb_web_run(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *store = NULL;
	const struct dcb_report_format *format;
	struct dcb_report report = {.origin = "dcbench"};
	int r;

	r = dcb_report_format_find("html", &format, err);
	if (r >= 0)
		r = dcb_store_snapshot_begin(call->api->store, err);
	if (r < 0)
		return r;
	store = call->api->store;
	r = dcb_summary_load(store, call->id, NULL, &summary, err);
	if (r < 0)
		return r;
	report.summary = summary;
	report.store = store;
	call->response->content_type = format->content_type;
	return dcb_report_print(format, &report, &call->response->body, &call->response->size, err);
}
