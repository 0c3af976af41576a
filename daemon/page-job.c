// SPDX-License-Identifier: GPL-2.0-only
/* Jobs: /jobs/ID, and those that run wherever they are shown. */
#include <errno.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/follow.h"
#include "daemon/page.h"

/* ---- how far it is ---- */

struct cells {
	int64_t blocks, n_kernels;
};

static int read_blocks(void *context, const struct dcb_store_run *run)
{
	((struct cells *)context)->blocks = run->blocks;
	return 0;
}

static int count_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	(void)index;
	(void)kernel;
	((struct cells *)context)->n_kernels++;
	return 0;
}

/* Boots that are stored, of those that are planned; a run until it is settled may get more. */
static int put_bar(struct dcb_web *web, int64_t run)
{
	struct dcb_store *store = web->call->api->store;
	struct cells cells = {0};
	int64_t boots, failed;
	int r;

	r = dcb_store_get_run(store, run, read_blocks, &cells, web->err);
	if (r >= 0)
		r = dcb_store_each_run_kernel(store, run, count_kernel, &cells, web->err);
	if (r >= 0)
		r = dcb_store_count_boots(store, run, &boots, &failed, web->err);
	if (r < 0)
		return r;
	dcb_markup_put(&web->out,
		       "<p class=\"bar\"><progress aria-label=\"Boots of run %ld\" value=\"%ld\" "
		       "max=\"%ld\"></progress> <span class=\"figure\">%ld of %ld boots",
		       (long)run, (long)boots, (long)(cells.blocks * cells.n_kernels), (long)boots,
		       (long)(cells.blocks * cells.n_kernels));
	if (failed)
		dcb_markup_put(&web->out, ", %ld failed", (long)failed);
	dcb_markup_put(&web->out, "</span></p>\n");
	return 0;
}

static int put_item(void *context, const struct dcb_store_job *job)
{
	struct dcb_web *web = context;
	const char *last = dcb_follow_last(web->call->api->follow, job->id);
	long id = (long)job->id;
	int r = 0;

	dcb_markup_put(&web->out, "<li><h3><a href=\"/jobs/%ld\">Job %ld</a>", id, id);
	if (*job->label)
		dcb_markup_put(&web->out, " <span class=\"label\">%s</span>", job->label);
	dcb_markup_put(&web->out, "</h3>\n<p>");
	dcb_web_put_plan(web, job->plan);
	if (job->run)
		dcb_markup_put(&web->out, ", <a href=\"/runs/%ld\">run %ld</a>", (long)job->run,
			       (long)job->run);
	dcb_markup_put(&web->out, ", since ");
	dcb_web_put_time(web, job->started_us);
	dcb_markup_put(&web->out, "</p>\n");
	if (job->run)
		r = put_bar(web, job->run);
	dcb_markup_put(&web->out, "<p class=\"line\" data-job=\"%ld\">%s</p></li>\n", id, last);
	return r;
}

static int count_job(void *context, const struct dcb_store_job *job)
{
	(void)job;
	++*(size_t *)context;
	return 0;
}

int dcb_web_put_running(struct dcb_web *web)
{
	struct dcb_store *store = web->call->api->store;
	size_t n = 0;
	int r;

	r = dcb_store_each_running_job(store, count_job, &n, web->err);
	if (r < 0)
		return r;
	if (!n) {
		dcb_markup_put(&web->out, "<p class=\"soft\">No job runs.</p>\n");
		return 0;
	}
	dcb_markup_put(&web->out, "<ul class=\"jobs\">\n");
	r = dcb_store_each_running_job(store, put_item, web, web->err);
	dcb_markup_put(&web->out, "</ul>\n");
	return r;
}

/* ---- one job ---- */

static void put_fact(struct dcb_web *web, const char *name, const char *value)
{
	if (value && *value)
		dcb_markup_put(&web->out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void put_moment(struct dcb_web *web, const char *name, int64_t us)
{
	if (!us)
		return;
	dcb_markup_put(&web->out, "<div><dt>%s</dt><dd>", name);
	dcb_web_put_time(web, us);
	dcb_markup_put(&web->out, " UTC</dd></div>\n");
}

static int put_job(void *context, const struct dcb_store_job *job)
{
	struct dcb_web *web = context;
	struct dcb_markup *out = &web->out;

	dcb_markup_put(out, "<dl class=\"meta\">\n<div><dt>State</dt><dd>");
	dcb_web_put_job_state(web, job->state);
	dcb_markup_put(out, "</dd></div>\n");
	put_fact(web, "Why", job->reason);
	if (job->run)
		dcb_markup_put(out,
			       "<div><dt>Run</dt><dd><a href=\"/runs/%ld\">%ld</a></dd></div>\n",
			       (long)job->run, (long)job->run);
	put_fact(web, "Label", job->label);
	put_fact(web, "From", job->submitter);
	dcb_markup_put(out,
		       "<div><dt>Priority</dt><dd>%ld</dd></div>\n<div><dt>Attempts</dt><dd>%ld"
		       "</dd></div>\n",
		       (long)job->priority, (long)job->attempts);
	put_moment(web, "Submitted", job->created_us);
	put_moment(web, "Started", job->started_us);
	put_moment(web, "Ended", job->ended_us);
	dcb_markup_put(out, "</dl>\n<p>");
	dcb_web_put_plan(web, job->plan);
	dcb_markup_put(out, "</p>\n");
	return job->run && job->state == DCB_JOB_RUNNING ? put_bar(web, job->run) : 0;
}

static int put_line(void *context, const char *line)
{
	struct dcb_web *web = context;

	dcb_markup_put(&web->out, "%s\n", line);
	return 0;
}

int dcb_web_job(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	_cleanup_free_ char *title = dcb_format("Job %ld", (long)call->id);
	const struct dcb_web_head head = {
		.title = title, .current = "/queue", .live = true, .job = call->id};
	int r;

	if (!title)
		return dcb_error_oom(err);
	r = dcb_web_begin(&web, call, &head, err);
	if (r < 0)
		return r;
	dcb_web_begin_section(&web, "job", "Where it stands", true);
	r = dcb_store_get_job(call->api->store, call->id, put_job, &web, err);
	if (r < 0)
		return r;
	dcb_web_end_section(&web);
	dcb_web_begin_section(&web, "lines", "Progress", false);
	/* What follows <pre> at once is no part of it, should it be a new line. */
	dcb_markup_put(&web.out,
		       "<p class=\"soft\">The last lines, as far as the daemon keeps them.</p>\n"
		       "<pre class=\"lines\" role=\"log\" tabindex=\"0\" aria-labelledby="
		       "\"lines-title\" data-lines=\"%ld\">\n",
		       (long)call->id);
	r = dcb_follow_each_line(call->api->follow, call->id, put_line, &web);
	if (r < 0)
		return r;
	dcb_markup_put(&web.out, "</pre>\n");
	dcb_web_end_section(&web);
	return dcb_web_end(&web);
}
