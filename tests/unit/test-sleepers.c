// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/sleepers.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

static size_t count_threads(pid_t pid)
{
	char path[64];
	_cleanup_(closedirp) DIR *tasks = NULL;
	const struct dirent *entry;
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks)))
		n += entry->d_name[0] != '.';
	return n;
}

static void sleepers_start__so_many_processes_and_threads(void **state)
{
	struct dcb_sleepers sleepers = {0};
	pid_t pids[5];

	(void)state;
	assert_int_equal(dcb_sleepers_start(&sleepers, 5, 3, NULL), 0);
	assert_int_equal(sleepers.n, 5);
	for (size_t i = 0; i < 5; i++) {
		pids[i] = sleepers.pids[i];
		assert_int_equal(count_threads(pids[i]), 4);
	}
	/* One that the caller has reaped is left alone. */
	assert_int_equal(kill(pids[2], SIGKILL), 0);
	assert_int_equal(waitpid(pids[2], NULL, 0), pids[2]);
	sleepers.pids[2] = -1;
	dcb_sleepers_deinit(&sleepers);
	assert_null(sleepers.pids);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(kill(pids[i], 0), -1);
		assert_int_equal(errno, ESRCH);
	}
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
	dcb_sleepers_deinit(&sleepers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleepers_start__so_many_processes_and_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
