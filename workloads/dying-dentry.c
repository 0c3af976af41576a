// SPDX-License-Identifier: GPL-2.0-only
/*
 * The busy-wait of shrink_dcache_parent(). A closer drops the last reference of an unlinked file:
 * its dentry is dying until iput() has freed the file's pages. Meanwhile a waiter removes the
 * parent folder and meets it. Waiters do not poll busily for the moment to go, so that on one CPU
 * too the closer can begin; and closers wait for their waiter, so that no window opens unseen.
 */
#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/crew.h"
#include "workloads/dying-scene.h"
#include "workloads/dying-state.h"
#include "workloads/ops.h"

#define POLL_NS    50000
#define DELAY_NS   200000 /* from the end of the descriptor to the waiter's call */
#define TIMEOUT_NS UINT64_C(60000000000)
#define MAX_VALUES 64

enum { DYING_TMPFS, DYING_OVERLAY };
enum { DYING_RMDIR, DYING_RENAME };
enum { ROLE_WAITER, ROLE_CLOSER, ROLE_N };

struct dying_params {
	int fs, op;
	int64_t size, waiters, iterations, warmup;
};

static const struct dcb_option dying_options[] = {
	{"fs", DCB_OPTION_CHOICE, offsetof(struct dying_params, fs), 0, 0, "tmpfs,overlay", "tmpfs",
	 "file system of the dying dentry"},
	{"op", DCB_OPTION_CHOICE, offsetof(struct dying_params, op), 0, 0, "rmdir,rename", "rmdir",
	 "what the waiter does to the parent folder"},
	{"size", DCB_OPTION_SIZE, offsetof(struct dying_params, size), 1 << 16, INT64_C(1) << 40,
	 NULL, "64M", "bytes of the file: how long its dentry is dying"},
	{"waiters", DCB_OPTION_INT, offsetof(struct dying_params, waiters), 1, 16, NULL, "1",
	 "waiters, each with a closer and a file of its own"},
	{"iterations", DCB_OPTION_INT, offsetof(struct dying_params, iterations), 1, 1000, NULL,
	 "10", "measured iterations"},
	{"warmup", DCB_OPTION_INT, offsetof(struct dying_params, warmup), 0, 100, NULL, "1",
	 "iterations before them that are recorded and not judged"},
	{0},
};

static const struct dcb_workload_role dying_roles[] = {
	{"waiter", "removes the parent of the dying dentry"},
	{"closer", "closes the last descriptor of the unlinked file"},
	{0},
};

static const struct dcb_workload_metric dying_metrics[] = {
	{"waiter",
	 {"busy", "ratio", DCB_BETTER_LOWER, true,
	  "(cpu + run-delay) / wall: 1 spins, 0 sleeps; absent under 1 ms of wall"}},
	{0},
};

static const struct dcb_workload_symptom dying_symptoms[] = {
	{"busy-wait", "a waiter of a dying dentry spins until it is gone"},
	{0},
};

struct dying_side {
	struct dcb_dying_pair pair;
	atomic_bool polling, closed;
	bool closed_before, closed_after;
};

struct dying_run {
	const struct dying_params *params;
	const struct dcb_workload_output *output;
	struct dcb_dying_scene scene;
	int probe;                /* any descriptor: see await_free_fd() */
	struct dying_side *sides; /* one a waiter */
	struct dcb_crew *crew;
	enum dcb_dying_state *states; /* of the measured iterations */
	double *busy;
	size_t n_judged;
};

static void nap(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static int await_flag(atomic_bool *flag, struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

	while (!atomic_load(flag)) {
		if (dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns > TIMEOUT_NS)
			return dcb_error_set(err, ETIMEDOUT, "the waiter did not come");
		nap(POLL_NS);
	}
	return 0;
}

/*
 * Waits until the number `fd` is free. A duplicate of `probe` takes the lowest free number from
 * `fd` on. Asking for the descriptor itself (fcntl, /proc) would take a reference of its file for a
 * moment, and where that is the last one, the waiter frees the file and not the closer.
 */
static int await_free_fd(int fd, int probe, struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

	for (;;) {
		int got = fcntl(probe, F_DUPFD_CLOEXEC, fd);

		if (got < 0)
			return dcb_error_sys(err, errno, "cannot duplicate a descriptor");
		close(got);
		if (got == fd)
			return 0;
		if (dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns > TIMEOUT_NS)
			return dcb_error_set(err, ETIMEDOUT, "the closer did not close");
		nap(POLL_NS);
	}
}

static int dying_wait(void *context, size_t thread, struct dcb_sampler *sampler,
		      struct dcb_error *err)
{
	struct dying_run *run = context;
	struct dying_side *side = &run->sides[thread];
	const char *victim = side->pair.victim;
	const char *fresh = run->params->op == DYING_RENAME ? side->pair.fresh : NULL;
	int fd = side->pair.fd;
	int r, errnum;

	atomic_store(&side->polling, true);
	r = await_free_fd(fd, run->probe, err);
	if (r < 0)
		return r;
	nap(DELAY_NS);
	side->closed_before = atomic_load(&side->closed);
	dcb_sampler_begin(sampler);
	r = fresh ? rename(fresh, victim) : rmdir(victim);
	errnum = errno;
	dcb_sampler_end(sampler);
	side->closed_after = atomic_load(&side->closed);
	if (r < 0)
		return dcb_error_sys(err, errnum, "%s %s", fresh ? "rename over" : "rmdir", victim);
	return 0;
}

static int dying_close(void *context, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err)
{
	struct dying_run *run = context;
	struct dying_side *side = &run->sides[thread];
	int r = await_flag(&side->polling, err);

	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	close(side->pair.fd);
	atomic_store(&side->closed, true);
	dcb_sampler_end(sampler);
	return 0;
}

static double value_of(const struct dcb_value *values, size_t n, const char *name)
{
	const struct dcb_value *value = dcb_value_find(values, n, name);

	return value && value->present ? value->value : NAN;
}

/* The waiter's values with `busy` behind them; its state goes to the sums unless it is a warm-up.
 */
static int dying_report_waiter(struct dying_run *run, size_t thread, int iteration,
			       double closer_wall_ns, struct dcb_error *err)
{
	const struct dying_side *side = &run->sides[thread];
	struct dcb_value values[MAX_VALUES];
	const struct dcb_value *measured;
	size_t n = dcb_crew_read(run->crew, ROLE_WAITER, thread, &measured);
	struct dcb_dying_observation seen = {
		.waiter_wall_ns = value_of(measured, n, "wall"),
		.closer_wall_ns = closer_wall_ns,
		.voluntary_switches = value_of(measured, n, "voluntary-switches"),
		.closed_before = side->closed_before,
		.closed_after = side->closed_after,
	};
	double run_delay_ns = value_of(measured, n, "run-delay");
	enum dcb_dying_state state;

	if (n + 1 > ARRAY_SIZE(values))
		return dcb_error_set(err, EOVERFLOW, "more than %d values a role", MAX_VALUES);
	seen.has_busy = !isnan(run_delay_ns) &&
			dcb_dying_busy(seen.waiter_wall_ns, value_of(measured, n, "cpu"),
				       run_delay_ns, &seen.busy);
	state = dcb_dying_judge(&seen);
	memcpy(values, measured, n * sizeof(*values));
	values[n] = (struct dcb_value){
		.metric = &dying_metrics[0].metric,
		.present = seen.has_busy,
		.value = seen.busy,
	};
	if (iteration >= 0) {
		run->states[run->n_judged] = state;
		run->busy[run->n_judged] = seen.has_busy ? seen.busy : NAN;
		run->n_judged++;
	}
	return run->output->sample(run->output->context,
				   &(struct dcb_workload_sample){
					   .role = dying_roles[ROLE_WAITER].name,
					   .thread = (int)thread,
					   .iteration = iteration,
					   .state = dcb_dying_state_name(state),
					   .values = values,
					   .n_values = n + 1,
				   },
				   err);
}

static int dying_report(struct dying_run *run, int iteration, struct dcb_error *err)
{
	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		struct dcb_workload_sample sample = {
			.role = dying_roles[ROLE_CLOSER].name,
			.thread = (int)i,
			.iteration = iteration,
		};
		int r;

		sample.n_values = dcb_crew_read(run->crew, ROLE_CLOSER, i, &sample.values);
		r = dying_report_waiter(run, i, iteration,
					value_of(sample.values, sample.n_values, "wall"), err);
		if (r < 0)
			return r;
		r = run->output->sample(run->output->context, &sample, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int dying_iterate(struct dying_run *run, struct dcb_error *err)
{
	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		atomic_store(&run->sides[i].polling, false);
		atomic_store(&run->sides[i].closed, false);
	}
	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		int r = dcb_dying_pair_set(&run->sides[i].pair, run->params->size,
					   run->params->op == DYING_RENAME, err);

		if (r < 0)
			return r;
	}
	return dcb_crew_iterate(run->crew, err);
}

static int dying_clear(struct dying_run *run, struct dcb_error *err)
{
	int result = 0;

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		struct dying_side *side = &run->sides[i];
		int r;

		if (atomic_load(&side->closed))
			side->pair.fd = -1;
		r = dcb_dying_pair_clear(&side->pair, result < 0 ? NULL : err);
		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}

static int dying_loop(struct dying_run *run, struct dcb_error *err)
{
	int iterations = (int)run->params->iterations;

	for (int i = -(int)run->params->warmup; i < iterations; i++) {
		int r = dying_iterate(run, err);
		int cleared = dying_clear(run, r < 0 ? NULL : err);

		if (r < 0)
			return r;
		if (cleared < 0)
			return cleared;
		r = dying_report(run, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int dying_conclude(struct dying_run *run, struct dcb_error *err)
{
	struct dcb_dying_verdict verdict = dcb_dying_sum(run->states, run->busy, run->n_judged);
	int r = run->output->finding(run->output->context,
				     &(struct dcb_workload_finding){
					     .symptom = dying_symptoms[0].name,
					     .present = verdict.state == DCB_DYING_SPIN,
					     .state = dcb_dying_state_name(verdict.state),
					     .value = verdict.busy,
					     .hits = verdict.hits,
					     .tries = verdict.tries,
				     },
				     err);

	if (r < 0)
		return r;
	if (verdict.state == DCB_DYING_MISS)
		return dcb_error_set(err, ETIME,
				     "missed the window: only %d of %d tries met the dying dentry; "
				     "a larger size= keeps it open for longer",
				     verdict.hits, verdict.tries);
	return 0;
}

static int dying_run_in_scene(struct dying_run *run, struct dcb_error *err)
{
	size_t waiters = (size_t)run->params->waiters;
	size_t tries = waiters * (size_t)run->params->iterations;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {dying_roles[ROLE_WAITER].name, waiters, dying_wait},
		[ROLE_CLOSER] = {dying_roles[ROLE_CLOSER].name, waiters, dying_close},
	};
	_cleanup_free_ struct dying_side *sides = calloc(waiters, sizeof(*sides));
	_cleanup_free_ enum dcb_dying_state *states = calloc(tries, sizeof(*states));
	_cleanup_free_ double *busy = calloc(tries, sizeof(*busy));
	_cleanup_close_ int probe = open("/", O_PATH | O_CLOEXEC);
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r;

	if (!sides || !states || !busy)
		return dcb_error_oom(err);
	if (probe < 0)
		return dcb_error_sys(err, errno, "/");
	run->probe = probe;
	for (unsigned i = 0; i < waiters; i++)
		dcb_dying_pair_init(&sides[i].pair, &run->scene, i);
	run->sides = sides;
	run->states = states;
	run->busy = busy;
	r = dcb_crew_new(roles, ROLE_N, run, &crew, err);
	if (r < 0)
		return r;
	run->crew = crew;
	r = dying_loop(run, err);
	if (r < 0)
		return r;
	return dying_conclude(run, err);
}

static int dying_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	struct dying_run run = {.params = data, .output = context->output};
	int closed;
	int r = dcb_dying_scene_open(&run.scene, context->scratch, run.params->fs == DYING_OVERLAY,
				     err);

	if (r < 0)
		return r;
	r = dying_run_in_scene(&run, err);
	closed = dcb_dying_scene_close(&run.scene, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

/* The files stand in a tmpfs of 90 % of memory; the kernel and the agent need the rest. */
static int dying_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct dying_params *params = data;
	uint64_t files = (uint64_t)params->size * (uint64_t)params->waiters;
	uint64_t needed_mib = (files + files / 8 + (UINT64_C(192) << 20)) >> 20;

	(void)cpus;
	if (needed_mib <= memory_bytes >> 20)
		return 0;
	return dcb_error_usage(
		err,
		"%lld waiters with files of %lld MiB need a guest with "
		"%lluM of memory, this one has %lluM: give --memory %lluM or a smaller "
		"size=",
		(long long)params->waiters, (long long)(params->size >> 20),
		(unsigned long long)needed_mib, (unsigned long long)(memory_bytes >> 20),
		(unsigned long long)needed_mib);
}

static const char *const *dying_modules(const void *data)
{
	static const char *const none[] = {NULL};
	static const char *const overlay[] = {"overlay", NULL};
	const struct dying_params *params = data;

	return params->fs == DYING_OVERLAY ? overlay : none;
}

const struct dcb_workload_ops dcb_workload_dying_dentry = {
	.name = "dying-dentry",
	.summary = "rmdir or rename over the parent of a dentry that is being killed",
	.description =
		"close() of the last descriptor of an unlinked file kills its dentry; until iput() "
		"has truncated the inode, the dentry is dead but still a child of its parent. "
		"rmdir() or rename() of that parent enters shrink_dcache_parent(), which from 6.8 "
		"to "
		"7.0 walks again and again until the dentry is gone, and from 7.1 on sleeps; "
		"before "
		"6.8 it never saw such a dentry.",
	.options = dying_options,
	.params_size = sizeof(struct dying_params),
	.roles = dying_roles,
	.metrics = dying_metrics,
	.symptoms = dying_symptoms,
	.check = dying_check,
	.modules = dying_modules,
	.run = dying_run,
};
