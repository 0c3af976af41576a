// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include <math.h>
#include <stdio.h>

#include "schema/migrate.h"
#include "schema/private.h"

/* ---- helpers ---- */

/* The rows of a query, a line each, columns between '|'; malloc'd. */
static char *rows(struct fixture *f, const char *text)
{
	sqlite3_stmt *stmt = NULL;
	char *all = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&all, &size);

	assert_non_null(out);
	assert_int_equal(sqlite3_prepare_v2(f->store->db, text, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			fprintf(out, "%s%s", i ? "|" : "",
				(const char *)sqlite3_column_text(stmt, i));
		fputc('\n', out);
	}
	sqlite3_finalize(stmt);
	fclose(out);
	return all;
}

static int64_t metric_of(struct fixture *f, const char *workload, const char *role,
			 const char *name)
{
	struct dcb_store_metric metric = {workload, role, name, "ns", "lower", true};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	if (dcb_store_metric(f->store, &metric, &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

static int64_t put(struct fixture *f, size_t kernel, int64_t block, const char *state,
		   const struct dcb_store_sample *samples, size_t n)
{
	const struct dcb_store_boot_data data = {.samples = samples, .n_samples = n};
	struct dcb_store_boot boot = fixture_boot(kernel, block, state);
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	if (dcb_store_put_boot(f->store, f->run, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

/* Odd and even numbers of values, NULLs, warm-up, threads, large, negative and equal values, one
 * metric without any value, told in a mixed order. */
static int64_t put_mixed(struct fixture *f, size_t kernel, int64_t block, const char *state)
{
	int64_t odd = metric_of(f, "dying-dentry", "waiter", "odd");
	int64_t even = metric_of(f, "dying-dentry", "waiter", "even");
	int64_t none = metric_of(f, "dying-dentry", "waiter", "none");
	int64_t huge = metric_of(f, "null", "", "huge");
	const struct dcb_store_sample samples[] = {
		{0, even, 1, 0, true, 4, false, 0, 0},
		{0, odd, -1, 0, true, 1e9, false, 0, 0},
		{0, odd, 0, 0, true, 5, false, 0, 0},
		{0, even, 0, 0, true, -3, true, 7, 7},
		{0, odd, 1, 0, false, 0, false, 0, 0},
		{0, none, 0, 0, false, 0, false, 0, 0},
		{0, none, -1, 0, true, 8, false, 0, 0},
		{0, odd, 0, 1, true, 0.1, false, 0, 0},
		{0, odd, 1, 1, true, 7, false, 0, 0},
		{0, even, -1, 0, true, 99, false, 0, 0},
		{0, even, 0, 1, true, 4, false, 0, 0},
		{0, even, 1, 1, true, 4.5, false, 0, 0},
		{1, huge, 0, 0, true, 1.7e308, false, 0, 0},
		{1, huge, 1, 0, true, 1.6e308, false, 0, 0},
	};

	return put(f, kernel, block, state, samples, ARRAY_SIZE(samples));
}

#define FIGURES                                                                                    \
	"SELECT f.boot, f.workload, m.name, f.run, f.kernel, f.n, f.median, f.least, f.greatest "  \
	"FROM figure f JOIN metric m ON m.id = f.metric ORDER BY 1, 2, 3"

/* ---- writing ---- */

static void put_boot__leaves_a_figure_a_metric(void **state)
{
	struct fixture *f = *state;
	int64_t boot = put_mixed(f, 1, 2, "ok");
	_cleanup_free_ char *text = rows(f, FIGURES);
	_cleanup_free_ char *want = dcb_format("%d|0|even|1|1|4|4.0|-3.0|4.5\n"
					       "%d|0|odd|1|1|3|5.0|0.1|7.0\n"
					       "%d|1|huge|1|1|2|1.65e+308|1.6e+308|1.7e+308\n",
					       (int)boot, (int)boot, (int)boot);

	assert_string_equal(text, want);
}

static void put_boot__that_failed_has_no_figures(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *failed = NULL, *good = NULL;

	put_mixed(f, 0, 0, "panic");
	failed = rows(f, "SELECT count(*) FROM figure");
	assert_string_equal(failed, "0\n");
	/* And the good one that takes its place has. */
	put_mixed(f, 0, 0, "ok");
	good = rows(f, "SELECT count(*) FROM figure");
	assert_string_equal(good, "3\n");
}

static void put_boot__that_is_refused_leaves_no_figures(void **state)
{
	struct fixture *f = *state;
	int64_t metric = metric_of(f, "dying-dentry", "waiter", "odd");
	const struct dcb_store_sample twice[] = {{0, metric, 0, 0, true, 4, false, 0, 0},
						 {0, metric, 0, 0, true, 5, false, 0, 0}};
	const struct dcb_store_boot_data data = {.samples = twice, .n_samples = 2};
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	_cleanup_free_ char *text = NULL;
	int64_t id;

	assert_true(dcb_store_put_boot(f->store, f->run, &boot, &data, &id, NULL) < 0);
	text = rows(f, "SELECT count(*) FROM figure");
	assert_string_equal(text, "0\n");
}

/* ---- migration ---- */

/* A database as the first version left it, with what the fixture's holds. */
static void make_version_1(struct fixture *f, const char *path)
{
	static const char copy[] =
		"INSERT INTO run SELECT id, state, reason, owner, created_us, machine, arch, seed, "
		"blocks, base, plan, fingerprint, wall_s, guest_wall_s FROM now.run;"
		"INSERT INTO kernel SELECT * FROM now.kernel;"
		"INSERT INTO run_kernel SELECT * FROM now.run_kernel;"
		"INSERT INTO run_workload SELECT * FROM now.run_workload;"
		"INSERT INTO boot SELECT * FROM now.boot;"
		"INSERT INTO metric SELECT * FROM now.metric;"
		"INSERT INTO sample SELECT * FROM now.sample;";
	_cleanup_free_ char *attach = dcb_format("ATTACH '%s' AS now", f->path);
	sqlite3 *db = NULL;

	assert_int_equal(dcb_migrations[0].version, 1);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, dcb_migrations[0].sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
	if (sqlite3_exec(db, copy, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void migrate__gives_old_boots_the_figures_of_new_ones(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/old.db", f->folder);
	_cleanup_free_ char *before = NULL, *after = NULL, *check = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	put_mixed(f, 0, 0, "ok");
	put_mixed(f, 1, 0, "panic");
	put_mixed(f, 1, 1, "ok");
	put(f, 0, 2, "ok", NULL, 0);
	before = rows(f, FIGURES);
	assert_non_null(strstr(before, "huge"));
	make_version_1(f, path);
	dcb_store_close(TAKE_PTR(f->store));
	/* Reading brings it up to date too. */
	if (dcb_store_open(path, DCB_STORE_READ, &f->store, &err) < 0)
		fail_msg("%s", err.message);
	after = rows(f, FIGURES);
	assert_string_equal(after, before);
	check = rows(f, "SELECT * FROM pragma_integrity_check");
	assert_string_equal(check, "ok\n");
}

/* ---- reading ---- */

static int add_figure(void *context, const struct dcb_store_figure *figure)
{
	fprintf(context, "%zu %s.%s k%zu b%d: n %d, %g (%g..%g)\n", figure->workload,
		figure->metric->role, figure->metric->name, figure->kernel, (int)figure->block,
		(int)figure->n, figure->median, figure->least, figure->greatest);
	return 0;
}

static void each_figure__is_ordered_by_workload_metric_kernel_block(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	put_mixed(f, 1, 1, "ok");
	put_mixed(f, 1, 0, "ok");
	put_mixed(f, 0, 1, "panic");
	put_mixed(f, 0, 0, "ok");
	assert_int_equal(dcb_store_each_figure(f->store, f->run, add_figure, out, NULL), 0);
	assert_int_equal(dcb_store_each_figure(f->store, f->run + 1, add_figure, out, NULL), 0);
	fclose(out);
	assert_string_equal(text, "0 waiter.odd k0 b0: n 3, 5 (0.1..7)\n"
				  "0 waiter.odd k1 b0: n 3, 5 (0.1..7)\n"
				  "0 waiter.odd k1 b1: n 3, 5 (0.1..7)\n"
				  "0 waiter.even k0 b0: n 4, 4 (-3..4.5)\n"
				  "0 waiter.even k1 b0: n 4, 4 (-3..4.5)\n"
				  "0 waiter.even k1 b1: n 4, 4 (-3..4.5)\n"
				  "1 .huge k0 b0: n 2, 1.65e+308 (1.6e+308..1.7e+308)\n"
				  "1 .huge k1 b0: n 2, 1.65e+308 (1.6e+308..1.7e+308)\n"
				  "1 .huge k1 b1: n 2, 1.65e+308 (1.6e+308..1.7e+308)\n");
}

static int add_median(void *context, const struct dcb_store_median *median)
{
	fprintf(context, "%s/%s.%s r%d k%zu w%zu: %g\n", median->metric->workload,
		median->metric->role, median->metric->name, (int)median->run_id, median->kernel,
		median->workload, median->median);
	return 0;
}

static char *medians(struct fixture *f, const char *name, const char *workload, const char *role)
{
	const struct dcb_store_median_query wanted = {name, workload, role};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(dcb_store_each_median(f->store, &wanted, add_median, out, NULL), 0);
	fclose(out);
	return text;
}

static void each_median__orders_by_metric_run_kernel_and_size(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	int64_t waiter = metric_of(f, "dying-dentry", "waiter", "wall");
	int64_t closer = metric_of(f, "dying-dentry", "closer", "wall");
	int64_t other = metric_of(f, "null", "", "wall");
	_cleanup_free_ char *all = NULL, *one = NULL, *null = NULL, *unknown = NULL;
	const double values[] = {9, 7, 8};

	for (int64_t block = 0; block < 3; block++) {
		const struct dcb_store_sample samples[] = {
			{0, waiter, 0, 0, true, values[block], false, 0, 0},
			{0, closer, 0, 0, true, values[block] * 10, false, 0, 0},
			{1, other, 0, 0, true, 1, false, 0, 0},
		};

		put(f, 1, block, block == 2 ? "hang" : "ok", samples, block ? 2 : 3);
		put(f, 0, block, "ok", samples, 1);
	}
	f->run = fixture_create(f->store, &run, 1);
	put(f, 0, 0, "ok", &(struct dcb_store_sample){0, waiter, 0, 0, true, 3, false, 0, 0}, 1);

	all = medians(f, "wall", NULL, NULL);
	assert_string_equal(all, "dying-dentry/closer.wall r1 k1 w0: 70\n"
				 "dying-dentry/closer.wall r1 k1 w0: 90\n"
				 "dying-dentry/waiter.wall r1 k0 w0: 7\n"
				 "dying-dentry/waiter.wall r1 k0 w0: 8\n"
				 "dying-dentry/waiter.wall r1 k0 w0: 9\n"
				 "dying-dentry/waiter.wall r1 k1 w0: 7\n"
				 "dying-dentry/waiter.wall r1 k1 w0: 9\n"
				 "dying-dentry/waiter.wall r2 k0 w0: 3\n"
				 "null/.wall r1 k1 w1: 1\n");
	one = medians(f, "wall", "dying-dentry", "closer");
	assert_string_equal(one, "dying-dentry/closer.wall r1 k1 w0: 70\n"
				 "dying-dentry/closer.wall r1 k1 w0: 90\n");
	null = medians(f, "wall", NULL, "");
	assert_string_equal(null, "null/.wall r1 k1 w1: 1\n");
	unknown = medians(f, "wal", NULL, NULL);
	assert_string_equal(unknown, "");
}

static int add_metric(void *context, const struct dcb_store_metric *metric)
{
	fprintf(context, "%s/%s.%s %s\n", metric->workload, metric->role, metric->name,
		metric->unit);
	return 0;
}

static void each_metric__is_ordered_by_name(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	metric_of(f, "null", "", "wall");
	metric_of(f, "dying-dentry", "waiter", "wall");
	metric_of(f, "dying-dentry", "closer", "wall");
	assert_int_equal(dcb_store_each_metric(f->store, add_metric, out, NULL), 0);
	fclose(out);
	assert_string_equal(text, "dying-dentry/closer.wall ns\n"
				  "dying-dentry/waiter.wall ns\n"
				  "null/.wall ns\n");
}

static void count_boots__tells_failed_ones(void **state)
{
	struct fixture *f = *state;
	int64_t boots = -1, failed = -1;

	assert_int_equal(dcb_store_count_boots(f->store, f->run, &boots, &failed, NULL), 0);
	assert_int_equal(boots, 0);
	assert_int_equal(failed, 0);
	put(f, 0, 0, "ok", NULL, 0);
	put(f, 0, 1, "panic", NULL, 0);
	put(f, 1, 0, "hang", NULL, 0);
	put(f, 1, 1, "ok", NULL, 0);
	put(f, 1, 2, "ok", NULL, 0);
	assert_int_equal(dcb_store_count_boots(f->store, f->run, &boots, &failed, NULL), 0);
	assert_int_equal(boots, 5);
	assert_int_equal(failed, 2);
}

/* ---- plans: how the statements find their rows, with ten million samples as with ten ---- */

static char *plan_of(struct fixture *f, enum dcb_statement id)
{
	_cleanup_free_ char *text = dcb_format("EXPLAIN QUERY PLAN %s",
					       sqlite3_sql(f->store->statements[id]));
	sqlite3_stmt *stmt = NULL;
	char *plan = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&plan, &size);

	assert_non_null(text);
	assert_int_equal(sqlite3_prepare_v2(f->store->db, text, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		fprintf(out, "%s\n", (const char *)sqlite3_column_text(stmt, 3));
	sqlite3_finalize(stmt);
	fclose(out);
	return plan;
}

/* Tables that grow with boots, by the names that they have in statements. */
static bool scans_a_large_table(const char *plan)
{
	static const char *const scans[] = {
		"SCAN sample", "SCAN s\n",     "SCAN s ",       "SCAN figure", "SCAN f\n",
		"SCAN f ",     "SCAN boot",    "SCAN b\n",      "SCAN b ",     "SCAN state",
		"SCAN pair",   "SCAN symptom", "SCAN artifact",
	};

	for (size_t i = 0; i < ARRAY_SIZE(scans); i++)
		if (strstr(plan, scans[i]))
			return true;
	return false;
}

static void statements__never_scan_what_grows_with_boots(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_statements_check(f->store, &err) < 0)
		fail_msg("%s", err.message);
	for (int id = 0; id < DCB_N_STATEMENTS; id++) {
		_cleanup_free_ char *plan = plan_of(f, (enum dcb_statement)id);

		if (scans_a_large_table(plan))
			fail_msg("%s:\n%s", sqlite3_sql(f->store->statements[id]), plan);
	}
}

static void statements__of_list_and_history_read_their_index_alone(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *count = NULL, *medians_plan = NULL, *figures = NULL;

	assert_int_equal(dcb_statements_check(f->store, NULL), 0);
	count = plan_of(f, DCB_SQL_COUNT_BOOTS);
	assert_string_equal(count, "SEARCH boot USING COVERING INDEX boot_state (run=?)\n");
	medians_plan = plan_of(f, DCB_SQL_EACH_MEDIAN);
	assert_string_equal(medians_plan,
			    "SEARCH figure USING COVERING INDEX figure_history (metric=?)\n");
	figures = plan_of(f, DCB_SQL_EACH_RUN_FIGURE);
	assert_non_null(strstr(figures, "SEARCH f USING PRIMARY KEY (boot=?)"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(put_boot__leaves_a_figure_a_metric),
		T(put_boot__that_failed_has_no_figures),
		T(put_boot__that_is_refused_leaves_no_figures),
		T(migrate__gives_old_boots_the_figures_of_new_ones),
		T(each_figure__is_ordered_by_workload_metric_kernel_block),
		T(each_median__orders_by_metric_run_kernel_and_size),
		T(each_metric__is_ordered_by_name),
		T(count_boots__tells_failed_ones),
		T(statements__never_scan_what_grows_with_boots),
		T(statements__of_list_and_history_read_their_index_alone),
	};

	return cmocka_run_group_tests_name("store-figure", tests, NULL, NULL);
}
