// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

static void fuse_inval__every_try_meets_its_dentry(void **state)
{
	static const char *const doses[] = {
		"size=64M,iterations=4",
		"size=64M,iterations=4,op=delete",
		"size=64M,iterations=4,op=revalidate",
		"size=64M,iterations=2,waiters=2",
		"size=64M,iterations=4,same_cpu=yes,closer_nice=5",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		workload_run_well("fuse-inval", doses[i], &seen);
		assert_int_equal(seen.finding.tries, 4);
		assert_true(seen.finding.hits >= 2);
		assert_string_equal(seen.finding.symptom, "busy-wait");
		for (int j = -1; j < 2; j++) {
			assert_true(workload_value(&seen, "waiter", 0, j, "wall") > 0);
			assert_true(workload_value(&seen, "closer", 0, j, "wall") > 0);
		}
		free(seen.rows);
	}
}

static void fuse_inval__a_file_too_small_to_meet_is_said(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("fuse-inval", "size=64K,iterations=3", &seen);
	assert_int_equal(seen.result, -ETIME);
	assert_non_null(strstr(seen.err.message, "size="));
	free(seen.rows);
}

static void fuse_inval__doses_over_memory_are_refused(void **state)
{
	(void)state;
	workload_refuses("fuse-inval", "waiters=16", "a smaller size=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuse_inval__every_try_meets_its_dentry),
		cmocka_unit_test(fuse_inval__a_file_too_small_to_meet_is_said),
		cmocka_unit_test(fuse_inval__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
