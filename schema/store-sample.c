// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples, in order and with small memory: the outer query gives one row a series (workload,
 * metric, boot), the inner one a stretch of the sample table's key. Names are decoded once a
 * series.
 */
#include "base/error.h"
#include "schema/private.h"

struct series {
	struct dcb_store_sample_row row;
	struct dcb_store_metric metric;
	struct dcb_store_sample sample;
};

static void read_series(struct dcb_query *query, struct series *series)
{
	series->row = (struct dcb_store_sample_row){
		.boot_id = sqlite3_column_int64(query->stmt, 1),
		.kernel = (size_t)sqlite3_column_int64(query->stmt, 2),
		.block = sqlite3_column_int64(query->stmt, 3),
		.seed = sqlite3_column_int64(query->stmt, 4),
		.metric = &series->metric,
		.sample = &series->sample,
	};
	series->metric = (struct dcb_store_metric){
		.workload = dcb_column_text(query, 6),
		.role = dcb_column_text(query, 7),
		.name = dcb_column_text(query, 8),
		.unit = dcb_column_text(query, 9),
		.better = dcb_column_text(query, 10),
		.primary = sqlite3_column_int(query->stmt, 11),
	};
	series->sample = (struct dcb_store_sample){
		.workload = (size_t)sqlite3_column_int64(query->stmt, 0),
		.metric = sqlite3_column_int64(query->stmt, 5),
	};
}

static void read_sample(struct dcb_query *query, struct dcb_store_sample *sample)
{
	sqlite3_stmt *stmt = query->stmt;

	sample->thread = sqlite3_column_int(stmt, 0);
	sample->iteration = sqlite3_column_int(stmt, 1);
	sample->present = sqlite3_column_type(stmt, 2) != SQLITE_NULL;
	sample->value = sqlite3_column_double(stmt, 2);
	sample->has_times = sqlite3_column_type(stmt, 3) != SQLITE_NULL;
	sample->enabled_ns = sqlite3_column_int64(stmt, 3);
	sample->running_ns = sqlite3_column_int64(stmt, 4);
}

static int each_of_series(struct dcb_query *samples, struct series *series,
			  int (*each)(void *context, const struct dcb_store_sample_row *row),
			  void *context, struct dcb_error *err)
{
	int r;

	r = dcb_query_rebind(samples,
			     DCB_BINDS(DCB_INT(series->row.boot_id),
				       DCB_INT((int64_t)series->sample.workload),
				       DCB_INT(series->sample.metric)),
			     err);
	if (r < 0)
		return r;
	for (;;) {
		r = dcb_query_step(samples, err);
		if (r <= 0)
			return r;
		read_sample(samples, &series->sample);
		r = each(context, &series->row);
		if (r < 0)
			return r;
	}
}

static int each_sample(struct dcb_store *store, enum dcb_statement outer, int64_t key,
		       int (*each)(void *context, const struct dcb_store_sample_row *row),
		       void *context, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query samples = DCB_QUERY_NULL;
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	struct series series;
	int r;

	r = dcb_query_open(&query, store, outer, DCB_BINDS(DCB_INT(key)), err);
	if (r < 0)
		return r;
	r = dcb_query_open(&samples, store, DCB_SQL_EACH_SAMPLE,
			   DCB_BINDS(DCB_INT(0), DCB_INT(0), DCB_INT(0)), err);
	if (r < 0)
		return r;
	for (;;) {
		r = dcb_query_step(&query, err);
		if (r <= 0)
			return r;
		read_series(&query, &series);
		r = each_of_series(&samples, &series, each, context, err);
		if (r < 0)
			return r;
	}
}

int dcb_store_each_sample(struct dcb_store *store, int64_t run_id,
			  int (*each)(void *context, const struct dcb_store_sample_row *row),
			  void *context, struct dcb_error *err)
{
	return each_sample(store, DCB_SQL_EACH_RUN_SERIES, run_id, each, context, err);
}

int dcb_store_each_boot_sample(struct dcb_store *store, int64_t boot_id,
			       int (*each)(void *context, const struct dcb_store_sample_row *row),
			       void *context, struct dcb_error *err)
{
	return each_sample(store, DCB_SQL_EACH_BOOT_SERIES, boot_id, each, context, err);
}
