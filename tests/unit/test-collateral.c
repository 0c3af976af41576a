// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

static void collateral__share_of_its_own_throughput(void **state)
{
	struct workload_seen seen;
	int n_sane = 0;

	(void)state;
	workload_run_well("collateral", "size=64M,iterations=3", &seen);
	assert_int_equal(seen.finding.tries, 3);
	assert_true(seen.finding.hits >= 2);
	for (int i = -1; i < 3; i++) {
		double rate = workload_value(&seen, "bystander", 0, i, "throughput");
		double alone = workload_value(&seen, "bystander", 0, i, "throughput-alone");

		/* A loop is 2000 multiplications: 0.1 us to 1 ms. On a loaded host the bystander
		 * may not have had the CPU at all while the dentry was dying. */
		assert_true(alone < 1e7 && rate < 1e7);
		n_sane += alone > 1e3 && rate > 0;
		assert_true(workload_value(&seen, "closer", 0, i, "wall") > 0);
		assert_true(workload_value(&seen, "bystander", 0, i, "cpu") > 0);
	}
	assert_true(n_sane >= 2);
	for (size_t i = 0; i < seen.n; i++) {
		const struct workload_row *row = &seen.rows[i];

		if (strcmp(row->metric, "kept") != 0 || !row->present)
			continue;
		assert_true(row->value ==
			    workload_value(&seen, "bystander", 0, row->iteration, "throughput") /
				    workload_value(&seen, "bystander", 0, row->iteration,
						   "throughput-alone"));
	}
	free(seen.rows);
}

static void collateral__nothing_met_is_nothing_kept(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("collateral", "size=64K,iterations=2", &seen);
	assert_int_equal(seen.result, -ETIME);
	for (size_t i = 0; i < seen.n; i++)
		if (strcmp(seen.rows[i].metric, "kept") == 0)
			assert_false(seen.rows[i].present);
	free(seen.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collateral__share_of_its_own_throughput),
		cmocka_unit_test(collateral__nothing_met_is_nothing_kept),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
