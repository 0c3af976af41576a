// SPDX-License-Identifier: GPL-2.0-only
/* /history: which metrics there are, and one over runs. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/page.h"
#include "reports/formats/history-chart.h"
#include "reports/formats/html.h"
#include "reports/history.h"

#define RUNS_MAX   200
#define SERIES_MAX 60

/* ---- the list ---- */

struct listing {
	struct dcb_web *web;
	char *workload; /* whose table is open */
};

static const struct dcb_web_column columns[] = {
	{"Metric", ""},
	{"Unit", ""},
	{"Better", ""},
	{"Primary", ""},
};

static int begin_workload(struct listing *listing, const char *workload)
{
	struct dcb_web *web = listing->web;

	if (listing->workload)
		dcb_web_end_table(web);
	free(listing->workload);
	listing->workload = strdup(workload);
	if (!listing->workload)
		return -ENOMEM;
	dcb_markup_put(&web->out, "<h2>%s</h2>\n", workload);
	dcb_web_begin_table(web, "Metrics; each leads to its history", columns,
			    ARRAY_SIZE(columns));
	return 0;
}

static int put_metric(void *context, const struct dcb_store_metric *metric)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;
	_cleanup_free_ char *name = dcb_web_escape(metric->name);
	_cleanup_free_ char *workload = dcb_web_escape(metric->workload);
	_cleanup_free_ char *role = dcb_web_escape(metric->role);
	int r = 0;

	if (!name || !workload || !role)
		return dcb_error_oom(web->err);
	if (!listing->workload || strcmp(listing->workload, metric->workload) != 0)
		r = begin_workload(listing, metric->workload);
	if (r < 0)
		return dcb_error_oom(web->err);
	dcb_markup_put(
		&web->out,
		"<tr><th scope=\"row\"><a href=\"/history?metric=%s&amp;workload=%s&amp;role="
		"%s\">%s%s%s</a></th><td>%s</td><td>%s</td><td>%s</td></tr>\n",
		name, workload, role, metric->role, *metric->role ? " " : "", metric->name,
		metric->unit, metric->better, metric->primary ? "yes" : "");
	return 0;
}

static int put_list(struct dcb_web *web)
{
	struct listing listing = {.web = web};
	int r;

	r = dcb_store_each_metric(web->call->api->store, put_metric, &listing, web->err);
	if (listing.workload)
		dcb_web_end_table(web);
	else
		dcb_markup_put(&web->out, "<p class=\"soft\">No boot has told any.</p>\n");
	free(listing.workload);
	return r;
}

/* ---- one metric ---- */

/* Those of one workload, its parameters and one machine stand together. */
static bool is_same_place(const struct dcb_history *a, const struct dcb_history *b)
{
	return strcmp(a->workload, b->workload) == 0 && strcmp(a->params, b->params) == 0 &&
	       strcmp(a->machine, b->machine) == 0 && strcmp(a->arch, b->arch) == 0 &&
	       strcmp(a->role, b->role) == 0;
}

static void begin_place(struct dcb_web *web, const struct dcb_history *history)
{
	dcb_markup_put(&web->out,
		       "<section>\n<h2>%s%s%s, %s <span class=\"soft\">on %s %s</span></h2>\n"
		       "<p class=\"soft\">%s</p>\n<div class=\"panels\">\n",
		       history->role, *history->role ? " " : "", history->metric, history->workload,
		       history->machine, history->arch,
		       *history->params ? history->params : "no parameters");
}

static int put_series(struct dcb_web *web, const struct dcb_histories *histories)
{
	const struct dcb_history *before = NULL;
	size_t n = 0, kernel = 0;
	int r;

	for (size_t i = 0; i < histories->n; i++) {
		const struct dcb_history *history = &histories->rows[i];
		char class[16];

		if (!dcb_history_chart_can(history) || ++n > SERIES_MAX)
			continue;
		if (!before || !is_same_place(before, history)) {
			if (before)
				dcb_markup_put(&web->out, "</div>\n</section>\n");
			begin_place(web, history);
			kernel = 0;
		}
		before = history;
		snprintf(class, sizeof(class), "s%zu", kernel++ % 6);
		r = dcb_history_chart_put(&web->out, history, class, true);
		if (r < 0)
			return dcb_error_oom(web->err);
	}
	if (before)
		dcb_markup_put(&web->out, "</div>\n</section>\n");
	if (n > SERIES_MAX)
		dcb_markup_put(&web->out, "<p class=\"soft\">%zu more are not drawn.</p>\n",
			       n - SERIES_MAX);
	return 0;
}

static int load_metric(struct dcb_call *call, const char *metric, struct dcb_histories *histories,
		       struct dcb_error *err)
{
	const struct dcb_history_query query = {
		.metric = metric,
		.workload = dcb_http_query(call->request, "workload"),
		.role = dcb_http_query(call->request, "role"),
		.kernel = dcb_http_query(call->request, "kernel"),
		.machine = dcb_http_query(call->request, "machine"),
		.arch = dcb_http_query(call->request, "arch"),
		.last = RUNS_MAX,
	};
	int r;

	r = dcb_histories_load(call->api->store, &query, histories, err);
	if (r < 0 || histories->n)
		return r;
	dcb_histories_explain(call->api->store, &query, err);
	return -ENOENT;
}

static int get_metric(struct dcb_call *call, const char *metric, struct dcb_error *err)
{
	_cleanup_(dcb_histories_deinit) struct dcb_histories histories = DCB_HISTORIES_NULL;
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	_cleanup_free_ char *title = dcb_format("History of %s", metric);
	const struct dcb_web_head head = {.title = title, .current = "/history"};
	int r;

	if (!title)
		return dcb_error_oom(err);
	r = load_metric(call, metric, &histories, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r < 0)
		return r;
	dcb_markup_put(
		&web.out,
		"<p>At most %d runs, oldest first: median over boots and their range. Dashed "
		"lines are points of change. <a href=\"/history\">Other metrics</a></p>\n",
		RUNS_MAX);
	r = put_series(&web, &histories);
	return r < 0 ? r : dcb_web_end(&web);
}

int dcb_web_history(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const char *metric = dcb_http_query(call->request, "metric");
	const struct dcb_web_head head = {.title = "History", .current = "/history"};
	int r;

	if (metric && *metric)
		return get_metric(call, metric, err);
	r = dcb_web_begin(&web, call, &head, err);
	if (r >= 0)
		r = put_list(&web);
	return r < 0 ? r : dcb_web_end(&web);
}
