// SPDX-License-Identifier: GPL-2.0-only
/* Real groups on this host. Skips (77) where it has no cgroups for us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/cgroup.h"

DEFINE_CLEANUP(struct dcb_cgroup *, dcb_cgroup_free)

static char wanted[64];
static int n_found;

/* The leaf that a lab alone in its v2 group moves to stays as long as the lab. */
static int look(const char *path, const struct stat *st, int type, struct FTW *where)
{
	const char *name = path + where->base;

	(void)st;
	if (type == FTW_D && strncmp(name, wanted, strlen(wanted)) == 0 &&
	    strcmp(name + strlen(wanted), "lab") != 0)
		n_found++;
	return 0;
}

/* Folders of groups that the process `lab` made. */
static int count_groups(pid_t lab)
{
	snprintf(wanted, sizeof(wanted), "dcbench-%d-", lab);
	n_found = 0;
	nftw("/sys/fs/cgroup", look, 16, FTW_PHYS);
	return n_found;
}

static int none_left(void **state)
{
	(void)state;
	while (waitpid(-1, NULL, 0) > 0)
		;
	return count_groups(getpid()) == 0 ? 0 : -1;
}

/* A child that waits for a byte before it runs `run`, so that it can be attached first. */
struct child {
	pid_t pid;
	int gate;
};

static struct child start(void (*run)(void))
{
	struct child child;
	int gate[2];
	char byte;

	assert_int_equal(pipe(gate), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (child.pid == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) == 1)
			run();
		_exit(0);
	}
	close(gate[0]);
	child.gate = gate[1];
	return child;
}

static void release(struct child *child)
{
	assert_int_equal(write(child->gate, "x", 1), 1);
	close(child->gate);
}

static int wait_for(const struct child *child)
{
	int status;

	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	return status;
}

static struct dcb_cgroup *new_group(const char *name, const struct dcb_cgroup_limits *limits)
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_cgroup *cgroup = NULL;

	if (dcb_cgroup_new(name, limits, &cgroup, &err) < 0)
		fail_msg("%s", err.message);
	return cgroup;
}

static struct child run_in(struct dcb_cgroup *cgroup, void (*run)(void))
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct child child = start(run);

	if (dcb_cgroup_attach(cgroup, child.pid, &err) < 0)
		fail_msg("%s", err.message);
	release(&child);
	return child;
}

static void spin_a_second(void)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9 <
	       1.0);
}

static void quota__holds_a_spinner_down_and_is_accounted(void **state)
{
	const struct dcb_cgroup_limits limits = {.cpus = 0.2};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("quota", &limits);
	struct dcb_cgroup_usage usage;
	struct child child = run_in(cgroup, spin_a_second);

	(void)state;
	assert_int_equal(wait_for(&child), 0);
	assert_int_equal(dcb_cgroup_usage(cgroup, &usage, NULL), 0);
	assert_true(usage.has_cpu);
	assert_true(usage.cpu_s > 0.05);
	assert_true(usage.cpu_s < 0.45);
	assert_false(usage.oom);
}

static void eat_memory(void)
{
	const size_t size = 96 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		memset(memory, 1, size);
}

static void memory__limit_kills_and_says_so(void **state)
{
	const struct dcb_cgroup_limits limits = {.memory_bytes = 24 << 20};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("memory", &limits);
	struct dcb_cgroup_usage usage;
	struct child child = run_in(cgroup, eat_memory);
	int status = wait_for(&child);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(dcb_cgroup_usage(cgroup, &usage, NULL), 0);
	assert_true(usage.oom);
	if (usage.has_memory) {
		assert_true(usage.memory_peak_bytes > 16 << 20);
		assert_true(usage.memory_peak_bytes <= 24 << 20);
	}
}

static void fork_fifty(void)
{
	int n = 0;

	while (n < 50) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0) {
			pause();
			_exit(0);
		}
		n++;
	}
	_exit(n);
}

static void pids__limit_stops_forks_and_kill_gets_orphans(void **state)
{
	const struct dcb_cgroup_limits limits = {.pids = 10};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("pids", &limits);
	struct child child = run_in(cgroup, fork_fifty);
	int status = wait_for(&child);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 9);
	assert_int_equal(dcb_cgroup_kill(cgroup, NULL), 0);
	while (waitpid(-1, NULL, 0) > 0)
		;
	/* Room again: the nine orphans are gone. */
	child = run_in(cgroup, fork_fifty);
	status = wait_for(&child);
	assert_int_equal(WEXITSTATUS(status), 9);
}

static void flee(void)
{
	setsid();
	signal(SIGTERM, SIG_IGN);
	for (;;)
		if (fork() > 0)
			_exit(0);
}

static void kill__gets_what_forks_all_the_time(void **state)
{
	const struct dcb_cgroup_limits limits = {.pids = 8};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("flee", &limits);
	struct child child = run_in(cgroup, flee);
	struct dcb_cgroup_usage before, after;

	(void)state;
	wait_for(&child);
	assert_int_equal(dcb_cgroup_kill(cgroup, NULL), 0);
	assert_int_equal(dcb_cgroup_usage(cgroup, &before, NULL), 0);
	usleep(100000);
	assert_int_equal(dcb_cgroup_usage(cgroup, &after, NULL), 0);
	assert_true(before.cpu_s == after.cpu_s);
}

static void report_cpus(void)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	_exit(CPU_COUNT(&set) == 1 && CPU_ISSET(0, &set) ? 0 : 1);
}

static void cpuset__confines(void **state)
{
	const struct dcb_cgroup_limits limits = {.cpuset = "0"};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("cpuset", &limits);
	struct child child;

	(void)state;
	if (dcb_cgroup_missing(cgroup) && strstr(dcb_cgroup_missing(cgroup), "cpuset"))
		skip();
	child = run_in(cgroup, report_cpus);
	assert_int_equal(wait_for(&child), 0);
}

static void cpuset__bad_list_refused_and_nothing_left(void **state)
{
	const struct dcb_cgroup_limits limits = {.cpuset = "banana"};
	struct dcb_cgroup *cgroup = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_true(dcb_cgroup_new("bad", &limits, &cgroup, &err) < 0);
	assert_non_null(strstr(err.message, "cpuset.cpus"));
	assert_null(cgroup);
	assert_int_equal(count_groups(getpid()), 0);
}

static void new__bad_name_refused(void **state)
{
	static const char *const names[] = {"", "a/b", "..\n", "../x"};
	const struct dcb_cgroup_limits limits = {0};
	struct dcb_cgroup *cgroup = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(dcb_cgroup_new(names[i], &limits, &cgroup, NULL), -EINVAL);
}

static void attach__process_that_is_gone_refused(void **state)
{
	const struct dcb_cgroup_limits limits = {0};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = new_group("gone", &limits);
	struct child child = start(report_cpus);

	(void)state;
	release(&child);
	wait_for(&child);
	assert_true(dcb_cgroup_attach(cgroup, child.pid, NULL) < 0);
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void make_and_die(void)
{
	const struct dcb_cgroup_limits limits = {.pids = 4};
	struct dcb_cgroup *cgroup;

	if (dcb_cgroup_new("orphan", &limits, &cgroup, NULL) == 0) {
		pid_t pid = fork();

		if (pid == 0)
			wait_for_ever();
		if (dcb_cgroup_attach(cgroup, pid, NULL) == 0)
			raise(SIGKILL);
	}
	_exit(1);
}

static void sweep__takes_groups_of_dead_labs_only(void **state)
{
	const struct dcb_cgroup_limits limits = {0};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *living = new_group("living", &limits);
	struct child lab = start(make_and_die);
	int mine = count_groups(getpid());
	siginfo_t info;

	(void)state;
	release(&lab);
	/* Dead but not reaped: as a lab is whose parent does not care. */
	assert_int_equal(waitid(P_PID, (id_t)lab.pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_KILLED);
	assert_true(count_groups(lab.pid) > 0);
	assert_int_equal(dcb_cgroup_sweep(NULL), 0);
	assert_int_equal(count_groups(lab.pid), 0);
	wait_for(&lab);
	assert_int_equal(count_groups(getpid()), mine);
}

#define SERVICE "/sys/fs/cgroup/dcbench-test-service"

/* In a process of the service's own: 0 where its group could be made below the service's. */
static int be_a_job(void)
{
	const struct dcb_cgroup_limits limits = {.pids = 4};
	_cleanup_(dcb_cgroup_freep) struct dcb_cgroup *cgroup = NULL;
	char path[128];

	if (dcb_cgroup_new("job", &limits, &cgroup, NULL) < 0)
		return 1;
	snprintf(path, sizeof(path), SERVICE "/dcbench-%d-job", getpid());
	return dcb_file_exists(path) ? 0 : 2;
}

static void be_a_service(void)
{
	FILE *file = fopen(SERVICE "/cgroup.procs", "w");
	int status;
	pid_t pid;

	if (!file || fprintf(file, "%d", getpid()) < 0 || fclose(file) != 0)
		_exit(10);
	if (dcb_cgroup_make_room(NULL) != 1)
		_exit(11);
	/* There already. */
	if (dcb_cgroup_make_room(NULL) != 0)
		_exit(12);
	pid = fork();
	if (pid == 0)
		_exit(be_a_job());
	waitpid(pid, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 13);
}

static void make_room__jobs_of_a_service_get_groups_within_its_own(void **state)
{
	struct child service;
	char leaf[128];

	(void)state;
	if (strcmp(dcb_cgroup_layout(), "v2") != 0) {
		/* Only v2 forbids processes in a group with groups below. */
		assert_int_equal(dcb_cgroup_make_room(NULL), 0);
		return;
	}
	assert_int_equal(mkdir(SERVICE, 0755), 0);
	service = start(be_a_service);
	release(&service);
	assert_int_equal(wait_for(&service), 0);
	snprintf(leaf, sizeof(leaf), SERVICE "/dcbench-%d-lab", service.pid);
	assert_int_equal(rmdir(leaf), 0);
	assert_int_equal(rmdir(SERVICE), 0);
}

#define CLEAN(test) cmocka_unit_test_teardown(test, none_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(quota__holds_a_spinner_down_and_is_accounted),
		CLEAN(memory__limit_kills_and_says_so),
		CLEAN(pids__limit_stops_forks_and_kill_gets_orphans),
		CLEAN(kill__gets_what_forks_all_the_time),
		CLEAN(cpuset__confines),
		CLEAN(cpuset__bad_list_refused_and_nothing_left),
		CLEAN(new__bad_name_refused),
		CLEAN(attach__process_that_is_gone_refused),
		CLEAN(sweep__takes_groups_of_dead_labs_only),
		CLEAN(make_room__jobs_of_a_service_get_groups_within_its_own),
	};
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_cgroup_supported(&err) < 0) {
		printf("skipped: %s\n", err.message);
		return 77;
	}
	printf("cgroup layout: %s\n", dcb_cgroup_layout());
	/* Orphans come to us, so that a limit on processes is free again when we have reaped them.
	 */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
