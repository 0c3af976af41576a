// SPDX-License-Identifier: GPL-2.0-only
/*
 * The figures of boots: made of the samples while these are in memory, and read again without them.
 * schema/003-figures.sql makes the same of boots that were stored before.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "schema/private.h"

/* ---- writing ---- */

/* What counts of a sample: small, since a boot may have millions to be sorted. */
struct counted {
	size_t workload;
	int64_t metric;
	double value;
};

static int by_workload_metric_value(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->workload != y->workload)
		return x->workload < y->workload ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

/* n > 0 samples of one metric, ordered by value. */
static int put_figure(struct dcb_query *query, int64_t run_id, int64_t boot_id, size_t kernel,
		      const struct counted *samples, size_t n, struct dcb_error *err)
{
	double median = samples[n / 2].value;
	int r;

	if (n % 2 == 0)
		median = samples[n / 2 - 1].value / 2 + median / 2;
	r = dcb_query_rebind(query,
			     DCB_BINDS(DCB_INT(boot_id), DCB_INT((int64_t)samples[0].workload),
				       DCB_INT(samples[0].metric), DCB_INT(run_id),
				       DCB_INT((int64_t)kernel), DCB_INT((int64_t)n),
				       DCB_REAL(median), DCB_REAL(samples[0].value),
				       DCB_REAL(samples[n - 1].value)),
			     err);
	if (r < 0)
		return r;
	return dcb_query_step(query, err);
}

static int put_ordered(struct dcb_store *store, int64_t run_id, int64_t boot_id, size_t kernel,
		       const struct counted *samples, size_t n, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	size_t end;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_PUT_FIGURE,
			   DCB_BINDS(DCB_INT(0), DCB_INT(0), DCB_INT(0), DCB_INT(0), DCB_INT(0),
				     DCB_INT(0), DCB_REAL(0), DCB_REAL(0), DCB_REAL(0)),
			   err);
	for (size_t begin = 0; r >= 0 && begin < n; begin = end) {
		for (end = begin + 1; end < n; end++)
			if (samples[end].workload != samples[begin].workload ||
			    samples[end].metric != samples[begin].metric)
				break;
		r = put_figure(&query, run_id, boot_id, kernel, samples + begin, end - begin, err);
	}
	return r;
}

int dcb_store_put_figures(struct dcb_store *store, int64_t run_id, int64_t boot_id,
			  const struct dcb_store_boot *boot, const struct dcb_store_boot_data *data,
			  struct dcb_error *err)
{
	_cleanup_free_ struct counted *samples = NULL;
	size_t n = 0;

	if (!dcb_store_boot_is_good(boot) || !data->n_samples)
		return 0;
	samples = malloc(data->n_samples * sizeof(*samples));
	if (!samples)
		return dcb_error_oom(err);
	for (size_t i = 0; i < data->n_samples; i++) {
		const struct dcb_store_sample *sample = &data->samples[i];

		if (sample->iteration >= 0 && sample->present)
			samples[n++] = (struct counted){sample->workload, sample->metric,
							sample->value};
	}
	qsort(samples, n, sizeof(*samples), by_workload_metric_value);
	return put_ordered(store, run_id, boot_id, boot->kernel, samples, n, err);
}

/* ---- reading ---- */

static struct dcb_store_metric read_metric(const struct dcb_query *query, int column)
{
	return (struct dcb_store_metric){
		.workload = dcb_column_text(query, column),
		.role = dcb_column_text(query, column + 1),
		.name = dcb_column_text(query, column + 2),
		.unit = dcb_column_text(query, column + 3),
		.better = dcb_column_text(query, column + 4),
		.primary = sqlite3_column_int(query->stmt, column + 5),
	};
}

struct figure_call {
	int (*each)(void *context, const struct dcb_store_figure *figure);
	void *context;
};

static int figure_row(struct dcb_query *query, void *context)
{
	struct figure_call *call = context;
	struct dcb_store_metric metric = read_metric(query, 6);
	struct dcb_store_figure figure = {
		.workload = (size_t)sqlite3_column_int64(query->stmt, 0),
		.boot_id = sqlite3_column_int64(query->stmt, 1),
		.kernel = (size_t)sqlite3_column_int64(query->stmt, 2),
		.block = sqlite3_column_int64(query->stmt, 3),
		.seed = sqlite3_column_int64(query->stmt, 4),
		.metric_id = sqlite3_column_int64(query->stmt, 5),
		.metric = &metric,
		.n = sqlite3_column_int64(query->stmt, 12),
		.median = sqlite3_column_double(query->stmt, 13),
		.least = sqlite3_column_double(query->stmt, 14),
		.greatest = sqlite3_column_double(query->stmt, 15),
	};

	return call->each(call->context, &figure);
}

int dcb_store_each_figure(struct dcb_store *store, int64_t run_id,
			  int (*each)(void *context, const struct dcb_store_figure *figure),
			  void *context, struct dcb_error *err)
{
	struct figure_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_RUN_FIGURE, DCB_BINDS(DCB_INT(run_id)),
			      figure_row, &call, err);
}

struct metric_call {
	int (*each)(void *context, const struct dcb_store_metric *metric);
	void *context;
};

static int metric_row(struct dcb_query *query, void *context)
{
	struct metric_call *call = context;
	struct dcb_store_metric metric = read_metric(query, 1);

	return call->each(call->context, &metric);
}

int dcb_store_each_metric(struct dcb_store *store,
			  int (*each)(void *context, const struct dcb_store_metric *metric),
			  void *context, struct dcb_error *err)
{
	struct metric_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_METRIC, DCB_BINDS(DCB_TEXT(NULL)), metric_row,
			      &call, err);
}

/* The outer query gives the metrics of that name, the inner one a stretch of the index each. */
struct median_call {
	struct dcb_store *store;
	const struct dcb_store_median_query *wanted;
	int (*each)(void *context, const struct dcb_store_median *median);
	void *context;
	struct dcb_error *err;
	struct dcb_store_median row;
};

static int median_row(struct dcb_query *query, void *context)
{
	struct median_call *call = context;

	call->row.run_id = sqlite3_column_int64(query->stmt, 0);
	call->row.kernel = (size_t)sqlite3_column_int64(query->stmt, 1);
	call->row.workload = (size_t)sqlite3_column_int64(query->stmt, 2);
	call->row.boot_id = sqlite3_column_int64(query->stmt, 3);
	call->row.median = sqlite3_column_double(query->stmt, 4);
	return call->each(call->context, &call->row);
}

static int median_metric_row(struct dcb_query *query, void *context)
{
	struct median_call *call = context;
	struct dcb_store_metric metric = read_metric(query, 1);

	if ((call->wanted->workload && strcmp(call->wanted->workload, metric.workload) != 0) ||
	    (call->wanted->role && strcmp(call->wanted->role, metric.role) != 0) ||
	    (call->wanted->primary && !metric.primary))
		return 0;
	call->row.metric_id = sqlite3_column_int64(query->stmt, 0);
	call->row.metric = &metric;
	return dcb_query_each(call->store, DCB_SQL_EACH_MEDIAN,
			      DCB_BINDS(DCB_INT(call->row.metric_id)), median_row, call, call->err);
}

int dcb_store_each_median(struct dcb_store *store, const struct dcb_store_median_query *wanted,
			  int (*each)(void *context, const struct dcb_store_median *median),
			  void *context, struct dcb_error *err)
{
	struct median_call call = {
		.store = store, .wanted = wanted, .each = each, .context = context, .err = err};

	return dcb_query_each(store, DCB_SQL_EACH_METRIC, DCB_BINDS(DCB_TEXT(wanted->name)),
			      median_metric_row, &call, err);
}
