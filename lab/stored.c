// SPDX-License-Identifier: GPL-2.0-only
#include "lab/stored.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "lab/owner.h"

void dcb_stored_run_deinit(struct dcb_stored_run *stored)
{
	dcb_plan_deinit(&stored->plan);
	free(stored->owner);
	for (size_t i = 0; i < ARRAY_SIZE(stored->sha256s); i++)
		free(stored->sha256s[i]);
	*stored = (struct dcb_stored_run)DCB_STORED_RUN_NULL;
}

struct reading {
	struct dcb_stored_run *stored;
	struct dcb_error *err;
};

static int read_looks(struct reading *reading, const char *text)
{
	struct dcb_stored_run *stored = reading->stored;
	json_auto_t *looks = NULL;
	int r;

	r = dcb_json_parse(text, strlen(text), &looks, reading->err);
	if (r < 0)
		return r;
	stored->n_looks = json_array_size(looks);
	if (stored->n_looks)
		stored->last_look = json_integer_value(json_array_get(looks, stored->n_looks - 1));
	return 0;
}

static int read_run(void *context, const struct dcb_store_run *run)
{
	struct reading *reading = context;
	struct dcb_stored_run *stored = reading->stored;
	json_auto_t *json = NULL;
	int r;

	stored->state = dcb_run_effective_state(run);
	if (run->owner && !(stored->owner = strdup(run->owner)))
		return dcb_error_oom(reading->err);
	stored->blocks = run->blocks;
	stored->wall_s = run->wall_s;
	r = read_looks(reading, run->looks);
	if (r < 0)
		return r;
	r = dcb_json_parse(run->plan, strlen(run->plan), &json, reading->err);
	if (r < 0)
		return r;
	return dcb_plan_from_json(&stored->plan, json, reading->err);
}

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	struct reading *reading = context;
	struct dcb_stored_run *stored = reading->stored;

	if (index >= stored->plan.n_kernels)
		return dcb_error_set(reading->err, EBADMSG, "the stored plan is damaged");
	stored->sha256s[index] = strdup(kernel->kernel.sha256);
	return stored->sha256s[index] ? 0 : dcb_error_oom(reading->err);
}

static int load(struct dcb_store *store, int64_t run_id, struct reading *reading)
{
	struct dcb_stored_run *stored = reading->stored;
	int r;

	r = dcb_plan_init(&stored->plan, reading->err);
	if (r < 0)
		return r;
	r = dcb_store_get_run(store, run_id, read_run, reading, reading->err);
	if (r < 0)
		return r;
	if (stored->state == DCB_RUN_RUNNING)
		return dcb_error_usage(reading->err, "run %lld is still running (%s)",
				       (long long)run_id, stored->owner);
	r = dcb_store_each_run_kernel(store, run_id, read_kernel, reading, reading->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < stored->plan.n_kernels; i++) {
		if (!stored->sha256s[i])
			return dcb_error_set(reading->err, EBADMSG, "the stored plan is damaged");
	}
	return dcb_plan_settle(&stored->plan, reading->err);
}

int dcb_stored_run_load(struct dcb_store *store, int64_t run_id, struct dcb_stored_run *ret_stored,
			struct dcb_error *err)
{
	_cleanup_(dcb_stored_run_deinit) struct dcb_stored_run stored = DCB_STORED_RUN_NULL;
	int r = load(store, run_id, &(struct reading){.stored = &stored, .err = err});

	if (r < 0)
		return r;
	*ret_stored = stored;
	stored = (struct dcb_stored_run)DCB_STORED_RUN_NULL;
	return 0;
}
