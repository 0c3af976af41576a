// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel; op=drop, which is of the whole machine, is left out. */
#include "workload-fixture.h"

#define COUNT    40000
#define ATTEMPTS 5

/* Of the iteration that comes nearest: others make and free dentries meanwhile. */
static double freed_once(const char *dose)
{
	struct workload_seen seen;
	double nearest = INFINITY;

	workload_run_well("negative-flood", dose, &seen);
	for (int i = -1; i < 1; i++) {
		double freed = workload_value(&seen, "remover", 0, i, "dentries-freed");
		double wall = workload_value(&seen, "remover", 0, i, "wall");

		if (freed > 0)
			assert_true(
				fabs(workload_value(&seen, "remover", 0, i, "dentry-wall") * freed -
				     wall) < 1 + wall / 1e6);
		nearest = fabs(freed - COUNT) < fabs(nearest - COUNT) ? freed : nearest;
	}
	free(seen.rows);
	return nearest;
}

static void negative_flood__frees_what_it_says(void **state)
{
	static const char *const doses[] = {
		"op=rmdir,iterations=1,count=40000",
		"op=rename,iterations=1,count=40000",
		"op=remount,iterations=1,count=40000",
		"op=rmdir,iterations=1,fs=overlay,count=40000",
		"op=rename,iterations=1,fs=overlay,count=40000",
		"op=remount,iterations=1,fs=overlay,count=40000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		double freed = 0;

		for (int j = 0; j < ATTEMPTS && fabs(freed - COUNT) > 0.2 * COUNT; j++)
			freed = freed_once(doses[i]);
		if (fabs(freed - COUNT) > 0.2 * COUNT)
			fail_msg("%s: %g dentries were freed", doses[i], freed);
	}
}

static void negative_flood__doses_over_memory_are_refused(void **state)
{
	const struct dcb_workload_ops *ops = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	void *params = NULL;

	(void)state;
	assert_int_equal(dcb_workload_find("negative-flood", &ops, &err), 0);
	assert_true(dcb_workload_params_new(ops, "count=10000000", "t", &params, &err) >= 0);
	assert_true(ops->check(params, 1, UINT64_C(1) << 30, &err) < 0);
	assert_non_null(strstr(err.message, "a smaller count="));
	dcb_workload_params_free(ops, params);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negative_flood__frees_what_it_says),
		cmocka_unit_test(negative_flood__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
