// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

static double freed(const struct workload_seen *seen, int iteration, const void *data)
{
	double count = workload_value(seen, "", 0, iteration, "dentries-freed");

	(void)data;
	assert_true(workload_value(seen, "teardown", 0, iteration, "call-max") >=
		    workload_value(seen, "teardown", 0, iteration, "call-p50"));
	assert_true(workload_value(seen, "teardown", 0, iteration, "stalls") <= 4);
	if (count > 0)
		assert_true(workload_value(seen, "", 0, iteration, "dentry-cost") > 0);
	return count;
}

static const struct workload_count counted = {freed, 0, 2, 0.25};

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
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++)
		workload_comes_near("dcache-shrink", doses[i], &counted, NULL, 4 * 5000);
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

/* Others of the machine make and free dentries meanwhile: one iteration of a few runs is enough. */
static void dcache_shrink__a_planted_share_is_freed_too(void **state)
{
	double most = 0;

	(void)state;
	for (int i = 0; i < 5 && most < 1.75 * 4 * 5000; i++) {
		struct workload_seen seen;

		workload_run_planted("dcache-shrink",
				     "reclaimers=0,targets=4,dentries=5000,iterations=2", 1000000,
				     &seen);
		assert_int_equal(seen.result, 0);
		for (int j = 0; j < 2; j++)
			most = fmax(most, workload_value(&seen, "", 0, j, "dentries-freed"));
		free(seen.rows);
	}
	assert_true(most >= 1.75 * 4 * 5000);
}

static void dcache_shrink__what_cannot_be_is_refused(void **state)
{
	(void)state;
	workload_refuses("dcache-shrink", "op=umount,how=remount", "give how=drop");
	workload_refuses("dcache-shrink", "targets=64,dentries=10000", "a smaller dentries=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dcache_shrink__frees_what_it_says),
		cmocka_unit_test(dcache_shrink__reclaim_is_met),
		cmocka_unit_test(dcache_shrink__memcg_or_its_reason),
		cmocka_unit_test(dcache_shrink__a_planted_share_is_freed_too),
		cmocka_unit_test(dcache_shrink__what_cannot_be_is_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
