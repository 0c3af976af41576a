// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/workload.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/crew.h"

#define GIB (UINT64_C(1) << 30)

static const struct dcb_workload_ops *find(const char *name)
{
	const struct dcb_workload_ops *ops = NULL;

	assert_int_equal(dcb_workload_find(name, &ops, NULL), 0);
	return ops;
}

static void workloads_check__registry_is_sound(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	if (dcb_workloads_check(&err) < 0)
		fail_msg("%s", err.message);
}

static void workload_find__unknown_names_the_nearest(void **state)
{
	const struct dcb_workload_ops *ops = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_workload_find("dying-dentri", &ops, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "dying-dentry"));
	assert_null(ops);
}

static int params_result(const char *list, struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = find("dying-dentry");
	void *params = NULL;
	int r = dcb_workload_params_new(ops, list, "workload dying-dentry", &params, err);

	if (r < 0)
		assert_null(params);
	dcb_workload_params_free(ops, params);
	return r;
}

static void workload_params_new__bounds_are_kept(void **state)
{
	static const char *const good[] = {"", "size=1M", "waiters=16", "fs=overlay,op=rename",
					   "iterations=1,warmup=0"};
	static const char *const bad[] = {
		"size=0",       "size=big",      "waiters=0",  "waiters=17", "op=unlink",
		"iterations=0", "iterations=-1", "warmup=101", "colour=red", "size"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(params_result(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dcb_error err = DCB_ERROR_NULL;

		assert_true(params_result(bad[i], &err) < 0);
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
		assert_non_null(strstr(err.message, "workload dying-dentry"));
	}
}

static int check(const char *list, uint64_t memory_bytes, struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = find("dying-dentry");
	void *params;
	int r;

	assert_int_equal(dcb_workload_params_new(ops, list, "test", &params, err), 0);
	r = ops->check(params, 1, memory_bytes, err);
	dcb_workload_params_free(ops, params);
	return r;
}

static void dying_check__dose_beyond_memory_is_refused(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(check("", GIB, NULL), 0);
	assert_int_equal(check("size=512M", GIB, NULL), 0);
	assert_int_equal(check("size=600M,waiters=2", 2 * GIB, NULL), 0);
	assert_int_equal(check("size=600M,waiters=2", GIB, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	/* 1200 MiB, an eighth more, and 192 MiB for the rest. */
	assert_non_null(strstr(err.message, "1542M"));
	assert_int_equal(check("size=1024G,waiters=16", 64 * GIB, NULL), -EINVAL);
}

static void dying_modules__overlay_only_where_asked(void **state)
{
	const struct dcb_workload_ops *ops = find("dying-dentry");
	void *params;

	(void)state;
	assert_int_equal(dcb_workload_params_new(ops, "fs=overlay", "test", &params, NULL), 0);
	assert_string_equal(ops->needs(params).modules[0], "overlay");
	dcb_workload_params_free(ops, params);
	assert_int_equal(dcb_workload_params_new(ops, NULL, "test", &params, NULL), 0);
	assert_null(ops->needs(params).modules[0]);
	dcb_workload_params_free(ops, params);
}

static void workload_metric_judged__a_bystander_is_told_only(void **state)
{
	const struct dcb_workload_ops *ops = find("collateral");
	const struct dcb_metric *cpu = dcb_workload_metric_find(ops, "bystander", "cpu");
	const struct dcb_metric *kept = dcb_workload_metric_find(ops, "bystander", "kept");

	(void)state;
	assert_int_equal(dcb_workload_metric_judged(ops, "waiter", cpu).better, DCB_BETTER_LOWER);
	assert_true(dcb_workload_metric_judged(ops, "waiter", cpu).primary);
	assert_int_equal(dcb_workload_metric_judged(ops, "bystander", cpu).better,
			 DCB_BETTER_NEITHER);
	assert_false(dcb_workload_metric_judged(ops, "bystander", cpu).primary);
	assert_int_equal(dcb_workload_metric_judged(ops, "bystander", kept).better,
			 DCB_BETTER_HIGHER);
	assert_true(dcb_workload_metric_judged(ops, "bystander", kept).primary);
}

static void workload_metric_find__own_and_collectors(void **state)
{
	const struct dcb_workload_ops *ops = find("dying-dentry");

	(void)state;
	assert_string_equal(dcb_workload_metric_find(ops, "waiter", "busy")->unit, "ratio");
	assert_string_equal(dcb_workload_metric_find(ops, "closer", "cycles")->unit, "count");
	assert_null(dcb_workload_metric_find(ops, "closer", "busy"));
	assert_null(dcb_workload_metric_find(ops, "waiter", "no-such-metric"));
	assert_null(dcb_workload_metric_find(ops, "no-such-role", "cycles"));
	assert_null(dcb_workload_metric_find(ops, NULL, "cycles"));
}

struct tally {
	atomic_int done[3];
	int fail_thread; /* of role 1, or -1 */
};

static int count(void *context, size_t thread, struct dcb_sampler *sampler, struct dcb_error *err)
{
	struct tally *tally = context;

	(void)err;
	dcb_sampler_begin(sampler);
	atomic_fetch_add(&tally->done[thread], 1);
	dcb_sampler_end(sampler);
	return 0;
}

static int count_or_fail(void *context, size_t thread, struct dcb_sampler *sampler,
			 struct dcb_error *err)
{
	struct tally *tally = context;

	if ((int)thread == tally->fail_thread)
		return dcb_error_set(err, EDOM, "told to fail");
	atomic_fetch_add(&tally->done[2], 1);
	return count(context, thread, sampler, err);
}

static void crew_iterate__every_thread_runs_once(void **state)
{
	const struct dcb_crew_role roles[] = {{"a", 2, count}, {"b", 2, count_or_fail}};
	struct tally tally = {.fail_thread = -1};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	const struct dcb_value *values;

	(void)state;
	assert_int_equal(dcb_crew_new(roles, 2, &tally, &crew, NULL), 0);
	for (int i = 1; i <= 50; i++) {
		assert_int_equal(dcb_crew_iterate(crew, NULL), 0);
		assert_int_equal(tally.done[0], 2 * i);
		assert_int_equal(tally.done[1], 2 * i);
		assert_int_equal(tally.done[2], 2 * i);
	}
	assert_true(dcb_crew_read(crew, 1, 1, &values) > 0);
}

static void crew_iterate__error_names_role_and_thread(void **state)
{
	const struct dcb_crew_role roles[] = {{"a", 1, count}, {"b", 2, count_or_fail}};
	struct tally tally = {.fail_thread = 1};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_crew_new(roles, 2, &tally, &crew, NULL), 0);
	assert_int_equal(dcb_crew_iterate(crew, &err), -EDOM);
	assert_string_equal(err.message, "b 1: told to fail");
	/* The others are done, and the next iteration works. */
	assert_int_equal(tally.done[2], 1);
	tally.fail_thread = -1;
	assert_int_equal(dcb_crew_iterate(crew, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workloads_check__registry_is_sound),
		cmocka_unit_test(workload_find__unknown_names_the_nearest),
		cmocka_unit_test(workload_params_new__bounds_are_kept),
		cmocka_unit_test(dying_check__dose_beyond_memory_is_refused),
		cmocka_unit_test(dying_modules__overlay_only_where_asked),
		cmocka_unit_test(workload_metric_judged__a_bystander_is_told_only),
		cmocka_unit_test(workload_metric_find__own_and_collectors),
		cmocka_unit_test(crew_iterate__every_thread_runs_once),
		cmocka_unit_test(crew_iterate__error_names_role_and_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
