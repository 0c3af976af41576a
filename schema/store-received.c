// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "schema/private.h"
#include "schema/received.h"

/* ---- writing ---- */

/* 1 and the id where the lab told this document under this key before. */
static int find_key(struct dcb_store *store, const struct dcb_store_received *received,
		    int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_FIND_RECEIVED,
			   DCB_BINDS(DCB_TEXT(received->lab), DCB_TEXT(received->key)), err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r <= 0)
		return r;
	if (strcmp(dcb_column_text(&query, 1), received->sha256) != 0)
		return dcb_error_set(err, EEXIST,
				     "something else came under the key %.100s before: it is kept",
				     received->key);
	*ret_id = sqlite3_column_int64(query.stmt, 0);
	return 1;
}

int dcb_store_put_received(struct dcb_store *store, const struct dcb_store_received *received,
			   int64_t *ret_id, struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int64_t id;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = find_key(store, received, ret_id, err);
	if (r != 0)
		return r;
	r = dcb_query_run(store, DCB_SQL_PUT_RECEIVED,
			  DCB_BINDS(DCB_TEXT(received->lab), DCB_TEXT(received->key),
				    DCB_TEXT(received->sha256), DCB_INT(received->received_us),
				    DCB_TEXT(received->version), DCB_TEXT(received->event),
				    DCB_TEXT(received->reason),
				    DCB_INT_IF(received->run > 0, received->run),
				    DCB_INT(received->created_us), DCB_TEXT(received->machine),
				    DCB_TEXT(received->arch), DCB_INT(received->improved),
				    DCB_INT(received->regressed), DCB_INT(received->same),
				    DCB_INT(received->cannot_tell), DCB_INT(received->symptoms),
				    DCB_INT(received->size), DCB_TEXT(received->document)),
			  err);
	if (r < 0)
		return r;
	id = sqlite3_last_insert_rowid(store->db);
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

/* ---- reading ---- */

struct reader {
	dcb_store_received_handler each;
	void *context;
	size_t n;
};

static int read_row(struct dcb_query *query, void *context)
{
	struct reader *reader = context;
	const struct dcb_store_received received = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.lab = dcb_column_text(query, 1),
		.key = dcb_column_text(query, 2),
		.sha256 = dcb_column_text(query, 3),
		.received_us = sqlite3_column_int64(query->stmt, 4),
		.version = dcb_column_text(query, 5),
		.event = dcb_column_text(query, 6),
		.reason = dcb_column_text(query, 7),
		.run = sqlite3_column_int64(query->stmt, 8),
		.created_us = sqlite3_column_int64(query->stmt, 9),
		.machine = dcb_column_text(query, 10),
		.arch = dcb_column_text(query, 11),
		.improved = sqlite3_column_int64(query->stmt, 12),
		.regressed = sqlite3_column_int64(query->stmt, 13),
		.same = sqlite3_column_int64(query->stmt, 14),
		.cannot_tell = sqlite3_column_int64(query->stmt, 15),
		.symptoms = sqlite3_column_int64(query->stmt, 16),
		.size = sqlite3_column_int64(query->stmt, 17),
		.document = dcb_column_text(query, 18),
	};

	reader->n++;
	return reader->each(reader->context, &received);
}

int dcb_store_each_received(struct dcb_store *store, const char *lab, int64_t before, int64_t limit,
			    dcb_store_received_handler each, void *context, struct dcb_error *err)
{
	struct reader reader = {each, context, 0};
	int64_t below = before ? before : INT64_MAX;

	if (!lab)
		return dcb_query_each(store, DCB_SQL_EACH_RECEIVED,
				      DCB_BINDS(DCB_INT(below), DCB_INT(limit)), read_row, &reader,
				      err);
	return dcb_query_each(store, DCB_SQL_EACH_RECEIVED_LAB,
			      DCB_BINDS(DCB_TEXT(lab), DCB_INT(below), DCB_INT(limit)), read_row,
			      &reader, err);
}

int dcb_store_get_received(struct dcb_store *store, int64_t id, dcb_store_received_handler each,
			   void *context, struct dcb_error *err)
{
	struct reader reader = {each, context, 0};
	int r;

	r = dcb_query_each(store, DCB_SQL_GET_RECEIVED, DCB_BINDS(DCB_INT(id)), read_row, &reader,
			   err);
	if (r < 0 || reader.n)
		return r;
	dcb_error_usage(err, "no summary %" PRId64 " came from another lab", id);
	return -ENOENT;
}
