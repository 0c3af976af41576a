// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with shrinkers that touch its own superblocks alone. */
#include "workload-fixture.h"

static void shrink_list__every_try_meets_its_dentry(void **state)
{
	static const char *const doses[] = {
		"how=remount,size=128M,iterations=3,shrinkers=2",
		"how=remount,size=128M,iterations=3,waiters=2",
		"how=invalidate,size=128M,iterations=6,shrinker_nice=1,same_cpu=yes",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		workload_run_well("shrink-list", doses[i], &seen);
		assert_int_equal(seen.finding.tries, 6);
		assert_true(seen.finding.hits >= 3);
		assert_string_equal(seen.finding.symptom, "shrink-list-wait");
		assert_true(workload_value(&seen, "waiter", 0, 0, "wall") > 0);
		assert_true(workload_value(&seen, "shrinker", 0, 0, "wall") > 0);
		free(seen.rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_list__every_try_meets_its_dentry),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
