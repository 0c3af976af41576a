// SPDX-License-Identifier: GPL-2.0-only
#include "schema/statements.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "schema/private.h"

#define RUN_COLUMNS                                                                                \
	"id, state, reason, owner, created_us, machine, arch, seed, blocks, base, plan, "          \
	"fingerprint, wall_s, guest_wall_s, looks, stopped"

/* One row a series, in the order in which samples are told. */
#define SERIES                                                                                     \
	"SELECT w.idx, b.id, b.kernel, b.block, b.seed, m.id, m.workload, m.role, m.name, "        \
	"m.unit, m.better, m.is_primary "                                                          \
	"FROM boot b JOIN run_workload w ON w.run = b.run JOIN metric m ON m.workload = w.name "

#define JOB_COLUMNS                                                                                \
	"id, state, reason, label, priority, submitter, plan, key, run, owner, attempts, "         \
	"created_us, started_us, ended_us, skip_unchanged"

#define DELIVERY_COLUMNS                                                                           \
	"id, target, event, key, job, run, content_type, state, attempts, status, error, "         \
	"created_us, next_us, ended_us, remote_id"
#define RECEIVED_COLUMNS                                                                           \
	"id, lab, key, sha256, received_us, version, event, reason, run, created_us, machine, "    \
	"arch, improved, regressed, same, cannot_tell, symptoms, size"

/* params: one letter a parameter, in order: i integer, d double, t text, b blob. */
static const struct {
	const char *sql;
	const char *params;
} statements[DCB_N_STATEMENTS] = {
	[DCB_SQL_BEGIN] = {"BEGIN IMMEDIATE", ""},
	[DCB_SQL_BEGIN_READ] = {"BEGIN", ""},
	[DCB_SQL_COMMIT] = {"COMMIT", ""},
	[DCB_SQL_ROLLBACK] = {"ROLLBACK", ""},

	[DCB_SQL_PUT_KERNEL] = {"INSERT INTO kernel (sha256, release, arch) VALUES (?, ?, ?) "
				"ON CONFLICT DO NOTHING",
				"ttt"},
	[DCB_SQL_PUT_RUN] = {"INSERT INTO run (state, reason, owner, created_us, machine, arch, "
			     "seed, blocks, base, plan, fingerprint, wall_s, guest_wall_s) "
			     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			     "tttittiitttdd"},
	[DCB_SQL_PUT_RUN_KERNEL] = {"INSERT INTO run_kernel (run, idx, name, spec, origin, kernel) "
				    "VALUES (?, ?, ?, ?, ?, "
				    "(SELECT id FROM kernel WHERE sha256 = ?))",
				    "iitttt"},
	[DCB_SQL_PUT_RUN_WORKLOAD] = {"INSERT INTO run_workload (run, idx, name, params) "
				      "VALUES (?, ?, ?, ?)",
				      "iitt"},
	[DCB_SQL_UPDATE_RUN] = {"UPDATE run SET state = ?2, reason = ?3, owner = ?4, "
				"wall_s = wall_s + ?5, guest_wall_s = guest_wall_s + ?6 "
				"WHERE id = ?1",
				"itttdd"},
	[DCB_SQL_CLAIM_RUN] = {"UPDATE run SET state = 'running', reason = NULL, owner = ?3, "
			       "stopped = NULL WHERE id = ?1 AND owner IS ?2",
			       "itt"},
	/* The same blocks again are the same look. */
	[DCB_SQL_ADD_LOOK] = {"UPDATE run SET blocks = max(blocks, ?2), "
			      "looks = iif(coalesce(json_extract(looks, '$[#-1]'), 0) < ?2, "
			      "json_insert(looks, '$[#]', ?2), looks) WHERE id = ?1",
			      "ii"},
	[DCB_SQL_RAISE_BLOCKS] = {"UPDATE run SET blocks = max(blocks, ?2) WHERE id = ?1", "ii"},
	[DCB_SQL_FINISH_RUN] = {"UPDATE run SET state = 'done', owner = NULL, stopped = ?2, "
				"reason = ?3, wall_s = wall_s + ?4, "
				"guest_wall_s = guest_wall_s + ?5 WHERE id = ?1",
				"ittdd"},
	[DCB_SQL_FIND_METRIC] =
		{"SELECT id, is_primary FROM metric WHERE workload = ? AND role = ? "
		 "AND name = ? AND unit = ? AND better = ?",
		 "ttttt"},
	[DCB_SQL_PUT_METRIC] =
		{"INSERT INTO metric (workload, role, name, unit, better, is_primary) "
		 "VALUES (?, ?, ?, ?, ?, ?)",
		 "ttttti"},
	[DCB_SQL_SET_METRIC_PRIMARY] = {"UPDATE metric SET is_primary = ?2 WHERE id = ?1", "ii"},
	[DCB_SQL_COUNT_WORKLOADS] = {"SELECT count(*) FROM run_workload WHERE run = ?", "i"},
	[DCB_SQL_FIND_BOOT] = {"SELECT id, state FROM boot "
			       "WHERE run = ? AND kernel = ? AND block = ?",
			       "iii"},
	[DCB_SQL_DELETE_BOOT] = {"DELETE FROM boot WHERE id = ?", "i"},
	[DCB_SQL_PUT_BOOT] =
		{"INSERT INTO boot (run, kernel, block, position, seed, state, reason, "
		 "started_us, wall_s, guest_s, hello_guest_s, first_record_s, cpu_s, "
		 "memory_peak_bytes, agent_s) "
		 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "iiiiittiddddddd"},
	[DCB_SQL_PUT_SAMPLE] = {"INSERT INTO sample (boot, workload, metric, thread, iteration, "
				"value, enabled_ns, running_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				"iiiiidii"},
	[DCB_SQL_PUT_FIGURE] =
		{"INSERT INTO figure (boot, workload, metric, run, kernel, n, median, least, "
		 "greatest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "iiiiiiddd"},
	[DCB_SQL_PUT_STATE] = {"INSERT INTO state (boot, workload, role, thread, iteration, state) "
			       "VALUES (?, ?, ?, ?, ?, ?)",
			       "iitiit"},
	[DCB_SQL_PUT_SYMPTOM] =
		{"INSERT INTO symptom (boot, workload, name, state, detail, present, "
		 "value, hits, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "iitttidii"},
	[DCB_SQL_PUT_PAIR] = {"INSERT INTO pair (boot, kind, name, value) VALUES (?, ?, ?, ?)",
			      "ittt"},
	[DCB_SQL_PUT_ARTIFACT] = {"INSERT INTO artifact (boot, name, data) VALUES (?, ?, ?)",
				  "itb"},
	[DCB_SQL_PUT_CALIBRATION] =
		{"INSERT INTO calibration (run, created_us, host, description, machine, arch, "
		 "blocks, few, splits, exact, holds, reason, alarm_rate) "
		 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "iittttiiiiitd"},
	[DCB_SQL_PUT_CALIBRATION_METRIC] =
		{"INSERT INTO calibration_metric (calibration, workload, params, role, metric, "
		 "unit, is_primary, alarm_rate, verdict, finds_few, finds_all) "
		 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "itttttidtdd"},

	[DCB_SQL_EACH_RUN] = {"SELECT " RUN_COLUMNS " FROM run ORDER BY id DESC", ""},
	[DCB_SQL_EACH_RUN_BEFORE] = {"SELECT " RUN_COLUMNS " FROM run WHERE id < ? "
				     "ORDER BY id DESC LIMIT ?",
				     "ii"},
	[DCB_SQL_GET_RUN] = {"SELECT " RUN_COLUMNS " FROM run WHERE id = ?", "i"},
	[DCB_SQL_NEWEST_RUN] = {"SELECT max(id) FROM run", ""},
	[DCB_SQL_EACH_RUN_KERNEL] = {"SELECT r.idx, r.name, r.spec, r.origin, k.id, k.sha256, "
				     "k.release, k.arch "
				     "FROM run_kernel r JOIN kernel k ON k.id = r.kernel "
				     "WHERE r.run = ? ORDER BY r.idx",
				     "i"},
	/* Beside a max() the other columns are of the row that has it. */
	[DCB_SQL_EACH_USED_KERNEL] = {"SELECT k.id, k.sha256, k.release, k.arch, r.origin, "
				      "r.name, r.spec, count(DISTINCT r.run), max(r.run) "
				      "FROM run_kernel r JOIN kernel k ON k.id = r.kernel "
				      "WHERE k.id < ? GROUP BY k.id ORDER BY k.id DESC LIMIT ?",
				      "ii"},
	[DCB_SQL_EACH_RUN_WORKLOAD] = {"SELECT idx, name, params FROM run_workload WHERE run = ? "
				       "ORDER BY idx",
				       "i"},
	[DCB_SQL_EACH_BOOT] = {"SELECT id, kernel, block, position, seed, state, reason, "
			       "started_us, wall_s, guest_s, hello_guest_s, first_record_s, cpu_s, "
			       "memory_peak_bytes, agent_s FROM boot WHERE run = ? "
			       "ORDER BY position, id",
			       "i"},
	[DCB_SQL_COUNT_BOOTS] = {"SELECT state = 'ok', count(*) FROM boot WHERE run = ? "
				 "GROUP BY state",
				 "i"},
	[DCB_SQL_EACH_RUN_SERIES] = {SERIES "WHERE b.run = ? AND b.state = 'ok' "
					    "ORDER BY w.idx, m.id, b.kernel, b.block",
				     "i"},
	[DCB_SQL_EACH_BOOT_SERIES] = {SERIES "WHERE b.id = ? ORDER BY w.idx, m.id", "i"},
	[DCB_SQL_EACH_SAMPLE] = {"SELECT thread, iteration, value, enabled_ns, running_ns "
				 "FROM sample WHERE boot = ? AND workload = ? AND metric = ? "
				 "ORDER BY thread, iteration",
				 "iii"},
	[DCB_SQL_EACH_METRIC] = {"SELECT id, workload, role, name, unit, better, is_primary "
				 "FROM metric WHERE ?1 IS NULL OR name = ?1 "
				 "ORDER BY workload, role, name, unit, better",
				 "t"},
	/* CROSS JOIN: the boots of a run lead, whatever the planner thinks of their number. */
	[DCB_SQL_EACH_RUN_FIGURE] =
		{"SELECT f.workload, b.id, b.kernel, b.block, b.seed, m.id, m.workload, m.role, "
		 "m.name, m.unit, m.better, m.is_primary, f.n, f.median, f.least, f.greatest "
		 "FROM boot b CROSS JOIN figure f ON f.boot = b.id "
		 "CROSS JOIN metric m ON m.id = f.metric "
		 "WHERE b.run = ? ORDER BY f.workload, m.id, b.kernel, b.block",
		 "i"},
	[DCB_SQL_EACH_MEDIAN] = {"SELECT run, kernel, workload, boot, median FROM figure "
				 "WHERE metric = ? ORDER BY run, kernel, workload, median",
				 "i"},
	[DCB_SQL_EACH_STATE] = {"SELECT workload, role, thread, iteration, state FROM state "
				"WHERE boot = ? ORDER BY workload, role, thread, iteration",
				"i"},
	[DCB_SQL_EACH_SYMPTOM] =
		{"SELECT workload, name, state, detail, present, value, hits, tries "
		 "FROM symptom WHERE boot = ? ORDER BY workload, name",
		 "i"},
	[DCB_SQL_EACH_PAIR] = {"SELECT kind, name, value FROM pair WHERE boot = ? "
			       "ORDER BY kind, name",
			       "i"},
	[DCB_SQL_FIND_JOB_KEY] = {"SELECT id FROM job WHERE key = ?", "t"},
	[DCB_SQL_PUT_JOB] = {"INSERT INTO job (state, label, priority, submitter, plan, key, "
			     "created_us, skip_unchanged) "
			     "VALUES ('queued', ?, ?, ?, ?, ?, ?, ?)",
			     "titttii"},
	[DCB_SQL_START_JOB] = {"UPDATE job SET state = 'running', reason = NULL, owner = ?2, "
			       "started_us = ?3, attempts = attempts + 1 "
			       "WHERE id = ?1 AND state = 'queued'",
			       "iti"},
	[DCB_SQL_COUNT_ATTEMPT] = {"UPDATE job SET attempts = attempts + 1 "
				   "WHERE id = ? AND state = 'queued'",
				   "i"},
	[DCB_SQL_ASK_JOB] = {"UPDATE job SET reason = ?2 WHERE id = ?1 AND state = 'running'",
			     "it"},
	[DCB_SQL_REQUEUE_JOB] = {"UPDATE job SET state = 'queued', reason = ?3, owner = NULL, "
				 "attempts = attempts - ?4 "
				 "WHERE id = ?1 AND state = 'running' AND owner = ?2",
				 "itti"},
	[DCB_SQL_FINISH_JOB] =
		{"UPDATE job SET state = ?3, reason = ?4, owner = NULL, ended_us = ?5 "
		 "WHERE id = ?1 AND owner IS ?2 AND state IN ('queued', 'running')",
		 "ittti"},
	[DCB_SQL_LINK_JOB] = {"UPDATE job SET run = ?2 WHERE id = ?1 AND state = 'running' "
			      "AND run IS NULL",
			      "ii"},
	[DCB_SQL_EACH_QUEUED_JOB] =
		{"SELECT " JOB_COLUMNS " FROM job AS j WHERE state = 'queued' "
		 "ORDER BY priority DESC, "
		 "(SELECT max(started_us) FROM job AS o WHERE o.label = j.label), id LIMIT ?",
		 "i"},
	[DCB_SQL_COUNT_QUEUED_JOBS] = {"SELECT count(*) FROM job WHERE state = 'queued'", ""},
	[DCB_SQL_EACH_RUNNING_JOB] = {"SELECT " JOB_COLUMNS " FROM job WHERE state = 'running' "
				      "ORDER BY id",
				      ""},
	[DCB_SQL_EACH_JOB] = {"SELECT " JOB_COLUMNS " FROM job WHERE id < ? ORDER BY id DESC "
			      "LIMIT ?",
			      "ii"},
	[DCB_SQL_LAST_END] = {"SELECT state FROM job WHERE label = ? AND id < ? "
			      "AND state IN ('done', 'failed') ORDER BY id DESC LIMIT 1",
			      "ti"},
	[DCB_SQL_GET_JOB] = {"SELECT " JOB_COLUMNS " FROM job WHERE id = ?", "i"},
	[DCB_SQL_PUT_DELIVERY] =
		{"INSERT INTO delivery (state, target, event, key, job, run, content_type, body, "
		 "created_us, next_us) VALUES ('waiting', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) "
		 "ON CONFLICT (key) DO NOTHING",
		 "tttiitbi"},
	[DCB_SQL_UPDATE_DELIVERY] =
		{"UPDATE delivery SET state = ?2, status = ?3, error = ?4, next_us = ?5, "
		 "ended_us = ?6, attempts = attempts + 1 WHERE id = ?1 AND state = 'waiting'",
		 "ititii"},
	[DCB_SQL_RETRY_DELIVERY] =
		{"UPDATE delivery SET state = 'waiting', attempts = 0, next_us = ?2, "
		 "ended_us = NULL, remote_id = CASE state WHEN 'waiting' THEN remote_id END "
		 "WHERE id = ?1 AND state IN ('waiting', 'dead')",
		 "ii"},
	[DCB_SQL_EACH_DUE_DELIVERY] =
		{"SELECT " DELIVERY_COLUMNS ", body FROM delivery "
		 "WHERE state = 'waiting' AND next_us <= ? ORDER BY next_us, id LIMIT ?",
		 "ii"},
	[DCB_SQL_NEXT_DELIVERY] = {"SELECT min(next_us) FROM delivery WHERE state = 'waiting'", ""},
	[DCB_SQL_EACH_DELIVERY] = {"SELECT " DELIVERY_COLUMNS ", NULL FROM delivery "
				   "WHERE id < ? ORDER BY id DESC LIMIT ?",
				   "ii"},
	[DCB_SQL_ACCEPT_DELIVERY] =
		{"UPDATE delivery SET remote_id = ?2, status = ?3, error = NULL, next_us = ?4, "
		 "attempts = 1 WHERE id = ?1 AND state = 'waiting' AND remote_id IS NULL",
		 "itii"},

	[DCB_SQL_FIND_RECEIVED] = {"SELECT id, sha256 FROM received WHERE lab = ? AND key = ?",
				   "tt"},
	[DCB_SQL_PUT_RECEIVED] =
		{"INSERT INTO received (lab, key, sha256, received_us, version, event, reason, "
		 "run, created_us, machine, arch, improved, regressed, same, cannot_tell, "
		 "symptoms, size, document) "
		 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 "tttitttiittiiiiiit"},
	[DCB_SQL_EACH_RECEIVED] = {"SELECT " RECEIVED_COLUMNS ", NULL FROM received "
				   "WHERE id < ? ORDER BY id DESC LIMIT ?",
				   "ii"},
	[DCB_SQL_EACH_RECEIVED_LAB] = {"SELECT " RECEIVED_COLUMNS ", NULL FROM received "
				       "WHERE lab = ? AND id < ? ORDER BY id DESC LIMIT ?",
				       "tii"},
	[DCB_SQL_GET_RECEIVED] = {"SELECT " RECEIVED_COLUMNS ", document FROM received "
				  "WHERE id = ?",
				  "i"},

	[DCB_SQL_GET_ARTIFACT] = {"SELECT data FROM artifact WHERE boot = ? AND name = ?", "it"},
	[DCB_SQL_EACH_CALIBRATION] =
		{"SELECT id, run, created_us, host, description, machine, arch, blocks, few, "
		 "splits, exact, holds, reason, alarm_rate FROM calibration ORDER BY id DESC",
		 ""},
	[DCB_SQL_EACH_CALIBRATION_METRIC] =
		{"SELECT workload, params, role, metric, unit, is_primary, alarm_rate, verdict, "
		 "finds_few, finds_all FROM calibration_metric WHERE calibration = ? "
		 "ORDER BY workload, params, role, metric",
		 "i"},
};

static int bind_one(sqlite3_stmt *stmt, int i, const struct dcb_bind *value)
{
	if (value->null)
		return sqlite3_bind_null(stmt, i);
	switch (value->type) {
	case 'i':
		return sqlite3_bind_int64(stmt, i, value->integer);
	case 'd':
		return sqlite3_bind_double(stmt, i, value->real);
	case 't':
		return sqlite3_bind_text(stmt, i, value->text, -1, SQLITE_STATIC);
	default:
		/* An empty blob is not NULL, even where its pointer is. */
		return sqlite3_bind_blob64(stmt, i, value->size ? value->text : "", value->size,
					   SQLITE_STATIC);
	}
}

static int bind_all(struct dcb_query *query, const struct dcb_bind *values, size_t n,
		    struct dcb_error *err)
{
	const char *params = statements[query->id].params;
	int rc;

	if (n != strlen(params) || (size_t)sqlite3_bind_parameter_count(query->stmt) != n)
		return dcb_error_set(err, EINVAL, "%zu values for \"%s\"", n,
				     statements[query->id].sql);
	for (size_t i = 0; i < n; i++) {
		if (values[i].type != params[i])
			return dcb_error_set(err, EINVAL, "value %zu of \"%s\" is of type %c", i,
					     statements[query->id].sql, values[i].type);
		rc = bind_one(query->stmt, (int)i + 1, &values[i]);
		if (rc != SQLITE_OK)
			return dcb_store_fail(query->store, rc, "binding a value", err);
	}
	return 0;
}

static int prepare(struct dcb_store *store, enum dcb_statement id, sqlite3_stmt **ret_stmt,
		   struct dcb_error *err)
{
	int rc;

	rc = sqlite3_prepare_v3(store->db, statements[id].sql, -1, SQLITE_PREPARE_PERSISTENT,
				ret_stmt, NULL);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "preparing a statement", err);
	return 0;
}

int dcb_query_open(struct dcb_query *query, struct dcb_store *store, enum dcb_statement id,
		   const struct dcb_bind *values, size_t n, struct dcb_error *err)
{
	int r;

	query->store = store;
	query->id = id;
	if (!store->statements[id]) {
		r = prepare(store, id, &store->statements[id], err);
		if (r < 0)
			return r;
	}
	query->stmt = store->statements[id];
	/* A callback that asks the same question again gets a statement of its own. */
	if (sqlite3_stmt_busy(query->stmt)) {
		query->stmt = NULL;
		r = prepare(store, id, &query->stmt, err);
		if (r < 0)
			return r;
	}
	return bind_all(query, values, n, err);
}

int dcb_query_rebind(struct dcb_query *query, const struct dcb_bind *values, size_t n,
		     struct dcb_error *err)
{
	sqlite3_reset(query->stmt);
	return bind_all(query, values, n, err);
}

int dcb_query_step(struct dcb_query *query, struct dcb_error *err)
{
	int rc = sqlite3_step(query->stmt);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return dcb_store_fail(query->store, rc, "using it", err);
}

void dcb_query_releasep(struct dcb_query *query)
{
	if (!query->stmt)
		return;
	if (query->stmt != query->store->statements[query->id]) {
		sqlite3_finalize(query->stmt);
	} else {
		sqlite3_reset(query->stmt);
		sqlite3_clear_bindings(query->stmt);
	}
	query->stmt = NULL;
}

int dcb_query_number(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		     size_t n, int64_t *ret_number, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, id, values, n, err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r > 0)
		*ret_number = sqlite3_column_int64(query.stmt, 0);
	return r;
}

int dcb_query_each(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		   size_t n, int (*row)(struct dcb_query *query, void *context), void *context,
		   struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, id, values, n, err);
	if (r < 0)
		return r;
	for (;;) {
		r = dcb_query_step(&query, err);
		if (r <= 0)
			return r;
		r = row(&query, context);
		if (r < 0)
			return r;
	}
}

int dcb_query_run(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		  size_t n, struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, id, values, n, err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	return r < 0 ? r : 0;
}

int dcb_statements_check(struct dcb_store *store, struct dcb_error *err)
{
	for (size_t i = 0; i < DCB_N_STATEMENTS; i++) {
		int r;

		if (!statements[i].sql)
			return dcb_error_set(err, EINVAL, "statement %zu has no text", i);
		if (!store->statements[i]) {
			r = prepare(store, (enum dcb_statement)i, &store->statements[i], err);
			if (r < 0)
				return r;
		}
		if ((size_t)sqlite3_bind_parameter_count(store->statements[i]) !=
		    strlen(statements[i].params))
			return dcb_error_set(err, EINVAL, "\"%s\" has not the parameters \"%s\"",
					     statements[i].sql, statements[i].params);
	}
	return 0;
}
