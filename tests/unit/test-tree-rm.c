// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, with reclaim of its own superblock alone. */
#include "workload-fixture.h"

static double freed(const struct workload_seen *seen, int iteration, const void *data)
{
	const double *entries = data;

	assert_true(workload_value(seen, "", 0, iteration, "entries") == *entries);
	assert_true(workload_value(seen, "", 0, iteration, "entry-wall") > 0);
	assert_true(workload_value(seen, "", 0, iteration, "entry-cpu") > 0);
	return workload_value(seen, "", 0, iteration, "dentries-freed");
}

static const struct workload_count counted = {freed, -1, 1, 0.2};

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
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		workload_comes_near("tree-rm", cases[i].dose, &counted, &cases[i].entries,
				    cases[i].dentries);
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
	(void)state;
	workload_refuses("tree-rm", "depth=6,fanout=10", "a smaller depth=");
	workload_refuses("tree-rm", "depth=64,fanout=100000", "a smaller depth=");
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
