// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

#define DENTRIES (4 * 5000)
#define ATTEMPTS 5

/* Of the iteration that comes nearest: others make and free dentries meanwhile. */
static double freed_once(const char *dose)
{
	struct workload_seen seen;
	double nearest = INFINITY;

	workload_run_well("dcache-shrink", dose, &seen);
	for (int i = 0; i < 2; i++) {
		double freed = workload_value(&seen, "", 0, i, "dentries-freed");

		assert_true(workload_value(&seen, "teardown", 0, i, "call-max") >=
			    workload_value(&seen, "teardown", 0, i, "call-p50"));
		assert_true(workload_value(&seen, "teardown", 0, i, "stalls") <= 4);
		if (freed > 0)
			assert_true(workload_value(&seen, "", 0, i, "dentry-cost") > 0);
		if (fabs(freed - DENTRIES) < fabs(nearest - DENTRIES))
			nearest = freed;
	}
	free(seen.rows);
	return nearest;
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
		double freed = 0;

		for (int j = 0; j < ATTEMPTS && fabs(freed - DENTRIES) > 0.25 * DENTRIES; j++)
			freed = freed_once(doses[i]);
		if (fabs(freed - DENTRIES) > 0.25 * DENTRIES)
			fail_msg("%s: %g dentries were freed", doses[i], freed);
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
