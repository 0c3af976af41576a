// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

/* For 100 ms at most, and without changing what bounds real-time threads on this host. */
#define FIFO "policy=fifo,size=64M,limit=100,iterations=1,warmup=0"

static const struct dcb_workload_finding *find(const struct workload_seen *seen,
					       const char *symptom)
{
	for (size_t i = 0; i < seen->n_findings; i++)
		if (strcmp(seen->findings[i].symptom, symptom) == 0)
			return &seen->findings[i];
	fail_msg("nothing was said of %s", symptom);
	return NULL;
}

static void inversion__every_iteration_is_told(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("inversion", "size=32M,nice=5,iterations=3", &seen);
	assert_int_equal(find(&seen, "busy-wait")->tries, 3);
	assert_int_equal(find(&seen, "livelock")->tries, 3);
	assert_int_equal(find(&seen, "livelock")->hits, find(&seen, "busy-wait")->hits);
	for (int i = -1; i < 3; i++) {
		double wall = workload_value(&seen, "closer", 0, i, "wall");

		assert_true(wall > 0);
		assert_true(workload_value(&seen, "waiter", 0, i, "wall") > 0);
		assert_true(workload_value(&seen, "closer", 0, i, "slowdown") ==
			    wall / workload_value(&seen, "closer", 0, i, "cpu"));
	}
	free(seen.rows);
}

static void expect_rescue(const char *params)
{
	struct workload_seen seen;
	double longest = 0;
	bool spins;

	workload_run_well("inversion", params, &seen);
	spins = strcmp(find(&seen, "busy-wait")->state, "spin") == 0;
	for (size_t i = 0; i < seen.n; i++)
		if (strcmp(seen.rows[i].role, "waiter") == 0 &&
		    strcmp(seen.rows[i].metric, "wall") == 0)
			longest = fmax(longest, seen.rows[i].value);
	/* A waiter that spins does not come back before its limit, and not long after it. */
	assert_int_equal(find(&seen, "livelock")->present, spins);
	if (spins)
		assert_true(longest > 99e6 && longest < 20e9);
	assert_int_equal(sched_getscheduler(0), SCHED_OTHER);
	free(seen.rows);
}

static void inversion__a_spinner_is_rescued_at_its_limit(void **state)
{
	(void)state;
	expect_rescue("policy=idle,size=64M,limit=100,iterations=1");
	expect_rescue(FIFO);
}

static void inversion_check__refusals(void **state)
{
	(void)state;
	workload_accepts("inversion", "policy=fifo,throttle=no");
	workload_refuses("inversion", "throttle=no", "policy=fifo");
	workload_refuses("inversion", "size=2G", "size=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inversion__every_iteration_is_told),
		cmocka_unit_test(inversion__a_spinner_is_rescued_at_its_limit),
		cmocka_unit_test(inversion_check__refusals),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
