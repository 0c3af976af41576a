// SPDX-License-Identifier: GPL-2.0-only
#include "schema/private.h"

static int put_metric(struct dcb_store *store, int64_t id,
		      const struct dcb_store_calibration_metric *metric, struct dcb_error *err)
{
	return dcb_query_run(store, DCB_SQL_PUT_CALIBRATION_METRIC,
			     DCB_BINDS(DCB_INT(id), DCB_TEXT(metric->workload),
				       DCB_TEXT(metric->params), DCB_TEXT(metric->role),
				       DCB_TEXT(metric->name), DCB_TEXT(metric->unit),
				       DCB_INT(metric->primary), DCB_REAL(metric->alarm_rate),
				       DCB_TEXT(metric->verdict),
				       DCB_REAL_IF(metric->finds_few >= 0, metric->finds_few),
				       DCB_REAL_IF(metric->finds_all >= 0, metric->finds_all)),
			     err);
}

int dcb_store_put_calibration(struct dcb_store *store,
			      const struct dcb_store_calibration *calibration,
			      const struct dcb_store_calibration_metric *metrics, size_t n,
			      int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	const struct dcb_store_calibration *c = calibration;
	int64_t id;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = dcb_query_run(store, DCB_SQL_PUT_CALIBRATION,
			  DCB_BINDS(DCB_INT(c->run_id), DCB_INT(c->created_us), DCB_TEXT(c->host),
				    DCB_TEXT(c->description), DCB_TEXT(c->machine),
				    DCB_TEXT(c->arch), DCB_INT(c->blocks), DCB_INT(c->few),
				    DCB_INT(c->splits), DCB_INT(c->exact), DCB_INT(c->holds),
				    DCB_TEXT(c->reason), DCB_REAL(c->alarm_rate)),
			  err);
	if (r < 0)
		return r;
	id = sqlite3_last_insert_rowid(store->db);
	for (size_t i = 0; i < n; i++) {
		r = put_metric(store, id, &metrics[i], err);
		if (r < 0)
			return r;
	}
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

struct calibration_call {
	int (*each)(void *context, const struct dcb_store_calibration *calibration);
	void *context;
};

static int calibration_row(struct dcb_query *query, void *context)
{
	struct calibration_call *call = context;
	const struct dcb_store_calibration calibration = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.run_id = sqlite3_column_int64(query->stmt, 1),
		.created_us = sqlite3_column_int64(query->stmt, 2),
		.host = dcb_column_text(query, 3),
		.description = dcb_column_text(query, 4),
		.machine = dcb_column_text(query, 5),
		.arch = dcb_column_text(query, 6),
		.blocks = sqlite3_column_int64(query->stmt, 7),
		.few = sqlite3_column_int64(query->stmt, 8),
		.splits = sqlite3_column_int64(query->stmt, 9),
		.exact = sqlite3_column_int(query->stmt, 10),
		.holds = sqlite3_column_int(query->stmt, 11),
		.reason = dcb_column_text(query, 12),
		.alarm_rate = sqlite3_column_double(query->stmt, 13),
	};

	return call->each(call->context, &calibration);
}

int dcb_store_each_calibration(struct dcb_store *store,
			       int (*each)(void *context,
					   const struct dcb_store_calibration *calibration),
			       void *context, struct dcb_error *err)
{
	struct calibration_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_CALIBRATION, DCB_NO_BINDS, calibration_row, &call,
			      err);
}

struct metric_call {
	int (*each)(void *context, const struct dcb_store_calibration_metric *metric);
	void *context;
};

static int metric_row(struct dcb_query *query, void *context)
{
	struct metric_call *call = context;
	const struct dcb_store_calibration_metric metric = {
		.workload = dcb_column_text(query, 0),
		.params = dcb_column_text(query, 1),
		.role = dcb_column_text(query, 2),
		.name = dcb_column_text(query, 3),
		.unit = dcb_column_text(query, 4),
		.primary = sqlite3_column_int(query->stmt, 5),
		.alarm_rate = sqlite3_column_double(query->stmt, 6),
		.verdict = dcb_column_text(query, 7),
		.finds_few = dcb_column_measured(query, 8),
		.finds_all = dcb_column_measured(query, 9),
	};

	return call->each(call->context, &metric);
}

int dcb_store_each_calibration_metric(
	struct dcb_store *store, int64_t calibration_id,
	int (*each)(void *context, const struct dcb_store_calibration_metric *metric),
	void *context, struct dcb_error *err)
{
	struct metric_call call = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_CALIBRATION_METRIC,
			      DCB_BINDS(DCB_INT(calibration_id)), metric_row, &call, err);
}
