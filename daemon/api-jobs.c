// SPDX-License-Identifier: GPL-2.0-only
/* The queue: /api/v1/jobs. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "daemon/follow.h"
#include "daemon/job-json.h"
#include "daemon/queue.h"
#include "daemon/route.h"
#include "lab/plan.h"

struct list {
	json_t *rows;
	const struct dcb_follow *follow;
};

static int add_row(void *context, const struct dcb_store_job *job)
{
	struct list *list = context;

	return json_array_append_new(
		       list->rows, dcb_job_to_json(job, dcb_follow_last(list->follow, job->id))) < 0
		       ? -ENOMEM
		       : 0;
}

static int get_jobs(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();
	struct list list = {rows, call->api->follow};
	int64_t before, limit;
	int r;

	r = dcb_call_page(call, &before, &limit, err);
	if (r >= 0)
		r = dcb_store_each_job(call->api->store, before, limit, add_row, &list, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call, json_pack("{s:O}", "jobs", rows), err);
}

/* In the order in which they run: those that run, then those that wait. */
static int get_queue(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();
	struct list list = {rows, call->api->follow};
	int r;

	r = dcb_store_each_running_job(call->api->store, add_row, &list, err);
	if (r >= 0)
		r = dcb_store_each_queued_job(call->api->store, 0, add_row, &list, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call, json_pack("{s:O}", "jobs", rows), err);
}

static int get_job(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();
	struct list list = {rows, call->api->follow};
	int r;

	r = dcb_store_get_job(call->api->store, call->id, add_row, &list, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call, json_incref(json_array_get(rows, 0)), err);
}

/* A plan that cannot work is refused now, not at night. */
static int check_plan(const json_t *json, struct dcb_error *err)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	int r;

	r = dcb_plan_init(&plan, err);
	if (r < 0)
		return r;
	r = dcb_plan_from_json(&plan, json, err);
	if (r >= 0)
		r = dcb_plan_settle(&plan, err);
	if (r < 0 && r != -ENOMEM && err) {
		err->kind = DCB_ERROR_USAGE;
		dcb_error_wrap(err, "plan");
	}
	return r;
}

static int tell_row(void *context, const struct dcb_store_job *job)
{
	struct dcb_call *call = context;
	json_auto_t *object = dcb_job_to_json(job, NULL);
	_cleanup_free_ char *text = object ? dcb_json_line(object) : NULL;

	if (text)
		dcb_follow_say(call->api->follow, job->id, "state", text, false);
	return 0;
}

static int post_job(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_free_ char *plan_text = NULL;
	json_auto_t *body = NULL;
	const char *label = "", *key = NULL;
	json_int_t priority = 0;
	int skip_unchanged = false;
	json_error_t problem;
	json_t *plan;
	int64_t id;
	int r;

	r = dcb_call_body(call, &body, err);
	if (r < 0)
		return r;
	if (json_unpack_ex(body, &problem, JSON_STRICT, "{s:o, s?s, s?I, s?s, s?b}", "plan", &plan,
			   "label", &label, "priority", &priority, "key", &key, "skip_unchanged",
			   &skip_unchanged) < 0)
		return dcb_error_usage(err, "job: %s", problem.text);
	if (strlen(label) > 64 || (key && strlen(key) > 256) || priority < -1000 || priority > 1000)
		return dcb_error_usage(err, "job: a label has at most 64 bytes, a key 256, a "
					    "priority is -1000 to 1000");
	r = check_plan(plan, err);
	if (r < 0)
		return r;
	plan_text = dcb_json_line(plan);
	if (!plan_text)
		return dcb_error_oom(err);
	r = dcb_store_submit_job(call->api->store,
				 &(struct dcb_store_job){.label = label,
							 .priority = priority,
							 .submitter = call->who,
							 .plan = plan_text,
							 .key = key,
							 .created_us = dcb_clock_unix_us(),
							 .skip_unchanged = skip_unchanged},
				 &id, err);
	if (r < 0)
		return r;
	call->response->status = r > 0 ? 200 : 201;
	/* Told before it may start. */
	if (r == 0)
		r = dcb_store_get_job(call->api->store, id, tell_row, call, err);
	if (r < 0)
		return r;
	/* The job is in the queue, whatever comes now. */
	dcb_queue_kick(call->api->queue);
	call->id = id;
	return get_job(call, err);
}

static int cancel_job(struct dcb_call *call, struct dcb_error *err)
{
	char reason[160];
	int r;

	snprintf(reason, sizeof(reason), "by %.140s", call->who);
	r = dcb_queue_cancel(call->api->queue, call->id, reason, err);
	return r < 0 ? r : get_job(call, err);
}

static int exists(void *context, const struct dcb_store_job *job)
{
	*(bool *)context = job->state == DCB_JOB_QUEUED || job->state == DCB_JOB_RUNNING;
	return 0;
}

static int follow_job(struct dcb_call *call, struct dcb_error *err)
{
	const char *header = dcb_http_header(call->request, "Last-Event-ID");
	const char *last = header ? header : dcb_http_query(call->request, "after");
	struct dcb_api *api = call->api;
	bool open = true;
	int r = 0;

	if (call->id)
		r = dcb_store_get_job(api->store, call->id, exists, &open, err);
	if (r < 0)
		return r;
	r = dcb_follow_add(api->follow, api->http, call->id, last ? strtoull(last, NULL, 10) : 0,
			   &call->response->stream, err);
	if (r >= 0 && !open)
		dcb_http_stream_end(call->response->stream);
	return r;
}

const struct dcb_route dcb_job_routes[] = {
	{"GET", "/api/v1/jobs", false, get_jobs},
	{"POST", "/api/v1/jobs", true, post_job},
	{"GET", "/api/v1/queue", false, get_queue},
	{"GET", "/api/v1/events", false, follow_job},
	{"GET", "/api/v1/jobs/#", false, get_job},
	{"POST", "/api/v1/jobs/#/cancel", true, cancel_job},
	{"GET", "/api/v1/jobs/#/events", false, follow_job},
	{NULL},
};
