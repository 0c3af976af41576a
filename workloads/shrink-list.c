// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other busy-wait of shrink_dcache_parent(): a dentry in use that stands on another thread's
 * shrink list. A shrinker takes all unused dentries of a superblock to its private list, and is
 * then held up by the second of them, whose inode has much to truncate. Meanwhile a waiter takes a
 * reference of a dentry further down the list, unlinks it and removes its folder. Everything before
 * the removal is untimed; that the list has been taken is known for sure, because the first dentry
 * of the list has been evicted by then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/reclaim.h"
#include "workloads/rounds.h"
#include "workloads/shrink-scene.h"

enum { ROLE_WAITER, ROLE_SHRINKER, ROLE_N };
enum { HOW_DROP, HOW_REMOUNT, HOW_INVALIDATE };

struct list_params {
	int how;
	int64_t size, shrinkers, waiters, shrinker_nice;
	bool held, same_cpu;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option list_options[] = {
	{"how", DCB_OPTION_CHOICE, offsetof(struct list_params, how), 0, 0,
	 "drop,remount,invalidate", "drop",
	 "what makes the list: reclaim (drop_caches), a remount (shrink_dcache_sb), or a "
	 "d_invalidate of the folder above"},
	{"size", DCB_OPTION_SIZE, offsetof(struct list_params, size), 1 << 16, INT64_C(1) << 40,
	 NULL, "64M",
	 "cached bytes of the file that holds a shrinker up: how long its list stands"},
	{"shrinkers", DCB_OPTION_INT, offsetof(struct list_params, shrinkers), 1, 8, NULL, "1",
	 "shrinkers, each with a file system and waiters of its own"},
	{"waiters", DCB_OPTION_INT, offsetof(struct list_params, waiters), 1,
	 DCB_SHRINK_MAX_WAITERS, NULL, "1",
	 "waiters of each list, each with a dentry and a folder of its own"},
	{"held", DCB_OPTION_BOOL, offsetof(struct list_params, held), 0, 0, NULL, "yes",
	 "the waiter takes its dentry into use and unlinks it first; no: it stays unused, and no "
	 "kernel has to wait for it"},
	{"same_cpu", DCB_OPTION_BOOL, offsetof(struct list_params, same_cpu), 0, 0, NULL, "no",
	 "all threads on one CPU of several"},
	{"shrinker_nice", DCB_OPTION_INT, offsetof(struct list_params, shrinker_nice), -20, 19,
	 NULL, "0", "nice value of the shrinkers; waiters have 0"},
	DCB_ROUNDS_OPTIONS(list_params, "10"),
	{0},
};

static const struct dcb_workload_role list_roles[] = {
	{"waiter", "removes the parent of a dentry that stands on a shrinker's list"},
	{"shrinker", "evicts the unused dentries of the file system"},
	{0},
};

static const struct dcb_workload_metric list_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom list_symptoms[] = {
	{"shrink-list-wait", "a waiter spins until another thread's shrink list is done with a "
			     "dentry that is in use"},
	{0},
};

struct list_run {
	const struct list_params *params;
	const struct dcb_workload_context *context;
	struct dcb_report report;
	struct dcb_meeting *meeting;
	struct dcb_shrink_scene *scenes; /* one a shrinker */
	struct dcb_reclaim reclaim;
};

static int list_wait(void *context, size_t thread, struct dcb_sampler *sampler,
		     struct dcb_error *err)
{
	struct list_run *run = context;
	struct dcb_shrink_scene *scene = &run->scenes[thread / (size_t)run->params->waiters];
	struct dcb_shrink_side *side = &scene->sides[thread % (size_t)run->params->waiters];
	int r;

	atomic_store(&side->ready, true);
	r = dcb_moment_await(&scene->first.gone, "the shrinker's first eviction", err);
	if (r == 0 && run->params->held)
		r = dcb_shrink_scene_take(scene, side, err);
	if (r < 0)
		return r;
	side->gone_before = (run->params->held && side->fd < 0) || atomic_load(&scene->heavy.gone);
	dcb_sampler_begin(sampler);
	r = unlinkat(scene->folder, side->parent, AT_REMOVEDIR);
	dcb_sampler_end(sampler);
	side->gone_after = atomic_load(&scene->heavy.gone);
	/* Without its child the folder may have been evicted as well. */
	if (r < 0 && !(errno == ENOENT && side->gone_before))
		return dcb_error_sys(err, errno, "cannot remove %s", side->parent);
	return 0;
}

static int list_shrink(void *context, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err)
{
	struct list_run *run = context;
	struct dcb_shrink_scene *scene = &run->scenes[thread];
	int r = 0;

	for (size_t i = 0; r == 0 && i < (size_t)run->params->waiters; i++)
		r = dcb_moment_await(&scene->sides[i].ready, "the waiter", err);
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	if (run->params->how == HOW_INVALIDATE)
		r = dcb_fuse_invalidate(&scene->fuse, DCB_FUSE_ROOT, DCB_SHRINK_FOLDER);
	else
		r = dcb_reclaim_now(&run->reclaim, scene->fuse.root);
	dcb_sampler_end(sampler);
	return r < 0 ? dcb_error_sys(err, -r, "cannot shrink the dentry cache") : 0;
}

static int list_set(void *context, struct dcb_error *err)
{
	struct list_run *run = context;

	for (size_t i = 0; i < (size_t)run->params->shrinkers; i++) {
		char name[32];
		int r;

		snprintf(name, sizeof(name), "fuse%zu", i);
		r = dcb_shrink_scene_set(&run->scenes[i], run->context, name,
					 (size_t)run->params->waiters, (uint64_t)run->params->size,
					 err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int list_clear(void *context, struct dcb_error *err)
{
	struct list_run *run = context;
	int result = 0;

	for (size_t i = 0; i < (size_t)run->params->shrinkers; i++) {
		int r = dcb_shrink_scene_clear(&run->scenes[i], result < 0 ? NULL : err);

		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}

static int list_report_side(struct list_run *run, size_t thread, int iteration,
			    struct dcb_error *err)
{
	struct dcb_shrink_scene *scene = &run->scenes[thread / (size_t)run->params->waiters];
	const struct dcb_shrink_side *side = &scene->sides[thread % (size_t)run->params->waiters];
	const struct dcb_meeting_seen seen = {
		.closer_wall_ns = (double)(atomic_load(&scene->heavy.gone_ns) -
					   atomic_load(&scene->first.gone_ns)),
		.closed_before = side->gone_before,
		.closed_after = side->gone_after,
		.own_switches = 1, /* until the server has answered */
	};

	return dcb_meeting_report(run->meeting, thread, iteration, &seen, NULL, 0, err);
}

static int list_report(void *context, int iteration, const struct dcb_late *late,
		       struct dcb_error *err)
{
	struct list_run *run = context;
	struct dcb_value whole[DCB_LATE_N];

	for (size_t i = 0; i < (size_t)(run->params->shrinkers * run->params->waiters); i++) {
		int r = list_report_side(run, i, iteration, err);

		if (r < 0)
			return r;
	}
	dcb_late_values(late, &dcb_workload_shrink_list, whole);
	return dcb_report_last(&run->report, ROLE_SHRINKER, iteration, whole, DCB_LATE_N, err);
}

static int list_run_crew(struct list_run *run, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {list_set, list_report, list_clear};
	const struct list_params *params = run->params;
	size_t shrinkers = (size_t)params->shrinkers, waiters = shrinkers * (size_t)params->waiters;
	const struct dcb_crew_place waiter_place = {.cpu = params->same_cpu ? 0 : -1};
	const struct dcb_crew_place shrinker_place = {.cpu = params->same_cpu ? 0 : -1,
						      .nice = (int)params->shrinker_nice};
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", waiters, list_wait, &waiter_place},
		[ROLE_SHRINKER] = {"shrinker", shrinkers, list_shrink, &shrinker_place},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){run->context->output, crew, roles};
	r = dcb_meeting_new(&run->report, &dcb_workload_shrink_list, ROLE_WAITER,
			    waiters * (size_t)params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	dcb_meeting_call(meeting, "shrink-list-wait", "the dentry on the shrink list");
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &params->rounds, crew, run, err);
	if (r < 0)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger size= keeps the list for longer", err);
}

static int list_run(const struct dcb_workload_context *context, const void *data,
		    struct dcb_error *err)
{
	const struct list_params *params = data;
	_cleanup_free_ struct dcb_shrink_scene *scenes = calloc((size_t)params->shrinkers,
								sizeof(*scenes));
	struct list_run run = {.params = params, .context = context, .scenes = scenes};
	int r, closed;

	if (!scenes)
		return dcb_error_oom(err);
	for (size_t i = 0; i < (size_t)params->shrinkers; i++)
		dcb_shrink_scene_init(&scenes[i]);
	r = dcb_reclaim_open(&run.reclaim,
			     params->how == HOW_DROP ? DCB_RECLAIM_DROP : DCB_RECLAIM_REMOUNT, err);
	if (r < 0)
		return r;
	r = list_run_crew(&run, err);
	closed = dcb_reclaim_close(&run.reclaim, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int list_check(const void *data, unsigned cpus, uint64_t memory_bytes, struct dcb_error *err)
{
	const struct list_params *params = data;
	uint64_t bytes = (uint64_t)params->size * (uint64_t)params->shrinkers;

	(void)cpus;
	return dcb_memory_check((bytes + bytes / 8) >> 20, memory_bytes, "a smaller size=", err);
}

static struct dcb_workload_needs list_needs(const void *data)
{
	(void)data;
	return dcb_fuse_needs();
}

const struct dcb_workload_ops dcb_workload_shrink_list = {
	.name = "shrink-list",
	.summary = "rmdir of the parent of a dentry that another thread's shrink list holds",
	.description =
		"prune_dcache_sb() (reclaim), shrink_dcache_sb() (remount) and "
		"shrink_dcache_parent() "
		"(d_invalidate) take unused dentries to a private list and evict them one by one; "
		"here "
		"the second of them, on FUSE, is held up in iput() while it truncates its pages. "
		"A dentry further down is taken into use and unlinked; it stays on the list, and a "
		"child "
		"of its folder, whose rmdir() enters shrink_dcache_parent(). Up to 7.1 "
		"select_collect() "
		"counts every dentry with DCACHE_SHRINK_LIST as found, but select_collect2() picks "
		"only those with no reference: nothing is disposed of, nothing is waited for, and "
		"the "
		"walk is repeated until the other thread has come to that dentry. From 7.2 on "
		"dentries in use are not counted, and rmdir() returns at once. The dentry whose "
		"eviction is slow is not below the removed folder: no dying dentry is met.",
	.options = list_options,
	.params_size = sizeof(struct list_params),
	.roles = list_roles,
	.metrics = list_metrics,
	.symptoms = list_symptoms,
	.check = list_check,
	.needs = list_needs,
	.run = list_run,
};
