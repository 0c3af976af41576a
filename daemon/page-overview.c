// SPDX-License-Identifier: GPL-2.0-only
/* /: what runs, what waits, what came of it, and what needs somebody's hand. */
#include "daemon/page.h"

#include "base/error.h"

#define WAITING_MAX  5
#define RUNS_MAX     8
#define LETTERS_READ 200
#define LETTERS_MAX  5

struct listing {
	struct dcb_web *web;
	size_t n;
};

/* ---- what waits ---- */

static int put_waiting(void *context, const struct dcb_store_job *job)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;

	if (listing->n++ >= WAITING_MAX)
		return 0;
	if (listing->n == 1)
		dcb_markup_put(&web->out, "<ol class=\"waiting\">\n");
	dcb_markup_put(&web->out, "<li><a href=\"/jobs/%ld\">Job %ld</a>", (long)job->id,
		       (long)job->id);
	if (*job->label)
		dcb_markup_put(&web->out, " <span class=\"label\">%s</span>", job->label);
	dcb_markup_put(&web->out, ": ");
	dcb_web_put_plan(web, job->plan);
	dcb_markup_put(&web->out, "</li>\n");
	return 0;
}

static int put_queue(struct dcb_web *web)
{
	struct listing listing = {.web = web};
	int r;

	r = dcb_store_each_queued_job(web->call->api->store, 0, put_waiting, &listing, web->err);
	if (r < 0)
		return r;
	if (!listing.n)
		dcb_markup_put(&web->out, "<p class=\"soft\">No job waits.</p>\n");
	else
		dcb_markup_put(&web->out, "</ol>\n");
	if (listing.n > WAITING_MAX)
		dcb_markup_put(&web->out, "<p><a href=\"/queue\">%zu more</a> behind them</p>\n",
			       listing.n - WAITING_MAX);
	return 0;
}

/* ---- what came of it ---- */

static const struct dcb_web_column run_columns[] = {
	{"Run", ""},       {"State", ""},    {"Begun (UTC)", ""}, {"Kernels", ""},
	{"Workloads", ""}, {"Verdicts", ""}, {"Symptoms", ""},
};

static int put_run(void *context, const struct dcb_store_run *run)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;
	int64_t boots, failed;
	int r;

	if (listing->n++ == 0)
		dcb_web_begin_table(web, "The last runs, with verdicts on their primary metrics",
				    run_columns, ARRAY_SIZE(run_columns));
	r = dcb_store_count_boots(web->call->api->store, run->id, &boots, &failed, web->err);
	if (r < 0)
		return r;
	dcb_markup_put(&web->out, "<tr><th scope=\"row\"><a href=\"/runs/%ld\">%ld</a></th><td>",
		       (long)run->id, (long)run->id);
	dcb_web_put_run_state(web, run);
	if (failed)
		dcb_markup_put(&web->out, "<br><span class=\"soft\">%ld of %ld boots failed</span>",
			       (long)failed, (long)boots);
	dcb_markup_put(&web->out, "</td><td>");
	dcb_web_put_time(web, run->created_us);
	dcb_markup_put(&web->out, "</td>");
	r = dcb_web_put_run_parts(web, run->id);
	if (r >= 0)
		r = dcb_web_put_verdicts(web, run, boots);
	dcb_markup_put(&web->out, "</tr>\n");
	return r;
}

static int put_runs(struct dcb_web *web)
{
	struct listing listing = {.web = web};
	int r;

	r = dcb_store_each_run_before(web->call->api->store, 0, RUNS_MAX, put_run, &listing,
				      web->err);
	if (r < 0)
		return r;
	if (!listing.n) {
		dcb_markup_put(&web->out, "<p class=\"soft\">None yet.</p>\n");
		return 0;
	}
	dcb_web_end_table(web);
	dcb_markup_put(&web->out, "<p><a href=\"/runs\">All runs</a></p>\n");
	return 0;
}

/* ---- what does not arrive ---- */

static int put_letter(void *context, const struct dcb_store_delivery *row)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;
	bool dead = row->state == DCB_DELIVERY_DEAD;

	if (!dead && (row->state != DCB_DELIVERY_WAITING || !row->attempts))
		return 0;
	if (listing->n++ >= LETTERS_MAX)
		return 0;
	if (listing->n == 1)
		dcb_markup_put(&web->out, "<ul class=\"letters\">\n");
	dcb_markup_put(&web->out, "<li>");
	dcb_web_put_state(web, dead ? DCB_WEB_BAD : DCB_WEB_BUSY,
			  dead ? "given up" : "tried again");
	dcb_markup_put(&web->out, ": %s to %s after %ld attempt%s", row->event, row->target,
		       (long)row->attempts, row->attempts == 1 ? "" : "s");
	if (row->status)
		dcb_markup_put(&web->out, ", HTTP %ld", (long)row->status);
	if (row->error)
		dcb_markup_put(&web->out, ", %s", row->error);
	dcb_markup_put(&web->out, "</li>\n");
	return 0;
}

static int put_letters(struct dcb_web *web)
{
	struct listing listing = {.web = web};
	int r;

	r = dcb_store_each_delivery(web->call->api->store, 0, LETTERS_READ, put_letter, &listing,
				    web->err);
	if (r < 0)
		return r;
	if (!listing.n)
		dcb_markup_put(&web->out, "<p class=\"soft\">All of the last letters arrived, or "
					  "have not been tried yet.</p>\n");
	else
		dcb_markup_put(&web->out, "</ul>\n");
	if (listing.n > LETTERS_MAX)
		dcb_markup_put(&web->out, "<p><a href=\"/deliveries\">%zu more</a></p>\n",
			       listing.n - LETTERS_MAX);
	return 0;
}

/* ---- the whole ---- */

static const struct {
	const char *id, *title;
	int (*put)(struct dcb_web *web);
} sections[] = {
	{"running", "Running", dcb_web_put_running},
	{"waiting", "Waiting", put_queue},
	{"runs", "Last runs", put_runs},
	{"letters", "Deliveries that fail", put_letters},
	{"host", "Host", dcb_web_put_host},
};

int dcb_web_overview(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const struct dcb_web_head head = {.title = "The lab", .current = "/", .live = true};
	int r;

	r = dcb_web_begin(&web, call, &head, err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(sections); i++) {
		dcb_web_begin_section(&web, sections[i].id, sections[i].title, true);
		r = sections[i].put(&web);
		dcb_web_end_section(&web);
	}
	return r < 0 ? r : dcb_web_end(&web);
}
