// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include "workload-fixture.h"

#include <sys/wait.h>

#include "workloads/proc-folder.h"

static void run(const char *params, struct workload_seen *seen)
{
	workload_run_well("proc-exit", params, seen);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* The kernel's counter is the whole machine's, and what ran before may still be being freed: the
 * best of some attempts counts, each after a longer rest. */
static void expect_dentries(const char *params, size_t tasks, size_t each)
{
	double best = INFINITY, expected = (double)(tasks * each);

	for (unsigned i = 0; i < 12 && best > expected * 0.1; i++) {
		struct workload_seen seen;

		usleep(200000 * i);
		run(params, &seen);
		best = fmin(best, fabs(workload_value(&seen, "", 0, 0, "dentries") - expected));
		free(seen.rows);
	}
	if (best > expected * 0.1)
		fail_msg("%s: %g of %g dentries too many or too few", params, best, expected);
}

static void proc_exit__flushes_what_was_looked_up(void **state)
{
	(void)state;
	expect_dentries("tasks=100,threads=5,lookups=12,observers=0,iterations=1,warmup=0", 100,
			dcb_proc_dentries(5, 12));
}

static void proc_exit__held_ones_stay(void **state)
{
	/* Of each: the folder, which is held, with status in it; the rest goes. */
	(void)state;
	expect_dentries("tasks=400,threads=1,lookups=4,observers=2,iterations=1,warmup=0", 400,
			dcb_proc_dentries(1, 4) - 2);
}

static void proc_exit__every_key(void **state)
{
	static const char *const doses[] = {
		"tasks=20,iterations=2,warmup=0,kill=all,reapers=3,observers=2",
		"tasks=40,iterations=1,warmup=0,fifo=yes,threads=1,lookups=0",
		"tasks=1,iterations=1,reapers=4,warmup=0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		struct workload_seen seen;

		run(doses[i], &seen);
		assert_true(workload_value(&seen, "", 0, 0, "exit-rate") > 0);
		assert_true(workload_value(&seen, "", 0, 0, "exit-p50") > 0);
		assert_true(workload_value(&seen, "", 0, 0, "reap-max") >=
			    workload_value(&seen, "", 0, 0, "reap-p50"));
		assert_true(workload_value(&seen, "reaper", 0, 0, "cpu") > 0);
		assert_string_equal(seen.finding.symptom, "busy-wait");
		assert_int_equal(seen.finding.tries, i == 2 ? 1 : 40);
		free(seen.rows);
	}
}

static void proc_exit__observers_find_files(void **state)
{
	struct workload_seen seen;

	(void)state;
	run("tasks=100,iterations=1,warmup=0", &seen);
	assert_true(workload_value(&seen, "observer", 0, 0, "lookups") > 0);
	free(seen.rows);
}

static void proc_exit_check__refusals(void **state)
{
	(void)state;
	workload_accepts("proc-exit", "tasks=400,threads=8");
	workload_refuses("proc-exit", "tasks=1000,threads=40", "32000");
	workload_refuses("proc-exit", "tasks=1000,threads=8", "--memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proc_exit__flushes_what_was_looked_up),
		cmocka_unit_test(proc_exit__held_ones_stay),
		cmocka_unit_test(proc_exit__every_key),
		cmocka_unit_test(proc_exit__observers_find_files),
		cmocka_unit_test(proc_exit_check__refusals),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
