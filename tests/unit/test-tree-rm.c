// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

static void tree_rm__removes_what_it_says(void **state)
{
	/* overlay has a dentry of its own above each of the upper layer. */
	static const struct {
		const char *dose;
		double dentries;
	} cases[] = {
		{"depth=2,fanout=4,files=99,negative=0,iterations=2", 2000},
		{"depth=2,fanout=4,files=99,negative=0,iterations=2,threads=3,lookups=2,creates=2",
		 2000},
		{"depth=2,fanout=4,files=99,negative=0,iterations=2,reclaim=remount,fs=overlay",
		 4000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct workload_seen seen;

		workload_run_well("tree-rm", cases[i].dose, &seen);
		for (int j = -1; j < 2; j++) {
			double freed = workload_value(&seen, "", 0, j, "dentries-freed");

			assert_true(workload_value(&seen, "", 0, j, "entries") == 20 * 100);
			if (freed < 0.8 * cases[i].dentries || freed > 1.3 * cases[i].dentries)
				fail_msg("%g dentries were freed, not about %g", freed,
					 cases[i].dentries);
			assert_true(workload_value(&seen, "", 0, j, "entry-wall") > 0);
			assert_true(workload_value(&seen, "", 0, j, "entry-cpu") > 0);
		}
		free(seen.rows);
	}
}

static void tree_rm__negatives_are_freed_too(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("tree-rm",
			  "depth=1,fanout=10,files=0,negative=500,fs=overlay,iterations=1,"
			  "lookups=0,creates=0",
			  &seen);
	assert_true(workload_value(&seen, "", 0, 0, "entries") == 10);
	assert_true(workload_value(&seen, "", 0, 0, "dentries-freed") > 0.9 * 10 * 500);
	free(seen.rows);
}

static void tree_rm__bystanders_go_on_until_the_end(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("tree-rm", "fanout=8,iterations=1,reclaim=remount", &seen);
	assert_true(workload_value(&seen, "lookup", 0, 0, "operations") > 1);
	assert_true(workload_value(&seen, "create", 0, 0, "operations") > 1);
	assert_true(workload_value(&seen, "reclaimer", 0, 0, "reclaims") >= 1);
	assert_true(workload_value(&seen, "lookup", 0, 0, "lookup-max") >=
		    workload_value(&seen, "lookup", 0, 0, "lookup-p50"));
	assert_true(workload_value(&seen, "create", 0, 0, "create-p50") > 0);
	assert_true(workload_value(&seen, "lookup", 0, 0, "wall") >
		    0.5 * workload_value(&seen, "remover", 0, 0, "wall"));
	free(seen.rows);
}

/* Either it works, or it is said why not, and nothing stays behind. */
static void tree_rm__memcg_or_its_reason(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("tree-rm", "reclaim=memcg,iterations=1", &seen);
	if (seen.result < 0) {
		assert_int_equal(seen.result, -EOPNOTSUPP);
		assert_non_null(strstr(seen.err.message, "mem"));
	}
	free(seen.rows);
}

static void tree_rm__doses_over_memory_are_refused(void **state)
{
	static const char *const doses[] = {"depth=6,fanout=10", "depth=64,fanout=100000"};
	const struct dcb_workload_ops *ops = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct dcb_error err = DCB_ERROR_NULL;
		void *params = NULL;

		assert_int_equal(dcb_workload_find("tree-rm", &ops, &err), 0);
		assert_true(dcb_workload_params_new(ops, doses[i], "t", &params, &err) >= 0);
		assert_true(ops->check(params, 1, UINT64_C(1) << 30, &err) < 0);
		assert_non_null(strstr(err.message, "a smaller depth="));
		dcb_workload_params_free(ops, params);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_rm__removes_what_it_says),
		cmocka_unit_test(tree_rm__negatives_are_freed_too),
		cmocka_unit_test(tree_rm__bystanders_go_on_until_the_end),
		cmocka_unit_test(tree_rm__memcg_or_its_reason),
		cmocka_unit_test(tree_rm__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
