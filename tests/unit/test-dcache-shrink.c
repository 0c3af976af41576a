// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

/* The whole machine's dentries are counted: others come and go meanwhile. */
static void expect_freed(const struct workload_seen *seen, int iteration, double dentries)
{
	double freed = workload_value(seen, "", 0, iteration, "dentries-freed");

	if (freed < 0.8 * dentries || freed > 1.5 * dentries)
		fail_msg("%g dentries were freed, not about %g", freed, dentries);
}

static void dcache_shrink__frees_what_it_says(void **state)
{
	static const char *const doses[] = {
		"op=rmdir,how=remount,targets=4,dentries=5000,iterations=2",
		"op=rmdir,how=remount,reclaimers=3,targets=4,dentries=5000,iterations=2",
		"op=rmdir,how=remount,reclaimers=0,targets=4,dentries=5000,iterations=2",
		"op=umount,how=remount,reclaimers=0,targets=4,dentries=5000,iterations=2",
		"op=rmdir,how=remount,fs=overlay,targets=4,dentries=5000,iterations=2",
		"op=umount,how=remount,reclaimers=0,fs=overlay,targets=4,dentries=5000,"
		"iterations=2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		workload_run_well("dcache-shrink", doses[i], &seen);
		for (int j = 0; j < 2; j++) {
			expect_freed(&seen, j, 4 * 5000);
			assert_true(workload_value(&seen, "", 0, j, "dentry-cost") > 0);
			assert_true(workload_value(&seen, "teardown", 0, j, "call-max") >=
				    workload_value(&seen, "teardown", 0, j, "call-p50"));
			assert_true(workload_value(&seen, "teardown", 0, j, "stalls") <= 4);
		}
		free(seen.rows);
	}
}

static void dcache_shrink__reclaim_is_met(void **state)
{
	struct workload_seen seen;
	double met = 0, alone = 0;

	(void)state;
	workload_run_well("dcache-shrink",
			  "how=remount,targets=4,dentries=20000,iterations=5,warmup=0", &seen);
	for (int i = 0; i < 5; i++)
		met += workload_value(&seen, "", 0, i, "overlap") > 0;
	free(seen.rows);
	assert_true(met >= 3);
	workload_run_well("dcache-shrink", "how=remount,reclaimers=0,iterations=1", &seen);
	alone = workload_value(&seen, "", 0, 0, "overlap");
	free(seen.rows);
	assert_true(alone == 0);
}

/* Either it works, or it is said why not, and nothing stays behind. */
static void dcache_shrink__memcg_or_its_reason(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("dcache-shrink", "how=memcg,iterations=1", &seen);
	if (seen.result < 0) {
		assert_int_equal(seen.result, -EOPNOTSUPP);
		assert_non_null(strstr(seen.err.message, "mem"));
	}
	free(seen.rows);
}

static void expect_refused(const char *text, const char *reason)
{
	const struct dcb_workload_ops *ops = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	void *params = NULL;

	assert_int_equal(dcb_workload_find("dcache-shrink", &ops, &err), 0);
	assert_true(dcb_workload_params_new(ops, text, "t", &params, &err) >= 0);
	assert_true(ops->check(params, 1, UINT64_C(1) << 30, &err) < 0);
	assert_non_null(strstr(err.message, reason));
	dcb_workload_params_free(ops, params);
}

static void dcache_shrink__what_cannot_be_is_refused(void **state)
{
	(void)state;
	expect_refused("op=umount,how=remount", "give how=drop");
	expect_refused("targets=64,dentries=10000", "a smaller dentries=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dcache_shrink__frees_what_it_says),
		cmocka_unit_test(dcache_shrink__reclaim_is_met),
		cmocka_unit_test(dcache_shrink__memcg_or_its_reason),
		cmocka_unit_test(dcache_shrink__what_cannot_be_is_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
