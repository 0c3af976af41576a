// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many mounts with their dentries are unmounted: what a dentry costs, how long an unmount takes.
 * Nobody meets a dying dentry there, unless cleaners remove the upper layers of overlays that are
 * being evicted: a cleaner sleeps until the open deleted file of one of its overlays is dying, so
 * that it meets that dentry, and its timed parts add up.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/dentry-count.h"
#include "workloads/meeting.h"
#include "workloads/moment.h"
#include "workloads/mount-scene.h"
#include "workloads/ops.h"
#include "workloads/other-processes.h"
#include "workloads/rounds.h"
#include "workloads/unmount-figures.h"

enum { ROLE_UMOUNT, ROLE_CLEANER, ROLE_N };

enum { MODE_SEQUENTIAL, MODE_PARALLEL, MODE_LAZY, MODE_NAMESPACE };

#define MIN_WINDOW (1 << 20)

struct massive_params {
	struct dcb_mount_shape shape;
	int mode;
	int64_t threads, cleaners;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option massive_options[] = {
	{"mounts", DCB_OPTION_INT, offsetof(struct massive_params, shape.mounts), 1, 20000, NULL,
	 "50", "mounts, each with a superblock of its own unless type=bind"},
	{"dentries", DCB_OPTION_INT, offsetof(struct massive_params, shape.dentries), 0, 1000000,
	 NULL, "100", "files in each"},
	{"negative", DCB_OPTION_INT, offsetof(struct massive_params, shape.negative), 0, 1000000,
	 NULL, "0", "names in each that were looked up in vain (overlay, ext4)"},
	{"type", DCB_OPTION_CHOICE, offsetof(struct massive_params, shape.type), 0, 0,
	 DCB_MOUNT_TYPES, "tmpfs", "what is mounted"},
	{"mode", DCB_OPTION_CHOICE, offsetof(struct massive_params, mode), 0, 0,
	 "sequential,parallel,lazy,namespace", "sequential",
	 "umount() of each, by one thread or by threads=; lazy: one MNT_DETACH of the mount that "
	 "holds them; namespace: the last reference of their mount namespace is dropped"},
	{"peers", DCB_OPTION_INT, offsetof(struct massive_params, shape.peers), 0, 1000, NULL, "0",
	 "shared copies of each mount, to which unmounting propagates"},
	{"threads", DCB_OPTION_INT, offsetof(struct massive_params, threads), 1, 64, NULL, "2",
	 "unmounting threads of mode=parallel"},
	{"cleaners", DCB_OPTION_INT, offsetof(struct massive_params, cleaners), 0, 64, NULL, "0",
	 "threads that remove upper layers, work folders and mount points of the overlays while "
	 "these are evicted"},
	{"open_deleted", DCB_OPTION_SIZE, offsetof(struct massive_params, shape.open_deleted), 0,
	 INT64_C(1) << 40, NULL, "0",
	 "bytes of a file in each overlay that its upper layer has unlinked already"},
	DCB_ROUNDS_OPTIONS(massive_params, "5"),
	{0},
};

static const struct dcb_workload_role massive_roles[] = {
	{"umount", "unmounts"},
	{"cleaner", "removes what the unmounted overlays stood on"},
	{0},
};

static const struct dcb_workload_metric massive_metrics[] = {
	DCB_UNMOUNT_METRICS,
	DCB_MEETING_METRICS("cleaner"),
	{0},
};

static const struct dcb_workload_symptom massive_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct massive_cleaner {
	bool closed_before, closed_after;
};

struct massive_thread {
	uint64_t begin_ns, end_ns;
};

struct massive_run {
	const struct massive_params *params;
	const struct dcb_workload_output *output;
	struct dcb_mount_scene scene;
	struct dcb_report report;
	struct dcb_meeting *meeting; /* NULL: no cleaners */
	struct massive_cleaner *cleaners;
	struct massive_thread *threads;
	size_t n_threads;
	uint64_t *latencies_ns; /* of each mount */
	struct dcb_dentry_count before;
	struct dcb_other_processes others; /* as they were before */
	atomic_int n_coming, n_going;      /* cleaners not yet there, threads that have not ended */
	atomic_bool cleaners_there, counted;
};

static int unmount_each(struct massive_run *run, size_t thread)
{
	size_t n = (size_t)run->params->shape.mounts;

	for (size_t i = thread; i < n; i += run->n_threads) {
		uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

		if (umount2(run->scene.mounts[i].root, 0) < 0)
			return -errno;
		run->latencies_ns[i] = dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns;
	}
	return 0;
}

static int unmount_share(struct massive_run *run, size_t thread)
{
	switch (run->params->mode) {
	case MODE_LAZY:
		return umount2(run->scene.top, MNT_DETACH) < 0 ? -errno : 0;
	case MODE_NAMESPACE:
		return close(TAKE_FD(run->scene.namespace_fd)) < 0 ? -errno : 0;
	default:
		return unmount_each(run, thread);
	}
}

/* By the first thread, for whom the others wait. */
static int count_before(struct massive_run *run, size_t thread, struct dcb_error *err)
{
	int r = dcb_moment_await(&run->cleaners_there, "a cleaner", err);

	if (r < 0)
		return r;
	if (thread > 0)
		return dcb_moment_await(&run->counted, "the first thread", err);
	r = dcb_other_processes_mark(&run->others, err);
	if (r == 0)
		r = dcb_dentry_count_read(&run->before, err);
	atomic_store(&run->counted, r == 0);
	return r;
}

static int massive_unmount(void *data, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct massive_run *run = data;
	struct massive_thread *own = &run->threads[thread];
	int r = count_before(run, thread, err);

	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	own->begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	r = unmount_share(run, thread);
	own->end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	dcb_sampler_end(sampler);
	atomic_fetch_sub(&run->n_going, 1);
	return r < 0 ? dcb_error_sys(err, -r, "cannot unmount") : 0;
}

static int clean_next(struct massive_run *run, size_t thread, bool first,
		      struct dcb_sampler *sampler, struct dcb_error *err)
{
	_cleanup_close_ int base_fd = -1;
	int r = dcb_mount_scene_await(&run->scene, thread, &base_fd, err);

	if (r < 0)
		return r;
	if (first) {
		run->cleaners[thread].closed_before = atomic_load(&run->n_going) == 0;
		dcb_sampler_begin(sampler);
	} else {
		dcb_sampler_resume(sampler);
	}
	r = dcb_mount_scene_remove_layers(base_fd);
	dcb_sampler_end(sampler);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove the layers of an overlay") : 0;
}

static int massive_clean(void *data, size_t thread, struct dcb_sampler *sampler,
			 struct dcb_error *err)
{
	struct massive_run *run = data;
	size_t n = dcb_mount_scene_share(&run->scene, thread);
	int r = 0;

	if (atomic_fetch_sub(&run->n_coming, 1) == 1)
		atomic_store(&run->cleaners_there, true);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = clean_next(run, thread, i == 0, sampler, err);
	run->cleaners[thread].closed_after = atomic_load(&run->n_going) == 0;
	return r;
}

static int massive_set(void *data, struct dcb_error *err)
{
	struct massive_run *run = data;
	int r = dcb_mount_scene_set(&run->scene, err);

	atomic_store(&run->n_coming, (int)run->params->cleaners);
	atomic_store(&run->n_going, (int)run->n_threads);
	atomic_store(&run->cleaners_there, run->params->cleaners == 0);
	atomic_store(&run->counted, false);
	return r;
}

static int massive_clear(void *data, struct dcb_error *err)
{
	struct massive_run *run = data;

	return dcb_mount_scene_clear(&run->scene, err);
}

static double unmount_wall_ns(const struct massive_run *run)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (size_t i = 0; i < run->n_threads; i++) {
		const struct massive_thread *thread = &run->threads[i];

		first = thread->begin_ns < first ? thread->begin_ns : first;
		last = thread->end_ns > last ? thread->end_ns : last;
	}
	return (double)(last - first);
}

static int report_whole(struct massive_run *run, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct dcb_crew *crew = run->report.crew;
	size_t n = run->n_threads;
	bool one_call = run->params->mode == MODE_LAZY || run->params->mode == MODE_NAMESPACE;
	struct dcb_unmount_figures figures = {
		.mounts = run->params->shape.mounts,
		.expected = dcb_mount_scene_dentries(&run->scene),
		.wall_ns = unmount_wall_ns(run),
		.cpu_ns = dcb_report_sum(crew, ROLE_UMOUNT, n, "cpu"),
		.instructions = dcb_report_sum(crew, ROLE_UMOUNT, n, "instructions"),
		.latencies_ns = run->latencies_ns,
		.n_latencies = one_call ? 1 : (size_t)run->params->shape.mounts,
		.late = late,
	};
	struct dcb_value values[DCB_UNMOUNT_N];
	struct dcb_dentry_count after;
	int r = dcb_dentry_count_read(&after, err);

	if (r < 0)
		return r;
	figures.freed = run->before.all - after.all;
	figures.total_cpu_ns = figures.cpu_ns + dcb_other_processes_since(&run->others);
	if (one_call)
		run->latencies_ns[0] = (uint64_t)figures.wall_ns;
	dcb_unmount_values(&figures, &dcb_workload_massive_unmount, values);
	return dcb_report_last(&run->report, ROLE_UMOUNT, iteration, values, DCB_UNMOUNT_N, err);
}

static int massive_report(void *data, int iteration, const struct dcb_late *late,
			  struct dcb_error *err)
{
	struct massive_run *run = data;
	double cleaners = (double)run->params->cleaners;
	double wall_ns = dcb_report_sum(run->report.crew, ROLE_UMOUNT, run->n_threads, "wall");
	int r = 0;

	for (size_t i = 0; r == 0 && i < (size_t)run->params->cleaners; i++) {
		const struct dcb_meeting_seen seen = {
			.closer_wall_ns = wall_ns / cleaners,
			.closed_before = run->cleaners[i].closed_before,
			.closed_after = run->cleaners[i].closed_after,
		};

		r = dcb_meeting_report(run->meeting, i, iteration, &seen, NULL, 0, err);
	}
	return r < 0 ? r : report_whole(run, iteration, late, err);
}

static int massive_rounds(struct massive_run *run, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {massive_set, massive_report, massive_clear};
	const struct massive_params *params = run->params;
	size_t cleaners = (size_t)params->cleaners;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_UMOUNT] = {"umount", run->n_threads, massive_unmount, NULL},
		[ROLE_CLEANER] = {"cleaner", cleaners, massive_clean, NULL},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){run->output, crew, roles};
	if (cleaners > 0)
		r = dcb_meeting_new(&run->report, &dcb_workload_massive_unmount, ROLE_CLEANER,
				    cleaners * (size_t)params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &params->rounds, crew, run, err);
	if (r < 0 || cleaners == 0)
		return r;
	return dcb_meeting_conclude(
		meeting, true, "a larger open_deleted= keeps their dentries dying for longer", err);
}

static int massive_run(const struct dcb_workload_context *context, const void *data,
		       struct dcb_error *err)
{
	const struct massive_params *params = data;
	size_t n_threads = params->mode == MODE_PARALLEL ? (size_t)params->threads : 1;
	size_t n_cleaners = (size_t)params->cleaners, n_mounts = (size_t)params->shape.mounts;
	_cleanup_free_ uint64_t *latencies = calloc(n_mounts, sizeof(*latencies));
	_cleanup_free_ struct massive_thread *threads = calloc(n_threads, sizeof(*threads));
	_cleanup_free_ struct massive_cleaner *cleaners = calloc(n_cleaners + 1, sizeof(*cleaners));
	struct massive_run run = {
		.params = params,
		.output = context->output,
		.cleaners = cleaners,
		.threads = threads,
		.n_threads = n_threads,
		.latencies_ns = latencies,
	};
	int r;

	if (!latencies || !threads || !cleaners)
		return dcb_error_oom(err);
	r = dcb_mount_scene_init(&run.scene, &params->shape, params->mode == MODE_NAMESPACE,
				 n_cleaners, context, err);
	if (r < 0)
		return r;
	r = massive_rounds(&run, err);
	dcb_other_processes_deinit(&run.others);
	dcb_mount_scene_deinit(&run.scene);
	return r;
}

static int massive_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			 struct dcb_error *err)
{
	const struct massive_params *params = data;

	(void)cpus;
	if (params->mode == MODE_PARALLEL && params->threads > params->shape.mounts)
		return dcb_error_usage(
			err, "threads=%lld need as many mounts=", (long long)params->threads);
	if (params->cleaners > params->shape.mounts)
		return dcb_error_usage(
			err, "cleaners=%lld need as many mounts=", (long long)params->cleaners);
	if (params->cleaners > 0 && params->shape.type != DCB_MOUNT_OVERLAY)
		return dcb_error_usage(err, "cleaners= need type=overlay: they remove its layers");
	if (params->cleaners > 0 && params->shape.open_deleted < MIN_WINDOW)
		return dcb_error_usage(err, "cleaners= need open_deleted=1M or more, whose "
					    "dentries they meet");
	return dcb_mount_shape_check(&params->shape, memory_bytes, err);
}

static struct dcb_workload_needs massive_needs(const void *data)
{
	const struct massive_params *params = data;

	return dcb_mount_shape_needs(&params->shape);
}

const struct dcb_workload_ops dcb_workload_massive_unmount = {
	.name = "massive-unmount",
	.summary = "many mounts with their dentries are unmounted",
	.description =
		"umount() takes the mount out of its namespace, waits for an expedited RCU grace "
		"period, and drops it; the last reference of a superblock ends in "
		"generic_shutdown_super(), where shrink_dcache_for_umount() kills all dentries. "
		"mode=lazy and mode=namespace (put_mnt_ns()) do that for all mounts behind one "
		"grace period, so that no two modes can be compared with each other. mntput() "
		"leaves the work to the calling thread's task work, and where it cannot, to a "
		"kworker: the total counts that as well. A mount can go only when nobody uses it, "
		"so that no unmount meets a dying dentry, and a patch of the dcache must cost "
		"nothing here. It makes them, however: with type=overlay, open_deleted= and "
		"cleaners=, ovl_destroy_inode() drops the last references of unlinked upper files "
		"while the cleaners remove the upper folders, as container runtimes do. Their "
		"rmdir() enters shrink_dcache_parent(), which from 6.8 to 7.0 spins until the "
		"dentry is gone, from 7.1 on sleeps, and before 6.8 never saw it. The unlinking "
		"of the upper layer's other files comes before and is not timed.",
	.options = massive_options,
	.params_size = sizeof(struct massive_params),
	.roles = massive_roles,
	.metrics = massive_metrics,
	.symptoms = massive_symptoms,
	.check = massive_check,
	.needs = massive_needs,
	.run = massive_run,
};
