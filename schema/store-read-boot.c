// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "schema/private.h"

static int each_row(struct dcb_store *store, enum dcb_statement id, int64_t key,
		    int (*row)(struct dcb_query *query, void *context), void *context,
		    struct dcb_error *err)
{

	return dcb_query_each(store, id, DCB_BINDS(DCB_INT(key)), row, context, err);
}

struct boot_call {
	int (*each)(void *context, const struct dcb_store_boot *boot);
	void *context;
};

static int boot_row(struct dcb_query *query, void *context)
{
	struct boot_call *call = context;
	struct dcb_store_boot boot = {
		.id = sqlite3_column_int64(query->stmt, 0),
		.kernel = (size_t)sqlite3_column_int64(query->stmt, 1),
		.block = sqlite3_column_int64(query->stmt, 2),
		.position = sqlite3_column_int64(query->stmt, 3),
		.seed = sqlite3_column_int64(query->stmt, 4),
		.state = dcb_column_text(query, 5),
		.reason = dcb_column_text(query, 6),
		.started_us = sqlite3_column_int64(query->stmt, 7),
		.wall_s = sqlite3_column_double(query->stmt, 8),
		.guest_s = dcb_column_measured(query, 9),
		.hello_guest_s = dcb_column_measured(query, 10),
		.first_record_s = dcb_column_measured(query, 11),
		.cpu_s = dcb_column_measured(query, 12),
		.memory_peak_bytes = dcb_column_measured(query, 13),
		.agent_s = dcb_column_measured(query, 14),
	};

	return call->each(call->context, &boot);
}

int dcb_store_each_boot(struct dcb_store *store, int64_t run_id,
			int (*each)(void *context, const struct dcb_store_boot *boot),
			void *context, struct dcb_error *err)
{
	struct boot_call call = {each, context};

	return each_row(store, DCB_SQL_EACH_BOOT, run_id, boot_row, &call, err);
}

int dcb_store_count_boots(struct dcb_store *store, int64_t run_id, int64_t *ret_boots,
			  int64_t *ret_failed, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int64_t boots = 0, failed = 0;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_COUNT_BOOTS, DCB_BINDS(DCB_INT(run_id)), err);
	if (r < 0)
		return r;
	while ((r = dcb_query_step(&query, err)) > 0) {
		int64_t n = sqlite3_column_int64(query.stmt, 1);

		boots += n;
		failed += sqlite3_column_int(query.stmt, 0) ? 0 : n;
	}
	if (r < 0)
		return r;
	*ret_boots = boots;
	*ret_failed = failed;
	return 0;
}

struct state_call {
	int (*each)(void *context, const struct dcb_store_state *state);
	void *context;
};

static int state_row(struct dcb_query *query, void *context)
{
	struct state_call *call = context;
	struct dcb_store_state state = {
		.workload = (size_t)sqlite3_column_int64(query->stmt, 0),
		.role = dcb_column_text(query, 1),
		.thread = sqlite3_column_int(query->stmt, 2),
		.iteration = sqlite3_column_int(query->stmt, 3),
		.state = dcb_column_text(query, 4),
	};

	return call->each(call->context, &state);
}

int dcb_store_each_state(struct dcb_store *store, int64_t boot_id,
			 int (*each)(void *context, const struct dcb_store_state *state),
			 void *context, struct dcb_error *err)
{
	struct state_call call = {each, context};

	return each_row(store, DCB_SQL_EACH_STATE, boot_id, state_row, &call, err);
}

struct symptom_call {
	int (*each)(void *context, const struct dcb_store_symptom *symptom);
	void *context;
};

static int symptom_row(struct dcb_query *query, void *context)
{
	struct symptom_call *call = context;
	struct dcb_store_symptom symptom = {
		.workload = sqlite3_column_int64(query->stmt, 0),
		.name = dcb_column_text(query, 1),
		.state = dcb_column_text(query, 2),
		.detail = dcb_column_text(query, 3),
		.present = sqlite3_column_int(query->stmt, 4),
		.has_value = sqlite3_column_type(query->stmt, 5) != SQLITE_NULL,
		.value = sqlite3_column_double(query->stmt, 5),
		.hits = sqlite3_column_int(query->stmt, 6),
		.tries = sqlite3_column_int(query->stmt, 7),
	};

	return call->each(call->context, &symptom);
}

int dcb_store_each_symptom(struct dcb_store *store, int64_t boot_id,
			   int (*each)(void *context, const struct dcb_store_symptom *symptom),
			   void *context, struct dcb_error *err)
{
	struct symptom_call call = {each, context};

	return each_row(store, DCB_SQL_EACH_SYMPTOM, boot_id, symptom_row, &call, err);
}

struct pair_call {
	int (*each)(void *context, const struct dcb_store_pair *pair);
	void *context;
};

static int pair_row(struct dcb_query *query, void *context)
{
	struct pair_call *call = context;
	struct dcb_store_pair pair = {
		.kind = dcb_column_text(query, 0),
		.name = dcb_column_text(query, 1),
		.value = dcb_column_text(query, 2),
	};

	return call->each(call->context, &pair);
}

int dcb_store_each_pair(struct dcb_store *store, int64_t boot_id,
			int (*each)(void *context, const struct dcb_store_pair *pair),
			void *context, struct dcb_error *err)
{
	struct pair_call call = {each, context};

	return each_row(store, DCB_SQL_EACH_PAIR, boot_id, pair_row, &call, err);
}

int dcb_store_get_artifact(struct dcb_store *store, int64_t boot_id, const char *name,
			   char **ret_data, size_t *ret_size, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_GET_ARTIFACT,
			   DCB_BINDS(DCB_INT(boot_id), DCB_TEXT(name)), err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r < 0)
		return r;
	if (r == 0)
		return -ENOENT;
	size = (size_t)sqlite3_column_bytes(query.stmt, 0);
	data = malloc(size + 1);
	if (!data)
		return dcb_error_oom(err);
	if (size)
		memcpy(data, sqlite3_column_blob(query.stmt, 0), size);
	data[size] = '\0';
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
