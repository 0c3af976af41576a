// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the store costs over bare SQLite: one million samples in boots of 1000, by
 * dcb_store_put_boot() and by a loop over one prepared INSERT into the same table, some times in
 * turns; then the time to read them all in order. Prints rates; judges nothing.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "schema/store.h"

#define PASSES     5
#define BOOTS      1000
#define METRICS    25
#define ITERATIONS 40 /* METRICS * ITERATIONS = 1000 samples a boot */

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

/* Does not see what else the host does. */
static double cpu(void)
{
	return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static void die(const char *what)
{
	fprintf(stderr, "bench-store: %s\n", what);
	exit(1);
}

/* In the order in which a guest tells them: an iteration at a time. */
static void fill(struct dcb_store_sample *samples, const int64_t *metrics, unsigned boot)
{
	uint64_t x = boot;

	for (int i = 0; i < ITERATIONS; i++) {
		for (int m = 0; m < METRICS; m++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			samples[i * METRICS + m] = (struct dcb_store_sample){
				.metric = metrics[m],
				.iteration = i,
				.present = true,
				.value = (double)(x >> 34),
				.has_times = m % 3 == 0,
				.enabled_ns = (int64_t)(x >> 34),
				.running_ns = (int64_t)(x >> 34),
			};
		}
	}
}

static double file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : (double)st.st_size;
}

static int64_t make_run(struct dcb_store *store, int64_t metrics[METRICS])
{
	const struct dcb_store_run_kernel kernel = {
		"base",
		"file:x",
		{.sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 .release = "1",
		 .arch = "arm64",
		 .origin = "{}"}};
	const struct dcb_store_run_workload workload = {"bench", ""};
	const struct dcb_store_run run = {.machine = "null",
					  .arch = "none",
					  .blocks = BOOTS,
					  .base = "base",
					  .plan = "{}",
					  .fingerprint = "{}"};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	if (dcb_store_create_run(store, &run, &kernel, 1, &workload, 1, &id, &err) < 0)
		die(err.message);
	for (int m = 0; m < METRICS; m++) {
		_cleanup_free_ char *name = dcb_format("metric-%d", m);
		const struct dcb_store_metric metric = {"bench", "role", name, "ns", "lower", true};

		if (dcb_store_metric(store, &metric, &metrics[m], &err) < 0)
			die(err.message);
	}
	return id;
}

static double bench_store(const char *path)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	static struct dcb_store_sample samples[METRICS * ITERATIONS];
	const struct dcb_store_boot_data data = {.samples = samples,
						 .n_samples = ARRAY_SIZE(samples)};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t metrics[METRICS], run, id;
	double start, used, seconds;

	if (dcb_store_open(path, DCB_STORE_WRITE, &store, &err) < 0)
		die(err.message);
	run = make_run(store, metrics);
	start = now();
	used = cpu();
	for (unsigned b = 0; b < BOOTS; b++) {
		const struct dcb_store_boot boot = {.block = b, .position = b, .state = "ok"};

		fill(samples, metrics, b);
		if (dcb_store_put_boot(store, run, &boot, &data, &id, &err) < 0)
			die(err.message);
	}
	seconds = now() - start;
	printf("store:  %8.0f samples/s, %.2f ms a boot, commit and figures included\n",
	       BOOTS * ARRAY_SIZE(samples) / seconds, seconds / BOOTS * 1000);
	return cpu() - used;
}

static double bench_bare(const char *path)
{
	static struct dcb_store_sample samples[METRICS * ITERATIONS];
	int64_t metrics[METRICS];
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	double start, used, seconds;

	for (int m = 0; m < METRICS; m++)
		metrics[m] = m + 1;
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(
		    db,
		    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		    "CREATE TABLE sample (boot INTEGER NOT NULL, workload INTEGER NOT NULL,"
		    "metric INTEGER NOT NULL, thread INTEGER NOT NULL, iteration INTEGER NOT NULL,"
		    "value REAL, enabled_ns INTEGER, running_ns INTEGER,"
		    "PRIMARY KEY (boot, workload, metric, thread, iteration)) STRICT, WITHOUT "
		    "ROWID",
		    NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?)", -1, &stmt,
			       NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	start = now();
	used = cpu();
	for (unsigned b = 0; b < BOOTS; b++) {
		fill(samples, metrics, b);
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
			sqlite3_bind_int64(stmt, 1, b + 1);
			sqlite3_bind_int64(stmt, 2, 0);
			sqlite3_bind_int64(stmt, 3, samples[i].metric);
			sqlite3_bind_int64(stmt, 4, samples[i].thread);
			sqlite3_bind_int64(stmt, 5, samples[i].iteration);
			sqlite3_bind_double(stmt, 6, samples[i].value);
			if (samples[i].has_times) {
				sqlite3_bind_int64(stmt, 7, samples[i].enabled_ns);
				sqlite3_bind_int64(stmt, 8, samples[i].running_ns);
			} else {
				sqlite3_bind_null(stmt, 7);
				sqlite3_bind_null(stmt, 8);
			}
			if (sqlite3_step(stmt) != SQLITE_DONE)
				die(sqlite3_errmsg(db));
			sqlite3_reset(stmt);
		}
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	}
	seconds = now() - start;
	used = cpu() - used;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	printf("bare:   %8.0f samples/s, no keys checked, unsorted; %.1f bytes a sample\n",
	       BOOTS * ARRAY_SIZE(samples) / seconds,
	       file_bytes(path) / (BOOTS * ARRAY_SIZE(samples)));
	return used;
}

static int add(void *context, const struct dcb_store_sample_row *row)
{
	uint64_t *n = context;

	(void)row;
	++*n;
	return 0;
}

static void bench_read(const char *path)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	uint64_t n = 0;
	double start;

	if (dcb_store_open(path, DCB_STORE_READ, &store, &err) < 0)
		die(err.message);
	start = now();
	if (dcb_store_each_sample(store, 1, add, &n, &err) < 0)
		die(err.message);
	printf("read:   %8.0f samples/s in order; %.1f bytes a sample\n",
	       (double)n / (now() - start), file_bytes(path) / (double)n);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In turns, so that a busy host meets both. */
int main(int argc, char **argv)
{
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	double ratios[PASSES];

	if (dcb_dir_temporary(argc > 1 ? argv[1] : "/var/tmp", "dcb-bench-", &folder, &err) < 0)
		die(err.message);
	for (int i = 0; i < PASSES; i++) {
		_cleanup_free_ char *ours = dcb_format("%s/store-%d.db", folder, i);
		_cleanup_free_ char *bare = dcb_format("%s/bare-%d.db", folder, i);

		if (!ours || !bare)
			die("out of memory");
		ratios[i] = bench_store(ours);
		ratios[i] /= bench_bare(bare);
		if (i == PASSES - 1)
			bench_read(ours);
	}
	qsort(ratios, PASSES, sizeof(*ratios), compare_doubles);
	printf("the store takes %.2f times the CPU time of the bare loop (median of %d, "
	       "%.2f..%.2f)\n",
	       ratios[PASSES / 2], PASSES, ratios[0], ratios[PASSES - 1]);
	return 0;
}
