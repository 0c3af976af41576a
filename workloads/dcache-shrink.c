// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teardown beside reclaim of the same dentries. Reclaimers start; once the first dentry has been
 * evicted, and a list of others is in a reclaimer's hand, the teardown thread unmounts the file
 * systems or removes the folders one after the other, in the order in which reclaim takes them.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/dentry-count.h"
#include "workloads/dying-state.h"
#include "workloads/latency.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/plant.h"
#include "workloads/reclaim.h"
#include "workloads/report.h"
#include "workloads/rounds.h"
#include "workloads/targets.h"

#define STALL_FACTOR 5
#define STALL_NS     100000000

enum { ROLE_TEARDOWN, ROLE_RECLAIMER, ROLE_N };
enum { OP_RMDIR, OP_UMOUNT };

struct shrink_params {
	int op, how, fs;
	int64_t targets, dentries, reclaimers;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option shrink_options[] = {
	{"op", DCB_OPTION_CHOICE, offsetof(struct shrink_params, op), 0, 0, "rmdir,umount", "rmdir",
	 "removes the folders of one file system, or unmounts file systems with a folder each"},
	{"how", DCB_OPTION_CHOICE, offsetof(struct shrink_params, how), 0, 0, DCB_RECLAIM_CHOICES,
	 "drop", "reclaim by drop_caches, by memory.reclaim of a cgroup, or by remounting"},
	{"fs", DCB_OPTION_CHOICE, offsetof(struct shrink_params, fs), 0, 0, DCB_CACHED_CHOICES,
	 "fuse", "file system: files on FUSE, negative dentries elsewhere"},
	{"targets", DCB_OPTION_INT, offsetof(struct shrink_params, targets), 1, DCB_TARGETS_MAX,
	 NULL, "8", "folders to remove, or file systems to unmount, in an iteration"},
	{"dentries", DCB_OPTION_INT, offsetof(struct shrink_params, dentries), 1, 1000000, NULL,
	 "2048", "unused dentries in each"},
	{"reclaimers", DCB_OPTION_INT, offsetof(struct shrink_params, reclaimers), 0, 16, NULL, "1",
	 "threads that reclaim, once an iteration; 0: the same teardown undisturbed"},
	DCB_ROUNDS_OPTIONS(shrink_params, "5"),
	{0},
};

static const struct dcb_workload_role shrink_roles[] = {
	{"teardown", "removes the folders or unmounts the file systems"},
	{"reclaimer", "reclaims the dentries meanwhile", true},
	{0},
};

enum { METRIC_BUSY, METRIC_STALLS, METRIC_COST, METRIC_FREED, METRIC_OVERLAP, METRIC_N };

static const struct dcb_workload_metric shrink_metrics[] = {
	[METRIC_BUSY] = {"teardown",
			 {"busy", "ratio", DCB_BETTER_NEITHER, true,
			  "(cpu + run-delay) / wall: 1 works or spins all the time; absent under "
			  "1 ms"}},
	[METRIC_STALLS] = {"teardown",
			   {"stalls", "count", DCB_BETTER_LOWER, true,
			    "calls over 5 times the median of the undisturbed warm-up, or over 100 "
			    "ms"}},
	[METRIC_COST] = {NULL,
			 {"dentry-cost", "ns", DCB_BETTER_LOWER, true,
			  "CPU time of both roles for each dentry that was there"}},
	[METRIC_FREED] = {NULL,
			  {"dentries-freed", "count", DCB_BETTER_NEITHER, false,
			   "dentries fewer in the whole machine"}},
	[METRIC_OVERLAP] = {NULL,
			    {"overlap", "ratio", DCB_BETTER_NEITHER, false,
			     "share of the teardown during which somebody reclaimed"}},
	DCB_LATENCY_METRICS("teardown", "call"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom shrink_symptoms[] = {
	{0},
};

struct shrink_span {
	uint64_t begin_ns, end_ns;
};

struct shrink_run {
	const struct shrink_params *params;
	const struct dcb_workload_context *context;
	struct dcb_report report;
	struct dcb_reclaim reclaim;
	struct dcb_targets targets;
	struct dcb_fuse_watch evicted; /* FUSE: the first dentry that reclaim has done with */
	atomic_bool begun;             /* a reclaimer is about to */
	uint64_t call_ns[DCB_TARGETS_MAX];
	struct shrink_span teardown, *reclaimers;
	struct dcb_dentry_count before;
	int64_t iteration;       /* below 0: a warm-up, in which nobody reclaims */
	uint64_t undisturbed_ns; /* median call of the last warm-up; 0: there was none */
};

static bool shrink_disturbed(const struct shrink_run *run)
{
	return run->params->reclaimers > 0 && run->iteration >= 0;
}

static int shrink_await_reclaim(struct shrink_run *run, struct dcb_error *err)
{
	int r;

	if (!shrink_disturbed(run))
		return 0;
	if (run->params->fs == DCB_CACHED_FUSE)
		return dcb_moment_await(&run->evicted.gone, "the first eviction", err);
	r = dcb_moment_await(&run->begun, "a reclaimer", err);
	if (r == 0)
		dcb_moment_nap(DCB_MOMENT_DELAY_NS);
	return r;
}

static int shrink_teardown(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct shrink_run *run = context;
	size_t i = 0;
	int r = shrink_await_reclaim(run, err);

	(void)thread;
	if (r < 0)
		return r;
	run->teardown.begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	dcb_sampler_begin(sampler);
	for (; r == 0 && i < run->targets.n; i++) {
		uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

		r = dcb_targets_remove(&run->targets, i);
		run->call_ns[i] = dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns;
	}
	dcb_sampler_end(sampler);
	run->teardown.end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove %s", run->targets.paths[i - 1]) : 0;
}

static int shrink_reclaim(void *context, size_t thread, struct dcb_sampler *sampler,
			  struct dcb_error *err)
{
	struct shrink_run *run = context;
	struct shrink_span *span = &run->reclaimers[thread];
	int r = 0;

	span->begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	atomic_store(&run->begun, true);
	dcb_sampler_begin(sampler);
	if (shrink_disturbed(run))
		r = dcb_reclaim_now(&run->reclaim,
				    dcb_cached_fs_root(dcb_targets_fs(&run->targets, thread)));
	dcb_sampler_end(sampler);
	span->end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	return r < 0 ? dcb_error_sys(err, -r, "cannot reclaim") : 0;
}

static int shrink_set(void *context, struct dcb_error *err)
{
	struct shrink_run *run = context;
	int r;

	run->iteration++;
	atomic_store(&run->begun, false);
	/* Repeated are the evictions: on a dentry more each. */
	r = dcb_targets_set(
		&run->targets, run->context,
		(uint64_t)(run->params->dentries +
			   dcb_plant_extra(run->context->plant_ppm, run->params->dentries)),
		err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < run->targets.n; i++)
		if (run->params->fs == DCB_CACHED_FUSE && (i == 0 || run->targets.mounts))
			dcb_fuse_watch(&run->targets.fs[i].fuse, &run->evicted, 0);
	return dcb_dentry_count_read(&run->before, err);
}

static int shrink_clear(void *context, struct dcb_error *err)
{
	struct shrink_run *run = context;

	return dcb_targets_clear(&run->targets, err);
}

/* From the first reclaimer's begin to the last one's end. */
static double shrink_overlap(const struct shrink_run *run)
{
	const struct shrink_span *teardown = &run->teardown;
	uint64_t begin_ns = UINT64_MAX, end_ns = 0;

	for (size_t i = 0; shrink_disturbed(run) && i < (size_t)run->params->reclaimers; i++) {
		const struct shrink_span *span = &run->reclaimers[i];

		begin_ns = span->begin_ns < begin_ns ? span->begin_ns : begin_ns;
		end_ns = span->end_ns > end_ns ? span->end_ns : end_ns;
	}
	begin_ns = begin_ns > teardown->begin_ns ? begin_ns : teardown->begin_ns;
	end_ns = end_ns < teardown->end_ns ? end_ns : teardown->end_ns;
	if (begin_ns >= end_ns)
		return 0;
	return (double)(end_ns - begin_ns) / (double)(teardown->end_ns - teardown->begin_ns);
}

static double shrink_stalls(const struct shrink_run *run)
{
	uint64_t limit_ns = run->undisturbed_ns * STALL_FACTOR;
	double stalls = 0;

	if (limit_ns == 0 || limit_ns > STALL_NS)
		limit_ns = STALL_NS;
	for (size_t i = 0; i < (size_t)run->params->targets; i++)
		stalls += run->call_ns[i] > limit_ns;
	return stalls;
}

static struct dcb_value shrink_value(int metric, double value)
{
	return dcb_report_value(&shrink_metrics[metric].metric, value);
}

static int shrink_report_teardown(struct shrink_run *run, int iteration, struct dcb_error *err)
{
	struct dcb_crew *crew = run->report.crew;
	size_t n = (size_t)run->params->targets;
	struct dcb_value extra[DCB_LATENCY_N + 2];
	double busy = NAN;
	double run_delay_ns = dcb_report_measured(crew, ROLE_TEARDOWN, 0, "run-delay");

	if (!isnan(run_delay_ns))
		dcb_dying_busy(dcb_report_measured(crew, ROLE_TEARDOWN, 0, "wall"),
			       dcb_report_measured(crew, ROLE_TEARDOWN, 0, "cpu"), run_delay_ns,
			       &busy);
	dcb_latency_values(&dcb_workload_dcache_shrink, "teardown", "call", run->call_ns, n, extra);
	extra[DCB_LATENCY_N] = shrink_value(METRIC_BUSY, busy);
	extra[DCB_LATENCY_N + 1] = shrink_value(METRIC_STALLS, shrink_stalls(run));
	/* dcb_latency_values() has sorted them. */
	if (iteration < 0)
		run->undisturbed_ns = run->call_ns[n / 2];
	return dcb_report_role(&run->report, ROLE_TEARDOWN, 0, iteration, NULL, extra,
			       ARRAY_SIZE(extra), err);
}

static int shrink_report(void *context, int iteration, const struct dcb_late *late,
			 struct dcb_error *err)
{
	struct shrink_run *run = context;
	const struct shrink_params *params = run->params;
	struct dcb_value whole[DCB_LATE_N + 3];
	struct dcb_dentry_count after;
	double cpu_ns = dcb_report_sum(run->report.crew, ROLE_TEARDOWN, 1, "cpu") +
			dcb_report_sum(run->report.crew, ROLE_RECLAIMER, (size_t)params->reclaimers,
				       "cpu");
	int r = dcb_dentry_count_read(&after, err);

	if (r == 0)
		r = shrink_report_teardown(run, iteration, err);
	if (r < 0)
		return r;
	dcb_late_values(late, &dcb_workload_dcache_shrink, whole);
	whole[DCB_LATE_N] = shrink_value(METRIC_COST,
					 cpu_ns / (double)(params->targets * params->dentries));
	whole[DCB_LATE_N + 1] = shrink_value(METRIC_FREED, (double)(run->before.all - after.all));
	whole[DCB_LATE_N + 2] = shrink_value(METRIC_OVERLAP, shrink_overlap(run));
	return dcb_report_last(&run->report, ROLE_RECLAIMER, iteration, whole, ARRAY_SIZE(whole),
			       err);
}

static int shrink_run_crew(struct shrink_run *run, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {shrink_set, shrink_report, shrink_clear};
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_TEARDOWN] = {"teardown", 1, shrink_teardown, NULL},
		[ROLE_RECLAIMER] = {"reclaimer", (size_t)run->params->reclaimers, shrink_reclaim,
				    NULL},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){run->context->output, crew, roles};
	return dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
}

static int shrink_run(const struct dcb_workload_context *context, const void *data,
		      struct dcb_error *err)
{
	const struct shrink_params *params = data;
	_cleanup_free_ struct shrink_span *spans = calloc((size_t)params->reclaimers + 1,
							  sizeof(*spans));
	_cleanup_free_ struct shrink_run *run = calloc(1, sizeof(*run));
	int r, closed;

	if (!spans || !run)
		return dcb_error_oom(err);
	run->params = params;
	run->context = context;
	run->reclaimers = spans;
	run->iteration = -params->rounds.warmup - 1;
	dcb_targets_init(&run->targets, (enum dcb_cached_type)params->fs, params->op == OP_UMOUNT,
			 (size_t)params->targets);
	r = dcb_reclaim_open(&run->reclaim, (enum dcb_reclaim_how)params->how, err);
	if (r < 0)
		return r;
	r = shrink_run_crew(run, err);
	closed = dcb_reclaim_close(&run->reclaim, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int shrink_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			struct dcb_error *err)
{
	const struct shrink_params *params = data;

	(void)cpus;
	if (params->op == OP_UMOUNT && params->how == DCB_RECLAIM_REMOUNT && params->reclaimers > 0)
		return dcb_error_usage(err, "op=umount does not go with how=remount: a remount "
					    "keeps the mount busy; give how=drop or how=memcg");
	return dcb_memory_check(
		dcb_memory_dentries_mib((uint64_t)(params->targets * params->dentries)),
		memory_bytes, "a smaller dentries=", err);
}

static int64_t shrink_operations(const void *data)
{
	const struct shrink_params *params = data;

	return params->dentries;
}

static struct dcb_workload_needs shrink_needs(const void *data)
{
	const struct shrink_params *params = data;

	return dcb_cached_fs_needs((enum dcb_cached_type)params->fs);
}

const struct dcb_workload_ops dcb_workload_dcache_shrink = {
	.name = "dcache-shrink",
	.summary = "rmdir or umount beside reclaim of the same unused dentries",
	.description =
		"Reclaim takes up to 1024 unused dentries of a superblock at a time to a list of "
		"its "
		"own and evicts them (super_cache_scan(), prune_dcache_sb(), "
		"shrink_dentry_list()). "
		"rmdir() of a folder whose dentries stand on such a list steals them one at a "
		"time: "
		"shrink_dcache_parent() walks the folder twice for each (select_collect(), "
		"select_collect2()), in 6.1 as in 7.3. umount() takes s_umount for writing and "
		"waits "
		"for the scans that hold it, then frees the shrinker, which from 6.7 on waits for "
		"scans "
		"of that superblock alone and before for all scans (unregister_shrinker()); then "
		"it "
		"evicts alone. No dentry is dying for long here and umount meets none: this is a "
		"row of "
		"cost. With reclaimers=0 it is the same teardown undisturbed. dentry-cost counts "
		"both roles, with drop also what else the machine had cached. Nobody reclaims in "
		"the warm-ups: their median call says what a stall is.",
	.options = shrink_options,
	.params_size = sizeof(struct shrink_params),
	.roles = shrink_roles,
	.metrics = shrink_metrics,
	.symptoms = shrink_symptoms,
	.check = shrink_check,
	.needs = shrink_needs,
	.operations = shrink_operations,
	.run = shrink_run,
};
