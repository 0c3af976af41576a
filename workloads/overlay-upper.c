// SPDX-License-Identifier: GPL-2.0-only
/*
 * The upper layer of an overlay is removed while the overlay is being unmounted. Its inodes hold
 * the upper dentries, whose files were unlinked in the upper layer before: evicting such an inode
 * drops the last reference and makes a dying dentry. Each waiter has a folder of its own and sleeps
 * until a file in it is dying, so that it meets that dentry and none of the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/dying-watch.h"
#include "workloads/filesystem.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_N };

/* Each has an inotify instance, of which a user has 128. */
#define MAX_DIRS 64

struct upper_params {
	int64_t dirs, files, size;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option upper_options[] = {
	{"dirs", DCB_OPTION_INT, offsetof(struct upper_params, dirs), 1, MAX_DIRS, NULL, "2",
	 "upper folders, with a waiter each"},
	{"files", DCB_OPTION_INT, offsetof(struct upper_params, files), 1, 1024, NULL, "1",
	 "unlinked files in each folder"},
	{"size", DCB_OPTION_SIZE, offsetof(struct upper_params, size), 1 << 16, INT64_C(1) << 40,
	 NULL, "32M", "bytes of a file: how long its dentry is dying"},
	DCB_ROUNDS_OPTIONS(upper_params, "10"),
	{0},
};

static const struct dcb_workload_role upper_roles[] = {
	{"waiter", "removes a folder of the upper layer"},
	{"closer", "unmounts the overlay"},
	{0},
};

static const struct dcb_workload_metric upper_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom upper_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct upper_side {
	char folder[PATH_MAX]; /* in the upper layer: <upper>/dir0/victim */
	struct dcb_dying_watch watch;
	bool closed_before, closed_after;
};

struct upper_run {
	const struct upper_params *params;
	const struct dcb_workload_context *context;
	struct dcb_fs fs; /* the overlay of this iteration */
	struct dcb_report report;
	struct dcb_meeting *meeting;
	struct upper_side *sides; /* one a folder */
	atomic_int n_coming;      /* waiters that are not yet there */
	atomic_bool all_there, unmounted;
};

static int upper_wait(void *data, size_t thread, struct dcb_sampler *sampler, struct dcb_error *err)
{
	struct upper_run *run = data;
	struct upper_side *side = &run->sides[thread];
	size_t file;
	int r;

	if (atomic_fetch_sub(&run->n_coming, 1) == 1)
		atomic_store(&run->all_there, true);
	r = dcb_dying_watch_next(&side->watch, &file, err);
	if (r < 0)
		return r;
	side->closed_before = atomic_load(&run->unmounted);
	dcb_sampler_begin(sampler);
	r = rmdir(side->folder) < 0 ? -errno : 0;
	dcb_sampler_end(sampler);
	side->closed_after = atomic_load(&run->unmounted);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove %s", side->folder) : 0;
}

static int upper_close(void *data, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err)
{
	struct upper_run *run = data;
	int r = dcb_moment_await(&run->all_there, "a waiter", err);

	(void)thread;
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	r = umount2(run->fs.root, 0) < 0 ? -errno : 0;
	atomic_store(&run->unmounted, true);
	dcb_sampler_end(sampler);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot unmount %s", run->fs.root);
	run->fs.mounted = false;
	return 0;
}

/* Through the overlay, so that its inode holds the upper dentry; then it loses its name below. */
static int upper_set_file(struct upper_run *run, struct upper_side *side, unsigned dir,
			  unsigned index, struct dcb_error *err)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX], upper[PATH_MAX + 16];
	int r;

	snprintf(path, sizeof(path), "%s/dir%u/victim/file%u", run->fs.root, dir, index);
	snprintf(upper, sizeof(upper), "%s/file%u", side->folder, index);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (fallocate(fd, 0, 0, run->params->size) < 0)
		return dcb_error_sys(err, errno, "cannot fill a file with %lld bytes",
				     (long long)run->params->size);
	r = dcb_dying_watch_add(&side->watch, upper, err);
	if (r < 0)
		return r;
	return unlink(upper) < 0 ? dcb_error_sys(err, errno, "cannot unlink %s", upper) : 0;
}

static int upper_set_dir(struct upper_run *run, unsigned dir, struct dcb_error *err)
{
	struct upper_side *side = &run->sides[dir];
	char path[PATH_MAX];
	int r = dcb_dying_watch_open(&side->watch, err);

	if (r < 0)
		return r;
	/* Parents of their own: siblings would wait for each other at its lock. */
	snprintf(path, sizeof(path), "%s/dir%u", run->fs.root, dir);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	snprintf(path, sizeof(path), "%s/dir%u/victim", run->fs.root, dir);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	snprintf(side->folder, sizeof(side->folder), "%s/upper/dir%u/victim", run->fs.base, dir);
	for (unsigned i = 0; r == 0 && i < (unsigned)run->params->files; i++)
		r = upper_set_file(run, side, dir, i, err);
	return r;
}

static int upper_set(void *data, struct dcb_error *err)
{
	struct upper_run *run = data;
	int r = dcb_fs_open(&run->fs, DCB_FS_OVERLAY, run->context, "overlay", err);

	atomic_store(&run->n_coming, (int)run->params->dirs);
	atomic_store(&run->all_there, false);
	atomic_store(&run->unmounted, false);
	for (unsigned i = 0; r == 0 && i < (unsigned)run->params->dirs; i++)
		r = upper_set_dir(run, i, err);
	return r;
}

static int upper_clear(void *data, struct dcb_error *err)
{
	struct upper_run *run = data;

	for (size_t i = 0; i < (size_t)run->params->dirs; i++)
		dcb_dying_watch_close(&run->sides[i].watch);
	return dcb_fs_close(&run->fs, err);
}

static int upper_report(void *data, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct upper_run *run = data;
	double files = (double)(run->params->dirs * run->params->files);
	double unmount_ns = dcb_report_measured(run->report.crew, ROLE_CLOSER, 0, "wall");
	struct dcb_value whole[DCB_LATE_N];

	for (size_t i = 0; i < (size_t)run->params->dirs; i++) {
		const struct dcb_meeting_seen seen = {
			.closer_wall_ns = unmount_ns / files,
			.closed_before = run->sides[i].closed_before,
			.closed_after = run->sides[i].closed_after,
		};
		int r = dcb_meeting_report(run->meeting, i, iteration, &seen, NULL, 0, err);

		if (r < 0)
			return r;
	}
	dcb_late_values(late, &dcb_workload_overlay_upper, whole);
	return dcb_report_last(&run->report, ROLE_CLOSER, iteration, whole, DCB_LATE_N, err);
}

static int upper_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {upper_set, upper_report, upper_clear};
	const struct upper_params *params = data;
	size_t dirs = (size_t)params->dirs;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", dirs, upper_wait, NULL},
		[ROLE_CLOSER] = {"closer", 1, upper_close, NULL},
	};
	_cleanup_free_ struct upper_side *sides = calloc(dirs, sizeof(*sides));
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	struct upper_run run = {
		.params = params, .context = context, .fs = DCB_FS_NULL, .sides = sides};
	int r;

	if (!sides)
		return dcb_error_oom(err);
	for (size_t i = 0; i < dirs; i++)
		sides[i].watch = (struct dcb_dying_watch)DCB_DYING_WATCH_NULL;
	r = dcb_crew_new(roles, ROLE_N, &run, &crew, err);
	if (r < 0)
		return r;
	run.report = (struct dcb_report){context->output, crew, roles};
	r = dcb_meeting_new(&run.report, &dcb_workload_overlay_upper, ROLE_WAITER,
			    dirs * (size_t)params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run.meeting = meeting;
	r = dcb_rounds_run(&rounds, &params->rounds, crew, &run, err);
	if (r < 0)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger size= keeps it open for longer", err);
}

static int upper_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct upper_params *params = data;
	uint64_t bytes = (uint64_t)params->size * (uint64_t)(params->dirs * params->files);

	(void)cpus;
	return dcb_memory_check((bytes + bytes / 8) >> 20, memory_bytes,
				"a smaller size=, files= or dirs=", err);
}

static struct dcb_workload_needs upper_needs(const void *data)
{
	(void)data;
	return dcb_fs_needs(DCB_FS_OVERLAY);
}

const struct dcb_workload_ops dcb_workload_overlay_upper = {
	.name = "overlay-upper",
	.summary = "rmdir in the upper layer of an overlay that is being unmounted",
	.description =
		"Files that an overlay has in its cache are unlinked in the upper layer. umount() "
		"of the overlay kills its dentries in shrink_dcache_for_umount(); "
		"ovl_destroy_inode() of each inode drops the last reference of an upper dentry, "
		"which is dying until iput() has truncated the file on tmpfs. Meanwhile rmdir() of "
		"the upper folder enters shrink_dcache_parent(): from 6.8 to 7.0 it walks again "
		"and again until the dentry is gone, from 7.1 on it sleeps, and before 6.8 it "
		"never saw such a dentry. Each rmdir begins when its file's dentry is dying "
		"(IN_DELETE_SELF of inotify). Folders are evicted one after the other, so one "
		"waiter waits at a time. The unmounting is not judged here: see massive-unmount.",
	.options = upper_options,
	.params_size = sizeof(struct upper_params),
	.roles = upper_roles,
	.metrics = upper_metrics,
	.symptoms = upper_symptoms,
	.check = upper_check,
	.needs = upper_needs,
	.run = upper_run,
};
