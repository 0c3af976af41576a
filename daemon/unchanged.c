// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/unchanged.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "schema/jobs.h"
#include "schema/store.h"

struct search {
	char *label, *plan;
	int64_t run; /* of the last good job like it; 0: none */
};

static void search_deinit(struct search *search)
{
	free(search->label);
	free(search->plan);
}

static int read_job(void *context, const struct dcb_store_job *job)
{
	struct search *search = context;

	search->label = strdup(job->label);
	search->plan = strdup(job->plan);
	return search->label && search->plan ? 0 : -ENOMEM;
}

/* Newest first. One that was skipped itself has no run. */
static int read_earlier(void *context, const struct dcb_store_job *job)
{
	struct search *search = context;

	if (!search->run && job->state == DCB_JOB_DONE && strcmp(job->label, search->label) == 0 &&
	    strcmp(job->plan, search->plan) == 0)
		search->run = job->run;
	return 0;
}

struct kernels {
	const char *const *sha256s;
	size_t n_same, n;
};

static int compare_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	struct kernels *kernels = context;

	kernels->n_same += index < kernels->n &&
			   strcmp(kernels->sha256s[index], kernel->kernel.sha256) == 0;
	return 0;
}

static int read_fingerprint(void *context, const struct dcb_store_run *run)
{
	return dcb_json_parse(run->fingerprint, strlen(run->fingerprint), context, NULL);
}

/* The host is what it was or not; its load is another each time. */
static int compare_fingerprints(struct dcb_store *store, int64_t run, const json_t *fingerprint,
				struct dcb_error *err)
{
	json_auto_t *before = NULL, *now = json_copy((json_t *)fingerprint);
	int r;

	r = dcb_store_get_run(store, run, read_fingerprint, &before, err);
	if (r < 0)
		return r;
	if (!before || !now)
		return dcb_error_oom(err);
	json_object_del(before, "host");
	json_object_del(now, "host");
	return json_equal(before, now);
}

int dcb_unchanged_find(struct dcb_store *store, int64_t job_id, const char *const *sha256s,
		       size_t n_kernels, const json_t *fingerprint, int64_t *ret_run,
		       struct dcb_error *err)
{
	_cleanup_(search_deinit) struct search search = {0};
	struct kernels kernels = {.sha256s = sha256s, .n = n_kernels};
	int r;

	r = dcb_store_get_job(store, job_id, read_job, &search, err);
	if (r >= 0)
		r = dcb_store_each_job(store, job_id, INT64_MAX, read_earlier, &search, err);
	if (r < 0 || !search.run)
		return r;
	r = dcb_store_each_run_kernel(store, search.run, compare_kernel, &kernels, err);
	if (r < 0 || kernels.n_same != n_kernels)
		return r < 0 ? r : 0;
	r = compare_fingerprints(store, search.run, fingerprint, err);
	if (r > 0)
		*ret_run = search.run;
	return r;
}
