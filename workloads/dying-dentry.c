// SPDX-License-Identifier: GPL-2.0-only
/*
 * The busy-wait of shrink_dcache_parent(). A closer drops the last reference of an unlinked file:
 * its dentry is dying until iput() has freed the file's pages. Meanwhile a waiter removes the
 * parent folder and meets it. Waiters do not poll busily for the moment to go, so that on one CPU
 * too the closer can begin; and closers wait for their waiter, so that no window opens unseen.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/dying-scene.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_N };

struct dying_params {
	int fs, op;
	int64_t waiters, dying, closer_nice;
	bool same_cpu;
	struct dcb_dying_file file;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option dying_options[] = {
	{"fs", DCB_OPTION_CHOICE, offsetof(struct dying_params, fs), 0, 0, DCB_FS_CHOICES, "tmpfs",
	 "file system of the dying dentry"},
	{"op", DCB_OPTION_CHOICE, offsetof(struct dying_params, op), 0, 0, DCB_DYING_OPS, "rmdir",
	 "what the waiter does to the parent folder; tmpfile: rmdir, and the file never had a "
	 "name"},
	{"size", DCB_OPTION_SIZE, offsetof(struct dying_params, file.size), 1 << 16,
	 INT64_C(1) << 40, NULL, "64M", "bytes of the file: how long its dentry is dying"},
	{"fragments", DCB_OPTION_INT, offsetof(struct dying_params, file.fragments), 1, 65536, NULL,
	 "1", "pieces of the file that lie apart on the disk"},
	{"waiters", DCB_OPTION_INT, offsetof(struct dying_params, waiters), 1, 16, NULL, "1",
	 "waiters, each with a folder of its own"},
	{"dying", DCB_OPTION_INT, offsetof(struct dying_params, dying), 1, DCB_DYING_MAX, NULL, "1",
	 "files in each folder, with a closer each, dying together"},
	{"same_cpu", DCB_OPTION_BOOL, offsetof(struct dying_params, same_cpu), 0, 0, NULL, "no",
	 "all threads on one CPU of several"},
	{"closer_nice", DCB_OPTION_INT, offsetof(struct dying_params, closer_nice), -20, 19, NULL,
	 "0", "nice value of the closers; waiters have 0"},
	DCB_ROUNDS_OPTIONS(dying_params, "10"),
	{0},
};

static const struct dcb_workload_role dying_roles[] = {
	{"waiter", "removes the parent of the dying dentry"},
	{"closer", "closes the last descriptor of the unlinked file"},
	{0},
};

static const struct dcb_workload_metric dying_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom dying_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct dying_side {
	struct dcb_dying_pair pair;
	atomic_bool polling;
	atomic_size_t n_closed;
	bool closed_before;
	uint64_t returned_ns, closed_ns[DCB_DYING_MAX]; /* when the calls ended */
};

struct dying_run {
	const struct dying_params *params;
	struct dcb_report report;
	struct dcb_meeting *meeting;
	struct dying_side *sides; /* one a waiter */
	int probe;                /* see dcb_moment_await_close() */
};

static int dying_wait(void *context, size_t thread, struct dcb_sampler *sampler,
		      struct dcb_error *err)
{
	struct dying_run *run = context;
	struct dying_side *side = &run->sides[thread];
	size_t n = side->pair.n_files;
	int r;

	atomic_store(&side->polling, true);
	r = dcb_moment_await_close(side->pair.fds[0], run->probe, err);
	if (r < 0)
		return r;
	dcb_moment_nap(DCB_MOMENT_DELAY_NS);
	side->closed_before = atomic_load(&side->n_closed) == n;
	dcb_sampler_begin(sampler);
	r = dcb_dying_pair_remove(&side->pair);
	dcb_sampler_end(sampler);
	side->returned_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot remove %s", side->pair.victim);
	return 0;
}

static int dying_close(void *context, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err)
{
	struct dying_run *run = context;
	struct dying_side *side = &run->sides[thread / (size_t)run->params->dying];
	size_t file = thread % (size_t)run->params->dying;
	int r = dcb_moment_await(&side->polling, "the waiter", err);

	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	close(side->pair.fds[file]);
	side->closed_ns[file] = dcb_clock_ns(CLOCK_MONOTONIC);
	atomic_fetch_add(&side->n_closed, 1);
	dcb_sampler_end(sampler);
	return 0;
}

static int dying_set(void *context, struct dcb_error *err)
{
	struct dying_run *run = context;

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		struct dying_side *side = &run->sides[i];
		int r;

		atomic_store(&side->polling, false);
		atomic_store(&side->n_closed, 0);
		r = dcb_dying_pair_set(&side->pair, &run->params->file, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int dying_clear(void *context, struct dcb_error *err)
{
	struct dying_run *run = context;
	int result = 0;

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		struct dcb_dying_pair *pair = &run->sides[i].pair;
		int r;

		/* All of them, or the iteration failed and the workload ends. */
		for (size_t j = 0; j < atomic_load(&run->sides[i].n_closed); j++)
			pair->fds[j] = -1;
		r = dcb_dying_pair_clear(pair, result < 0 ? NULL : err);
		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}

/* The closers of a waiter: the longest that a dentry was dying, and the end of the last. */
static struct dcb_meeting_seen dying_seen(const struct dying_run *run, size_t waiter)
{
	const struct dying_side *side = &run->sides[waiter];
	struct dcb_meeting_seen seen = {.closed_before = side->closed_before};
	size_t n = (size_t)run->params->dying;
	uint64_t last_ns = 0;

	for (size_t i = 0; i < n; i++) {
		double wall_ns = dcb_report_measured(run->report.crew, ROLE_CLOSER, waiter * n + i,
						     "wall");

		seen.closer_wall_ns = fmax(seen.closer_wall_ns, wall_ns);
		last_ns = side->closed_ns[i] > last_ns ? side->closed_ns[i] : last_ns;
	}
	seen.closed_after = dcb_dying_over(last_ns, side->returned_ns, seen.closer_wall_ns);
	return seen;
}

static int dying_report(void *context, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct dying_run *run = context;
	struct dcb_value whole[DCB_LATE_N];

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		const struct dcb_meeting_seen seen = dying_seen(run, i);
		int r = dcb_meeting_report(run->meeting, i, iteration, &seen, NULL, 0, err);

		if (r < 0)
			return r;
	}
	dcb_late_values(late, &dcb_workload_dying_dentry, whole);
	return dcb_report_last(&run->report, ROLE_CLOSER, iteration, whole, DCB_LATE_N, err);
}

static int dying_run_on(const struct dcb_fs *fs, const struct dcb_workload_context *context,
			const struct dying_params *params, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {dying_set, dying_report, dying_clear};
	const struct dcb_crew_place waiter_place = {.cpu = params->same_cpu ? 0 : -1};
	const struct dcb_crew_place closer_place = {.cpu = params->same_cpu ? 0 : -1,
						    .nice = (int)params->closer_nice};
	size_t waiters = (size_t)params->waiters;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", waiters, dying_wait, &waiter_place},
		[ROLE_CLOSER] = {"closer", waiters * (size_t)params->dying, dying_close,
				 &closer_place},
	};
	_cleanup_free_ struct dying_side *sides = calloc(waiters, sizeof(*sides));
	_cleanup_close_ int probe = open("/", O_PATH | O_CLOEXEC);
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	struct dying_run run = {.params = params, .sides = sides, .probe = probe};
	int r;

	if (!sides)
		return dcb_error_oom(err);
	if (probe < 0)
		return dcb_error_sys(err, errno, "/");
	for (unsigned i = 0; i < waiters; i++)
		dcb_dying_pair_init(&sides[i].pair, fs, i, (enum dcb_dying_op)params->op,
				    (size_t)params->dying);
	r = dcb_crew_new(roles, ROLE_N, &run, &crew, err);
	if (r < 0)
		return r;
	run.report = (struct dcb_report){context->output, crew, roles};
	r = dcb_meeting_new(&run.report, &dcb_workload_dying_dentry, ROLE_WAITER,
			    waiters * (size_t)params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run.meeting = meeting;
	r = dcb_rounds_run(&rounds, &params->rounds, crew, &run, err);
	if (r < 0)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger size= keeps it open for longer", err);
}

static int dying_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	const struct dying_params *params = data;
	struct dcb_fs fs;
	int closed;
	int r = dcb_fs_open(&fs, (enum dcb_fs_type)params->fs, context, "fs", err);

	if (r < 0)
		return r;
	r = dying_run_on(&fs, context, params, err);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int dying_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct dying_params *params = data;
	uint64_t files = (uint64_t)params->waiters * (uint64_t)params->dying;
	int r;

	(void)cpus;
	r = dcb_dying_file_check(&params->file, err);
	if (r < 0)
		return r;
	return dcb_memory_check(
		dcb_dying_memory_mib((enum dcb_fs_type)params->fs, &params->file, files),
		memory_bytes, "a smaller size=", err);
}

static struct dcb_workload_needs dying_needs(const void *data)
{
	const struct dying_params *params = data;

	return dcb_fs_needs((enum dcb_fs_type)params->fs);
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
	.needs = dying_needs,
	.run = dying_run,
};
