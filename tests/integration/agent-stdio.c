// SPDX-License-Identifier: GPL-2.0-only
/* The agent as an ordinary program on this host, read by the host's own reader. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arch.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "guest/protocol.h"

#define TIMEOUT_MS 60000

struct seen {
	int samples[4], errors[4], symptoms[4]; /* by workload */
	int agent_errors;
	bool wall, busy;
	char state[32], message[256];
	double value;
	int hits, tries;
	bool present;
};

static void see_sample(struct seen *seen, const struct dcb_record *record)
{
	for (size_t i = 0; i < record->sample.n_values; i++) {
		const struct dcb_record_value *value = &record->sample.values[i];

		if (strcmp(value->name, "wall") == 0 && value->present && value->value > 0)
			seen->wall = true;
		if (strcmp(value->name, "busy") == 0)
			seen->busy = true;
	}
	seen->samples[record->sample.workload]++;
}

static int see(void *context, const struct dcb_record *record, struct dcb_error *err)
{
	struct seen *seen = context;

	(void)err;
	switch (record->type) {
	case DCB_RECORD_SAMPLE:
		see_sample(seen, record);
		break;
	case DCB_RECORD_SYMPTOM:
		seen->symptoms[record->symptom.workload]++;
		snprintf(seen->state, sizeof(seen->state), "%s", record->symptom.state);
		seen->present = record->symptom.present;
		seen->value = record->symptom.value;
		seen->hits = record->symptom.hits;
		seen->tries = record->symptom.tries;
		break;
	case DCB_RECORD_ERROR:
		snprintf(seen->message, sizeof(seen->message), "%s", record->error.message);
		if (record->error.workload < 0)
			seen->agent_errors++;
		else
			seen->errors[record->error.workload]++;
		break;
	default:
		break;
	}
	return 0;
}

static char *agent_path(void)
{
	return dcb_format("%s/libexec/dcbench/agent-%s", DCB_BUILD_DIR,
			  dcb_arch_name(dcb_arch_host()));
}

static int text_fd(const char *text)
{
	int fd = memfd_create("job", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void read_records(const char *data, size_t size, struct seen *seen)
{
	_cleanup_(dcb_record_reader_freep) struct dcb_record_reader *reader = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_record_reader_new(see, seen, &reader, NULL), 0);
	if (dcb_record_reader_feed(reader, data, size, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(dcb_record_reader_ended(reader));
}

static struct seen run_job(const char *job)
{
	_cleanup_free_ char *agent = agent_path();
	_cleanup_close_ int fd = text_fd(job);
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	char *argv[] = {agent, (char *)"--stdio", NULL};
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	struct seen seen = {0};

	spawn.argv = argv;
	spawn.stdin_fd = fd;
	if (dcb_process_run(&spawn, TIMEOUT_MS, &output, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(output.exit.code, 0);
	assert_string_equal(output.err, "");
	read_records(output.out, output.out_size, &seen);
	return seen;
}

static void agent_stdio__null_measures_nothing(void **state)
{
	struct seen seen = run_job("{\"protocol\":1,\"modules\":[],\"workloads\":["
				   "{\"name\":\"null\",\"params\":\"iterations=5\"}]}");

	(void)state;
	assert_int_equal(seen.samples[0], 6); /* with the warm-up */
	assert_true(seen.wall);
	assert_int_equal(seen.errors[0], 0);
	assert_int_equal(seen.agent_errors, 0);
}

static void agent_stdio__bad_job_is_told(void **state)
{
	struct seen seen = run_job("{\"protocol\":1}");

	(void)state;
	assert_int_equal(seen.agent_errors, 1);
	assert_non_null(strstr(seen.message, "job: modules is missing"));
}

static void agent_stdio__bad_workloads_do_not_stop_the_rest(void **state)
{
	struct seen seen = run_job(
		"{\"protocol\":1,\"modules\":[],\"workloads\":["
		"{\"name\":\"no-such\",\"params\":\"\"},"
		"{\"name\":\"null\",\"params\":\"colour=red\"},"
		"{\"name\":\"dying-dentry\",\"params\":\"size=1024G,iterations=1\"},"
		"{\"name\":\"null\",\"params\":\"iterations=1\"}]}");

	(void)state;
	assert_int_equal(seen.errors[0], 1);
	assert_int_equal(seen.errors[1], 1);
	assert_int_equal(seen.errors[2], 1);
	assert_int_equal(seen.samples[3], 2);
}

/* What this host's kernel does by its version: a patched one may do better. */
static bool host_spins(void)
{
	struct utsname name;
	int major, minor;

	assert_int_equal(uname(&name), 0);
	if (sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return false;
	return (major == 6 && minor >= 8) || (major == 7 && minor == 0);
}

static void check_dying(const struct seen *seen, int tries)
{
	assert_int_equal(seen->errors[0], 0);
	assert_int_equal(seen->symptoms[0], 1);
	assert_int_equal(seen->tries, tries);
	assert_true(seen->hits * 2 >= tries);
	assert_true(seen->busy);
	assert_int_equal(seen->present, strcmp(seen->state, "spin") == 0);
	if (!host_spins())
		return;
	assert_string_equal(seen->state, "spin");
	assert_true(seen->value > 0.8);
}

static void agent_stdio__dying_dentry_shows_this_kernel(void **state)
{
	struct seen seen = run_job(
		"{\"protocol\":1,\"modules\":[],\"workloads\":["
		"{\"name\":\"dying-dentry\",\"params\":\"size=256M,iterations=5,warmup=1\"}]}");

	(void)state;
	check_dying(&seen, 5);
	/* Waiter, closer, and the iteration as a whole. */
	assert_int_equal(seen.samples[0], 3 * 6);
}

static void agent_stdio__dying_dentry_two_waiters_by_rename(void **state)
{
	struct seen seen = run_job("{\"protocol\":1,\"modules\":[],\"workloads\":["
				   "{\"name\":\"dying-dentry\",\"params\":"
				   "\"size=256M,iterations=3,warmup=0,waiters=2,op=rename\"}]}");

	(void)state;
	check_dying(&seen, 6);
}

static pid_t only_child(pid_t parent)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	for (int i = 0; i < 1000; i++) {
		_cleanup_fclose_ FILE *file = fopen(path, "re");
		int child;

		if (file && fscanf(file, "%d", &child) == 1)
			return child;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	fail_msg("the agent has no child");
	return -1;
}

static size_t read_all(int fd, char *data, size_t room)
{
	size_t size = 0;

	while (size < room) {
		ssize_t part = read(fd, data + size, room - size);

		assert_true(part >= 0);
		if (part == 0)
			break;
		size += (size_t)part;
	}
	return size;
}

static void agent_stdio__killed_workload_is_told(void **state)
{
	static const char job[] = "{\"protocol\":1,\"modules\":[],\"workloads\":["
				  "{\"name\":\"dying-dentry\",\"params\":\"iterations=1000\"},"
				  "{\"name\":\"null\",\"params\":\"iterations=1\"}]}";
	const size_t room = 8 << 20;
	_cleanup_free_ char *agent = agent_path();
	_cleanup_free_ char *data = malloc(room);
	_cleanup_close_ int fd = text_fd(job);
	_cleanup_(dcb_process_deinit) struct dcb_process process = DCB_PROCESS_NULL;
	char *argv[] = {agent, (char *)"--stdio", NULL};
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	struct dcb_exit end;
	struct seen seen = {0};
	int pipes[2];

	(void)state;
	assert_non_null(data);
	assert_int_equal(pipe(pipes), 0);
	spawn.argv = argv;
	spawn.stdin_fd = fd;
	spawn.stdout_fd = pipes[1];
	assert_int_equal(dcb_process_spawn(&process, &spawn, NULL), 0);
	close(pipes[1]);
	assert_int_equal(kill(only_child(process.pid), SIGKILL), 0);
	read_records(data, read_all(pipes[0], data, room), &seen);
	close(pipes[0]);
	assert_int_equal(dcb_process_wait(&process, TIMEOUT_MS, &end), 0);
	assert_int_equal(end.code, 0);
	assert_int_equal(seen.errors[0], 1);
	assert_non_null(strstr(seen.message, "dying-dentry was killed by signal 9"));
	assert_int_equal(seen.samples[1], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agent_stdio__null_measures_nothing),
		cmocka_unit_test(agent_stdio__bad_job_is_told),
		cmocka_unit_test(agent_stdio__bad_workloads_do_not_stop_the_rest),
		cmocka_unit_test(agent_stdio__dying_dentry_shows_this_kernel),
		cmocka_unit_test(agent_stdio__dying_dentry_two_waiters_by_rename),
		cmocka_unit_test(agent_stdio__killed_workload_is_told),
	};

	if (geteuid() != 0) {
		puts("skipped: the agent mounts a tmpfs of its own only as root");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
