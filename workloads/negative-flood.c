// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many negative dentries at once: names were looked up in vain in one folder, whose dentries the
 * timed call then has to get rid of. tmpfs keeps no negative dentries: it is not among the file
 * systems.
 */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/cached-fs.h"
#include "workloads/dentry-count.h"
#include "workloads/memory.h"
#include "workloads/ops.h"
#include "workloads/reclaim.h"
#include "workloads/report.h"
#include "workloads/rounds.h"
#include "workloads/tree.h"

enum { OP_RMDIR, OP_RENAME, OP_DROP, OP_REMOUNT };

struct flood_params {
	int op, fs;
	int64_t count;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option flood_options[] = {
	{"op", DCB_OPTION_CHOICE, offsetof(struct flood_params, op), 0, 0,
	 "rmdir,rename,drop,remount", "rmdir",
	 "rmdir of the folder, rename of an empty one over it, drop_caches=2 (all that the "
	 "machine has cached), or a remount (that superblock alone)"},
	{"fs", DCB_OPTION_CHOICE, offsetof(struct flood_params, fs), 0, 0, DCB_CACHED_CHOICES,
	 "fuse", "file system"},
	{"count", DCB_OPTION_INT, offsetof(struct flood_params, count), 1, 10000000, NULL, "5000",
	 "names that are looked up in vain"},
	DCB_ROUNDS_OPTIONS(flood_params, "5"),
	{0},
};

static const struct dcb_workload_role flood_roles[] = {
	{"remover", "makes the one call that gets rid of them"},
	{0},
};

enum { METRIC_WALL, METRIC_INSTRUCTIONS, METRIC_FREED, METRIC_N };

static const struct dcb_workload_metric flood_metrics[] = {
	[METRIC_WALL] = {"remover",
			 {"dentry-wall", "ns", DCB_BETTER_LOWER, true,
			  "wall time of the call for each dentry freed"}},
	[METRIC_INSTRUCTIONS] = {"remover",
				 {"dentry-instructions", "count", DCB_BETTER_LOWER, true,
				  "its instructions for each dentry freed"}},
	[METRIC_FREED] = {"remover",
			  {"dentries-freed", "count", DCB_BETTER_NEITHER, false,
			   "dentries fewer in the whole machine"}},
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom flood_symptoms[] = {
	{0},
};

struct flood_run {
	const struct flood_params *params;
	struct dcb_report report;
	struct dcb_cached_fs fs;
	struct dcb_reclaim reclaim;
	char folder[PATH_MAX], fresh[PATH_MAX];
	struct dcb_dentry_count before, after;
};

static int flood_operate(const struct flood_run *run)
{
	switch (run->params->op) {
	case OP_RMDIR:
		return rmdir(run->folder) < 0 ? -errno : 0;
	case OP_RENAME:
		return rename(run->fresh, run->folder) < 0 ? -errno : 0;
	default:
		return dcb_reclaim_now(&run->reclaim, dcb_cached_fs_root(&run->fs));
	}
}

static int flood_remove(void *context, size_t thread, struct dcb_sampler *sampler,
			struct dcb_error *err)
{
	struct flood_run *run = context;
	int r = dcb_dentry_count_read(&run->before, err);

	(void)thread;
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	r = flood_operate(run);
	dcb_sampler_end(sampler);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot get rid of %s", run->folder);
	return dcb_dentry_count_read(&run->after, err);
}

static int flood_set(void *context, struct dcb_error *err)
{
	struct flood_run *run = context;
	const struct dcb_tree_shape names = {.negative = run->params->count};

	if (mkdir(run->folder, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", run->folder);
	if (run->params->op == OP_RENAME && mkdir(run->fresh, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", run->fresh);
	return dcb_tree_make(run->folder, &names, err);
}

static int flood_clear(void *context, struct dcb_error *err)
{
	const struct flood_run *run = context;
	const char *const folders[] = {run->folder, run->fresh};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (rmdir(folders[i]) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", folders[i]);
	return 0;
}

static int flood_report(void *context, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct flood_run *run = context;
	struct dcb_crew *crew = run->report.crew;
	double freed = (double)(run->before.all - run->after.all);
	double each = freed > 0 ? freed : NAN; /* others may have made as many meanwhile */
	const double values[METRIC_N] = {
		[METRIC_WALL] = dcb_report_measured(crew, 0, 0, "wall") / each,
		[METRIC_INSTRUCTIONS] = dcb_report_measured(crew, 0, 0, "instructions") / each,
		[METRIC_FREED] = freed,
	};
	struct dcb_value extra[METRIC_N], whole[DCB_LATE_N];
	int r;

	for (size_t i = 0; i < METRIC_N; i++)
		extra[i] = dcb_report_value(&flood_metrics[i].metric, values[i]);
	r = dcb_report_role(&run->report, 0, 0, iteration, NULL, extra, METRIC_N, err);
	if (r < 0)
		return r;
	dcb_late_values(late, &dcb_workload_negative_flood, whole);
	return dcb_report_whole(&run->report, iteration, whole, DCB_LATE_N, err);
}

static int flood_run_crew(struct flood_run *run, const struct dcb_workload_output *output,
			  struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {flood_set, flood_report, flood_clear};
	static const struct dcb_crew_role roles[] = {{"remover", 1, flood_remove, NULL}};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(roles, ARRAY_SIZE(roles), run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	return dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
}

static int flood_run_on(struct flood_run *run, const struct dcb_workload_output *output,
			struct dcb_error *err)
{
	const char *root = dcb_cached_fs_root(&run->fs);
	int closed, r;

	snprintf(run->folder, sizeof(run->folder), "%s/flood", root);
	snprintf(run->fresh, sizeof(run->fresh), "%s/fresh", root);
	r = dcb_reclaim_open(&run->reclaim,
			     run->params->op == OP_DROP ? DCB_RECLAIM_DROP : DCB_RECLAIM_REMOUNT,
			     err);
	if (r < 0)
		return r;
	r = flood_run_crew(run, output, err);
	closed = dcb_reclaim_close(&run->reclaim, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int flood_run_bound(const struct dcb_workload_context *context, const void *data,
			   struct dcb_error *err)
{
	struct flood_run run = {.params = data, .fs = DCB_CACHED_FS_NULL};
	int closed;
	int r = dcb_cached_fs_open(&run.fs, (enum dcb_cached_type)run.params->fs, context, "fs",
				   err);

	if (r < 0)
		return r;
	r = flood_run_on(&run, context->output, err);
	closed = dcb_cached_fs_close(&run.fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

/*
 * A FUSE server, too, inherits the one CPU: only one thread works at a time, and every lookup of
 * the set-up would wake it on another CPU, which an emulated machine takes a millisecond for.
 */
static int flood_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	cpu_set_t before, one;
	int cpu = sched_getcpu(), r;

	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	if (cpu < 0 || sched_getaffinity(0, sizeof(before), &before) < 0 ||
	    sched_setaffinity(0, sizeof(one), &one) < 0)
		return dcb_error_sys(err, errno, "cannot bind the workload to its CPU");
	r = flood_run_bound(context, data, err);
	sched_setaffinity(0, sizeof(before), &before);
	return r;
}

static int flood_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct flood_params *params = data;

	(void)cpus;
	/* They have no inodes. */
	return dcb_memory_check(dcb_memory_dentries_mib((uint64_t)params->count) / 4, memory_bytes,
				"a smaller count=", err);
}

static struct dcb_workload_needs flood_needs(const void *data)
{
	const struct flood_params *params = data;

	return dcb_cached_fs_needs((enum dcb_cached_type)params->fs);
}

const struct dcb_workload_ops dcb_workload_negative_flood = {
	.name = "negative-flood",
	.summary = "many negative dentries in one folder, then rmdir, rename over it, or reclaim",
	.description =
		"Negative dentries are unused from the start and stay until somebody takes them. "
		"rmdir() of their folder and rename() over it evict them in shrink_dcache_parent() "
		"(d_walk() with select_collect(), then shrink_dentry_list()), drop_caches in "
		"prune_dcache_sb() of every superblock, a remount in shrink_dcache_sb(). No inode "
		"is involved and nobody is waited for: the figures are the cost of the walk, of "
		"the list and of __dentry_kill() itself, of which a fix of the busy-wait must add "
		"nothing. The memory comes back after an RCU grace period (late-cpu). With fuse "
		"the call asks the server once. With drop all that the machine had cached is part "
		"of it, and a dentry costs more than with the others. Not measured: the lookups, "
		"and dentries in use.",
	.options = flood_options,
	.params_size = sizeof(struct flood_params),
	.roles = flood_roles,
	.metrics = flood_metrics,
	.symptoms = flood_symptoms,
	.check = flood_check,
	.needs = flood_needs,
	.run = flood_run,
};
