// SPDX-License-Identifier: GPL-2.0-only
/* The pieces that workloads share, on crews that do next to nothing. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "collectors/clock.h"
#include "workload-fixture.h"
#include "workloads/latency.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/other-processes.h"
#include "workloads/rounds.h"
#include "workloads/suite.h"

#define MS 1000000

/* ---- rounds ---- */

struct counted {
	int sets, iterations, reports, clears, first, last;
	int fail_set, fail_iteration; /* in the nth, counted from 1; 0: never */
};

static int counted_iterate(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct counted *counted = context;

	(void)thread;
	dcb_sampler_begin(sampler);
	dcb_sampler_end(sampler);
	if (++counted->iterations == counted->fail_iteration)
		return dcb_error_set(err, EIO, "as told");
	return 0;
}

static int counted_set(void *context, struct dcb_error *err)
{
	struct counted *counted = context;

	if (++counted->sets == counted->fail_set)
		return dcb_error_set(err, EIO, "as told");
	return 0;
}

static int counted_report(void *context, int iteration, const struct dcb_late *late,
			  struct dcb_error *err)
{
	struct counted *counted = context;

	(void)err;
	assert_true(late->wall_ns > 0);
	assert_true(isnan(late->cpu_ns) || late->cpu_ns >= 0);
	if (counted->reports++ == 0)
		counted->first = iteration;
	counted->last = iteration;
	return 0;
}

static int counted_clear(void *context, struct dcb_error *err)
{
	struct counted *counted = context;

	(void)err;
	counted->clears++;
	return 0;
}

static int run_counted(struct counted *counted)
{
	static const struct dcb_rounds rounds = {counted_set, counted_report, counted_clear};
	const struct dcb_rounds_params params = {.iterations = 3, .warmup = 2};
	const struct dcb_crew_role role = {"one", 1, counted_iterate, NULL};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;

	assert_int_equal(dcb_crew_new(&role, 1, counted, &crew, NULL), 0);
	return dcb_rounds_run(&rounds, &params, crew, counted, NULL);
}

static void rounds_run__counts_warmups_below_zero(void **state)
{
	struct counted counted = {0};

	(void)state;
	assert_int_equal(run_counted(&counted), 0);
	assert_int_equal(counted.sets, 5);
	assert_int_equal(counted.iterations, 5);
	assert_int_equal(counted.reports, 5);
	assert_int_equal(counted.clears, 5);
	assert_int_equal(counted.first, -2);
	assert_int_equal(counted.last, 2);
}

static void rounds_run__clears_behind_every_failure(void **state)
{
	struct counted early = {.fail_set = 2}, late = {.fail_iteration = 2};

	(void)state;
	assert_int_equal(run_counted(&early), -EIO);
	assert_int_equal(early.clears, 2);
	assert_int_equal(early.iterations, 1);
	assert_int_equal(run_counted(&late), -EIO);
	assert_int_equal(late.clears, 2);
	assert_int_equal(late.reports, 1);
}

/* ---- crew: places ---- */

struct placed {
	int cpu, nice, policy;
};

static int placed_iterate(void *context, size_t thread, struct dcb_sampler *sampler,
			  struct dcb_error *err)
{
	struct placed *placed = (struct placed *)context + thread;

	(void)sampler;
	(void)err;
	placed->cpu = sched_getcpu();
	placed->policy = sched_getscheduler(0);
	errno = 0;
	placed->nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	return 0;
}

static void crew_new__threads_stand_where_they_are_placed(void **state)
{
	const struct dcb_crew_place place = {.cpu = 0, .nice = 7, .policy = SCHED_BATCH};
	const struct dcb_crew_role role = {"placed", 3, placed_iterate, &place};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	struct placed placed[3];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int before = getpriority(PRIO_PROCESS, 0);

	(void)state;
	assert_int_equal(dcb_crew_new(&role, 1, placed, &crew, NULL), 0);
	assert_int_equal(dcb_crew_iterate(crew, NULL), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(placed[i].cpu, i % cpus);
		assert_int_equal(placed[i].nice, 7);
		assert_int_equal(placed[i].policy, SCHED_BATCH);
	}
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}

/* ---- late ---- */

static void *unlink_soon(void *path)
{
	dcb_moment_nap(MS);
	unlink(path);
	return NULL;
}

/* Whatever else this host does beside it: one of many tries shows it. */
static void late_wait__sees_memory_come_back(void **state)
{
	char path[] = WORKLOAD_SCRATCH "/file";
	struct dcb_late late = {0};

	(void)state;
	for (int i = 0; i < 20 && late.memory_ns == 0; i++) {
		_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		pthread_t thread;

		assert_int_equal(fallocate(fd, 0, 0, 64 << 20), 0);
		cleanup_close(&fd);
		fd = -1;
		assert_int_equal(pthread_create(&thread, NULL, unlink_soon, path), 0);
		dcb_late_wait(&late);
		pthread_join(thread, NULL);
		assert_true(late.memory_ns <= late.wall_ns);
	}
	assert_true(late.memory_ns > 0);
}

/* ---- other processes ---- */

static pid_t work_for(uint64_t cpu_ns, int done_fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (dcb_clock_ns(CLOCK_PROCESS_CPUTIME_ID) < cpu_ns)
		;
	if (write(done_fd, "", 1) == 1)
		pause();
	_exit(1);
}

static void other_processes_since__counts_what_others_ran(void **state)
{
	struct dcb_other_processes mark = DCB_OTHER_PROCESSES_NULL;
	double worked;
	int done[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	assert_int_equal(dcb_other_processes_mark(&mark, NULL), 0);
	pid = work_for(50 * MS, done[1]);
	assert_int_equal(read(done[0], &byte, 1), 1);
	worked = dcb_other_processes_since(&mark);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(done[0]);
	close(done[1]);
	dcb_other_processes_deinit(&mark);
	assert_true(worked >= 49 * MS);
}

/* ---- latency ---- */

static const struct dcb_workload_metric latency_metrics[] = {
	DCB_LATENCY_METRICS(NULL, "step"),
	{0},
};

static const struct dcb_workload_role no_roles[] = {{0}};

static const struct dcb_workload_ops latency_ops = {
	.name = "steps",
	.roles = no_roles,
	.metrics = latency_metrics,
};

static void latency_values__nearest_ranks(void **state)
{
	struct dcb_value values[DCB_LATENCY_N];
	uint64_t ns[200];

	(void)state;
	for (uint64_t i = 0; i < 200; i++)
		ns[i] = 200 - i;
	dcb_latency_values(&latency_ops, NULL, "step", ns, 200, values);
	assert_string_equal(values[0].metric->name, "step-p50");
	assert_int_equal((int)values[0].value, 100);
	assert_int_equal((int)values[1].value, 190);
	assert_int_equal((int)values[2].value, 198);
	assert_int_equal((int)values[3].value, 200);
	ns[0] = 5;
	dcb_latency_values(&latency_ops, NULL, "step", ns, 1, values);
	for (size_t i = 0; i < DCB_LATENCY_N; i++)
		assert_int_equal((int)values[i].value, 5);
	dcb_latency_values(&latency_ops, NULL, "step", ns, 0, values);
	assert_false(values[0].present);
}

/* ---- meeting ---- */

/* Acts as the waiter: busy or asleep for 20 ms. */
static int waiting_iterate(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	const bool *spins = context;
	uint64_t until_ns = dcb_clock_ns(CLOCK_MONOTONIC) + 20 * MS;

	(void)thread;
	(void)err;
	dcb_sampler_begin(sampler);
	if (*spins)
		while (dcb_clock_ns(CLOCK_MONOTONIC) < until_ns)
			;
	else
		dcb_moment_nap(20 * MS);
	dcb_sampler_end(sampler);
	return 0;
}

static const struct dcb_workload_role meeting_roles[] = {{"waiter", ""}, {0}};
static const struct dcb_workload_metric meeting_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	{0},
};
static const struct dcb_workload_ops meeting_ops = {
	.name = "meets",
	.roles = meeting_roles,
	.metrics = meeting_metrics,
};

static void meet(bool spins, const struct dcb_meeting_seen *met, bool required,
		 struct workload_seen *seen)
{
	const struct dcb_workload_output output = {workload_sample, workload_finding, seen};
	const struct dcb_crew_role role = {"waiter", 1, waiting_iterate, NULL};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	struct dcb_report report;

	memset(seen, 0, sizeof(*seen));
	assert_int_equal(dcb_crew_new(&role, 1, &spins, &crew, NULL), 0);
	report = (struct dcb_report){&output, crew, &role};
	assert_int_equal(dcb_meeting_new(&report, &meeting_ops, 0, 3, &meeting, NULL), 0);
	for (int i = -1; i < 3; i++) {
		assert_int_equal(dcb_crew_iterate(crew, NULL), 0);
		assert_int_equal(dcb_meeting_report(meeting, 0, i, met, NULL, 0, NULL), 0);
	}
	seen->result = dcb_meeting_conclude(meeting, required, "more of it", &seen->err);
}

static void meeting__spin_and_sleep_are_told_apart(void **state)
{
	const struct dcb_meeting_seen met = {.closer_wall_ns = 20 * MS, .closed_after = true};
	struct workload_seen seen;

	(void)state;
	meet(true, &met, true, &seen);
	assert_int_equal(seen.result, 0);
	assert_string_equal(seen.state, "spin");
	assert_true(seen.finding.present);
	assert_int_equal(seen.finding.tries, 3);
	assert_true(workload_value(&seen, "waiter", 0, -1, "busy") > 0.8);
	free(seen.rows);
	meet(false, &met, true, &seen);
	assert_string_equal(seen.state, "sleep");
	assert_false(seen.finding.present);
	assert_int_equal(seen.finding.hits, 3);
	free(seen.rows);
}

static void meeting__misses_fail_only_where_meeting_is_required(void **state)
{
	const struct dcb_meeting_seen missed = {
		.closer_wall_ns = 20 * MS, .closed_before = true, .closed_after = true};
	struct workload_seen seen;

	(void)state;
	meet(false, &missed, true, &seen);
	assert_int_equal(seen.result, -ETIME);
	assert_non_null(strstr(seen.err.message, "0 of 3"));
	assert_non_null(strstr(seen.err.message, "more of it"));
	free(seen.rows);
	meet(false, &missed, false, &seen);
	assert_int_equal(seen.result, 0);
	assert_string_equal(seen.state, "miss");
	free(seen.rows);
}

/* ---- moment ---- */

static void *close_later(void *data)
{
	dcb_moment_nap(5 * MS);
	close(*(int *)data);
	return NULL;
}

static void moment_await_close__returns_once_the_number_is_free(void **state)
{
	int probe = open("/", O_PATH | O_CLOEXEC);
	int fd = open("/", O_PATH | O_CLOEXEC);
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	pthread_t thread;

	(void)state;
	assert_true(probe >= 0 && fd >= 0);
	assert_int_equal(pthread_create(&thread, NULL, close_later, &fd), 0);
	assert_int_equal(dcb_moment_await_close(fd, probe, NULL), 0);
	assert_true(dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns >= 5 * MS);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	pthread_join(thread, NULL);
	close(probe);
}

/* ---- memory ---- */

static void memory_check__says_what_to_give(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_memory_check(832, UINT64_C(1) << 30, "less", &err), 0);
	assert_int_equal(dcb_memory_check(833, UINT64_C(1) << 30, "less", &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "--memory 1025M or less"));
}

/* ---- suites ---- */

static void suites__every_dose_is_one_that_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < dcb_n_suites; i++) {
		for (const char *const *text = dcb_suites[i].workloads; *text; text++) {
			_cleanup_free_ char *name = strndup(*text, strcspn(*text, ":"));
			const char *list = *text + strlen(name);

			/* On the smallest guest that the lab boots by itself. */
			workload_accepts(name, *list ? list + 1 : "");
		}
	}
}

static void suite_find__unknown_names_the_nearest(void **state)
{
	const struct dcb_suite *suite = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_suite_find("defect", &suite, &err), 0);
	assert_int_equal(dcb_suite_find("defekt", &suite, &err), -EINVAL);
	assert_non_null(strstr(err.message, "'defect'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_run__counts_warmups_below_zero),
		cmocka_unit_test(rounds_run__clears_behind_every_failure),
		cmocka_unit_test(crew_new__threads_stand_where_they_are_placed),
		cmocka_unit_test(late_wait__sees_memory_come_back),
		cmocka_unit_test(other_processes_since__counts_what_others_ran),
		cmocka_unit_test(latency_values__nearest_ranks),
		cmocka_unit_test(meeting__spin_and_sleep_are_told_apart),
		cmocka_unit_test(meeting__misses_fail_only_where_meeting_is_required),
		cmocka_unit_test(moment_await_close__returns_once_the_number_is_free),
		cmocka_unit_test(memory_check__says_what_to_give),
		cmocka_unit_test(suites__every_dose_is_one_that_is_accepted),
		cmocka_unit_test(suite_find__unknown_names_the_nearest),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
