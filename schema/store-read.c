// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "schema/private.h"

/* ---- runs ---- */

struct run_call {
	int (*each)(void *context, const struct dcb_store_run *run);
	void *context;
};

static enum dcb_run_state run_state(const char *name)
{
	for (enum dcb_run_state state = DCB_RUN_RUNNING; state < DCB_RUN_INTERRUPTED; state++)
		if (strcmp(name, dcb_run_state_name(state)) == 0)
			return state;
	return DCB_RUN_INTERRUPTED;
}

static int run_row(struct dcb_query *query, void *context)
{
	struct run_call *call = context;
	struct dcb_store_run run = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.state = run_state(dcb_column_text(query, 1)),
		.reason = dcb_column_text(query, 2),
		.owner = dcb_column_text(query, 3),
		.created_us = sqlite3_column_int64(query->stmt, 4),
		.machine = dcb_column_text(query, 5),
		.arch = dcb_column_text(query, 6),
		.seed = sqlite3_column_int64(query->stmt, 7),
		.blocks = sqlite3_column_int64(query->stmt, 8),
		.base = dcb_column_text(query, 9),
		.plan = dcb_column_text(query, 10),
		.fingerprint = dcb_column_text(query, 11),
		.wall_s = sqlite3_column_double(query->stmt, 12),
		.guest_wall_s = sqlite3_column_double(query->stmt, 13),
		.looks = dcb_column_text(query, 14),
		.stopped = dcb_column_text(query, 15),
	};

	return call->each(call->context, &run);
}

int dcb_store_each_run(struct dcb_store *store,
		       int (*each)(void *context, const struct dcb_store_run *run), void *context,
		       struct dcb_error *err)
{
	struct run_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_RUN, DCB_NO_BINDS, run_row, &call, err);
}

int dcb_store_each_run_before(struct dcb_store *store, int64_t before, int64_t limit,
			      int (*each)(void *context, const struct dcb_store_run *run),
			      void *context, struct dcb_error *err)
{
	struct run_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_RUN_BEFORE,
			      DCB_BINDS(DCB_INT(before ? before : INT64_MAX), DCB_INT(limit)),
			      run_row, &call, err);
}

static int fail_unknown_run(struct dcb_store *store, int64_t run_id, struct dcb_error *err)
{
	int64_t newest = 0;
	int r;

	r = dcb_query_number(store, DCB_SQL_NEWEST_RUN, DCB_NO_BINDS, &newest, err);
	if (r < 0)
		return r;
	if (newest)
		dcb_error_usage(err, "no run %" PRId64 " in %s: the newest is %" PRId64, run_id,
				store->path, newest);
	else
		dcb_error_usage(err, "no run %" PRId64 " in %s: it holds none yet", run_id,
				store->path);
	if (err)
		err->errnum = ENOENT;
	return -ENOENT;
}

int dcb_store_get_run(struct dcb_store *store, int64_t run_id,
		      int (*each)(void *context, const struct dcb_store_run *run), void *context,
		      struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	struct run_call call = {each, context};
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_GET_RUN, DCB_BINDS(DCB_INT(run_id)), err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r < 0)
		return r;
	if (r == 0)
		return fail_unknown_run(store, run_id, err);
	r = run_row(&query, &call);
	return r < 0 ? r : 0;
}

struct run_kernel_call {
	int (*each)(void *context, size_t index, const struct dcb_store_run_kernel *kernel);
	void *context;
};

static int run_kernel_row(struct dcb_query *query, void *context)
{
	struct run_kernel_call *call = context;
	struct dcb_store_run_kernel kernel = {
		.name = dcb_column_text(query, 1),
		.spec = dcb_column_text(query, 2),
		.kernel =
			{
				.origin = dcb_column_text(query, 3),
				.id = sqlite3_column_int64(query->stmt, 4),
				.sha256 = dcb_column_text(query, 5),
				.release = dcb_column_text(query, 6),
				.arch = dcb_column_text(query, 7),
			},
	};

	return call->each(call->context, (size_t)sqlite3_column_int64(query->stmt, 0), &kernel);
}

int dcb_store_each_run_kernel(struct dcb_store *store, int64_t run_id,
			      int (*each)(void *context, size_t index,
					  const struct dcb_store_run_kernel *kernel),
			      void *context, struct dcb_error *err)
{
	struct run_kernel_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_RUN_KERNEL, DCB_BINDS(DCB_INT(run_id)),
			      run_kernel_row, &call, err);
}

struct used_kernel_call {
	int (*each)(void *context, const struct dcb_store_used_kernel *kernel);
	void *context;
};

static int used_kernel_row(struct dcb_query *query, void *context)
{
	struct used_kernel_call *call = context;
	const struct dcb_store_used_kernel kernel = {
		.kernel =
			{
				.id = sqlite3_column_int64(query->stmt, 0),
				.sha256 = dcb_column_text(query, 1),
				.release = dcb_column_text(query, 2),
				.arch = dcb_column_text(query, 3),
				.origin = dcb_column_text(query, 4),
			},
		.name = dcb_column_text(query, 5),
		.spec = dcb_column_text(query, 6),
		.n_runs = sqlite3_column_int64(query->stmt, 7),
		.newest_run = sqlite3_column_int64(query->stmt, 8),
	};

	return call->each(call->context, &kernel);
}

int dcb_store_each_used_kernel(struct dcb_store *store, int64_t before, int64_t limit,
			       int (*each)(void *context,
					   const struct dcb_store_used_kernel *kernel),
			       void *context, struct dcb_error *err)
{
	struct used_kernel_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_USED_KERNEL,
			      DCB_BINDS(DCB_INT(before ? before : INT64_MAX), DCB_INT(limit)),
			      used_kernel_row, &call, err);
}

struct run_workload_call {
	int (*each)(void *context, size_t index, const struct dcb_store_run_workload *workload);
	void *context;
};

static int run_workload_row(struct dcb_query *query, void *context)
{
	struct run_workload_call *call = context;
	struct dcb_store_run_workload workload = {
		.name = dcb_column_text(query, 1),
		.params = dcb_column_text(query, 2),
	};

	return call->each(call->context, (size_t)sqlite3_column_int64(query->stmt, 0), &workload);
}

int dcb_store_each_run_workload(struct dcb_store *store, int64_t run_id,
				int (*each)(void *context, size_t index,
					    const struct dcb_store_run_workload *workload),
				void *context, struct dcb_error *err)
{
	struct run_workload_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_RUN_WORKLOAD, DCB_BINDS(DCB_INT(run_id)),
			      run_workload_row, &call, err);
}
