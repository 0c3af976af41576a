// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel: that it does what it says, whatever that kernel shows. */
#include <sys/wait.h>

#include "workload-fixture.h"

/* Beside what every test of a workload looks at: no init, and no group of this process. */
static void expect_nothing_left(void)
{
	char path[64];

	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	snprintf(path, sizeof(path), "/sys/fs/cgroup/dcbench-%d", getpid());
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "/sys/fs/cgroup/unified/dcbench-%d", getpid());
	assert_int_equal(access(path, F_OK), -1);
}

static void container_teardown__eager_meets_every_dying_dentry(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("container-teardown", "containers=3,volume=64M,iterations=2,net=no",
			  &seen);
	assert_int_equal(seen.finding.tries, 6);
	assert_true(seen.finding.hits >= 3);
	for (int i = -1; i < 2; i++) {
		for (int j = 0; j < 3; j++) {
			assert_true(workload_value(&seen, "volume", j, i, "wall") > 0);
			assert_true(workload_value(&seen, "init", j, i, "cpu") > 0);
		}
		assert_true(workload_value(&seen, "teardown", 1, i, "wall") > 0);
	}
	free(seen.rows);
	expect_nothing_left();
}

static void container_teardown__figures_agree_with_each_other(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("container-teardown",
			  "containers=5,threads=1,eager=no,volume=0,iterations=1,warmup=0", &seen);
	assert_null(seen.finding.symptom);
	assert_true(workload_value(&seen, "", 0, 0, "teardown-p50") <=
		    workload_value(&seen, "", 0, 0, "teardown-max"));
	/* One thread does one after the other: its wall time is that of all five. */
	assert_true(workload_value(&seen, "", 0, 0, "teardown-max") <
		    workload_value(&seen, "teardown", 0, 0, "wall"));
	assert_true(fabs(workload_value(&seen, "", 0, 0, "teardown-rate") *
				 workload_value(&seen, "teardown", 0, 0, "wall") / 5e9 -
			 1) < 1e-6);
	assert_true(workload_value(&seen, "init", 4, 0, "wall") <
		    workload_value(&seen, "", 0, 0, "teardown-max"));
	free(seen.rows);
	expect_nothing_left();
}

static void container_teardown__every_key(void **state)
{
	static const char *const doses[] = {
		"containers=4,threads=4,eager=no,net=no,volume=1M",
		"containers=1,threads=2,layers=1,dirs=0,files=0,negative=0,eager=no",
		"containers=2,layers=64,dirs=3,files=100,negative=0,volume=64M",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		_cleanup_free_ char *dose = NULL;
		struct workload_seen seen;

		assert_true(asprintf(&dose, "iterations=1,warmup=0,%s", doses[i]) > 0);
		workload_run_well("container-teardown", dose, &seen);
		free(seen.rows);
		expect_nothing_left();
	}
}

static void container_teardown__failed_start_leaves_nothing(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("container-teardown", "containers=2,volume=1024G,eager=no", &seen);
	assert_int_equal(seen.result, -ECHILD);
	assert_non_null(strstr(seen.err.message, "cannot fill /volume/spool/file"));
	free(seen.rows);
	expect_nothing_left();
}

static void container_teardown__refuses_what_cannot_be(void **state)
{
	(void)state;
	workload_refuses("container-teardown", "volume=0", "give eager=no");
	workload_refuses("container-teardown", "containers=65,volume=1M", "containers=64");
	workload_refuses("container-teardown", "containers=8,volume=128M", "--memory");
	workload_refuses("container-teardown",
			 "containers=100,dirs=100,files=100,volume=0,eager=no",
			 "fewer containers=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_teardown__eager_meets_every_dying_dentry),
		cmocka_unit_test(container_teardown__figures_agree_with_each_other),
		cmocka_unit_test(container_teardown__every_key),
		cmocka_unit_test(container_teardown__failed_start_leaves_nothing),
		cmocka_unit_test(container_teardown__refuses_what_cannot_be),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
