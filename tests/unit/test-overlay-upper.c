// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include <fcntl.h>
#include <sys/statfs.h>

#include "workload-fixture.h"
#include "workloads/dying-watch.h"

static void overlay_upper__every_waiter_meets_its_dentry(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("overlay-upper", "dirs=3,files=2,size=16M,iterations=3", &seen);
	assert_int_equal(seen.finding.tries, 9);
	assert_true(seen.finding.hits >= 5);
	for (int i = -1; i < 3; i++) {
		for (int j = 0; j < 3; j++)
			assert_true(workload_value(&seen, "waiter", j, i, "wall") > 0);
		assert_true(workload_value(&seen, "closer", 0, i, "wall") > 0);
	}
	free(seen.rows);
}

/* It is the unmounting that frees the files: with more of them it takes longer, and no pages stay
 * with anybody. */
static void overlay_upper__unmounting_evicts_all_files(void **state)
{
	struct workload_seen few, many;
	struct statfs before, after;

	(void)state;
	assert_int_equal(statfs(WORKLOAD_SCRATCH, &before), 0);
	workload_run_well("overlay-upper", "dirs=1,size=4M,iterations=3,warmup=1", &few);
	workload_run_well("overlay-upper", "dirs=1,files=32,size=4M,iterations=3", &many);
	assert_int_equal(statfs(WORKLOAD_SCRATCH, &after), 0);
	assert_true(after.f_bfree == before.f_bfree);
	for (int i = 0; i < 3; i++)
		assert_true(workload_value(&many, "closer", 0, i, "cpu") >
			    4 * workload_value(&few, "closer", 0, i, "cpu"));
	free(few.rows);
	free(many.rows);
}

static void overlay_upper__a_dose_over_memory_is_refused(void **state)
{
	static const char *const dose = "dirs=8,files=4,size=64M";
	const struct dcb_workload_ops *ops = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	void *params = NULL;

	(void)state;
	workload_refuses("overlay-upper", dose, "--memory 2496M or a smaller size=");
	assert_int_equal(dcb_workload_find("overlay-upper", &ops, NULL), 0);
	assert_int_equal(dcb_workload_params_new(ops, dose, "", &params, NULL), 0);
	assert_int_equal(ops->check(params, 1, UINT64_C(4) << 30, &err), 0);
	assert_string_equal(dcb_workload_needs(ops, params).modules[0], "overlay");
	dcb_workload_params_free(ops, params);
}

/* ---- dying-watch ---- */

static int make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void dying_watch__tells_each_file_once_as_it_dies(void **state)
{
	static const char *const paths[] = {"/tmp/a", "/tmp/b", "/tmp/c"};
	struct dcb_dying_watch watch = DCB_DYING_WATCH_NULL;
	int fds[ARRAY_SIZE(paths)];
	size_t file;

	(void)state;
	assert_int_equal(dcb_dying_watch_open(&watch, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		fds[i] = make_file(paths[i]);
		assert_int_equal(dcb_dying_watch_add(&watch, paths[i], NULL), 0);
		/* Nothing dies of that: it is open. */
		assert_int_equal(unlink(paths[i]), 0);
	}
	close(fds[1]);
	assert_int_equal(dcb_dying_watch_next(&watch, &file, NULL), 0);
	assert_int_equal(file, 1);
	close(fds[2]);
	close(fds[0]);
	assert_int_equal(dcb_dying_watch_next(&watch, &file, NULL), 0);
	assert_int_equal(file, 2);
	assert_int_equal(dcb_dying_watch_next(&watch, &file, NULL), 0);
	assert_int_equal(file, 0);
	dcb_dying_watch_close(&watch);
	dcb_dying_watch_close(&watch);
}

static void dying_watch__a_missing_file_is_an_error(void **state)
{
	struct dcb_dying_watch watch = DCB_DYING_WATCH_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_dying_watch_open(&watch, NULL), 0);
	assert_int_equal(dcb_dying_watch_add(&watch, "/tmp/none", &err), -ENOENT);
	assert_non_null(strstr(err.message, "/tmp/none"));
	dcb_dying_watch_close(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlay_upper__every_waiter_meets_its_dentry),
		cmocka_unit_test(overlay_upper__unmounting_evicts_all_files),
		cmocka_unit_test(overlay_upper__a_dose_over_memory_is_refused),
		cmocka_unit_test(dying_watch__tells_each_file_once_as_it_dies),
		cmocka_unit_test(dying_watch__a_missing_file_is_an_error),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
