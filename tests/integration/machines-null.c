// SPDX-License-Identifier: GPL-2.0-only
/* Boots of the null machine: small programs that behave as badly as guests do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/boot.h"

#define HELLO                                                                                      \
	"echo '{\"type\":\"hello\",\"protocol\":1,\"release\":\"6.12\",\"arch\":\"x86_64\","       \
	"\"cpus\":1,\"memory_bytes\":1048576,\"uptime_s\":0.5,\"settings\":{},\"counters\":{}}'\n"
#define BYE "echo '{\"type\":\"bye\",\"uptime_s\":1.5}'\n"

DEFINE_CLEANUP(struct dcb_boot *, dcb_boot_free)

struct scene {
	char *folder, *program;
	bool cgroups;
	unsigned deadline_s;
	struct dcb_cgroup_limits limits;
	const char *job;
	unsigned records;
	char text[256]; /* of the last progress record */
	int handler_result;
};

static int make_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene || dcb_dir_temporary("/tmp", "dcbench-null-", &scene->folder, NULL) < 0)
		return -1;
	scene->program = dcb_format("%s/guest", scene->folder);
	scene->cgroups = dcb_cgroup_supported(NULL) == 0;
	scene->deadline_s = 30;
	scene->job = "{}";
	*state = scene;
	return 0;
}

static int remove_scene(void **state)
{
	struct scene *scene = *state;

	free(scene->program);
	dcb_dir_removep(&scene->folder);
	free(scene);
	return 0;
}

static int on_record(void *context, const struct dcb_record *record, struct dcb_error *err)
{
	struct scene *scene = context;

	scene->records++;
	if (record->type == DCB_RECORD_PROGRESS)
		snprintf(scene->text, sizeof(scene->text), "%s", record->progress.text);
	if (scene->handler_result)
		return dcb_error_set(err, -scene->handler_result, "the store is full");
	return 0;
}

static struct dcb_boot *start(struct scene *scene, const char *script)
{
	_cleanup_free_ char *text = dcb_format("#!/bin/sh\n%s", script);
	struct dcb_boot_request request = {
		.spec = {.image = scene->program,
			 .job = scene->job,
			 .cpus = 1,
			 .deadline_s = scene->deadline_s,
			 .folder = scene->folder},
		.cgroup_name = scene->cgroups ? "null" : NULL,
		.limits = scene->limits,
		.handler = on_record,
		.context = scene,
	};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_boot *boot = NULL;

	assert_int_equal(dcb_file_write(scene->program, text, strlen(text), 0755, NULL), 0);
	assert_int_equal(dcb_machine_find("null", DCB_ARCH_NONE, &request.machine, NULL), 0);
	if (dcb_boot_start(&request, &boot, &err) < 0)
		fail_msg("%s", err.message);
	return boot;
}

static int run(struct dcb_boot *boot, struct dcb_error *err)
{
	int r;

	do {
		struct pollfd fd = {.fd = dcb_boot_fd(boot), .events = POLLIN};

		poll(&fd, 1, 100);
		r = dcb_boot_step(boot, err);
	} while (r > 0);
	return r;
}

static void boot_script(struct scene *scene, const char *script, struct dcb_boot_result *result)
{
	_cleanup_(dcb_boot_freep) struct dcb_boot *boot = start(scene, script);
	struct dcb_error err = DCB_ERROR_NULL;

	if (run(boot, &err) < 0 || dcb_boot_finish(boot, result, &err) < 0)
		fail_msg("%s", err.message);
}

static void assert_end(struct scene *scene, const char *script, enum dcb_boot_outcome outcome,
		       const char *reason)
{
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};

	boot_script(scene, script, &result);
	if (result.outcome != outcome)
		fail_msg("%s, not %s: %s", dcb_boot_outcome_name(result.outcome),
			 dcb_boot_outcome_name(outcome), result.reason ? result.reason : "-");
	if (!reason) {
		assert_null(result.reason);
		return;
	}
	assert_non_null(result.reason);
	assert_null(strchr(result.reason, '\n'));
	if (!strstr(result.reason, reason))
		fail_msg("the reason is: %s", result.reason);
}

static void boot__good_one_is_ok(void **state)
{
	struct scene *scene = *state;
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};

	boot_script(scene, HELLO "echo noise >&2\nsleep 0.2\n" BYE, &result);
	assert_int_equal(result.outcome, DCB_BOOT_OK);
	assert_null(result.reason);
	assert_int_equal(scene->records, 2);
	assert_string_equal(result.console, "noise\n");
	assert_int_equal(result.n_findings, 0);
	assert_true(result.wall_s >= 0.2 && result.wall_s < 10);
	assert_true(result.first_record_s >= 0 && result.first_record_s < result.wall_s);
	if (scene->cgroups) {
		assert_true(result.usage.has_cpu);
		assert_true(result.usage.cpu_s > 0);
	}
}

static void boot__job_stands_on_stdin(void **state)
{
	struct scene *scene = *state;

	scene->job = "a job";
	assert_end(scene,
		   HELLO
		   "echo '{\"type\":\"progress\",\"workload\":0,\"text\":\"'\"$(cat)\"'\"}'\n" BYE,
		   DCB_BOOT_OK, NULL);
	assert_string_equal(scene->text, "a job");
}

static void boot__silent_one_hits_the_deadline(void **state)
{
	struct scene *scene = *state;

	scene->deadline_s = 1;
	assert_end(scene, "exec sleep 1000\n", DCB_BOOT_HANG, "deadline of 1 s: no record came");
}

static void boot__busy_one_hits_the_deadline(void **state)
{
	struct scene *scene = *state;

	scene->deadline_s = 1;
	assert_end(scene, HELLO "trap '' TERM INT HUP\nwhile :; do :; done\n", DCB_BOOT_HANG,
		   "deadline of 1 s: not finished");
}

static void boot__console_flood_is_bounded(void **state)
{
	struct scene *scene = *state;
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};

	boot_script(scene, HELLO "exec yes 'a line of no use whatsoever' >&2\n", &result);
	assert_int_equal(result.outcome, DCB_BOOT_FLOOD);
	assert_string_equal(result.reason, "more than 16 MiB of console");
	assert_true(result.console_size <= (1 << 20) + 64);
	assert_non_null(strstr(result.console, "bytes left out"));
}

static void boot__endless_record_is_a_protocol_error(void **state)
{
	assert_end(*state, HELLO "exec tr '\\0' x < /dev/zero\n", DCB_BOOT_PROTOCOL, "record 2");
}

static void boot__bytes_after_bye_refused(void **state)
{
	assert_end(*state, HELLO BYE "exec yes\n", DCB_BOOT_PROTOCOL, "bytes after bye");
}

static void boot__rubbish_is_a_protocol_error(void **state)
{
	assert_end(*state, "head -c 100000 /dev/urandom; sleep 1000\n", DCB_BOOT_PROTOCOL,
		   "record 1");
	assert_end(*state, BYE "sleep 1000\n", DCB_BOOT_PROTOCOL, "hello");
	assert_end(*state, HELLO "echo '{\"type\":\"x\\033[31m\"}'\nsleep 1000\n",
		   DCB_BOOT_PROTOCOL, "record 2");
}

static void boot__ends_without_bye(void **state)
{
	assert_end(*state, "echo last words >&2\n", DCB_BOOT_DIED,
		   "ended before the first record; last line: last words");
	assert_end(*state, HELLO, DCB_BOOT_DIED, "ended before the last record");
	assert_end(*state, HELLO "exit 3\n", DCB_BOOT_DIED, "exited with code 3");
	assert_end(*state, HELLO "kill -SEGV $$\n", DCB_BOOT_DIED, "signal 11");
	assert_end(*state, HELLO "printf '{\"type\":\"by'\n", DCB_BOOT_DIED, "last record");
}

static void boot__panic_on_the_console(void **state)
{
	struct scene *scene = *state;
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};

	boot_script(scene,
		    HELLO "echo '[    1.000000] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1' >&2\n"
			  "echo '[    1.000001] Kernel panic - not syncing: test' >&2\n",
		    &result);
	assert_int_equal(result.outcome, DCB_BOOT_PANIC);
	assert_string_equal(result.reason, "Kernel panic - not syncing: test");
	assert_int_equal(result.n_findings, 2);
	assert_string_equal(result.findings[0].name, "warning");
}

static void boot__agents_own_error(void **state)
{
	assert_end(*state,
		   HELLO "echo '{\"type\":\"error\",\"workload\":-1,\"unsupported\":false,"
			 "\"message\":\"no /proc\"}'\n" BYE,
		   DCB_BOOT_ERROR, "no /proc");
}

static void boot__memory_limit_named(void **state)
{
	struct scene *scene = *state;

	if (!scene->cgroups)
		skip();
	scene->limits.memory_bytes = 32 << 20;
	/* tail keeps all of an endless line. */
	assert_end(scene, HELLO "exec tail -n 1 /dev/zero\n", DCB_BOOT_DIED,
		   "memory limit of its cgroup (32 MiB)");
}

/* As a guest: forks whenever it may, and each of them again. */
static void be_a_bomb(void)
{
	for (;;) {
		/* A second way out, should the first fail. */
		alarm(10);
		if (fork() < 0)
			usleep(1000);
	}
}

/* Processes that have this text on their command line. */
static int count_processes(const char *text)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		_cleanup_free_ char *path = dcb_format("/proc/%s/cmdline", entry->d_name);
		_cleanup_free_ char *line = NULL;
		size_t size;

		if (dcb_file_read(path, 1 << 20, &line, &size, NULL) == 0 && size > 0 &&
		    memmem(line, size, text, strlen(text)))
			n++;
	}
	closedir(dir);
	return n;
}

static void boot__fork_bomb_stays_inside_and_dies(void **state)
{
	struct scene *scene = *state;
	_cleanup_free_ char *self = realpath("/proc/self/exe", NULL);
	_cleanup_free_ char *script = dcb_format(HELLO "exec '%s' bomb-%d\n", self, getpid());
	_cleanup_free_ char *mark = dcb_format("bomb-%d", getpid());

	if (!scene->cgroups)
		skip();
	scene->limits.pids = 24;
	scene->limits.cpus = 0.5;
	scene->deadline_s = 2;
	assert_end(scene, script, DCB_BOOT_HANG, "deadline");
	assert_int_equal(count_processes(mark), 0);
}

static void free__in_the_middle_leaves_nothing(void **state)
{
	struct scene *scene = *state;
	struct dcb_boot *boot = start(scene, HELLO "echo $$ > \"${0%/*}/pid\"\nexec sleep 1000\n");
	_cleanup_free_ char *path = dcb_format("%s/pid", scene->folder);
	_cleanup_free_ char *pid = NULL;

	for (int i = 0; i < 100 && (!pid || !*pid); i++) {
		usleep(20000);
		free(TAKE_PTR(pid));
		dcb_file_read(path, 64, &pid, NULL, NULL);
	}
	assert_non_null(pid);
	assert_int_equal(kill(atoi(pid), 0), 0);
	dcb_boot_free(boot);
	assert_int_equal(kill(atoi(pid), 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void step__handlers_failure_is_the_labs(void **state)
{
	struct scene *scene = *state;
	_cleanup_(dcb_boot_freep) struct dcb_boot *boot = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	scene->handler_result = -ENOSPC;
	boot = start(scene, HELLO "sleep 1000\n");
	assert_int_equal(run(boot, &err), -ENOSPC);
	assert_string_equal(err.message, "the store is full");
}

static void start__missing_program_named(void **state)
{
	struct scene *scene = *state;
	struct dcb_boot_request request = {
		.spec = {.image = "/nonexistent/guest", .deadline_s = 1, .folder = scene->folder}};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_boot *boot = NULL;

	assert_int_equal(dcb_machine_find("null", DCB_ARCH_NONE, &request.machine, NULL), 0);
	assert_int_equal(dcb_boot_start(&request, &boot, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/nonexistent/guest"));
	assert_null(boot);
}

/* The lab is killed by SIGKILL while a guest runs. */
static void killed_lab__leaves_no_guest(void **state)
{
	struct scene *scene = *state;
	_cleanup_free_ char *path = dcb_format("%s/pid", scene->folder);
	_cleanup_free_ char *text = NULL;
	pid_t lab, guest;
	int i;

	/* The orphan comes to us, so that its end is certain to be seen. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	lab = fork();
	assert_true(lab >= 0);
	if (lab == 0) {
		start(scene, HELLO "echo $$ > \"${0%/*}/pid\"\nexec sleep 1000\n");
		for (;;)
			pause();
	}
	for (i = 0; i < 250 && (!text || !*text); i++) {
		usleep(20000);
		free(TAKE_PTR(text));
		dcb_file_read(path, 64, &text, NULL, NULL);
	}
	assert_non_null(text);
	guest = atoi(text);
	assert_int_equal(kill(guest, 0), 0);
	assert_int_equal(kill(lab, SIGKILL), 0);
	assert_int_equal(waitpid(lab, NULL, 0), lab);
	for (i = 0; i < 250 && waitpid(guest, NULL, WNOHANG) != guest; i++)
		usleep(20000);
	assert_true(i < 250);
	assert_int_equal(dcb_cgroup_sweep(NULL), 0);
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, make_scene, remove_scene)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(boot__good_one_is_ok),
		IN_SCENE(boot__job_stands_on_stdin),
		IN_SCENE(boot__silent_one_hits_the_deadline),
		IN_SCENE(boot__busy_one_hits_the_deadline),
		IN_SCENE(boot__console_flood_is_bounded),
		IN_SCENE(boot__endless_record_is_a_protocol_error),
		IN_SCENE(boot__bytes_after_bye_refused),
		IN_SCENE(boot__rubbish_is_a_protocol_error),
		IN_SCENE(boot__ends_without_bye),
		IN_SCENE(boot__panic_on_the_console),
		IN_SCENE(boot__agents_own_error),
		IN_SCENE(boot__memory_limit_named),
		IN_SCENE(boot__fork_bomb_stays_inside_and_dies),
		IN_SCENE(free__in_the_middle_leaves_nothing),
		IN_SCENE(step__handlers_failure_is_the_labs),
		IN_SCENE(start__missing_program_named),
		IN_SCENE(killed_lab__leaves_no_guest),
	};

	if (argc > 1 && strncmp(argv[1], "bomb", 4) == 0)
		be_a_bomb();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
