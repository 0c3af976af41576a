// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories out of the figures of boots. The store tells medians by metric, run, kernel and
 * workload, the boots of one point together and by size.
 */
#include "reports/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/history-runs.h"
#include "reports/stats/change-points.h"
#include "schema/store.h"

struct loader {
	struct dcb_store *store;
	const struct dcb_history_query *query;
	struct dcb_histories *histories;
	struct dcb_history_runs runs;
	struct dcb_error *err;
	int64_t metric_id;
	struct dcb_history metric; /* what all its series share; the rest is unset */
	size_t first;              /* of its series */
	/* The point that is being read. */
	bool begun;
	int64_t run_id;
	size_t kernel, workload;
	double *medians;
	size_t n, allocated;
};

/* ---- series ---- */

/* Every "key=value" of `wanted` is one of `params`. */
static bool has_params(const char *params, const char *wanted)
{
	while (*wanted) {
		size_t size = strcspn(wanted, ",");
		const char *at = params;

		while (*at && !(strcspn(at, ",") == size && strncmp(at, wanted, size) == 0)) {
			at += strcspn(at, ",");
			at += *at == ',';
		}
		if (size && !*at)
			return false;
		wanted += size + (wanted[size] == ',');
	}
	return true;
}

static bool fits(const char *wanted, const char *there)
{
	return !wanted || strcmp(wanted, there) == 0;
}

static bool is_wanted(const struct dcb_history_query *query, const struct dcb_history_run *run,
		      size_t kernel, size_t workload)
{
	return run->ended && fits(query->machine, run->machine) && fits(query->arch, run->arch) &&
	       fits(query->kernel, run->kernels[kernel].name) &&
	       (!query->params || has_params(run->params[workload], query->params));
}

static struct dcb_history *find_series(struct loader *loader, const struct dcb_history_run *run)
{
	for (size_t i = loader->first; i < loader->histories->n; i++) {
		struct dcb_history *history = &loader->histories->rows[i];

		if (strcmp(history->kernel, run->kernels[loader->kernel].name) == 0 &&
		    strcmp(history->params, run->params[loader->workload]) == 0 &&
		    strcmp(history->machine, run->machine) == 0 &&
		    strcmp(history->arch, run->arch) == 0)
			return history;
	}
	return NULL;
}

/* NULL on lack of memory. */
static struct dcb_history *add_series(struct loader *loader, const struct dcb_history_run *run)
{
	const struct dcb_history *metric = &loader->metric;
	struct dcb_histories *histories = loader->histories;
	struct dcb_history *rows, *history;

	rows = reallocarray(histories->rows, histories->n + 1, sizeof(*rows));
	if (!rows)
		return NULL;
	histories->rows = rows;
	history = &rows[histories->n++];
	*history = (struct dcb_history){
		.machine = strdup(run->machine),
		.arch = strdup(run->arch),
		.workload = strdup(metric->workload),
		.params = strdup(run->params[loader->workload]),
		.role = strdup(metric->role),
		.metric = strdup(metric->metric),
		.unit = strdup(metric->unit),
		.better = strdup(metric->better),
		.kernel = strdup(run->kernels[loader->kernel].name),
	};
	if (!history->machine || !history->arch || !history->workload || !history->params ||
	    !history->role || !history->metric || !history->unit || !history->better ||
	    !history->kernel)
		return NULL;
	return history;
}

static int add_point(struct loader *loader, struct dcb_history *history,
		     const struct dcb_history_run *run)
{
	const struct dcb_history_run_kernel *kernel = &run->kernels[loader->kernel];
	const double *medians = loader->medians;
	struct dcb_history_point *points;
	size_t n = loader->n;

	points = reallocarray(history->points, history->n_points + 1, sizeof(*points));
	if (!points)
		return dcb_error_oom(loader->err);
	history->points = points;
	points += history->n_points++;
	*points = (struct dcb_history_point){
		.run_id = run->id,
		.created_us = run->created_us,
		.release = strdup(kernel->release),
		.sha256 = strdup(kernel->sha256),
		.n_boots = n,
		.median = n % 2 ? medians[n / 2] : medians[n / 2 - 1] / 2 + medians[n / 2] / 2,
		.lo = medians[0],
		.hi = medians[n - 1],
	};
	return points->release && points->sha256 ? 0 : dcb_error_oom(loader->err);
}

static int end_point(struct loader *loader)
{
	const struct dcb_history_run *run;
	struct dcb_history *history;
	int r;

	if (!loader->begun)
		return 0;
	loader->begun = false;
	r = dcb_history_runs_get(&loader->runs, loader->store, loader->run_id, &run, loader->err);
	if (r < 0)
		return r;
	/* The keys of the database see to it; a damaged one may have lost a row. */
	if (loader->kernel >= run->n_kernels || loader->workload >= run->n_workloads ||
	    !is_wanted(loader->query, run, loader->kernel, loader->workload))
		return 0;
	history = find_series(loader, run);
	if (!history)
		history = add_series(loader, run);
	if (!history)
		return dcb_error_oom(loader->err);
	return add_point(loader, history, run);
}

/* ---- medians ---- */

static int push(struct loader *loader, double median)
{
	if (loader->n == loader->allocated) {
		size_t more = loader->allocated ? 2 * loader->allocated : 64;
		double *medians = reallocarray(loader->medians, more, sizeof(*medians));

		if (!medians)
			return dcb_error_oom(loader->err);
		loader->medians = medians;
		loader->allocated = more;
	}
	loader->medians[loader->n++] = median;
	return 0;
}

static bool is_of_point(const struct loader *loader, const struct dcb_store_median *row)
{
	return loader->begun && loader->metric_id == row->metric_id &&
	       loader->run_id == row->run_id && loader->kernel == row->kernel &&
	       loader->workload == row->workload;
}

static void forget_metric(struct dcb_history *metric)
{
	free(metric->workload);
	free(metric->role);
	free(metric->metric);
	free(metric->unit);
	free(metric->better);
}

static int begin_metric(struct loader *loader, const struct dcb_store_median *row)
{
	struct dcb_history *metric = &loader->metric;

	forget_metric(metric);
	*metric = (struct dcb_history){
		.workload = strdup(row->metric->workload),
		.role = strdup(row->metric->role),
		.metric = strdup(row->metric->name),
		.unit = strdup(row->metric->unit),
		.better = strdup(row->metric->better),
	};
	if (!metric->workload || !metric->role || !metric->metric || !metric->unit ||
	    !metric->better)
		return dcb_error_oom(loader->err);
	loader->metric_id = row->metric_id;
	loader->first = loader->histories->n;
	return 0;
}

static int read_median(void *context, const struct dcb_store_median *row)
{
	struct loader *loader = context;
	int r;

	if (!is_of_point(loader, row)) {
		r = end_point(loader);
		if (r < 0)
			return r;
		if (loader->metric_id != row->metric_id) {
			r = begin_metric(loader, row);
			if (r < 0)
				return r;
		}
		loader->begun = true;
		loader->run_id = row->run_id;
		loader->kernel = row->kernel;
		loader->workload = row->workload;
		loader->n = 0;
	}
	return push(loader, row->median);
}

/* ---- the whole ---- */

static int by_time(const void *a, const void *b)
{
	const struct dcb_history_point *x = a, *y = b;

	if (x->created_us != y->created_us)
		return x->created_us < y->created_us ? -1 : 1;
	return (x->run_id > y->run_id) - (x->run_id < y->run_id);
}

static int by_names(const void *a, const void *b)
{
	const struct dcb_history *x = a, *y = b;
	const char *const pairs[][2] = {
		{x->workload, y->workload}, {x->params, y->params},   {x->role, y->role},
		{x->metric, y->metric},     {x->machine, y->machine}, {x->arch, y->arch},
		{x->kernel, y->kernel},     {x->unit, y->unit},       {x->better, y->better},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		int order = strcmp(pairs[i][0], pairs[i][1]);

		if (order)
			return order;
	}
	return 0;
}

static void point_deinit(struct dcb_history_point *point)
{
	free(point->release);
	free(point->sha256);
}

static void keep_last(struct dcb_history *history, int64_t last)
{
	size_t drop;

	if (last <= 0 || (uint64_t)last >= history->n_points)
		return;
	drop = history->n_points - (size_t)last;
	for (size_t i = 0; i < drop; i++)
		point_deinit(&history->points[i]);
	history->n_points -= drop;
	memmove(history->points, history->points + drop,
		history->n_points * sizeof(*history->points));
}

static int find_changes(struct dcb_history *history, double min_step, struct dcb_error *err)
{
	struct dcb_change_options options = DCB_CHANGE_OPTIONS_DEFAULT;
	_cleanup_free_ struct dcb_change_point *points = NULL;
	_cleanup_free_ double *values = malloc(history->n_points * sizeof(*values));
	size_t n = 0;

	if (!values)
		return dcb_error_oom(err);
	for (size_t i = 0; i < history->n_points; i++)
		values[i] = history->points[i].median;
	options.min_step = min_step;
	if (dcb_change_points(values, history->n_points, &options, &points, &n) < 0)
		return dcb_error_oom(err);
	if (!n)
		return 0;
	history->changes = calloc(n, sizeof(*history->changes));
	if (!history->changes)
		return dcb_error_oom(err);
	for (size_t i = 0; i < n; i++)
		history->changes[i] = (struct dcb_history_change){
			.index = points[i].index,
			.has_ratio = points[i].has_ratio,
			.change = points[i].change,
			.lo = points[i].lo,
			.hi = points[i].hi,
			.p = points[i].p,
		};
	history->n_changes = n;
	return 0;
}

static int load(struct loader *loader)
{
	const struct dcb_history_query *query = loader->query;
	const struct dcb_store_median_query wanted = {query->metric, query->workload, query->role,
						      query->primary};
	struct dcb_histories *histories = loader->histories;
	int r;

	r = dcb_store_each_median(loader->store, &wanted, read_median, loader, loader->err);
	if (r < 0)
		return r;
	r = end_point(loader);
	if (r < 0)
		return r;
	for (size_t i = 0; i < histories->n; i++) {
		struct dcb_history *history = &histories->rows[i];

		qsort(history->points, history->n_points, sizeof(*history->points), by_time);
		keep_last(history, query->last);
		r = find_changes(history, query->min_step, loader->err);
		if (r < 0)
			return r;
	}
	if (histories->n)
		qsort(histories->rows, histories->n, sizeof(*histories->rows), by_names);
	return 0;
}

int dcb_histories_load(struct dcb_store *store, const struct dcb_history_query *query,
		       struct dcb_histories *ret_histories, struct dcb_error *err)
{
	_cleanup_(dcb_histories_deinit) struct dcb_histories histories = DCB_HISTORIES_NULL;
	struct loader loader = {
		.store = store, .query = query, .histories = &histories, .err = err};
	int r;

	r = load(&loader);
	forget_metric(&loader.metric);
	dcb_history_runs_deinit(&loader.runs);
	free(loader.medians);
	if (r < 0)
		return r;
	*ret_histories = TAKE(histories, (struct dcb_histories)DCB_HISTORIES_NULL);
	return 0;
}

void dcb_histories_deinit(struct dcb_histories *histories)
{
	for (size_t i = 0; i < histories->n; i++) {
		struct dcb_history *history = &histories->rows[i];

		for (size_t k = 0; k < history->n_points; k++)
			point_deinit(&history->points[k]);
		free(history->points);
		free(history->changes);
		free(history->machine);
		free(history->arch);
		free(history->workload);
		free(history->params);
		free(history->role);
		free(history->metric);
		free(history->unit);
		free(history->better);
		free(history->kernel);
	}
	free(histories->rows);
	*histories = (struct dcb_histories)DCB_HISTORIES_NULL;
}
