// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "schema/jobs.h"
#include "schema/private.h"

static const char *const state_names[] = {
	[DCB_JOB_QUEUED] = "queued", [DCB_JOB_RUNNING] = "running",     [DCB_JOB_DONE] = "done",
	[DCB_JOB_FAILED] = "failed", [DCB_JOB_CANCELLED] = "cancelled",
};

const char *dcb_job_state_name(enum dcb_job_state state)
{
	return (size_t)state < ARRAY_SIZE(state_names) ? state_names[state] : "failed";
}

static enum dcb_job_state find_state(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_names); i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum dcb_job_state)i;
	return DCB_JOB_FAILED;
}

/* ---- changes ---- */

/* 1 and the id where a job of this key is there. */
static int find_key(struct dcb_store *store, const char *key, int64_t *ret_id,
		    struct dcb_error *err)
{
	if (!key)
		return 0;
	return dcb_query_number(store, DCB_SQL_FIND_JOB_KEY, DCB_BINDS(DCB_TEXT(key)), ret_id, err);
}

int dcb_store_submit_job(struct dcb_store *store, const struct dcb_store_job *job, int64_t *ret_id,
			 struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int64_t id;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = find_key(store, job->key, ret_id, err);
	if (r != 0)
		return r;
	r = dcb_query_run(store, DCB_SQL_PUT_JOB,
			  DCB_BINDS(DCB_TEXT(job->label), DCB_INT(job->priority),
				    DCB_TEXT(job->submitter), DCB_TEXT(job->plan),
				    DCB_TEXT(job->key), DCB_INT(job->created_us),
				    DCB_INT(job->skip_unchanged)),
			  err);
	if (r < 0)
		return r;
	id = sqlite3_last_insert_rowid(store->db);
	DCB_FAULT("submit-uncommitted");
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	DCB_FAULT("submit-committed");
	*ret_id = id;
	return 0;
}

/* The statement changes one job or, where its state is another, none. */
static int change(struct dcb_store *store, enum dcb_statement statement,
		  const struct dcb_bind *values, size_t n, int64_t job_id, struct dcb_error *err)
{
	int r;

	r = dcb_query_run(store, statement, values, n, err);
	if (r < 0)
		return r;
	if (sqlite3_changes(store->db))
		return 0;
	return dcb_error_set(err, EBUSY, "job %" PRId64 " is not there or has moved on", job_id);
}

int dcb_store_start_job(struct dcb_store *store, int64_t job_id, const char *owner, int64_t now_us,
			struct dcb_error *err)
{
	return change(store, DCB_SQL_START_JOB,
		      DCB_BINDS(DCB_INT(job_id), DCB_TEXT(owner), DCB_INT(now_us)), job_id, err);
}

int dcb_store_requeue_job(struct dcb_store *store, int64_t job_id, const char *owner,
			  const char *reason, bool counts, struct dcb_error *err)
{
	return change(store, DCB_SQL_REQUEUE_JOB,
		      DCB_BINDS(DCB_INT(job_id), DCB_TEXT(owner), DCB_TEXT(reason),
				DCB_INT(counts ? 0 : 1)),
		      job_id, err);
}

int dcb_store_count_attempt(struct dcb_store *store, int64_t job_id, struct dcb_error *err)
{
	return change(store, DCB_SQL_COUNT_ATTEMPT, DCB_BINDS(DCB_INT(job_id)), job_id, err);
}

int dcb_store_ask_job(struct dcb_store *store, int64_t job_id, const char *reason,
		      struct dcb_error *err)
{
	return change(store, DCB_SQL_ASK_JOB, DCB_BINDS(DCB_INT(job_id), DCB_TEXT(reason)), job_id,
		      err);
}

int dcb_store_finish_job(struct dcb_store *store, int64_t job_id, const char *owner,
			 enum dcb_job_state state, const char *reason, int64_t now_us,
			 const struct dcb_store_delivery *deliveries, size_t n_deliveries,
			 struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = change(store, DCB_SQL_FINISH_JOB,
		   DCB_BINDS(DCB_INT(job_id), DCB_TEXT(owner), DCB_TEXT(dcb_job_state_name(state)),
			     DCB_TEXT(reason), DCB_INT(now_us)),
		   job_id, err);
	for (size_t i = 0; r >= 0 && i < n_deliveries; i++)
		r = dcb_store_put_delivery(store, &deliveries[i], err);
	if (r < 0)
		return r;
	DCB_FAULT("end-uncommitted");
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	DCB_FAULT("end-committed");
	return 0;
}

/* ---- reading ---- */

struct reader {
	dcb_store_job_handler each;
	void *context;
	size_t n;
};

static int read_row(struct dcb_query *query, void *context)
{
	struct reader *reader = context;
	const struct dcb_store_job job = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.state = find_state(dcb_column_text(query, 1)),
		.reason = dcb_column_text(query, 2),
		.label = dcb_column_text(query, 3),
		.priority = sqlite3_column_int64(query->stmt, 4),
		.submitter = dcb_column_text(query, 5),
		.plan = dcb_column_text(query, 6),
		.key = dcb_column_text(query, 7),
		.run = sqlite3_column_int64(query->stmt, 8),
		.owner = dcb_column_text(query, 9),
		.attempts = sqlite3_column_int64(query->stmt, 10),
		.created_us = sqlite3_column_int64(query->stmt, 11),
		.started_us = sqlite3_column_int64(query->stmt, 12),
		.ended_us = sqlite3_column_int64(query->stmt, 13),
		.skip_unchanged = sqlite3_column_int64(query->stmt, 14) != 0,
	};

	reader->n++;
	return reader->each(reader->context, &job);
}

int dcb_store_each_queued_job(struct dcb_store *store, int64_t limit, dcb_store_job_handler each,
			      void *context, struct dcb_error *err)
{
	struct reader reader = {each, context, 0};

	/* SQLite takes a negative limit for none. */
	return dcb_query_each(store, DCB_SQL_EACH_QUEUED_JOB,
			      DCB_BINDS(DCB_INT(limit ? limit : -1)), read_row, &reader, err);
}

int dcb_store_count_queued_jobs(struct dcb_store *store, int64_t *ret_n, struct dcb_error *err)
{
	int r = dcb_query_number(store, DCB_SQL_COUNT_QUEUED_JOBS, DCB_NO_BINDS, ret_n, err);

	return r < 0 ? r : 0;
}

int dcb_store_each_running_job(struct dcb_store *store, dcb_store_job_handler each, void *context,
			       struct dcb_error *err)
{
	struct reader reader = {each, context, 0};

	return dcb_query_each(store, DCB_SQL_EACH_RUNNING_JOB, DCB_NO_BINDS, read_row, &reader,
			      err);
}

int dcb_store_each_job(struct dcb_store *store, int64_t before, int64_t limit,
		       dcb_store_job_handler each, void *context, struct dcb_error *err)
{
	struct reader reader = {each, context, 0};

	return dcb_query_each(store, DCB_SQL_EACH_JOB,
			      DCB_BINDS(DCB_INT(before ? before : INT64_MAX), DCB_INT(limit)),
			      read_row, &reader, err);
}

int dcb_store_get_job(struct dcb_store *store, int64_t job_id, dcb_store_job_handler each,
		      void *context, struct dcb_error *err)
{
	struct reader reader = {each, context, 0};
	int r;

	r = dcb_query_each(store, DCB_SQL_GET_JOB, DCB_BINDS(DCB_INT(job_id)), read_row, &reader,
			   err);
	if (r < 0 || reader.n)
		return r;
	dcb_error_usage(err, "no job %" PRId64 ": see `dcbench queue --all`", job_id);
	return -ENOENT;
}

int dcb_store_last_end(struct dcb_store *store, const char *label, int64_t before,
		       enum dcb_job_state *ret_state, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_LAST_END,
			   DCB_BINDS(DCB_TEXT(label), DCB_INT(before)), err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r < 0)
		return r;
	*ret_state = r > 0 ? find_state(dcb_column_text(&query, 0)) : DCB_JOB_QUEUED;
	return 0;
}
