// SPDX-License-Identifier: GPL-2.0-only
/* Copies of a database, looked at with SQLite itself. */
#include "report-fixture.h"

#include <sqlite3.h>

static int64_t ask(const char *path, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int64_t n;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void copy(struct dcb_store *store, const char *path)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_store_copy(store, path, &err) < 0)
		fail_msg("%s", err.message);
}

static void store_copy__opens_as_the_original_and_by_sqlite(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/copy.db", f->folder);
	_cleanup_free_ char *twice = dcb_format("%s/twice.db", f->folder);
	_cleanup_(dcb_store_closep) struct dcb_store *again = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	report_demo(f->store, 2, true);
	copy(f->store, path);
	/* 7 metrics of 4 samples in 5 good boots. */
	assert_int_equal(ask(path, "SELECT count(*) FROM sample_long"), 7 * 4 * 5);
	assert_int_equal(ask(path, "SELECT count(*) FROM sample_long WHERE value IS NULL"), 3 * 5);
	assert_int_equal(ask(path,
			     "SELECT value FROM sample_long WHERE kernel = 'fixed' AND metric "
			     "= 'wall' AND role = 'waiter' AND block = 1 AND iteration = 0"),
			 821520000);
	assert_int_equal(ask(path, "SELECT count(*) FROM boot_long WHERE state = 'panic'"), 1);
	assert_int_equal(ask(path, "SELECT count(*) FROM symptom_long WHERE name = 'busy-wait'"),
			 5);
	assert_int_equal(ask(path, "SELECT count(*) FROM symptom_long WHERE workload IS NULL"), 1);
	assert_int_equal(ask(path, "SELECT count(*) FROM pragma_integrity_check WHERE "
				   "integrity_check = 'ok'"),
			 1);
	assert_int_equal(ask(path, "PRAGMA application_id"), ask(f->path, "PRAGMA application_id"));
	assert_int_equal(ask(path, "PRAGMA user_version"), ask(f->path, "PRAGMA user_version"));
	if (dcb_store_open(path, DCB_STORE_WRITE, &again, &err) < 0)
		fail_msg("%s", err.message);
	report_demo(again, 2, false);
	copy(again, twice);
	assert_int_equal(ask(twice, "SELECT count(*) FROM sample_long"), 7 * 4 * (5 + 6));
}

static void store_copy__from_a_reader_that_reads_on(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/copy.db", f->folder);
	_cleanup_(dcb_store_closep) struct dcb_store *reader = NULL;
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	report_demo(f->store, 1, false);
	assert_int_equal(dcb_store_open(f->path, DCB_STORE_READ, &reader, &err), 0);
	copy(reader, path);
	assert_int_equal(ask(path, "SELECT count(*) FROM run"), 2);
	/* It is a reader still. */
	assert_true(dcb_store_create_run(reader, &run, fixture_kernels, 1, fixture_workloads, 1,
					 &id, &err) < 0);
}

/* Others may write while it is made: it is of one moment. */
static void store_copy__beside_a_writer(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_store_closep) struct dcb_store *reader = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_store_open(f->path, DCB_STORE_READ, &reader, &err), 0);
	for (int i = 0; i < 3; i++) {
		_cleanup_free_ char *path = dcb_format("%s/copy%d.db", f->folder, i);

		report_demo(f->store, 1, false);
		copy(reader, path);
		assert_int_equal(ask(path, "SELECT count(*) FROM run"), 2 + i);
	}
}

static void store_copy__that_cannot_be_written_is_told(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_true(dcb_store_copy(f->store, "/nonexistent/copy.db", &err) < 0);
	assert_non_null(strstr(err.message, "copying the database"));
	/* What is there already is not overwritten. */
	err = (struct dcb_error)DCB_ERROR_NULL;
	assert_true(dcb_store_copy(f->store, f->path, &err) < 0);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM run"), 1);
}

static void snapshot__nests(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_store_closep) struct dcb_store *reader = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_summary *summary = NULL;
	const struct dcb_summary_options options = {0};

	assert_int_equal(dcb_store_open(f->path, DCB_STORE_READ, &reader, &err), 0);
	assert_int_equal(dcb_store_snapshot_begin(reader, &err), 0);
	/* Begins and ends one of its own. */
	assert_int_equal(dcb_summary_new(reader, f->run, &options, &summary, &err), 0);
	dcb_summary_free(summary);
	report_demo(f->store, 1, false);
	assert_true(dcb_summary_new(reader, 2, &options, &summary, &err) < 0);
	dcb_store_snapshot_end(reader);
	assert_int_equal(dcb_summary_new(reader, 2, &options, &summary, &err), 0);
	dcb_summary_free(summary);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(store_copy__opens_as_the_original_and_by_sqlite),
		T(store_copy__from_a_reader_that_reads_on),
		T(store_copy__beside_a_writer),
		T(store_copy__that_cannot_be_written_is_told),
		T(snapshot__nests),
	};

	return cmocka_run_group_tests_name("store-copy", tests, NULL, NULL);
}
