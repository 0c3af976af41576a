// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "schema/migrate.h"
#include "schema/private.h"

static void expect(const char *path, enum dcb_store_mode mode, int result, const char *text)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	r = dcb_store_open(path, mode, &store, &err);
	if (r != result || !strstr(err.message, text))
		fail_msg("%s: %d \"%s\" instead of %d \"%s\"", path, r, err.message, result, text);
	assert_null(store);
	assert_non_null(strstr(err.message, path));
	assert_null(strchr(err.message, '\n'));
	if (result == -EINVAL)
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
}

static void make(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Runs `function` in a child; its result is the exit code. */
static int in_child(int (*function)(void *context), void *context)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(function(context));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void open__read_of_a_missing_file_says_run_first(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/none.db", f->folder);

	expect(path, DCB_STORE_READ, -EINVAL, "no database at");
	expect(path, DCB_STORE_READ, -EINVAL, "`dcbench run` first");
	assert_false(dcb_file_exists(path));
}

static void open__other_files_are_refused_and_untouched(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *text = dcb_format("%s/text", f->folder);
	_cleanup_free_ char *other = dcb_format("%s/other.db", f->folder);
	_cleanup_free_ char *plain = dcb_format("%s/plain.db", f->folder);
	_cleanup_free_ char *empty = dcb_format("%s/empty.db", f->folder);
	_cleanup_free_ char *wal = dcb_format("%s/plain.db-wal", f->folder);
	char before[DCB_SHA256_HEX], after[DCB_SHA256_HEX];

	assert_int_equal(dcb_file_write(text,
					"hello, this is not a database, whatever its name "
					"may say, and it is longer than a header",
					88, 0644, NULL),
			 0);
	make(other, "PRAGMA application_id = 7; CREATE TABLE t(x)");
	make(plain, "CREATE TABLE t(x)");
	assert_int_equal(dcb_file_write(empty, "", 0, 0644, NULL), 0);
	assert_int_equal(dcb_file_sha256(plain, before, NULL), 0);
	for (int mode = DCB_STORE_READ; mode <= DCB_STORE_WRITE; mode++) {
		expect(text, mode, -EINVAL, "is not a database");
		expect(other, mode, -EINVAL, "is the database of another program");
		expect(plain, mode, -EINVAL, "is the database of another program");
		expect(f->folder, mode, -EINVAL, "is not a file");
	}
	expect(empty, DCB_STORE_READ, -EINVAL, "is empty");
	assert_int_equal(dcb_file_sha256(plain, after, NULL), 0);
	assert_string_equal(before, after);
	assert_false(dcb_file_exists(wal));
}

static void open__newer_version_is_refused(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *want = dcb_format(
		"%s was written by a newer dcbench (schema 1000, this one knows %d)", f->path,
		dcb_migrations[dcb_n_migrations - 1].version);

	dcb_store_close(TAKE_PTR(f->store));
	make(f->path, "PRAGMA user_version = 1000");
	expect(f->path, DCB_STORE_READ, -EINVAL, want);
	expect(f->path, DCB_STORE_WRITE, -EINVAL, want);
}

static void open__missing_folder_is_named(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/no/such/a.db", f->folder);

	expect(path, DCB_STORE_WRITE, -ENOENT, "cannot open");
}

static void open__relative_and_special_names_are_files(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *name = dcb_format("%s/:memory:", f->folder);
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;

	assert_int_equal(chdir(f->folder), 0);
	assert_int_equal(dcb_store_open(":memory:", DCB_STORE_WRITE, &store, NULL), 0);
	assert_true(dcb_file_exists(name));
	assert_int_equal(chdir(cwd), 0);
}

static int count_run(void *context, const struct dcb_store_run *run)
{
	(void)run;
	++*(int *)context;
	return 0;
}

/* As somebody who may not write: exit code 0 if reading works and writing is refused well. */
static int read_as_nobody(void *context)
{
	struct fixture *f = context;
	struct dcb_store *store = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	int n = 0, r;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 77;
	r = dcb_store_open(f->path, DCB_STORE_READ, &store, &err);
	if (r < 0) {
		fprintf(stderr, "read: %s\n", err.message);
		return 1;
	}
	if (dcb_store_each_run(store, count_run, &n, &err) < 0 || n != 1)
		return 2;
	dcb_store_close(store);
	r = dcb_store_open(f->path, DCB_STORE_WRITE, &store, &err);
	if (r >= 0 || !strstr(err.message, f->path) || !strstr(err.message, "read-only")) {
		fprintf(stderr, "write: %d %s\n", r, err.message);
		return 3;
	}
	return 0;
}

static void open__read_only_folder_can_be_read(void **state)
{
	struct fixture *f = *state;
	int code;

	dcb_store_close(TAKE_PTR(f->store));
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(f->folder, 0555), 0);
	code = in_child(read_as_nobody, f);
	assert_int_equal(chmod(f->folder, 0755), 0);
	if (code == 77)
		skip();
	assert_int_equal(code, 0);
}

/* Fills a file system of its own; mounts in a namespace of its own. */
static int fill_a_disk(void *context)
{
	struct fixture *f = context;
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	static char big[2 << 20];
	const struct dcb_store_artifact artifact = {"console", big, sizeof(big)};
	const struct dcb_store_boot_data data = {.artifacts = &artifact, .n_artifacts = 1};
	_cleanup_free_ char *path = dcb_format("%s/full.db", f->folder);
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store *store = NULL;
	int64_t id, boot_id;
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", f->folder, "tmpfs", 0, "size=1m") < 0)
		return 77;
	if (dcb_store_open(path, DCB_STORE_WRITE, &store, &err) < 0)
		return 1;
	if (dcb_store_create_run(store, &run, fixture_kernels, 2, fixture_workloads, 2, &id, &err) <
	    0)
		return 2;
	r = dcb_store_put_boot(store, id, &boot, &data, &boot_id, &err);
	if (r != -ENOSPC || !strstr(err.message, path)) {
		fprintf(stderr, "%d %s\n", r, err.message);
		return 3;
	}
	/* What fits still goes in, on the same connection. */
	if (dcb_store_put_boot(store, id, &boot, &(struct dcb_store_boot_data){0}, &boot_id, &err) <
	    0) {
		fprintf(stderr, "%s\n", err.message);
		return 4;
	}
	dcb_store_close(store);
	return 0;
}

static void put_boot__full_disk_says_so(void **state)
{
	int code = in_child(fill_a_disk, *state);

	if (code == 77) {
		print_message("needs a mount namespace\n");
		skip();
	}
	assert_int_equal(code, 0);
}

static void open__locked_database_says_so(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	sqlite3 *db = NULL;
	int r;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_busy_timeout(f->store->db, 50);
	r = dcb_store_update_run(f->store, f->run, DCB_RUN_DONE, NULL, NULL, 0, 0, &err);
	assert_int_equal(r, -EBUSY);
	assert_non_null(strstr(err.message, f->path));
	assert_non_null(strstr(err.message, "locked"));
	sqlite3_close(db);
	assert_int_equal(
		dcb_store_update_run(f->store, f->run, DCB_RUN_DONE, NULL, NULL, 0, 0, &err), 0);
}

static int open_once(void *context)
{
	struct dcb_store *store = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_run run = fixture_run();
	int64_t id;

	if (dcb_store_open(context, DCB_STORE_WRITE, &store, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	if (dcb_store_create_run(store, &run, fixture_kernels, 2, fixture_workloads, 2, &id, &err) <
	    0)
		return 2;
	dcb_store_close(store);
	return 0;
}

static void open__six_may_create_it_at_once(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = dcb_format("%s/new.db", f->folder);
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	pid_t pids[6];
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(open_once(path));
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(dcb_store_open(path, DCB_STORE_READ, &store, NULL), 0);
	assert_int_equal(dcb_store_each_run(store, count_run, &n, NULL), 0);
	assert_int_equal(n, 6);
}

static void migrate__failing_step_leaves_the_version_before(void **state)
{
	struct fixture *f = *state;
	/* Above whatever this program's own come to. */
	const struct dcb_migration steps[] = {
		dcb_migrations[0],
		{1002, "CREATE TABLE two (x); PRAGMA user_version = 1002"},
		{1003, "CREATE TABLE three (x); CREATE TABLE two (x); PRAGMA user_version = 1003"},
	};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_card card;

	/* As if it were of the first version. */
	assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA user_version = 1", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_true(dcb_store_migrate(f->store, steps, 3, &err) < 0);
	assert_non_null(strstr(err.message, f->path));
	assert_int_equal(dcb_store_identify(f->store, &card), SQLITE_OK);
	assert_int_equal(card.version, 1002);
	assert_int_equal(sqlite3_exec(f->store->db, "SELECT x FROM two", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(f->store->db, "SELECT x FROM three", NULL, NULL, NULL),
			     SQLITE_OK);
}

static int expect_never_judged(void *context, const struct dcb_store_run *run)
{
	assert_string_equal(run->looks, "[]");
	assert_null(run->stopped);
	assert_int_equal(run->blocks, 3);
	++*(int *)context;
	return 0;
}

static void migrate__runs_of_version_1_were_never_judged(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_free_ char *path = dcb_format("%s/old.db", f->folder);
	int n = 0;

	make(path, dcb_migrations[0].sql);
	make(path, "INSERT INTO run (state, created_us, machine, arch, seed, blocks, base, plan, "
		   "fingerprint) VALUES ('done', 1, 'tcg', 'arm64', 1, 3, 'a', '{}', '{}')");
	assert_int_equal(dcb_store_open(path, DCB_STORE_WRITE, &store, NULL), 0);
	assert_int_equal(dcb_store_each_run(store, expect_never_judged, &n, NULL), 0);
	assert_int_equal(n, 1);
}

/* ---- kill -9 ---- */

static int count_boot(void *context, const struct dcb_store_boot *boot)
{
	(void)boot;
	++*(int *)context;
	return 0;
}

static void put_large_boot(struct fixture *f, int64_t metric)
{
	const size_t n = 2000000;
	struct dcb_store_sample *samples = calloc(n, sizeof(*samples));
	const struct dcb_store_boot_data data = {.samples = samples, .n_samples = n};
	struct dcb_store_boot boot = fixture_boot(1, 0, "ok");
	struct dcb_store *store = NULL;
	int64_t id;

	if (!samples || dcb_store_open(f->path, DCB_STORE_WRITE, &store, NULL) < 0)
		_exit(1);
	for (size_t i = 0; i < n; i++)
		samples[i] = (struct dcb_store_sample){.metric = metric,
						       .iteration = (int)i,
						       .present = true,
						       .value = (double)i + 0.5};
	(void)dcb_store_put_boot(store, f->run, &boot, &data, &id, NULL);
	_exit(2);
}

/* The child's transaction outgrows its cache and spills into the WAL: that is the middle of it. */
static void wait_for_spill(const char *wal, off_t bytes)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct stat st = {0};

	for (int i = 0; i < 60000 && st.st_size < bytes; i++) {
		nanosleep(&pause, NULL);
		if (stat(wal, &st) < 0)
			st.st_size = 0;
	}
	assert_true(st.st_size >= bytes);
}

static void put_boot__killed_in_the_middle_leaves_no_boot(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_metric metric = {"dying-dentry", "waiter", "wall",
						"ns",           "lower",  true};
	_cleanup_free_ char *wal = dcb_format("%s-wal", f->path);
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	const struct dcb_store_boot_data none = {0};
	int64_t metric_id, id;
	int status, n = 0;
	pid_t pid;

	assert_int_equal(dcb_store_metric(f->store, &metric, &metric_id, NULL), 0);
	assert_int_equal(dcb_store_put_boot(f->store, f->run, &boot, &none, &id, NULL), 0);
	dcb_store_close(TAKE_PTR(f->store));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		put_large_boot(f, metric_id);
	wait_for_spill(wal, 4 << 20);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));

	assert_int_equal(dcb_store_open(f->path, DCB_STORE_WRITE, &f->store, NULL), 0);
	assert_int_equal(dcb_store_each_boot(f->store, f->run, count_boot, &n, NULL), 0);
	assert_int_equal(n, 1);
	boot = fixture_boot(1, 0, "ok");
	assert_int_equal(dcb_store_put_boot(f->store, f->run, &boot, &none, &id, NULL), 0);
	assert_int_equal(sqlite3_exec(f->store->db,
				      "SELECT CASE (SELECT * FROM pragma_integrity_check) "
				      "WHEN 'ok' THEN 1 ELSE json('damaged') END",
				      NULL, NULL, NULL),
			 SQLITE_OK);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(open__read_of_a_missing_file_says_run_first),
		T(open__other_files_are_refused_and_untouched),
		T(open__newer_version_is_refused),
		T(open__missing_folder_is_named),
		T(open__relative_and_special_names_are_files),
		T(open__read_only_folder_can_be_read),
		T(put_boot__full_disk_says_so),
		T(open__locked_database_says_so),
		T(open__six_may_create_it_at_once),
		T(migrate__failing_step_leaves_the_version_before),
		T(migrate__runs_of_version_1_were_never_judged),
		T(put_boot__killed_in_the_middle_leaves_no_boot),
	};

	return cmocka_run_group_tests_name("store-open", tests, NULL, NULL);
}
