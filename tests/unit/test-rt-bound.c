// SPDX-License-Identifier: GPL-2.0-only
/* On a tree of fixtures: never on this host's own settings. */
#include "workloads/rt-bound.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"

#define KNOBS   "proc/sys/kernel"
#define DEBUG   "sys/kernel/debug/sched"
#define SERVER0 DEBUG "/fair_server/cpu0"
#define SERVER1 DEBUG "/fair_server/cpu1"

static char root[] = "/tmp/test-rt-bound-XXXXXX";

static void put(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, folder);
	assert_int_equal(dcb_dir_create(path, 0755, NULL), 0);
	if (!name)
		return;
	snprintf(path, sizeof(path), "%s/%s/%s", root, folder, name);
	assert_int_equal(dcb_file_write(path, text, strlen(text), 0644, NULL), 0);
}

static void expect(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	_cleanup_free_ char *data = NULL;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s/%s", root, folder, name);
	assert_int_equal(dcb_file_read(path, 100, &data, &size, NULL), 0);
	assert_string_equal(data, text);
}

static void put_throttling(const char *runtime)
{
	assert_int_equal(dcb_dir_remove(root, NULL), 0);
	put(KNOBS, "sched_rt_period_us", "1000000\n");
	put(KNOBS, "sched_rt_runtime_us", runtime);
	put(DEBUG, NULL, NULL);
}

static void put_servers(const char *runtime)
{
	put(SERVER0, "runtime", runtime);
	put(SERVER1, "runtime", runtime);
}

static struct dcb_rt_bound *bound_new(bool on)
{
	struct dcb_rt_bound *bound = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_rt_bound_new(root, on, &bound, &err) < 0)
		fail_msg("%s", err.message);
	return bound;
}

static void rt_bound__off_and_restored_before_fair_servers(void **state)
{
	struct dcb_rt_bound *bound;

	(void)state;
	put_throttling("950000\n");
	bound = bound_new(false);
	expect(KNOBS, "sched_rt_runtime_us", "-1\n");
	assert_int_equal(dcb_rt_bound_restore(bound, NULL), 0);
	expect(KNOBS, "sched_rt_runtime_us", "950000\n");
	/* Restored once: a value of somebody else's stays. */
	put(KNOBS, "sched_rt_runtime_us", "900000\n");
	dcb_rt_bound_free(bound);
	expect(KNOBS, "sched_rt_runtime_us", "900000\n");
}

static void rt_bound__off_and_restored_with_fair_servers(void **state)
{
	struct dcb_rt_bound *bound;

	(void)state;
	put_throttling("950000\n");
	put_servers("50000000\n");
	bound = bound_new(false);
	expect(KNOBS, "sched_rt_runtime_us", "-1\n");
	expect(SERVER0, "runtime", "0\n");
	expect(SERVER1, "runtime", "0\n");
	dcb_rt_bound_free(bound);
	expect(KNOBS, "sched_rt_runtime_us", "950000\n");
	expect(SERVER0, "runtime", "50000000\n");
	expect(SERVER1, "runtime", "50000000\n");
}

static void rt_bound__on_writes_only_what_is_off(void **state)
{
	struct dcb_rt_bound *bound;

	(void)state;
	put_throttling("1000000\n");
	put_servers("40000000\n");
	bound = bound_new(true);
	expect(KNOBS, "sched_rt_runtime_us", "950000\n");
	expect(SERVER0, "runtime", "40000000\n");
	dcb_rt_bound_free(bound);
	expect(KNOBS, "sched_rt_runtime_us", "1000000\n");
	put_throttling("-1\n");
	put_servers("0\n");
	bound = bound_new(true);
	expect(KNOBS, "sched_rt_runtime_us", "950000\n");
	expect(SERVER1, "runtime", "50000000\n");
	dcb_rt_bound_free(bound);
	expect(KNOBS, "sched_rt_runtime_us", "-1\n");
	expect(SERVER1, "runtime", "0\n");
}

static void rt_bound__what_cannot_be_is_unsupported_and_undone(void **state)
{
	struct dcb_rt_bound *bound = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	/* No debugfs: a fair server might be there. */
	assert_int_equal(dcb_dir_remove(root, NULL), 0);
	put(KNOBS, "sched_rt_period_us", "1000000\n");
	put(KNOBS, "sched_rt_runtime_us", "950000\n");
	assert_int_equal(dcb_rt_bound_new(root, false, &bound, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.message, "debugfs"));
	assert_null(bound);
	expect(KNOBS, "sched_rt_runtime_us", "950000\n");
	/* A default that is in force anyway needs nothing. */
	assert_int_equal(dcb_rt_bound_new(root, true, &bound, &err), 0);
	dcb_rt_bound_free(bound);
	bound = NULL;
	/* No such knob. */
	assert_int_equal(dcb_dir_remove(root, NULL), 0);
	assert_int_equal(dcb_rt_bound_new(root, false, &bound, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.message, "sched_rt_period_us"));
	assert_null(bound);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return dcb_dir_remove(root, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rt_bound__off_and_restored_before_fair_servers),
		cmocka_unit_test(rt_bound__off_and_restored_with_fair_servers),
		cmocka_unit_test(rt_bound__on_writes_only_what_is_off),
		cmocka_unit_test(rt_bound__what_cannot_be_is_unsupported_and_undone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
