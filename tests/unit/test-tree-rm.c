// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

#define ATTEMPTS 5

/* Of the iteration that comes nearest: others make and free dentries meanwhile. */
static double freed_once(const char *dose, double entries, double dentries)
{
	struct workload_seen seen;
	double nearest = INFINITY;

	workload_run_well("tree-rm", dose, &seen);
	for (int i = -1; i < 1; i++) {
		double freed = workload_value(&seen, "", 0, i, "dentries-freed");

		assert_true(workload_value(&seen, "", 0, i, "entries") == entries);
		assert_true(workload_value(&seen, "", 0, i, "entry-wall") > 0);
		assert_true(workload_value(&seen, "", 0, i, "entry-cpu") > 0);
		nearest = fabs(freed - dentries) < fabs(nearest - dentries) ? freed : nearest;
	}
	free(seen.rows);
	return nearest;
}

/* overlay has a dentry of its own above each of the upper layer. */
static void tree_rm__removes_what_it_says(void **state)
{
	static const struct {
		const char *dose;
		double entries, dentries;
	} cases[] = {
		{"depth=2,fanout=4,files=999,negative=0,iterations=1", 20000, 20000},
		{"depth=2,fanout=4,files=999,negative=0,iterations=1,threads=3,lookups=2,creates=2",
		 20000, 20000},
		{"depth=2,fanout=4,files=999,negative=0,iterations=1,reclaim=remount,fs=overlay",
		 20000, 40000},
		{"depth=1,fanout=10,files=0,negative=4000,fs=overlay,iterations=1,lookups=0,"
		 "creates=0",
		 10, 40000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double want = cases[i].dentries, freed = 0;

		for (int j = 0; j < ATTEMPTS && fabs(freed - want) > 0.2 * want; j++)
			freed = freed_once(cases[i].dose, cases[i].entries, want);
		if (fabs(freed - want) > 0.2 * want)
			fail_msg("%s: %g dentries were freed, not about %g", cases[i].dose, freed,
				 want);
	}
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
		cmocka_unit_test(tree_rm__bystanders_go_on_until_the_end),
		cmocka_unit_test(tree_rm__memcg_or_its_reason),
		cmocka_unit_test(tree_rm__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
