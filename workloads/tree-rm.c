// SPDX-License-Identifier: GPL-2.0-only
/*
 * Removal of a tree as `rm -rf` does it, beside reclaim and bystanders on the same file system.
 * Bystanders and reclaimer nap between their calls, so that on one CPU the removers run; they go on
 * until the last remover is done.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/bystander.h"
#include "workloads/dentry-count.h"
#include "workloads/filesystem.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/reclaim.h"
#include "workloads/report.h"
#include "workloads/rounds.h"
#include "workloads/tree.h"

#define MAX_DEPTH      64
#define RECLAIM_NAP_NS 1000000

enum { ROLE_REMOVER, ROLE_RECLAIMER, ROLE_LOOKUP, ROLE_CREATE, ROLE_N };
enum { RECLAIM_NONE, RECLAIM_DROP, RECLAIM_MEMCG, RECLAIM_REMOUNT };

struct rm_params {
	int fs, reclaim;
	struct dcb_tree_shape shape;
	int64_t threads, lookups, creates;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option rm_options[] = {
	{"fs", DCB_OPTION_CHOICE, offsetof(struct rm_params, fs), 0, 0, DCB_FS_CHOICES, "tmpfs",
	 "file system"},
	{"depth", DCB_OPTION_INT, offsetof(struct rm_params, shape.depth), 1, MAX_DEPTH, NULL, "3",
	 "levels of folders"},
	{"fanout", DCB_OPTION_INT, offsetof(struct rm_params, shape.fanout), 1, 100000, NULL, "6",
	 "folders in a folder, and at the top; removers take the topmost ones in turn"},
	{"files", DCB_OPTION_INT, offsetof(struct rm_params, shape.files), 0, 100000, NULL, "10",
	 "empty files in each folder"},
	{"negative", DCB_OPTION_INT, offsetof(struct rm_params, shape.negative), 0, 100000, NULL,
	 "10", "names looked up in vain in each folder (tmpfs keeps none)"},
	{"threads", DCB_OPTION_INT, offsetof(struct rm_params, threads), 1, 64, NULL, "1",
	 "removers"},
	{"reclaim", DCB_OPTION_CHOICE, offsetof(struct rm_params, reclaim), 0, 0,
	 "none," DCB_RECLAIM_CHOICES, "none",
	 "reclaim meanwhile, again and again: drop_caches=2, memory.reclaim of a cgroup, or "
	 "remounts of that file system"},
	{"lookups", DCB_OPTION_INT, offsetof(struct rm_params, lookups), 0, 64, NULL, "1",
	 "threads that stat names of the tree meanwhile"},
	{"creates", DCB_OPTION_INT, offsetof(struct rm_params, creates), 0, 64, NULL, "1",
	 "threads that create and unlink files in a folder beside it"},
	DCB_ROUNDS_OPTIONS(rm_params, "5"),
	{0},
};

static const struct dcb_workload_role rm_roles[] = {
	[ROLE_REMOVER] = {"remover", "removes the tree"},
	[ROLE_RECLAIMER] = {"reclaimer", "reclaims, naps for 1 ms, and so on", true},
	[ROLE_LOOKUP] = {"lookup", "stats a name of the tree, naps for 0.2 ms, and so on", true},
	[ROLE_CREATE] = {"create", "creates and unlinks a file, naps for 0.2 ms, and so on", true},
	{0},
};

enum {
	METRIC_WALL,
	METRIC_CPU,
	METRIC_INSTRUCTIONS,
	METRIC_ENTRIES,
	METRIC_FREED,
	METRIC_WHOLE,
	METRIC_ROUNDS = METRIC_WHOLE,
};

static const struct dcb_workload_metric rm_metrics[] = {
	[METRIC_WALL] = {NULL,
			 {"entry-wall", "ns", DCB_BETTER_LOWER, true,
			  "time from the first remover's begin to the last one's end, for each "
			  "file and folder"}},
	[METRIC_CPU] = {NULL,
			{"entry-cpu", "ns", DCB_BETTER_LOWER, true,
			 "CPU time of the removers for each of them"}},
	[METRIC_INSTRUCTIONS] = {NULL,
				 {"entry-instructions", "count", DCB_BETTER_LOWER, true,
				  "instructions of the removers for each of them"}},
	[METRIC_ENTRIES] = {NULL,
			    {"entries", "count", DCB_BETTER_NEITHER, false,
			     "files and folders removed"}},
	[METRIC_FREED] = {NULL,
			  {"dentries-freed", "count", DCB_BETTER_NEITHER, false,
			   "dentries fewer in the whole machine"}},
	[METRIC_ROUNDS] = {"reclaimer",
			   {"reclaims", "count", DCB_BETTER_NEITHER, false,
			    "times that it reclaimed"}},
	DCB_BYSTANDER_METRICS("lookup", "lookup"),
	DCB_BYSTANDER_METRICS("create", "create"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom rm_symptoms[] = {
	{0},
};

struct rm_span {
	uint64_t begin_ns, end_ns;
	struct dcb_tree_counts counts;
};

struct rm_run {
	const struct rm_params *params;
	const struct dcb_fs *fs;
	struct dcb_report report;
	const struct dcb_reclaim *reclaim;
	struct rm_span *removers;
	struct dcb_bystander *lookups, *creates;
	size_t n_reclaims;
	char tree_path[PATH_MAX], beside_path[PATH_MAX];
	int tree, beside; /* -1: none */
	atomic_size_t next, n_removing, n_missing;
	atomic_bool all_there, removed; /* all others have begun; the tree is gone */
	struct dcb_dentry_count before, after;
};

/* A bystander or the reclaimer has done its first call. */
static void rm_arrive(void *context)
{
	struct rm_run *run = context;

	if (atomic_fetch_sub(&run->n_missing, 1) == 1)
		atomic_store(&run->all_there, true);
}

static int rm_remove(void *context, size_t thread, struct dcb_sampler *sampler,
		     struct dcb_error *err)
{
	struct rm_run *run = context;
	struct rm_span *span = &run->removers[thread];
	size_t i;
	int r = dcb_moment_await(&run->all_there, "a bystander", err);

	span->counts = (struct dcb_tree_counts){0};
	span->begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	dcb_sampler_begin(sampler);
	while (r == 0 &&
	       (i = atomic_fetch_add(&run->next, 1)) < (size_t)run->params->shape.fanout) {
		char name[32];

		snprintf(name, sizeof(name), "dir%zu", i);
		r = dcb_tree_remove(run->tree, name, &span->counts);
		if (r < 0)
			dcb_error_sys(err, -r, "cannot remove %s/%s", run->tree_path, name);
	}
	dcb_sampler_end(sampler);
	span->end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	if (atomic_fetch_sub(&run->n_removing, 1) == 1)
		atomic_store(&run->removed, true);
	return r;
}

static int rm_reclaim(void *context, size_t thread, struct dcb_sampler *sampler,
		      struct dcb_error *err)
{
	struct rm_run *run = context;
	int r;

	(void)thread;
	run->n_reclaims = 0;
	dcb_sampler_begin(sampler);
	do {
		r = dcb_reclaim_now(run->reclaim, run->fs->root);
		if (run->n_reclaims++ == 0)
			rm_arrive(run);
		dcb_moment_nap(RECLAIM_NAP_NS);
	} while (r == 0 && !atomic_load(&run->removed));
	dcb_sampler_end(sampler);
	return r < 0 ? dcb_error_sys(err, -r, "cannot reclaim") : 0;
}

static int rm_stand_by(struct rm_run *run, struct dcb_bystander *bystander, int folder,
		       struct dcb_sampler *sampler, struct dcb_error *err)
{
	const struct dcb_bystander_scene scene = {folder, rm_arrive, run, &run->removed};

	return dcb_bystander_run(bystander, &scene, sampler, err);
}

static int rm_look(void *context, size_t thread, struct dcb_sampler *sampler, struct dcb_error *err)
{
	struct rm_run *run = context;

	return rm_stand_by(run, &run->lookups[thread], run->tree, sampler, err);
}

static int rm_make_files(void *context, size_t thread, struct dcb_sampler *sampler,
			 struct dcb_error *err)
{
	struct rm_run *run = context;

	return rm_stand_by(run, &run->creates[thread], run->beside, sampler, err);
}

static int rm_open_folder(const char *path, int *ret_fd, struct dcb_error *err)
{
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	*ret_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd < 0 ? dcb_error_sys(err, errno, "%s", path) : 0;
}

/* The folders at the top and all below them; no files beside them. */
static int rm_make_tree(struct rm_run *run, struct dcb_error *err)
{
	struct dcb_tree_shape below = run->params->shape;

	below.depth--;
	for (int64_t i = 0; i < below.fanout; i++) {
		char path[PATH_MAX + 32];
		int r;

		snprintf(path, sizeof(path), "%s/dir%lld", run->tree_path, (long long)i);
		if (mkdir(path, 0755) < 0)
			return dcb_error_sys(err, errno, "%s", path);
		r = dcb_tree_make(path, &below, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int rm_set(void *context, struct dcb_error *err)
{
	struct rm_run *run = context;
	size_t others = (size_t)(run->params->lookups + run->params->creates) +
			(run->params->reclaim != RECLAIM_NONE);
	int r;

	atomic_store(&run->next, 0);
	atomic_store(&run->n_removing, (size_t)run->params->threads);
	atomic_store(&run->n_missing, others);
	atomic_store(&run->all_there, others == 0);
	atomic_store(&run->removed, false);
	r = rm_open_folder(run->tree_path, &run->tree, err);
	if (r == 0)
		r = rm_open_folder(run->beside_path, &run->beside, err);
	if (r == 0)
		r = rm_make_tree(run, err);
	return r < 0 ? r : dcb_dentry_count_read(&run->before, err);
}

static int rm_clear(void *context, struct dcb_error *err)
{
	struct rm_run *run = context;
	const char *const paths[] = {run->tree_path, run->beside_path};

	cleanup_close(&run->tree);
	cleanup_close(&run->beside);
	run->tree = run->beside = -1;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int r = dcb_tree_remove(AT_FDCWD, paths[i], NULL);

		if (r < 0)
			return dcb_error_sys(err, -r, "cannot remove %s", paths[i]);
	}
	return 0;
}

static struct dcb_value rm_value(int metric, double value)
{
	return dcb_report_value(&rm_metrics[metric].metric, value);
}

static int rm_report_bystanders(struct rm_run *run, size_t role, struct dcb_bystander *bystanders,
				int iteration, struct dcb_error *err)
{
	const char *name = run->report.roles[role].name;

	for (size_t i = 0; i < run->report.roles[role].n_threads; i++) {
		struct dcb_value extra[DCB_BYSTANDER_N];
		int r;

		dcb_bystander_values(&bystanders[i], &dcb_workload_tree_rm, name, name, extra);
		r = dcb_report_role(&run->report, role, i, iteration, NULL, extra, DCB_BYSTANDER_N,
				    err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int rm_report_reclaimer(struct rm_run *run, int iteration, struct dcb_error *err)
{
	const struct dcb_value value = rm_value(METRIC_ROUNDS, (double)run->n_reclaims);

	if (run->params->reclaim == RECLAIM_NONE)
		return 0;
	return dcb_report_role(&run->report, ROLE_RECLAIMER, 0, iteration, NULL, &value, 1, err);
}

static int rm_report_whole(struct rm_run *run, int iteration, const struct dcb_late *late,
			   struct dcb_error *err)
{
	const struct dcb_tree_counts expected = dcb_tree_count(&run->params->shape);
	struct dcb_value whole[METRIC_WHOLE + DCB_LATE_N];
	size_t threads = (size_t)run->params->threads;
	uint64_t begin_ns = UINT64_MAX, end_ns = 0;
	int64_t n = 0, all = expected.folders + expected.files - run->params->shape.files;

	for (size_t i = 0; i < threads; i++) {
		const struct rm_span *span = &run->removers[i];

		begin_ns = span->begin_ns < begin_ns ? span->begin_ns : begin_ns;
		end_ns = span->end_ns > end_ns ? span->end_ns : end_ns;
		n += span->counts.files + span->counts.folders;
	}
	if (n != all)
		return dcb_error_set(err, EIO, "%lld entries were removed, not %lld", (long long)n,
				     (long long)all);
	whole[METRIC_WALL] = rm_value(METRIC_WALL, (double)(end_ns - begin_ns) / (double)n);
	whole[METRIC_CPU] = rm_value(
		METRIC_CPU,
		dcb_report_sum(run->report.crew, ROLE_REMOVER, threads, "cpu") / (double)n);
	whole[METRIC_INSTRUCTIONS] = rm_value(
		METRIC_INSTRUCTIONS,
		dcb_report_sum(run->report.crew, ROLE_REMOVER, threads, "instructions") /
			(double)n);
	whole[METRIC_ENTRIES] = rm_value(METRIC_ENTRIES, (double)n);
	whole[METRIC_FREED] = rm_value(METRIC_FREED, (double)(run->before.all - run->after.all));
	dcb_late_values(late, &dcb_workload_tree_rm, whole + METRIC_WHOLE);
	return dcb_report_last(&run->report, ROLE_REMOVER, iteration, whole, ARRAY_SIZE(whole),
			       err);
}

static int rm_report(void *context, int iteration, const struct dcb_late *late,
		     struct dcb_error *err)
{
	struct rm_run *run = context;
	int r = dcb_dentry_count_read(&run->after, err);

	if (r == 0)
		r = rm_report_bystanders(run, ROLE_LOOKUP, run->lookups, iteration, err);
	if (r == 0)
		r = rm_report_bystanders(run, ROLE_CREATE, run->creates, iteration, err);
	if (r == 0)
		r = rm_report_reclaimer(run, iteration, err);
	return r < 0 ? r : rm_report_whole(run, iteration, late, err);
}

static int rm_run_crew(struct rm_run *run, const struct dcb_workload_output *output,
		       struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {rm_set, rm_report, rm_clear};
	const struct rm_params *params = run->params;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_REMOVER] = {"remover", (size_t)params->threads, rm_remove, NULL},
		[ROLE_RECLAIMER] = {"reclaimer", params->reclaim != RECLAIM_NONE, rm_reclaim, NULL},
		[ROLE_LOOKUP] = {"lookup", (size_t)params->lookups, rm_look, NULL},
		[ROLE_CREATE] = {"create", (size_t)params->creates, rm_make_files, NULL},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	return dcb_rounds_run(&rounds, &params->rounds, crew, run, err);
}

static int rm_run_on(const struct dcb_fs *fs, const struct rm_params *params,
		     const struct dcb_reclaim *reclaim, const struct dcb_workload_output *output,
		     struct dcb_error *err)
{
	size_t n = (size_t)(params->lookups + params->creates);
	_cleanup_free_ struct dcb_bystander *bystanders = calloc(n + 1, sizeof(*bystanders));
	_cleanup_free_ struct rm_span *spans = calloc((size_t)params->threads, sizeof(*spans));
	struct rm_run run = {.params = params,
			     .fs = fs,
			     .reclaim = reclaim,
			     .removers = spans,
			     .lookups = bystanders,
			     .creates = bystanders + params->lookups,
			     .tree = -1,
			     .beside = -1};
	int r = 0;

	if (!bystanders || !spans)
		return dcb_error_oom(err);
	snprintf(run.tree_path, sizeof(run.tree_path), "%s/tree", fs->root);
	snprintf(run.beside_path, sizeof(run.beside_path), "%s/beside", fs->root);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = dcb_bystander_init(&bystanders[i],
				       i < (size_t)params->lookups ? &params->shape : NULL, i, err);
	if (r == 0)
		r = rm_run_crew(&run, output, err);
	for (size_t i = 0; i < n; i++)
		dcb_bystander_deinit(&bystanders[i]);
	return r;
}

static int rm_run_reclaimed(const struct dcb_workload_context *context,
			    const struct rm_params *params, const struct dcb_reclaim *reclaim,
			    struct dcb_error *err)
{
	struct dcb_fs fs;
	int closed;
	int r = dcb_fs_open(&fs, (enum dcb_fs_type)params->fs, context, "fs", err);

	if (r < 0)
		return r;
	r = rm_run_on(&fs, params, reclaim, context->output, err);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

/* Into its cgroup before anything is allocated. */
static int rm_run(const struct dcb_workload_context *context, const void *data,
		  struct dcb_error *err)
{
	static const enum dcb_reclaim_how hows[] = {
		[RECLAIM_DROP] = DCB_RECLAIM_DROP,
		[RECLAIM_MEMCG] = DCB_RECLAIM_MEMCG,
		[RECLAIM_REMOUNT] = DCB_RECLAIM_REMOUNT,
	};
	const struct rm_params *params = data;
	struct dcb_reclaim reclaim = DCB_RECLAIM_NULL;
	int r = 0, closed;

	if (params->reclaim != RECLAIM_NONE)
		r = dcb_reclaim_open(&reclaim, hows[params->reclaim], err);
	if (r < 0)
		return r;
	r = rm_run_reclaimed(context, params, &reclaim, err);
	closed = dcb_reclaim_close(&reclaim, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

/* fanout to the power of depth ends at this, long before it overflows. */
#define MAX_FOLDERS 100000000

static int rm_check(const void *data, unsigned cpus, uint64_t memory_bytes, struct dcb_error *err)
{
	const struct rm_params *params = data;
	int64_t level = 1, folders = 0;

	(void)cpus;
	for (int64_t i = 0; i < params->shape.depth && folders < MAX_FOLDERS; i++) {
		level *= params->shape.fanout;
		folders += level;
	}
	return dcb_memory_check(
		dcb_memory_dentries_mib((uint64_t)folders * (uint64_t)(1 + params->shape.files +
								       params->shape.negative)),
		memory_bytes, "a smaller depth=, fanout= or files=", err);
}

static struct dcb_workload_needs rm_needs(const void *data)
{
	const struct rm_params *params = data;

	return dcb_fs_needs((enum dcb_fs_type)params->fs);
}

const struct dcb_workload_ops dcb_workload_tree_rm = {
	.name = "tree-rm",
	.summary = "removal of a deep and wide tree beside reclaim, lookups and creates",
	.description =
		"Removers go through the tree as rm -rf does: getdents(), unlink(), rmdir() of "
		"each folder, whose negative dentries shrink_dcache_parent() evicts. Reclaim "
		"takes unused dentries to lists of its own (prune_dcache_sb(), "
		"shrink_dcache_sb()), from where the removers must steal them. Lookups walk the "
		"tree that goes away under them, and meet d_lock and rename_lock; creates use the "
		"same superblock beside it. Nobody's iput() is slow: dying dentries are there for "
		"an instant only, and this is a row of cost and of bystanders' tails. tmpfs pins "
		"its dentries and keeps no negative ones: there reclaim finds nothing to take of "
		"it; ext4 or overlay have both. Calls of bystanders are a fifth of a millisecond "
		"apart, and what they wait for a CPU before a call is not part of its latency.",
	.options = rm_options,
	.params_size = sizeof(struct rm_params),
	.roles = rm_roles,
	.metrics = rm_metrics,
	.symptoms = rm_symptoms,
	.check = rm_check,
	.needs = rm_needs,
	.run = rm_run,
};
