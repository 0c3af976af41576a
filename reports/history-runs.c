// SPDX-License-Identifier: GPL-2.0-only
#include "reports/history-runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "lab/owner.h"
#include "schema/store.h"

struct reading {
	struct dcb_history_run *run;
	struct dcb_error *err;
};

static void run_deinit(struct dcb_history_run *run)
{
	free(run->machine);
	free(run->arch);
	for (size_t i = 0; i < run->n_kernels; i++) {
		free(run->kernels[i].name);
		free(run->kernels[i].release);
		free(run->kernels[i].sha256);
	}
	free(run->kernels);
	for (size_t i = 0; i < run->n_workloads; i++)
		free(run->params[i]);
	free(run->params);
}

static int read_run(void *context, const struct dcb_store_run *row)
{
	struct reading *reading = context;
	struct dcb_history_run *run = reading->run;

	run->created_us = row->created_us;
	run->ended = dcb_run_effective_state(row) != DCB_RUN_RUNNING;
	run->machine = strdup(row->machine);
	run->arch = strdup(row->arch);
	return run->machine && run->arch ? 0 : dcb_error_oom(reading->err);
}

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *row)
{
	struct reading *reading = context;
	struct dcb_history_run *run = reading->run;
	struct dcb_history_run_kernel *kernels;

	(void)index;
	kernels = reallocarray(run->kernels, run->n_kernels + 1, sizeof(*kernels));
	if (!kernels)
		return dcb_error_oom(reading->err);
	run->kernels = kernels;
	kernels += run->n_kernels++;
	kernels->name = strdup(row->name);
	kernels->release = strdup(row->kernel.release);
	kernels->sha256 = strdup(row->kernel.sha256);
	if (!kernels->name || !kernels->release || !kernels->sha256)
		return dcb_error_oom(reading->err);
	return 0;
}

static int read_workload(void *context, size_t index, const struct dcb_store_run_workload *row)
{
	struct reading *reading = context;
	struct dcb_history_run *run = reading->run;
	char **params;

	(void)index;
	params = reallocarray(run->params, run->n_workloads + 1, sizeof(*params));
	if (!params)
		return dcb_error_oom(reading->err);
	run->params = params;
	params[run->n_workloads] = strdup(row->params);
	return params[run->n_workloads++] ? 0 : dcb_error_oom(reading->err);
}

static int load(struct dcb_store *store, int64_t id, struct reading *reading)
{
	int r;

	r = dcb_store_get_run(store, id, read_run, reading, reading->err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_kernel(store, id, read_kernel, reading, reading->err);
	if (r < 0)
		return r;
	return dcb_store_each_run_workload(store, id, read_workload, reading, reading->err);
}

/* Where the run stands, or would. */
static size_t place_of(const struct dcb_history_runs *runs, int64_t id)
{
	size_t begin = 0, end = runs->n;

	/* Ids come in order, once a metric. */
	if (runs->n && runs->rows[runs->n - 1].id < id)
		return runs->n;
	while (begin < end) {
		size_t middle = begin + (end - begin) / 2;

		if (runs->rows[middle].id < id)
			begin = middle + 1;
		else
			end = middle;
	}
	return begin;
}

int dcb_history_runs_get(struct dcb_history_runs *runs, struct dcb_store *store, int64_t id,
			 const struct dcb_history_run **ret_run, struct dcb_error *err)
{
	size_t place = place_of(runs, id);
	struct dcb_history_run run = {.id = id}, *rows;
	struct reading reading = {&run, err};
	int r;

	if (place < runs->n && runs->rows[place].id == id) {
		*ret_run = &runs->rows[place];
		return 0;
	}
	rows = reallocarray(runs->rows, runs->n + 1, sizeof(*rows));
	if (!rows)
		return dcb_error_oom(err);
	runs->rows = rows;
	r = load(store, id, &reading);
	if (r < 0) {
		run_deinit(&run);
		return r;
	}
	memmove(&rows[place + 1], &rows[place], (runs->n - place) * sizeof(*rows));
	rows[place] = run;
	runs->n++;
	*ret_run = &rows[place];
	return 0;
}

void dcb_history_runs_deinit(struct dcb_history_runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		run_deinit(&runs->rows[i]);
	free(runs->rows);
	*runs = (struct dcb_history_runs){0};
}
