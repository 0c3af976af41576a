// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

static void dying_dentry__every_try_meets_its_dentry(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("dying-dentry", "size=32M,iterations=4,waiters=2", &seen);
	assert_int_equal(seen.finding.tries, 8);
	assert_true(seen.finding.hits >= 4);
	for (int i = -1; i < 4; i++)
		for (int j = 0; j < 2; j++) {
			assert_true(workload_value(&seen, "waiter", j, i, "wall") > 0);
			assert_true(workload_value(&seen, "closer", j, i, "wall") > 0);
		}
	free(seen.rows);
}

static void dying_dentry__every_op_and_several_files(void **state)
{
	static const char *const doses[] = {
		"size=32M,iterations=2,op=rename",
		"size=32M,iterations=2,op=tmpfile",
		"size=32M,iterations=2,dying=3,closer_nice=5,same_cpu=yes",
		"size=32M,iterations=2,fragments=100",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		workload_run_well("dying-dentry", doses[i], &seen);
		assert_true(seen.finding.tries == 2);
		free(seen.rows);
	}
}

static void dying_dentry__a_file_too_small_to_meet_is_said(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("dying-dentry", "size=64K,iterations=3", &seen);
	assert_int_equal(seen.result, -ETIME);
	assert_non_null(strstr(seen.err.message, "size="));
	free(seen.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dying_dentry__every_try_meets_its_dentry),
		cmocka_unit_test(dying_dentry__every_op_and_several_files),
		cmocka_unit_test(dying_dentry__a_file_too_small_to_meet_is_said),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
