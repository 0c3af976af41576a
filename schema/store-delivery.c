// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "schema/jobs.h"
#include "schema/private.h"

static const char *const state_names[] = {
	[DCB_DELIVERY_WAITING] = "waiting",
	[DCB_DELIVERY_DELIVERED] = "delivered",
	[DCB_DELIVERY_DEAD] = "dead",
};

const char *dcb_delivery_state_name(enum dcb_delivery_state state)
{
	return (size_t)state < ARRAY_SIZE(state_names) ? state_names[state] : "dead";
}

static enum dcb_delivery_state find_state(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_names); i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum dcb_delivery_state)i;
	return DCB_DELIVERY_DEAD;
}

/* ---- changes ---- */

int dcb_store_put_delivery(struct dcb_store *store, const struct dcb_store_delivery *delivery,
			   struct dcb_error *err)
{
	int r;

	r = dcb_query_run(
		store, DCB_SQL_PUT_DELIVERY,
		DCB_BINDS(DCB_TEXT(delivery->target), DCB_TEXT(delivery->event),
			  DCB_TEXT(delivery->key), DCB_INT_IF(delivery->job > 0, delivery->job),
			  DCB_INT_IF(delivery->run > 0, delivery->run),
			  DCB_TEXT(delivery->content_type),
			  DCB_BLOB(delivery->body, delivery->size), DCB_INT(delivery->created_us)),
		err);
	if (r < 0)
		return r;
	return sqlite3_changes(store->db) ? 0 : 1;
}

static int change(struct dcb_store *store, enum dcb_statement statement,
		  const struct dcb_bind *values, size_t n, int64_t delivery_id,
		  struct dcb_error *err)
{
	int r;

	r = dcb_query_run(store, statement, values, n, err);
	if (r < 0)
		return r;
	if (sqlite3_changes(store->db))
		return 0;
	return dcb_error_set(err, EBUSY, "delivery %" PRId64 " is not there or has ended",
			     delivery_id);
}

int dcb_store_update_delivery(struct dcb_store *store, int64_t delivery_id,
			      enum dcb_delivery_state state, int64_t status, const char *error,
			      int64_t when_us, struct dcb_error *err)
{
	bool waiting = state == DCB_DELIVERY_WAITING;

	return change(store, DCB_SQL_UPDATE_DELIVERY,
		      DCB_BINDS(DCB_INT(delivery_id), DCB_TEXT(dcb_delivery_state_name(state)),
				DCB_INT_IF(status > 0, status), DCB_TEXT(error),
				DCB_INT_IF(waiting, when_us), DCB_INT_IF(!waiting, when_us)),
		      delivery_id, err);
}

int dcb_store_accept_delivery(struct dcb_store *store, int64_t delivery_id, const char *remote_id,
			      int64_t status, int64_t next_us, struct dcb_error *err)
{
	return change(store, DCB_SQL_ACCEPT_DELIVERY,
		      DCB_BINDS(DCB_INT(delivery_id), DCB_TEXT(remote_id), DCB_INT(status),
				DCB_INT(next_us)),
		      delivery_id, err);
}

int dcb_store_retry_delivery(struct dcb_store *store, int64_t delivery_id, int64_t now_us,
			     struct dcb_error *err)
{
	return change(store, DCB_SQL_RETRY_DELIVERY,
		      DCB_BINDS(DCB_INT(delivery_id), DCB_INT(now_us)), delivery_id, err);
}

/* ---- reading ---- */

struct reader {
	dcb_store_delivery_handler each;
	void *context;
};

static int read_row(struct dcb_query *query, void *context)
{
	const struct reader *reader = context;
	const struct dcb_store_delivery delivery = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.target = dcb_column_text(query, 1),
		.event = dcb_column_text(query, 2),
		.key = dcb_column_text(query, 3),
		.job = sqlite3_column_int64(query->stmt, 4),
		.run = sqlite3_column_int64(query->stmt, 5),
		.content_type = dcb_column_text(query, 6),
		.state = find_state(dcb_column_text(query, 7)),
		.attempts = sqlite3_column_int64(query->stmt, 8),
		.status = sqlite3_column_int64(query->stmt, 9),
		.error = dcb_column_text(query, 10),
		.created_us = sqlite3_column_int64(query->stmt, 11),
		.next_us = sqlite3_column_int64(query->stmt, 12),
		.ended_us = sqlite3_column_int64(query->stmt, 13),
		.remote_id = dcb_column_text(query, 14),
		.body = sqlite3_column_blob(query->stmt, 15),
		.size = (size_t)sqlite3_column_bytes(query->stmt, 15),
	};

	return reader->each(reader->context, &delivery);
}

int dcb_store_each_due_delivery(struct dcb_store *store, int64_t now_us, int64_t limit,
				dcb_store_delivery_handler each, void *context,
				struct dcb_error *err)
{
	struct reader reader = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_DUE_DELIVERY,
			      DCB_BINDS(DCB_INT(now_us), DCB_INT(limit)), read_row, &reader, err);
}

int dcb_store_next_delivery(struct dcb_store *store, int64_t *ret_us, struct dcb_error *err)
{
	/* min() of none is NULL. */
	int r = dcb_query_number(store, DCB_SQL_NEXT_DELIVERY, DCB_NO_BINDS, ret_us, err);

	return r < 0 ? r : 0;
}

int dcb_store_each_delivery(struct dcb_store *store, int64_t before, int64_t limit,
			    dcb_store_delivery_handler each, void *context, struct dcb_error *err)
{
	struct reader reader = {each, context};

	return dcb_query_each(store, DCB_SQL_EACH_DELIVERY,
			      DCB_BINDS(DCB_INT(before ? before : INT64_MAX), DCB_INT(limit)),
			      read_row, &reader, err);
}
