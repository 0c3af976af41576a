// SPDX-License-Identifier: GPL-2.0-only
/*
 * A btrfs subvolume, as snapshotters of containers have them, is deleted while a file in it dies.
 * The closer and the waiter are those of dying-dentry; only the waiter's call is another.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/dying-couple.h"
#include "workloads/memory.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_N };

struct subvolume_params {
	struct dcb_dying_file file;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option subvolume_options[] = {
	{"size", DCB_OPTION_SIZE, offsetof(struct subvolume_params, file.size), 1 << 16,
	 INT64_C(1) << 31, NULL, "64M", "bytes of the file: how long its dentry is dying"},
	{"fragments", DCB_OPTION_INT, offsetof(struct subvolume_params, file.fragments), 1, 65536,
	 NULL, "100",
	 "pieces of the file that lie apart on the disk: without them the transaction takes longer "
	 "than the eviction"},
	DCB_ROUNDS_OPTIONS(subvolume_params, "5"),
	{0},
};

static const struct dcb_workload_role subvolume_roles[] = {
	{"waiter", "deletes the subvolume in which a dentry is dying"},
	{"closer", "closes the last descriptor of the unlinked file"},
	{0},
};

static const struct dcb_workload_metric subvolume_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom subvolume_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct subvolume_run {
	const struct subvolume_params *params;
	struct dcb_dying_couple couple;
	struct dcb_report report;
	struct dcb_meeting *meeting;
};

static int subvolume_wait(void *context, size_t thread, struct dcb_sampler *sampler,
			  struct dcb_error *err)
{
	struct subvolume_run *run = context;
	int r = dcb_dying_couple_await(&run->couple, err);

	(void)thread;
	return r < 0 ? r : dcb_dying_couple_remove(&run->couple, sampler, err);
}

static int subvolume_close(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct subvolume_run *run = context;
	int r = dcb_dying_couple_ready(&run->couple, err);

	(void)thread;
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	dcb_dying_couple_close(&run->couple);
	dcb_sampler_end(sampler);
	return 0;
}

static int subvolume_set(void *context, struct dcb_error *err)
{
	struct subvolume_run *run = context;

	return dcb_dying_couple_set(&run->couple, &run->params->file, false, err);
}

static int subvolume_clear(void *context, struct dcb_error *err)
{
	struct subvolume_run *run = context;

	return dcb_dying_couple_clear(&run->couple, err);
}

static int subvolume_report(void *context, int iteration, const struct dcb_late *late,
			    struct dcb_error *err)
{
	struct subvolume_run *run = context;
	double wall_ns = dcb_report_measured(run->report.crew, ROLE_CLOSER, 0, "wall");
	const struct dcb_meeting_seen seen = dcb_dying_couple_seen(&run->couple, wall_ns);
	struct dcb_value whole[DCB_LATE_N];
	int r = dcb_meeting_report(run->meeting, 0, iteration, &seen, NULL, 0, err);

	if (r < 0)
		return r;
	dcb_late_values(late, &dcb_workload_subvolume_delete, whole);
	return dcb_report_last(&run->report, ROLE_CLOSER, iteration, whole, DCB_LATE_N, err);
}

static int subvolume_rounds(struct subvolume_run *run, const struct dcb_workload_output *output,
			    struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {subvolume_set, subvolume_report, subvolume_clear};
	static const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", 1, subvolume_wait, NULL},
		[ROLE_CLOSER] = {"closer", 1, subvolume_close, NULL},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	r = dcb_meeting_new(&run->report, &dcb_workload_subvolume_delete, ROLE_WAITER,
			    (size_t)run->params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
	return r < 0 ? r
		     : dcb_meeting_conclude(meeting, true,
					    "a larger size= keeps it open for longer", err);
}

static int subvolume_run(const struct dcb_workload_context *context, const void *data,
			 struct dcb_error *err)
{
	struct subvolume_run run = {.params = data, .couple = DCB_DYING_COUPLE_NULL};
	struct dcb_fs fs;
	int closed;
	int r = dcb_fs_open(&fs, DCB_FS_BTRFS, context, "fs", err);

	if (r < 0)
		return r;
	r = dcb_dying_couple_init(&run.couple, &fs, DCB_DYING_SUBVOLUME, err);
	if (r == 0)
		r = subvolume_rounds(&run, context->output, err);
	dcb_dying_couple_deinit(&run.couple);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int subvolume_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			   struct dcb_error *err)
{
	const struct subvolume_params *params = data;
	int r = dcb_dying_file_check(&params->file, err);

	(void)cpus;
	return r < 0 ? r
		     : dcb_memory_check(dcb_dying_memory_mib(DCB_FS_BTRFS, &params->file, 1),
					memory_bytes, "a smaller size=", err);
}

static struct dcb_workload_needs subvolume_needs(const void *data)
{
	(void)data;
	return dcb_fs_needs(DCB_FS_BTRFS);
}

const struct dcb_workload_ops dcb_workload_subvolume_delete = {
	.name = "subvolume-delete",
	.summary = "deletion of a btrfs subvolume in which a dentry is being killed",
	.description =
		"close() of the last descriptor of an unlinked file in a subvolume kills its "
		"dentry, and iput() evicts the inode (btrfs_evict_inode()). Meanwhile "
		"BTRFS_IOC_SNAP_DESTROY unlinks the subvolume in a transaction and then calls "
		"d_invalidate() on its root, which walks its dentries by shrink_dcache_parent(): "
		"from 6.8 to 7.0 again and again until the dying one is gone, from 7.1 on asleep. "
		"What btrfs-cleaner does later with the subvolume's extents is in late-cpu as far "
		"as it happens at once.",
	.options = subvolume_options,
	.params_size = sizeof(struct subvolume_params),
	.roles = subvolume_roles,
	.metrics = subvolume_metrics,
	.symptoms = subvolume_symptoms,
	.check = subvolume_check,
	.needs = subvolume_needs,
	.run = subvolume_run,
};
