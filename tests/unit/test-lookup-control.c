// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: every kind does the operations that it says. */
#include "workload-fixture.h"

static const char *const kinds[] = {"create", "lookup", "open",  "miss", "negative",
				    "rename", "unlink", "mkdir", "rmdir"};

static void expect_operations(const struct workload_seen *seen, int threads, int iterations,
			      double count)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (int j = 0; j < threads; j++)
			for (int k = -1; k < iterations; k++) {
				double wall = workload_value(seen, kinds[i], j, k, "wall");
				double each = workload_value(seen, kinds[i], j, k, "op-wall");

				assert_true(workload_value(seen, kinds[i], j, k, "operations") ==
					    count);
				assert_true(fabs(each * count - wall) < 1 + wall / 1e6);
				/* A system call takes longer than this anywhere. */
				assert_true(each > 20);
			}
}

static void lookup_control__every_kind_counts_its_operations(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("lookup-control", "count=500,iterations=2", &seen);
	expect_operations(&seen, 1, 2, 500);
	free(seen.rows);
	workload_run_well("lookup-control", "count=100,threads=2,depth=0,iterations=1", &seen);
	expect_operations(&seen, 2, 1, 100);
	free(seen.rows);
	workload_run_well("lookup-control", "count=100,depth=32,fs=overlay,iterations=1", &seen);
	expect_operations(&seen, 1, 1, 100);
	free(seen.rows);
}

/* What is not counted here is absent, never 0. */
static void lookup_control__instructions_are_counted_or_absent(void **state)
{
	struct workload_seen seen;
	int n = 0;

	(void)state;
	workload_run_well("lookup-control", "count=100,iterations=1", &seen);
	for (size_t i = 0; i < seen.n; i++)
		if (strcmp(seen.rows[i].metric, "op-instructions") == 0) {
			assert_true(!seen.rows[i].present || seen.rows[i].value > 100);
			n++;
		}
	assert_int_equal(n, 2 * ARRAY_SIZE(kinds));
	free(seen.rows);
}

static double lookup_wall(const char *dose, int64_t plant_ppm)
{
	struct workload_seen seen;
	double least = INFINITY;

	workload_run_planted("lookup-control", dose, plant_ppm, &seen);
	assert_int_equal(seen.result, 0);
	assert_true(workload_value(&seen, "lookup", 0, 0, "operations") == 2000);
	for (int i = 0; i < 3; i++)
		least = fmin(least, workload_value(&seen, "lookup", 0, i, "op-wall"));
	free(seen.rows);
	return least;
}

static void lookup_control__depth_is_walked(void **state)
{
	(void)state;
	assert_true(lookup_wall("count=2000,depth=32,iterations=3,warmup=0", 0) >
		    1.5 * lookup_wall("count=2000,depth=0,iterations=3,warmup=0", 0));
}

/* Every operation twice, counted once; every kind of operation works on its twins, too. */
static void lookup_control__a_planted_share_is_done_and_not_counted(void **state)
{
	static const char dose[] = "count=2000,iterations=3,warmup=0";

	(void)state;
	assert_true(lookup_wall(dose, 1000000) > 1.5 * lookup_wall(dose, 0));
}

static void lookup_control__what_cannot_be_is_refused(void **state)
{
	(void)state;
	workload_refuses("lookup-control", "threads=2", "--cpus 2");
	workload_refuses_on(8, "lookup-control", "threads=8,count=100000", "a smaller count=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup_control__every_kind_counts_its_operations),
		cmocka_unit_test(lookup_control__instructions_are_counted_or_absent),
		cmocka_unit_test(lookup_control__depth_is_walked),
		cmocka_unit_test(lookup_control__a_planted_share_is_done_and_not_counted),
		cmocka_unit_test(lookup_control__what_cannot_be_is_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
