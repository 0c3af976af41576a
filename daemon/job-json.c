// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/job-json.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static json_t *time_to_json(int64_t us)
{
	return us ? json_integer(us) : json_null();
}

json_t *dcb_job_to_json(const struct dcb_store_job *job, const char *progress)
{
	json_t *plan = NULL;

	if (dcb_json_parse(job->plan, strlen(job->plan), &plan, NULL) < 0)
		plan = json_null();
	return json_pack(
		"{s:I, s:s, s:o, s:s, s:I, s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:b}", "id",
		(json_int_t)job->id, "state", dcb_job_state_name(job->state), "reason",
		dcb_json_string(job->reason), "label", job->label, "priority",
		(json_int_t)job->priority, "submitter", job->submitter, "plan", plan, "key",
		dcb_json_string(job->key), "run", job->run ? json_integer(job->run) : json_null(),
		"attempts", (json_int_t)job->attempts, "created_us", (json_int_t)job->created_us,
		"started_us", time_to_json(job->started_us), "ended_us",
		time_to_json(job->ended_us), "progress",
		job->state == DCB_JOB_RUNNING ? dcb_json_string(progress) : json_null(),
		"skip_unchanged", job->skip_unchanged);
}

json_t *dcb_delivery_to_json(const struct dcb_store_delivery *delivery)
{
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:o, s:o, s:s, s:I, s:o, s:o, s:o, s:I, s:o, s:o}", "id",
		(json_int_t)delivery->id, "target", delivery->target, "event", delivery->event,
		"key", delivery->key, "job",
		delivery->job ? json_integer(delivery->job) : json_null(), "run",
		delivery->run ? json_integer(delivery->run) : json_null(), "state",
		dcb_delivery_state_name(delivery->state), "attempts",
		(json_int_t)delivery->attempts, "status",
		delivery->status ? json_integer(delivery->status) : json_null(), "error",
		dcb_json_string(delivery->error), "remote_id", dcb_json_string(delivery->remote_id),
		"created_us", (json_int_t)delivery->created_us, "next_us",
		time_to_json(delivery->next_us), "ended_us", time_to_json(delivery->ended_us));
}
