// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>

#include "base/error.h"
#include "base/fault.h"
#include "schema/private.h"

/* ---- runs ---- */

static int put_run_row(struct dcb_store *store, const struct dcb_store_run *run,
		       struct dcb_error *err)
{
	return dcb_query_run(
		store, DCB_SQL_PUT_RUN,
		DCB_BINDS(DCB_TEXT(dcb_run_state_name(run->state)), DCB_TEXT(run->reason),
			  DCB_TEXT(run->owner), DCB_INT(run->created_us), DCB_TEXT(run->machine),
			  DCB_TEXT(run->arch), DCB_INT(run->seed), DCB_INT(run->blocks),
			  DCB_TEXT(run->base), DCB_TEXT(run->plan), DCB_TEXT(run->fingerprint),
			  DCB_REAL(run->wall_s), DCB_REAL(run->guest_wall_s)),
		err);
}

static int link_job(struct dcb_store *store, int64_t job_id, int64_t run_id, struct dcb_error *err)
{
	int r;

	if (!job_id)
		return 0;
	r = dcb_query_run(store, DCB_SQL_LINK_JOB, DCB_BINDS(DCB_INT(job_id), DCB_INT(run_id)),
			  err);
	if (r < 0)
		return r;
	if (sqlite3_changes(store->db))
		return 0;
	return dcb_error_set(err, EBUSY, "job %" PRId64 " does not run or has a run already",
			     job_id);
}

static int put_run_kernel(struct dcb_store *store, int64_t run_id, size_t index,
			  const struct dcb_store_run_kernel *kernel, struct dcb_error *err)
{
	int r;

	r = dcb_query_run(store, DCB_SQL_PUT_KERNEL,
			  DCB_BINDS(DCB_TEXT(kernel->kernel.sha256),
				    DCB_TEXT(kernel->kernel.release),
				    DCB_TEXT(kernel->kernel.arch)),
			  err);
	if (r < 0)
		return r;
	return dcb_query_run(store, DCB_SQL_PUT_RUN_KERNEL,
			     DCB_BINDS(DCB_INT(run_id), DCB_INT((int64_t)index),
				       DCB_TEXT(kernel->name), DCB_TEXT(kernel->spec),
				       DCB_TEXT(kernel->kernel.origin),
				       DCB_TEXT(kernel->kernel.sha256)),
			     err);
}

int dcb_store_create_run(struct dcb_store *store, const struct dcb_store_run *run,
			 const struct dcb_store_run_kernel *kernels, size_t n_kernels,
			 const struct dcb_store_run_workload *workloads, size_t n_workloads,
			 int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int64_t id;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = put_run_row(store, run, err);
	if (r < 0)
		return r;
	id = sqlite3_last_insert_rowid(store->db);
	r = link_job(store, run->job, id, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_kernels; i++) {
		r = put_run_kernel(store, id, i, &kernels[i], err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n_workloads; i++) {
		r = dcb_query_run(store, DCB_SQL_PUT_RUN_WORKLOAD,
				  DCB_BINDS(DCB_INT(id), DCB_INT((int64_t)i),
					    DCB_TEXT(workloads[i].name),
					    DCB_TEXT(workloads[i].params)),
				  err);
		if (r < 0)
			return r;
	}
	DCB_FAULT("run-uncommitted");
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	DCB_FAULT("run-committed");
	*ret_id = id;
	return 0;
}

static int fail_no_run(struct dcb_store *store, int64_t run_id, struct dcb_error *err)
{
	return dcb_error_set(err, ENOENT, "%s has no run %" PRId64, store->path, run_id);
}

/* For statements that change one run. */
static int change_run(struct dcb_store *store, int64_t run_id, enum dcb_statement id,
		      const struct dcb_bind *values, size_t n, struct dcb_error *err)
{
	int r = dcb_query_run(store, id, values, n, err);

	if (r < 0)
		return r;
	return sqlite3_changes(store->db) ? 0 : fail_no_run(store, run_id, err);
}

int dcb_store_update_run(struct dcb_store *store, int64_t run_id, enum dcb_run_state state,
			 const char *reason, const char *owner, double add_wall_s,
			 double add_guest_wall_s, struct dcb_error *err)
{
	return change_run(store, run_id, DCB_SQL_UPDATE_RUN,
			  DCB_BINDS(DCB_INT(run_id), DCB_TEXT(dcb_run_state_name(state)),
				    DCB_TEXT(reason), DCB_TEXT(owner), DCB_REAL(add_wall_s),
				    DCB_REAL(add_guest_wall_s)),
			  err);
}

int dcb_store_claim_run(struct dcb_store *store, int64_t run_id, const char *old_owner,
			const char *owner, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_run(store, DCB_SQL_CLAIM_RUN,
			  DCB_BINDS(DCB_INT(run_id), DCB_TEXT(old_owner), DCB_TEXT(owner)), err);
	if (r < 0)
		return r;
	if (sqlite3_changes(store->db))
		return 0;
	r = dcb_query_open(&query, store, DCB_SQL_GET_RUN, DCB_BINDS(DCB_INT(run_id)), err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r < 0)
		return r;
	if (r == 0)
		return fail_no_run(store, run_id, err);
	return dcb_error_set(err, EBUSY, "run %" PRId64 " of %s was taken by another dcbench",
			     run_id, store->path);
}

int dcb_store_add_look(struct dcb_store *store, int64_t run_id, int64_t blocks,
		       struct dcb_error *err)
{
	return change_run(store, run_id, DCB_SQL_ADD_LOOK,
			  DCB_BINDS(DCB_INT(run_id), DCB_INT(blocks)), err);
}

int dcb_store_raise_blocks(struct dcb_store *store, int64_t run_id, int64_t blocks,
			   struct dcb_error *err)
{
	return change_run(store, run_id, DCB_SQL_RAISE_BLOCKS,
			  DCB_BINDS(DCB_INT(run_id), DCB_INT(blocks)), err);
}

int dcb_store_finish_run(struct dcb_store *store, int64_t run_id, const char *stopped,
			 const char *reason, double add_wall_s, double add_guest_wall_s,
			 struct dcb_error *err)
{
	return change_run(store, run_id, DCB_SQL_FINISH_RUN,
			  DCB_BINDS(DCB_INT(run_id), DCB_TEXT(stopped), DCB_TEXT(reason),
				    DCB_REAL(add_wall_s), DCB_REAL(add_guest_wall_s)),
			  err);
}

/* ---- metrics ---- */

/* 1 and the id where it stands there. */
static int find_metric(struct dcb_store *store, const struct dcb_store_metric *metric,
		       int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	bool primary;
	int64_t id;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_FIND_METRIC,
			   DCB_BINDS(DCB_TEXT(metric->workload), DCB_TEXT(metric->role),
				     DCB_TEXT(metric->name), DCB_TEXT(metric->unit),
				     DCB_TEXT(metric->better)),
			   err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r <= 0)
		return r;
	id = sqlite3_column_int64(query.stmt, 0);
	primary = sqlite3_column_int(query.stmt, 1);
	dcb_query_releasep(&query);
	if (primary != metric->primary) {
		r = dcb_query_run(store, DCB_SQL_SET_METRIC_PRIMARY,
				  DCB_BINDS(DCB_INT(id), DCB_INT(metric->primary)), err);
		if (r < 0)
			return r;
	}
	*ret_id = id;
	return 1;
}

int dcb_store_metric(struct dcb_store *store, const struct dcb_store_metric *metric,
		     int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int64_t id;
	int r;

	r = find_metric(store, metric, ret_id, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	/* Again, now that nobody else can make it. */
	r = find_metric(store, metric, &id, err);
	if (r < 0)
		return r;
	if (r == 0) {
		r = dcb_query_run(store, DCB_SQL_PUT_METRIC,
				  DCB_BINDS(DCB_TEXT(metric->workload), DCB_TEXT(metric->role),
					    DCB_TEXT(metric->name), DCB_TEXT(metric->unit),
					    DCB_TEXT(metric->better), DCB_INT(metric->primary)),
				  err);
		if (r < 0)
			return r;
		id = sqlite3_last_insert_rowid(store->db);
	}
	DCB_FAULT("metric-uncommitted");
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	DCB_FAULT("metric-committed");
	*ret_id = id;
	return 0;
}
