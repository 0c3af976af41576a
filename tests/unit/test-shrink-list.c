// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with shrinkers that touch its own superblocks alone. */
#include "workload-fixture.h"

static void shrink_list__every_try_meets_its_dentry(void **state)
{
	static const char *const doses[] = {
		"how=remount,size=96M,iterations=3,shrinkers=2",
		"how=remount,size=128M,iterations=3,waiters=2",
		"how=invalidate,size=128M,iterations=6,warmup=0,shrinker_nice=1,same_cpu=yes",
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

/* On every kernel: what nobody uses is taken from the other's list. */
static void shrink_list__an_unused_dentry_is_not_waited_for(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("shrink-list", "how=remount,held=no,size=128M,iterations=5", &seen);
	assert_string_equal(seen.state, "no-wait");
	assert_false(seen.finding.present);
	free(seen.rows);
}

static void shrink_list__a_list_too_short_to_meet_is_said(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("shrink-list", "how=remount,size=64K,iterations=3", &seen);
	assert_int_equal(seen.result, -ETIME);
	assert_non_null(strstr(seen.err.message, "the dentry on the shrink list"));
	assert_non_null(strstr(seen.err.message, "size="));
	free(seen.rows);
}

static void shrink_list__doses_over_memory_are_refused(void **state)
{
	(void)state;
	workload_refuses("shrink-list", "size=256M,shrinkers=4", "a smaller size=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_list__every_try_meets_its_dentry),
		cmocka_unit_test(shrink_list__an_unused_dentry_is_not_waited_for),
		cmocka_unit_test(shrink_list__a_list_too_short_to_meet_is_said),
		cmocka_unit_test(shrink_list__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
