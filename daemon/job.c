// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/job.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/sink.h"
#include "daemon/letters.h"
#include "daemon/queue.h"
#include "daemon/unchanged.h"
#include "lab/owner.h"
#include "lab/plan.h"
#include "lab/run.h"
#include "reports/look.h"
#include "schema/store.h"

struct task {
	struct dcb_store *store;
	int64_t id;
	char *plan;
	size_t n_kernels;
	int64_t run;
	bool skip_unchanged;
	int64_t known; /* the run that has said it all */
};

static int read_task(void *context, const struct dcb_store_job *job)
{
	struct task *task = context;

	task->run = job->run;
	task->skip_unchanged = job->skip_unchanged;
	task->plan = strdup(job->plan);
	return task->plan ? 0 : -ENOMEM;
}

static int read_state(void *context, const struct dcb_store_run *run)
{
	*(enum dcb_run_state *)context = run->state;
	return 0;
}

/* Specs that move have come to rest here, and nothing is booted yet. */
static int skip_known(void *context, const json_t *fingerprint, const char *const *kernel_sha256s,
		      struct dcb_error *err)
{
	struct task *task = context;
	int r;

	r = dcb_unchanged_find(task->store, task->id, kernel_sha256s, task->n_kernels, fingerprint,
			       &task->known, err);
	if (r <= 0)
		return r;
	return dcb_error_set(err, EALREADY, "unchanged since run %" PRId64, task->known);
}

static int begin(struct task *task, const struct dcb_run_options *options, struct dcb_error *err)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	int64_t run;
	int r;

	r = dcb_plan_parse(&plan, task->plan, err);
	if (r < 0)
		return r;
	task->n_kernels = plan.n_kernels;
	return dcb_run_start(task->store, &plan, options, &run, err);
}

/* A run that was done before its job could say so is done. */
static int go_on(struct dcb_store *store, int64_t run, const struct dcb_run_options *options,
		 struct dcb_error *err)
{
	enum dcb_run_state state = DCB_RUN_FAILED;
	int r;

	r = dcb_store_get_run(store, run, read_state, &state, err);
	if (r < 0 || state == DCB_RUN_DONE)
		return r;
	return dcb_run_resume(store, run, &(const struct dcb_run_more){0}, options, err);
}

static int work(struct task *task, struct dcb_run_options *options, struct dcb_error *err)
{
	_cleanup_free_ char *state = NULL, *cache = NULL;
	int r;

	r = dcb_path_state(&state, err);
	if (r >= 0)
		r = dcb_path_cache(&cache, err);
	if (r < 0)
		return r;
	options->state = state;
	options->cache = cache;
	if (task->skip_unchanged) {
		options->ready = skip_known;
		options->context = task;
	}
	return task->run ? go_on(task->store, task->run, options, err) : begin(task, options, err);
}

int dcb_job_exit_code(int r)
{
	switch (r) {
	case -ENOSPC:
	case -EDQUOT:
		return DCB_JOB_EXIT_NO_SPACE;
	case -EROFS:
		return DCB_JOB_EXIT_READ_ONLY;
	default:
		return 0;
	}
}

int dcb_job_execute(struct dcb_store *store, const struct dcb_config *config, int64_t job_id,
		    const struct dcb_sink *sink, const volatile sig_atomic_t *stop,
		    struct dcb_error *err)
{
	struct dcb_run_options options = {
		.sink = sink, .stop = stop, .judge = dcb_look_judge, .job = job_id};
	_cleanup_free_ char *owner = NULL, *plan = NULL;
	struct dcb_error own = DCB_ERROR_NULL;
	struct task task = {.store = store, .id = job_id};
	int r;

	r = dcb_owner_self(&owner, err);
	DCB_FAULT("job-unclaimed");
	if (r >= 0)
		r = dcb_store_start_job(store, job_id, owner, dcb_clock_unix_us(), err);
	DCB_FAULT("job-claimed");
	if (r >= 0)
		r = dcb_store_get_job(store, job_id, read_task, &task, err);
	plan = task.plan;
	if (r < 0)
		return r;
	r = work(&task, &options, &own);
	if (r == -EINTR)
		return dcb_error_set(err, EINTR, "interrupted");
	if (dcb_job_exit_code(r)) {
		*err = own;
		return r;
	}
	if (task.known) {
		dcb_sink_say(sink, "%s", own.message);
		return dcb_letters_finish(store, config, job_id, owner, DCB_JOB_DONE, own.message,
					  err);
	}
	return dcb_letters_finish(store, config, job_id, owner,
				  r < 0 ? DCB_JOB_FAILED : DCB_JOB_DONE,
				  r >= 0       ? NULL
				  : own.errnum ? own.message
					       : strerror(-r),
				  err);
}
