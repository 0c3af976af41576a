// SPDX-License-Identifier: GPL-2.0-only
/* /queue: what runs, what waits in its order, what has ended. */
#include "daemon/page.h"

#include "base/error.h"

#define WAITING_MAX 200
#define PAGE        50

struct waiting {
	struct dcb_web *web;
	size_t n, max; /* max: of those that are shown */
};

static const struct dcb_web_column waiting_columns[] = {
	{"Job", ""},   {"What", ""},
	{"Label", ""}, {"Priority", "figure"},
	{"From", ""},  {"Submitted (UTC)", ""},
};

static int put_waiting(void *context, const struct dcb_store_job *job)
{
	struct waiting *waiting = context;
	struct dcb_web *web = waiting->web;

	if (waiting->n++ >= waiting->max)
		return 0;
	if (waiting->n == 1)
		dcb_web_begin_table(web, "Jobs that wait, in the order in which they start",
				    waiting_columns, ARRAY_SIZE(waiting_columns));
	dcb_markup_put(&web->out, "<tr><th scope=\"row\"><a href=\"/jobs/%ld\">%ld</a></th><td>",
		       (long)job->id, (long)job->id);
	dcb_web_put_plan(web, job->plan);
	dcb_markup_put(&web->out, "</td><td>%s</td><td class=\"figure\">%ld</td><td>%s</td><td>",
		       job->label, (long)job->priority, job->submitter);
	dcb_web_put_time(web, job->created_us);
	dcb_markup_put(&web->out, "</td></tr>\n");
	return 0;
}

static int put_all_waiting(struct dcb_web *web)
{
	struct waiting waiting = {.web = web, .max = WAITING_MAX};
	int r;

	r = dcb_store_each_queued_job(web->call->api->store, 0, put_waiting, &waiting, web->err);
	if (r < 0)
		return r;
	if (!waiting.n) {
		dcb_markup_put(&web->out, "<p class=\"soft\">No job waits.</p>\n");
		return 0;
	}
	dcb_web_end_table(web);
	if (waiting.n > waiting.max)
		dcb_markup_put(&web->out, "<p class=\"soft\">And %zu more behind them.</p>\n",
			       waiting.n - waiting.max);
	return 0;
}

static const struct dcb_web_column ended_columns[] = {
	{"Job", ""}, {"State", ""}, {"What", ""}, {"Label", ""}, {"Run", ""}, {"Ended (UTC)", ""},
};

static int put_ended(void *context, const struct dcb_store_job *job)
{
	struct dcb_web_rows *rows = context;
	struct dcb_web *web = rows->web;
	struct dcb_markup *out = &web->out;

	dcb_web_next_row(rows, job->id);
	dcb_markup_put(out, "<tr><th scope=\"row\"><a href=\"/jobs/%ld\">%ld</a></th><td>",
		       (long)job->id, (long)job->id);
	dcb_web_put_job_state(web, job->state);
	if (job->reason)
		dcb_markup_put(out, "<br><span class=\"soft\">%s</span>", job->reason);
	dcb_markup_put(out, "</td><td>");
	dcb_web_put_plan(web, job->plan);
	dcb_markup_put(out, "</td><td>%s</td><td>", job->label);
	if (job->run)
		dcb_markup_put(out, "<a href=\"/runs/%ld\">%ld</a>", (long)job->run,
			       (long)job->run);
	dcb_markup_put(out, "</td><td>");
	dcb_web_put_time(web, job->ended_us);
	dcb_markup_put(out, "</td></tr>\n");
	return 0;
}

static int put_jobs(struct dcb_web *web, int64_t before)
{
	struct dcb_web_rows rows = {
		.web = web,
		.caption = "All jobs, newest first",
		.columns = ended_columns,
		.n_columns = ARRAY_SIZE(ended_columns),
	};
	int r;

	r = dcb_store_each_job(web->call->api->store, before, PAGE, put_ended, &rows, web->err);
	if (r < 0)
		return r;
	if (!dcb_web_end_rows(&rows, "/queue", PAGE))
		dcb_markup_put(&web->out,
			       "<p class=\"soft\">None. <code>dcbench submit</code> queues one."
			       "</p>\n");
	return 0;
}

int dcb_web_queue(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const struct dcb_web_head head = {.title = "Queue", .current = "/queue", .live = true};
	int64_t before;
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r < 0)
		return r;
	if (!before) {
		dcb_web_begin_section(&web, "running", "Running", true);
		r = dcb_web_put_running(&web);
		if (r < 0)
			return r;
		dcb_web_end_section(&web);
		dcb_web_begin_section(&web, "waiting", "Waiting", true);
		r = put_all_waiting(&web);
		if (r < 0)
			return r;
		dcb_web_end_section(&web);
	}
	dcb_web_begin_section(&web, "jobs", before ? "Older jobs" : "Jobs", true);
	r = put_jobs(&web, before);
	if (r < 0)
		return r;
	dcb_web_end_section(&web);
	return dcb_web_end(&web);
}
