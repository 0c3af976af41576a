// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

static void container_churn__every_container_is_counted(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("container-churn", "workers=3,count=4,iterations=2,warmup=0", &seen);
	for (int i = 0; i < 2; i++) {
		double longest = 0, starts = 0;

		for (int j = 0; j < 3; j++) {
			longest = fmax(longest, workload_value(&seen, "worker", j, i, "wall"));
			starts += workload_value(&seen, "init", j, i, "wall");
		}
		assert_true(
			fabs(workload_value(&seen, "", 0, i, "container-rate") * longest / 12e9 -
			     1) < 1e-6);
		assert_true(starts < 12 * workload_value(&seen, "", 0, i, "teardown-max"));
		assert_true(workload_value(&seen, "", 0, i, "start-p50") <=
			    workload_value(&seen, "", 0, i, "start-p99"));
		/* The container with the median start lies within its worker's time. */
		assert_true(workload_value(&seen, "", 0, i, "start-p50") +
				    workload_value(&seen, "", 0, i, "teardown-p50") <
			    longest);
	}
	free(seen.rows);
}

static void container_churn__every_key(void **state)
{
	static const char *const doses[] = {
		"workers=1,count=2,net=no,volume=0,layers=1,dirs=0,files=0,negative=0",
		"workers=2,count=1,volume=4M,layers=16,dirs=2,files=40,negative=5,warmup=2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		_cleanup_free_ char *dose = NULL;
		struct workload_seen seen;

		assert_true(asprintf(&dose, "iterations=1,%s", doses[i]) > 0);
		workload_run_well("container-churn", dose, &seen);
		free(seen.rows);
	}
}

static void container_churn__a_failed_start_ends_all(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("container-churn", "workers=2,volume=1024G", &seen);
	assert_int_equal(seen.result, -ECHILD);
	assert_non_null(strstr(seen.err.message, "worker 0"));
	free(seen.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_churn__every_container_is_counted),
		cmocka_unit_test(container_churn__every_key),
		cmocka_unit_test(container_churn__a_failed_start_ends_all),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
