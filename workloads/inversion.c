// SPDX-License-Identifier: GPL-2.0-only
/*
 * Priority inversion by a busy-wait: both threads on CPU 0, where the waiter outranks the closer
 * that it waits for. A watchdog that outranks both, asleep until then, turns their ranks round when
 * the waiter's time is over, so that a livelock is a figure and not the end of the guest.
 */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/dying-couple.h"
#include "workloads/livelock.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"
#include "workloads/rt-bound.h"

#define WAITER_PRIORITY   10
#define WATCHDOG_PRIORITY 90
/* Two periods: a fair server that has just helped keeps its budget, and lets the next closer run
 * before any waiter. */
#define RECOVER_NS 2000000000L

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_WATCHDOG, ROLE_N };
enum inversion_policy { POLICY_NICE, POLICY_IDLE, POLICY_FIFO };

struct inversion_params {
	int policy;
	int64_t nice, limit_ms;
	bool throttle;
	struct dcb_dying_file file;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option inversion_options[] = {
	{"policy", DCB_OPTION_CHOICE, offsetof(struct inversion_params, policy), 0, 0,
	 "nice,idle,fifo", "nice",
	 "why the waiter outranks the closer: its nice value, the closer is SCHED_IDLE, the waiter "
	 "is SCHED_FIFO"},
	{"nice", DCB_OPTION_INT, offsetof(struct inversion_params, nice), 1, 19, NULL, "19",
	 "nice value of the closer with policy=nice; the waiter has 0"},
	{"size", DCB_OPTION_SIZE, offsetof(struct inversion_params, file.size), 1 << 16,
	 INT64_C(1) << 40, NULL, "8M", "bytes of the file: how much CPU time the closer needs"},
	{"throttle", DCB_OPTION_BOOL, offsetof(struct inversion_params, throttle), 0, 0, NULL,
	 "yes",
	 "with policy=fifo: real-time threads leave 5 % of the CPU to others, by RT throttling or, "
	 "from 6.12 on, by the fair server"},
	{"limit", DCB_OPTION_INT, offsetof(struct inversion_params, limit_ms), 100, 3600000, NULL,
	 "2000", "ms after which a waiter that still runs is rescued: a livelock if it spins"},
	DCB_ROUNDS_OPTIONS(inversion_params, "3"),
	{0},
};

static const struct dcb_workload_role inversion_roles[] = {
	{"waiter", "removes the parent of the dying dentry, and outranks the closer"},
	{"closer", "closes the last descriptor of the unlinked file on the same CPU"},
	{0},
};

static const struct dcb_workload_metric inversion_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	{"closer",
	 {"slowdown", "x", DCB_BETTER_LOWER, true,
	  "wall / cpu of the close: 1 where nobody keeps it from its CPU"}},
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom inversion_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	DCB_LIVELOCK_SYMPTOM,
	{0},
};

struct inversion_run {
	const struct inversion_params *params;
	struct dcb_crew_place places[ROLE_N], rank; /* rank: the waiter's in its call */
	struct dcb_dying_couple couple;
	struct dcb_report report;
	struct dcb_meeting *meeting;
	struct dcb_livelock livelock;
	pid_t tids[ROLE_N];
	sem_t begins, over; /* of the waiter, also of one that fails */
	bool rescued;
};

static int inversion_place(pid_t tid, const struct dcb_crew_place *place)
{
	const struct sched_param param = {.sched_priority = place->priority};

	if (sched_setscheduler(tid, place->policy, &param) < 0 ||
	    setpriority(PRIO_PROCESS, (id_t)tid, place->nice) < 0)
		return -errno;
	return 0;
}

/*
 * Until its moment the waiter is SCHED_FIFO whatever its rank: where preemption is lazy, a fair
 * thread that wakes gets its CPU at the next tick only, and the dentry may be gone by then.
 */
static int inversion_go(struct inversion_run *run, struct dcb_error *err)
{
	int r = dcb_dying_couple_await(&run->couple, err);

	sem_post(&run->begins);
	if (r < 0)
		return r;
	r = inversion_place(0, &run->rank);
	return r < 0 ? dcb_error_sys(err, -r, "cannot set the waiter's rank") : 0;
}

static int inversion_wait(void *context, size_t thread, struct dcb_sampler *sampler,
			  struct dcb_error *err)
{
	struct inversion_run *run = context;
	int r;

	(void)thread;
	run->tids[ROLE_WAITER] = gettid();
	r = inversion_go(run, err);
	if (r == 0)
		r = dcb_dying_couple_remove(&run->couple, sampler, err);
	sem_post(&run->over);
	return r;
}

static int inversion_close(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct inversion_run *run = context;
	int r;

	(void)thread;
	run->tids[ROLE_CLOSER] = gettid();
	r = dcb_dying_couple_ready(&run->couple, err);
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	dcb_dying_couple_close(&run->couple);
	dcb_sampler_end(sampler);
	return 0;
}

/* Neither can be killed: the waiter is in the kernel. */
static int inversion_rescue(struct inversion_run *run, struct dcb_error *err)
{
	static const struct dcb_crew_place first = {.policy = SCHED_OTHER},
					   last = {.policy = SCHED_IDLE};
	int r = inversion_place(run->tids[ROLE_CLOSER], &first);

	run->rescued = true;
	if (r == 0)
		r = inversion_place(run->tids[ROLE_WAITER], &last);
	return r < 0 ? dcb_error_sys(err, -r, "cannot rescue the closer") : 0;
}

static int inversion_watch(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct inversion_run *run = context;
	struct timespec end;
	uint64_t end_ns;

	(void)thread;
	(void)sampler;
	while (sem_wait(&run->begins) < 0)
		;
	end_ns = dcb_clock_ns(CLOCK_MONOTONIC) + (uint64_t)run->params->limit_ms * 1000000;
	end.tv_sec = (time_t)(end_ns / 1000000000);
	end.tv_nsec = (long)(end_ns % 1000000000);
	while (sem_clockwait(&run->over, CLOCK_MONOTONIC, &end) < 0)
		if (errno != EINTR)
			return inversion_rescue(run, err);
	return 0;
}

static int inversion_set(void *context, struct dcb_error *err)
{
	struct inversion_run *run = context;

	run->rescued = false;
	if (run->params->policy == POLICY_FIFO)
		dcb_moment_nap(RECOVER_NS);
	return dcb_dying_couple_set(&run->couple, &run->params->file, false, err);
}

static int inversion_report(void *context, int iteration, const struct dcb_late *late,
			    struct dcb_error *err)
{
	struct inversion_run *run = context;
	struct dcb_crew *crew = run->report.crew;
	double wall_ns = dcb_report_measured(crew, ROLE_CLOSER, 0, "wall");
	double cpu_ns = dcb_report_measured(crew, ROLE_CLOSER, 0, "cpu");
	const struct dcb_meeting_seen seen = dcb_dying_couple_seen(&run->couple, wall_ns);
	struct dcb_value slowdown, whole[DCB_LATE_N];
	int r = dcb_meeting_report(run->meeting, 0, iteration, &seen, NULL, 0, err);

	if (r < 0)
		return r;
	if (iteration >= 0)
		dcb_livelock_add(&run->livelock, dcb_meeting_last(run->meeting), run->rescued);
	slowdown = dcb_report_value(
		dcb_workload_metric_find(&dcb_workload_inversion, "closer", "slowdown"),
		wall_ns / cpu_ns);
	r = dcb_report_role(&run->report, ROLE_CLOSER, 0, iteration, NULL, &slowdown, 1, err);
	if (r < 0)
		return r;
	dcb_late_values(late, &dcb_workload_inversion, whole);
	return dcb_report_whole(&run->report, iteration, whole, DCB_LATE_N, err);
}

static int inversion_clear(void *context, struct dcb_error *err)
{
	struct inversion_run *run = context;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ROLE_WATCHDOG; i++)
		r = run->tids[i] == 0 ? 0 : inversion_place(run->tids[i], &run->places[i]);
	if (r < 0) {
		dcb_dying_couple_clear(&run->couple, NULL);
		return dcb_error_sys(err, -r, "cannot set the threads' ranks again");
	}
	/* An iteration that was in time leaves both semaphores at 0; a rescued one does not. */
	while (sem_trywait(&run->over) == 0)
		;
	return dcb_dying_couple_clear(&run->couple, err);
}

static void inversion_rank(struct inversion_run *run)
{
	const struct inversion_params *params = run->params;
	struct dcb_crew_place *closer = &run->places[ROLE_CLOSER];

	run->places[ROLE_WAITER] = (struct dcb_crew_place){.policy = SCHED_FIFO,
							   .priority = WAITER_PRIORITY};
	run->places[ROLE_WATCHDOG] = (struct dcb_crew_place){
		.cpu = -1, .policy = SCHED_FIFO, .priority = WATCHDOG_PRIORITY};
	switch ((enum inversion_policy)params->policy) {
	case POLICY_NICE:
		closer->nice = (int)params->nice;
		break;
	case POLICY_IDLE:
		closer->policy = SCHED_IDLE;
		break;
	case POLICY_FIFO:
		run->rank = run->places[ROLE_WAITER];
		break;
	}
}

static int inversion_conclude(struct inversion_run *run, struct dcb_error *err)
{
	const struct dcb_workload_output *output = run->report.output;
	struct dcb_workload_finding finding = dcb_livelock_finding(&run->livelock);
	int r = output->finding(output->context, &finding, err);

	if (r < 0)
		return r;
	return dcb_meeting_conclude(run->meeting, true,
				    "a larger size= gives the closer more to do", err);
}

static int inversion_rounds(struct inversion_run *run, const struct dcb_workload_output *output,
			    struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {inversion_set, inversion_report, inversion_clear};
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", 1, inversion_wait, &run->places[ROLE_WAITER]},
		[ROLE_CLOSER] = {"closer", 1, inversion_close, &run->places[ROLE_CLOSER]},
		[ROLE_WATCHDOG] = {"watchdog", 1, inversion_watch, &run->places[ROLE_WATCHDOG]},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r == -EPERM)
		return dcb_error_set(err, EOPNOTSUPP,
				     "real-time threads are not permitted here, and without one "
				     "nothing would end a livelock");
	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	r = dcb_meeting_new(&run->report, &dcb_workload_inversion, ROLE_WAITER,
			    (size_t)run->params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
	return r < 0 ? r : inversion_conclude(run, err);
}

static int inversion_run_bound(const struct dcb_fs *fs, const struct dcb_workload_context *context,
			       const struct inversion_params *params, struct dcb_error *err)
{
	_cleanup_(dcb_rt_bound_freep) struct dcb_rt_bound *bound = NULL;
	struct inversion_run run = {.params = params, .couple = DCB_DYING_COUPLE_NULL};
	int r = 0, restored = 0;

	if (params->policy == POLICY_FIFO)
		r = dcb_rt_bound_new("", params->throttle, &bound, err);
	if (r < 0)
		return r;
	r = dcb_dying_couple_init(&run.couple, fs, DCB_DYING_RMDIR, err);
	if (r < 0)
		return r;
	sem_init(&run.begins, 0, 0);
	sem_init(&run.over, 0, 0);
	inversion_rank(&run);
	r = inversion_rounds(&run, context->output, err);
	sem_destroy(&run.over);
	sem_destroy(&run.begins);
	dcb_dying_couple_deinit(&run.couple);
	if (bound)
		restored = dcb_rt_bound_restore(bound, r < 0 ? NULL : err);
	return r < 0 ? r : restored;
}

static int inversion_run(const struct dcb_workload_context *context, const void *data,
			 struct dcb_error *err)
{
	struct dcb_fs fs;
	int closed;
	int r = dcb_fs_open(&fs, DCB_FS_TMPFS, context, "fs", err);

	if (r < 0)
		return r;
	r = inversion_run_bound(&fs, context, data, err);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int inversion_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			   struct dcb_error *err)
{
	const struct inversion_params *params = data;

	(void)cpus;
	if (!params->throttle && params->policy != POLICY_FIFO)
		return dcb_error_usage(err, "throttle=no needs policy=fifo: only real-time threads "
					    "are throttled");
	return dcb_memory_check(dcb_dying_memory_mib(DCB_FS_TMPFS, &params->file, 1), memory_bytes,
				"a smaller size=", err);
}

const struct dcb_workload_ops dcb_workload_inversion = {
	.name = "inversion",
	.summary = "a waiter of a dying dentry that outranks the closer on its CPU",
	.description =
		"rmdir() of the parent of a dying tmpfs file, as dying-dentry has it, with waiter "
		"and closer on CPU 0 and the waiter of the higher rank. From 6.8 to 7.0 "
		"shrink_dcache_parent() spins on the time that iput() needs: a closer at nice 19 "
		"gets a sixty-ninth of the CPU, and beside a SCHED_FIFO waiter only what RT "
		"throttling (before 6.12) or the fair server of the CPU (6.12 on) leaves to it, "
		"which with throttle=no is nothing. From 7.1 on the waiter sleeps in "
		"wait_for_completion(), before 6.8 it does not wait: the closer's wall time is its "
		"CPU time. A waiter that still spins at `limit` is a livelock; it and the closer "
		"then change ranks, so that the iteration ends. Its wall time is then the limit's "
		"and says nothing more. How the ranks are inherited by other locks is not "
		"measured.",
	.options = inversion_options,
	.params_size = sizeof(struct inversion_params),
	.roles = inversion_roles,
	.metrics = inversion_metrics,
	.symptoms = inversion_symptoms,
	.check = inversion_check,
	.run = inversion_run,
};
