// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel; op=drop, which is of the whole machine, is left out. */
#include "workload-fixture.h"

/* Others make and free dentries meanwhile, and the folder itself is one. */
static void expect_freed(const struct workload_seen *seen, int iteration, double count)
{
	double freed = workload_value(seen, "remover", 0, iteration, "dentries-freed");
	double each = workload_value(seen, "remover", 0, iteration, "dentry-wall");
	double wall = workload_value(seen, "remover", 0, iteration, "wall");

	if (freed < 0.9 * count || freed > 1.2 * count)
		fail_msg("%g dentries were freed, not about %g", freed, count);
	assert_true(fabs(each * freed - wall) < 1 + wall / 1e6);
}

static void negative_flood__frees_what_it_says(void **state)
{
	static const char *const doses[] = {
		"op=rmdir,iterations=2,count=10000",
		"op=rename,iterations=2,count=10000",
		"op=remount,iterations=2,count=10000",
		"op=rmdir,iterations=2,fs=overlay,count=10000",
		"op=rename,iterations=2,fs=overlay,count=10000",
		"op=remount,iterations=2,fs=overlay,count=10000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		workload_run_well("negative-flood", doses[i], &seen);
		for (int j = -1; j < 2; j++)
			expect_freed(&seen, j, 10000);
		free(seen.rows);
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
