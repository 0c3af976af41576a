// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flush of /proc/PID when a task is released. The children are asleep and their folders full of
 * dentries before the timed part; in it reapers kill and reap them while observers look up files of
 * all of them, and hold some open. A child is reaped in two steps, so that its exit and the flush
 * by the reaper are told apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/dentry-count.h"
#include "workloads/dying-state.h"
#include "workloads/latency.h"
#include "workloads/long-calls.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/proc-folder.h"
#include "workloads/report.h"
#include "workloads/rounds.h"
#include "workloads/sleepers.h"

#define MAX_SIDE        16    /* reapers, observers */
#define SPIN_SHARE      0.5   /* of their CPU time: how much of it long reaps took */
#define MAX_THREADS     32000 /* pid_max is 32768 where there are few CPUs */
#define HELD            2     /* descriptors of an observer a child */
#define OTHER_FDS       256
#define OBSERVER_NAP_NS 50000 /* behind each child: it is a bystander and no second load */

enum { ROLE_REAPER, ROLE_OBSERVER, ROLE_N };
enum exit_kill { KILL_EACH, KILL_ALL };

struct exit_params {
	int64_t tasks, threads, lookups, reapers, observers;
	int kill;
	bool fifo;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option exit_options[] = {
	{"tasks", DCB_OPTION_INT, offsetof(struct exit_params, tasks), 1, 10000, NULL, "100",
	 "child processes that exit"},
	{"threads", DCB_OPTION_INT, offsetof(struct exit_params, threads), 1, 1000, NULL, "4",
	 "threads of each, which leave together"},
	{"lookups", DCB_OPTION_INT, offsetof(struct exit_params, lookups), 0, DCB_PROC_NAMES, NULL,
	 "8", "names looked up before in /proc/PID and in every task/TID: dentries to flush"},
	{"kill", DCB_OPTION_CHOICE, offsetof(struct exit_params, kill), 0, 0, "each,all", "each",
	 "each child is killed when its turn to be reaped comes, or all of them first"},
	{"reapers", DCB_OPTION_INT, offsetof(struct exit_params, reapers), 1, MAX_SIDE, NULL, "1",
	 "threads that kill and reap, each its share"},
	{"fifo", DCB_OPTION_BOOL, offsetof(struct exit_params, fifo), 0, 0, NULL, "no",
	 "the reapers are SCHED_FIFO"},
	{"observers", DCB_OPTION_INT, offsetof(struct exit_params, observers), 0, MAX_SIDE, NULL,
	 "1", "threads that hold files of all children open and look others up"},
	DCB_ROUNDS_OPTIONS(exit_params, "5"),
	{0},
};

static const struct dcb_workload_role exit_roles[] = {
	{"reaper", "kills the children and waits for them"},
	{"observer", "looks files up in /proc/PID of all children again and again", true},
	{0},
};

static const struct dcb_workload_metric exit_metrics[] = {
	{NULL, {"exit-rate", "1/s", DCB_BETTER_HIGHER, true, "processes killed and reaped"}},
	DCB_LATENCY_METRICS(NULL, "exit"),
	DCB_LATENCY_METRICS(NULL, "reap"),
	{NULL,
	 {"dentries", "count", DCB_BETTER_NEITHER, false,
	  "dentries that went with them, of the whole machine; not those held open"}},
	{NULL,
	 {"long-reaps", "count", DCB_BETTER_LOWER, false,
	  "reaps that took over 1 ms of CPU time and eight times the median: they spun"}},
	{"reaper",
	 {"busy", "ratio", DCB_BETTER_LOWER, false,
	  "(cpu + run-delay) / wall; absent under 1 ms of wall"}},
	{"observer",
	 {"lookups", "count", DCB_BETTER_NEITHER, false,
	  "files that it found until all were gone"}},
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom exit_symptoms[] = {
	{"busy-wait", "reapers spin until an exiting thread has flushed its own folder"},
	{0},
};

struct exit_run {
	const struct exit_params *params;
	struct dcb_report report;
	struct dcb_sleepers sleepers;
	char (*folders)[24]; /* "/proc/PID" a child */
	int *held;           /* HELD a child, of one observer after the other */
	uint64_t *killed_ns, *exit_ns, *reap_ns, *reap_cpu_ns; /* a child */
	uint64_t found[MAX_SIDE];                              /* an observer */
	atomic_size_t n_done;                                  /* reapers */
	struct dcb_dentry_count before, after;                 /* around the reapers' part */
	atomic_bool counted;
	struct dcb_long_calls long_calls; /* without warm-ups */
};

static int exit_reap(struct exit_run *run, size_t i, struct dcb_error *err)
{
	pid_t *pid = &run->sleepers.pids[i];
	siginfo_t info;
	uint64_t dead_ns, cpu_ns;

	/* Of a thread group that has left as a whole, and still stands in /proc. */
	if (waitid(P_PID, (id_t)*pid, &info, WEXITED | WNOWAIT) < 0)
		return dcb_error_sys(err, errno, "cannot wait for child %zu", i);
	cpu_ns = dcb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	dead_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	run->exit_ns[i] = dead_ns - run->killed_ns[i];
	if (waitid(P_PID, (id_t)*pid, &info, WEXITED) < 0)
		return dcb_error_sys(err, errno, "cannot reap child %zu", i);
	run->reap_ns[i] = dcb_clock_ns(CLOCK_MONOTONIC) - dead_ns;
	run->reap_cpu_ns[i] = dcb_clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	*pid = -1;
	return 0;
}

static int exit_kill(struct exit_run *run, size_t i, struct dcb_error *err)
{
	run->killed_ns[i] = dcb_clock_ns(CLOCK_MONOTONIC);
	if (kill(run->sleepers.pids[i], SIGKILL) < 0)
		return dcb_error_sys(err, errno, "cannot kill child %zu", i);
	return 0;
}

/* Counts the dentries close to the timed part: others make and free some too. */
static int exit_begin(struct exit_run *run, size_t reaper, struct dcb_error *err)
{
	int r;

	if (reaper > 0)
		return dcb_moment_await(&run->counted, "the first reaper", err);
	r = dcb_dentry_count_read(&run->before, err);
	atomic_store(&run->counted, true);
	return r;
}

static int exit_end(struct exit_run *run, struct dcb_error *err)
{
	bool last = atomic_fetch_add(&run->n_done, 1) + 1 == (size_t)run->params->reapers;

	return last ? dcb_dentry_count_read(&run->after, err) : 0;
}

static int exit_work(void *context, size_t thread, struct dcb_sampler *sampler,
		     struct dcb_error *err)
{
	struct exit_run *run = context;
	size_t n = run->sleepers.n, step = (size_t)run->params->reapers;
	bool all = run->params->kill == KILL_ALL;
	int r = exit_begin(run, thread, err), ended;

	dcb_sampler_begin(sampler);
	for (size_t i = thread; all && r == 0 && i < n; i += step)
		r = exit_kill(run, i, err);
	for (size_t i = thread; r == 0 && i < n; i += step) {
		if (!all)
			r = exit_kill(run, i, err);
		if (r == 0)
			r = exit_reap(run, i, err);
	}
	dcb_sampler_end(sampler);
	ended = exit_end(run, r < 0 ? NULL : err);
	return r < 0 ? r : ended;
}

static int exit_observe(void *context, size_t thread, struct dcb_sampler *sampler,
			struct dcb_error *err)
{
	struct exit_run *run = context;
	size_t reapers = (size_t)run->params->reapers;
	uint64_t found = 0;

	(void)err;
	dcb_sampler_begin(sampler);
	for (size_t i = 0; atomic_load(&run->n_done) < reapers; i = (i + 1) % run->sleepers.n) {
		int fd = open(run->folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0) {
			found += dcb_proc_lookup(fd, DCB_PROC_NAMES);
			close(fd);
		}
		dcb_moment_nap(OBSERVER_NAP_NS);
	}
	dcb_sampler_end(sampler);
	run->found[thread] = found;
	return 0;
}

static int exit_hold(struct exit_run *run, size_t observer, size_t i, struct dcb_error *err)
{
	int *held = &run->held[(observer * run->sleepers.n + i) * HELD];

	held[0] = open(run->folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	held[1] = held[0] < 0 ? -1 : openat(held[0], "status", O_RDONLY | O_CLOEXEC);
	if (held[1] < 0)
		return dcb_error_sys(err, errno, "cannot hold files of %s open", run->folders[i]);
	return 0;
}

static size_t exit_n_held(const struct exit_params *params)
{
	return (size_t)(params->observers * params->tasks) * HELD;
}

static int exit_set(void *context, struct dcb_error *err)
{
	struct exit_run *run = context;
	const struct exit_params *params = run->params;
	int r = dcb_sleepers_start(&run->sleepers, (size_t)params->tasks,
				   (size_t)params->threads - 1, err);

	atomic_store(&run->n_done, 0);
	atomic_store(&run->counted, false);
	for (size_t i = 0; r == 0 && i < run->sleepers.n; i++) {
		snprintf(run->folders[i], sizeof(run->folders[i]), "/proc/%d",
			 (int)run->sleepers.pids[i]);
		r = dcb_proc_fill(run->sleepers.pids[i], (size_t)params->lookups, err);
		for (size_t j = 0; r == 0 && j < (size_t)params->observers; j++)
			r = exit_hold(run, j, i, err);
	}
	return r;
}

static int exit_clear(void *context, struct dcb_error *err)
{
	struct exit_run *run = context;

	(void)err;
	for (size_t i = 0; i < exit_n_held(run->params); i++) {
		cleanup_close(&run->held[i]);
		run->held[i] = -1;
	}
	dcb_sleepers_deinit(&run->sleepers);
	return 0;
}

static struct dcb_value exit_value(const char *role, const char *name, double value)
{
	return dcb_report_value(dcb_workload_metric_find(&dcb_workload_proc_exit, role, name),
				value);
}

static int exit_report_threads(const struct exit_run *run, int iteration, struct dcb_error *err)
{
	struct dcb_crew *crew = run->report.crew;
	struct dcb_value value;
	int r = 0;

	for (size_t i = 0; r == 0 && i < (size_t)run->params->reapers; i++) {
		double busy = NAN;

		dcb_dying_busy(dcb_report_measured(crew, ROLE_REAPER, i, "wall"),
			       dcb_report_measured(crew, ROLE_REAPER, i, "cpu"),
			       dcb_report_measured(crew, ROLE_REAPER, i, "run-delay"), &busy);
		value = exit_value("reaper", "busy", busy);
		r = dcb_report_role(&run->report, ROLE_REAPER, i, iteration, NULL, &value, 1, err);
	}
	for (size_t i = 0; r == 0 && i < (size_t)run->params->observers; i++) {
		value = exit_value("observer", "lookups", (double)run->found[i]);
		r = dcb_report_role(&run->report, ROLE_OBSERVER, i, iteration, NULL, &value, 1,
				    err);
	}
	return r;
}

static int exit_report(void *context, int iteration, const struct dcb_late *late,
		       struct dcb_error *err)
{
	struct exit_run *run = context;
	const struct dcb_workload_ops *ops = &dcb_workload_proc_exit;
	struct dcb_value whole[3 + 2 * DCB_LATENCY_N + DCB_LATE_N];
	struct dcb_long_calls warm_up = {0};
	double wall_ns = 0;
	int r = exit_report_threads(run, iteration, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < (size_t)run->params->reapers; i++)
		wall_ns = fmax(wall_ns,
			       dcb_report_measured(run->report.crew, ROLE_REAPER, i, "wall"));
	whole[0] = exit_value(NULL, "exit-rate", (double)run->sleepers.n / wall_ns * 1e9);
	whole[1] = exit_value(NULL, "dentries", (double)(run->before.all - run->after.all));
	whole[2] = exit_value(
		NULL, "long-reaps",
		(double)dcb_long_calls_add(iteration < 0 ? &warm_up : &run->long_calls,
					   run->reap_cpu_ns, run->sleepers.n));
	dcb_latency_values(ops, NULL, "exit", run->exit_ns, run->sleepers.n, whole + 3);
	dcb_latency_values(ops, NULL, "reap", run->reap_ns, run->sleepers.n,
			   whole + 3 + DCB_LATENCY_N);
	dcb_late_values(late, ops, whole + 3 + 2 * DCB_LATENCY_N);
	return dcb_report_whole(&run->report, iteration, whole, ARRAY_SIZE(whole), err);
}

/* No state of a waiter but this one can be told from its calls alone. */
static int exit_conclude(const struct exit_run *run, struct dcb_error *err)
{
	const struct dcb_workload_output *output = run->report.output;
	double share = dcb_long_calls_share(&run->long_calls);
	const struct dcb_workload_finding finding = {
		.symptom = "busy-wait",
		.present = share > SPIN_SHARE,
		.state = share > SPIN_SHARE ? dcb_dying_state_name(DCB_DYING_SPIN) : "no",
		.value = share,
		.hits = (int)run->long_calls.n_long,
		.tries = (int)run->long_calls.n,
	};

	return output->finding(output->context, &finding, err);
}

static int exit_raise_files(const struct exit_params *params, struct dcb_error *err)
{
	rlim_t wanted = exit_n_held(params) + OTHER_FDS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return dcb_error_sys(err, errno, "getrlimit");
	if (limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = wanted;
	limit.rlim_max = wanted > limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return dcb_error_set(err, EOPNOTSUPP,
				     "observers need %llu descriptors, more than this process may "
				     "have: %s",
				     (unsigned long long)wanted, strerror(errno));
	return 0;
}

static int exit_rounds(struct exit_run *run, const struct dcb_workload_output *output,
		       struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {exit_set, exit_report, exit_clear};
	static const struct dcb_crew_place fifo = {.cpu = -1, .policy = SCHED_FIFO, .priority = 10};
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_REAPER] = {"reaper", (size_t)run->params->reapers, exit_work,
				 run->params->fifo ? &fifo : NULL},
		[ROLE_OBSERVER] = {"observer", (size_t)run->params->observers, exit_observe, NULL},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r == -EPERM)
		return dcb_error_set(err, EOPNOTSUPP, "real-time threads are not permitted here");
	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	r = dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
	return r < 0 ? r : exit_conclude(run, err);
}

static int exit_run(const struct dcb_workload_context *context, const void *data,
		    struct dcb_error *err)
{
	const struct exit_params *params = data;
	size_t n = (size_t)params->tasks, n_held = exit_n_held(params);
	_cleanup_free_ char(*folders)[24] = calloc(n, sizeof(*folders));
	_cleanup_free_ uint64_t *times = calloc(4 * n, sizeof(*times));
	_cleanup_free_ int *held = calloc(n_held + 1, sizeof(*held));
	struct exit_run run = {.params = params,
			       .folders = folders,
			       .held = held,
			       .killed_ns = times,
			       .exit_ns = times + n,
			       .reap_ns = times + 2 * n,
			       .reap_cpu_ns = times + 3 * n};
	int r;

	if (!folders || !times || !held)
		return dcb_error_oom(err);
	for (size_t i = 0; i < n_held; i++)
		held[i] = -1;
	r = exit_raise_files(params, err);
	return r < 0 ? r : exit_rounds(&run, context->output, err);
}

static int exit_check(const void *data, unsigned cpus, uint64_t memory_bytes, struct dcb_error *err)
{
	const struct exit_params *params = data;
	uint64_t tasks = (uint64_t)params->tasks, threads = tasks * (uint64_t)params->threads;
	uint64_t dentries = tasks *
			    dcb_proc_dentries((size_t)params->threads, (size_t)params->lookups);

	(void)cpus;
	if (threads > MAX_THREADS)
		return dcb_error_usage(err, "tasks=%lld with threads=%lld are more than %d threads",
				       (long long)tasks, (long long)params->threads, MAX_THREADS);
	/* A quarter MiB a process; an eighth a thread, of which the kernel lets no more start. */
	return dcb_memory_check(tasks / 4 + threads / 8 + dcb_memory_dentries_mib(dentries),
				memory_bytes, "less tasks= or threads=", err);
}

const struct dcb_workload_ops dcb_workload_proc_exit = {
	.name = "proc-exit",
	.summary = "processes that exit while others look at them in /proc",
	.description =
		"release_task() of a dead task calls proc_flush_pid(), which invalidates what is "
		"cached of /proc/PID: proc_invalidate_siblings_dcache() finds the folder by its "
		"inode, and d_invalidate() unhashes it and walks it with shrink_dcache_parent(). "
		"The threads of a group flush their own /proc/PID/task/TID as they exit (`exit`: "
		"from SIGKILL until the whole group is dead), the leader's folder is flushed by "
		"whoever reaps it (`reap`: waitid() of a child that is dead already). Observers "
		"hold descriptors, whose dentries outlive the flush, and drop references beside "
		"it. The waiter is the reaper: the last thread of a group wakes it before it "
		"flushes its own folder, and loses the CPU to it. Where that happens with a dentry "
		"dying, the reaper spins from 6.8 to 7.0 until the thread has the CPU again: a "
		"time slice, and with fifo=yes as long as real-time threads may run at all. A "
		"kernel that is not preemptible switches just there, as __dentry_kill() yields "
		"before dentry_unlist(), and shows it often; a preemptible one rarely, with many "
		"threads or several CPUs. From 7.1 on the reaper sleeps. What an exit costs "
		"besides the flush is in all figures: lookups=0 gives the floor.",
	.options = exit_options,
	.params_size = sizeof(struct exit_params),
	.roles = exit_roles,
	.metrics = exit_metrics,
	.symptoms = exit_symptoms,
	.check = exit_check,
	.run = exit_run,
};
