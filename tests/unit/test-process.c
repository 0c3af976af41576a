// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"

static void command__captures_output(void **state)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"echo out; echo err >&2", NULL};

	(void)state;
	assert_int_equal(dcb_command(argv, 10000, &output, &err), 0);
	assert_string_equal(output.out, "out\n");
	assert_string_equal(output.err, "err\n");
}

static void command__failure_gives_the_last_line_of_stderr(void **state)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"echo a >&2; echo b >&2; exit 3", NULL};

	(void)state;
	assert_int_equal(dcb_command(argv, 10000, &output, &err), -EIO);
	assert_string_equal(err.message, "sh: b");
	assert_null(output.out);
}

static void command__unknown_program_is_told(void **state)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char *argv[] = {(char *)"dcb-no-such-program", NULL};

	(void)state;
	assert_int_equal(dcb_command(argv, 10000, &output, &err), -ENOENT);
	assert_string_equal(err.message,
			    "cannot start dcb-no-such-program: No such file or directory");
}

static void command__over_its_time_is_killed(void **state)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char *argv[] = {(char *)"sleep", (char *)"1000", NULL};
	char *deaf[] = {(char *)"sh", (char *)"-c", (char *)"exec sleep 1000 >/dev/null 2>&1",
			NULL};

	(void)state;
	assert_int_equal(dcb_command(argv, 100, &output, &err), -ETIMEDOUT);
	/* It closed its output, and runs on. */
	assert_int_equal(dcb_command(deaf, 100, &output, &err), -ETIMEDOUT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int refuse(pid_t pid, void *context, struct dcb_error *err)
{
	*(pid_t *)context = pid;
	return dcb_error_set(err, EPERM, "no cgroup");
}

static void spawn__refused_before_exec_leaves_no_child(void **state)
{
	_cleanup_(dcb_process_deinit) struct dcb_process process = DCB_PROCESS_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	char *argv[] = {(char *)"true", NULL};
	pid_t pid = -1;

	(void)state;
	spawn.argv = argv;
	spawn.before_exec = refuse;
	spawn.context = &pid;
	assert_int_equal(dcb_process_spawn(&process, &spawn, &err), -EPERM);
	assert_int_equal(process.pid, -1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
}

static void wait__tells_exit_from_signal(void **state)
{
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	char *exits[] = {(char *)"sh", (char *)"-c", (char *)"exit 7", NULL};
	char *sleeps[] = {(char *)"sleep", (char *)"1000", NULL};
	struct dcb_process process;
	struct dcb_exit ended;

	(void)state;
	spawn.argv = exits;
	assert_int_equal(dcb_process_spawn(&process, &spawn, NULL), 0);
	assert_int_equal(dcb_process_wait(&process, 10000, &ended), 0);
	assert_int_equal(ended.code, 7);
	assert_int_equal(ended.signal, 0);
	spawn.argv = sleeps;
	assert_int_equal(dcb_process_spawn(&process, &spawn, NULL), 0);
	assert_int_equal(dcb_process_wait(&process, 0, &ended), -ETIMEDOUT);
	assert_int_equal(dcb_process_signal(&process, SIGTERM), 0);
	assert_int_equal(dcb_process_wait(&process, 10000, &ended), 0);
	assert_int_equal(ended.code, 128 + SIGTERM);
	assert_int_equal(ended.signal, SIGTERM);
	assert_int_equal(dcb_process_signal(&process, SIGTERM), -ESRCH);
}

static void spawn__child_dies_with_its_parent(void **state)
{
	int ends[2], r;
	char byte;
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		struct dcb_spawn spawn = DCB_SPAWN_NULL;
		struct dcb_process process;
		char *argv[] = {(char *)"sleep", (char *)"1000", NULL};

		spawn.argv = argv;
		spawn.stdout_fd = ends[1];
		if (dcb_process_spawn(&process, &spawn, NULL) < 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	close(ends[1]);
	waitpid(parent, &r, 0);
	assert_int_equal(WTERMSIG(r), SIGKILL);
	/* The end of the pipe: the grandchild, its last writer, is gone. */
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command__captures_output),
		cmocka_unit_test(command__failure_gives_the_last_line_of_stderr),
		cmocka_unit_test(command__unknown_program_is_told),
		cmocka_unit_test(command__over_its_time_is_killed),
		cmocka_unit_test(spawn__refused_before_exec_leaves_no_child),
		cmocka_unit_test(wait__tells_exit_from_signal),
		cmocka_unit_test(spawn__child_dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
