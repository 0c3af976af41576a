// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control: path operations while no dentry is dying. Each kind of operation is a role, and the
 * roles take turns within an iteration: the others sleep meanwhile, without any timer that would
 * interrupt the one that is measured, and the next waits until the kernel is done with what the
 * last has left.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/filesystem.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/plant.h"
#include "workloads/report.h"
#include "workloads/rounds.h"
#include "workloads/tree.h"

#define MAX_DEPTH 32
#define FOLDER    "dir0/" /* as tree.h names it */
#define PATH_ROOM (MAX_DEPTH * (sizeof(FOLDER) - 1) + 16)

/* A thread's time counts once it is switched out (late.c): its own measured part must not come out
 * as that of others. */
#define SWITCH_NS 20000

enum { CREATE, LOOKUP, OPEN, MISS, NEGATIVE, RENAME, UNLINK, MKDIR, RMDIR, KINDS };

struct control_params {
	int fs;
	int64_t threads, count, depth;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option control_options[] = {
	{"fs", DCB_OPTION_CHOICE, offsetof(struct control_params, fs), 0, 0, DCB_FS_CHOICES,
	 "tmpfs", "file system"},
	{"threads", DCB_OPTION_INT, offsetof(struct control_params, threads), 1, 64, NULL, "1",
	 "threads of each kind of operation, on a CPU and in a folder of its own each"},
	{"count", DCB_OPTION_INT, offsetof(struct control_params, count), 1, 100000, NULL, "1000",
	 "operations of each kind by each thread in an iteration"},
	{"depth", DCB_OPTION_INT, offsetof(struct control_params, depth), 0, MAX_DEPTH, NULL, "4",
	 "folders on the way to each name"},
	DCB_ROUNDS_OPTIONS(control_params, "5"),
	{0},
};

/* In the order in which they take turns. */
static const struct dcb_workload_role control_roles[] = {
	[CREATE] = {"create", "open(O_CREAT | O_EXCL) and close() of new files"},
	[LOOKUP] = {"lookup", "stat() of these files, whose dentries are cached"},
	[OPEN] = {"open", "open(O_RDONLY) and close() of them"},
	[MISS] = {"miss", "stat() of names that are not there, for the first time"},
	[NEGATIVE] = {"negative", "the same once more: from negative dentries, where there are "
				  "any (tmpfs keeps none)"},
	[RENAME] = {"rename", "rename() of the files within their folder"},
	[UNLINK] = {"unlink", "unlink() of them: dentry and inode go at once"},
	[MKDIR] = {"mkdir", "mkdir() of new folders"},
	[RMDIR] = {"rmdir", "rmdir() of them, empty"},
	{0},
};

enum { METRIC_WALL, METRIC_INSTRUCTIONS, METRIC_LATE, METRIC_OPERATIONS, METRIC_N };

#define CONTROL_METRICS(role)                                                                      \
	{role, {"op-wall", "ns", DCB_BETTER_LOWER, true, "wall time of an operation"}},            \
		{role,                                                                             \
		 {"op-instructions", "count", DCB_BETTER_LOWER, true,                              \
		  "instructions of an operation, with the system call"}},                          \
		{role,                                                                             \
		 {"op-late", "ns", DCB_BETTER_LOWER, false,                                        \
		  "CPU time of other threads until the kernel is quiet again, an operation"}},     \
	{                                                                                          \
		role,                                                                              \
		{                                                                                  \
			"operations", "count", DCB_BETTER_NEITHER, false,                          \
				"operations that the thread has done"                              \
		}                                                                                  \
	}

/* METRIC_N rows a kind. */
static const struct dcb_workload_metric control_metrics[] = {
	CONTROL_METRICS("create"),
	CONTROL_METRICS("lookup"),
	CONTROL_METRICS("open"),
	CONTROL_METRICS("miss"),
	CONTROL_METRICS("negative"),
	CONTROL_METRICS("rename"),
	CONTROL_METRICS("unlink"),
	CONTROL_METRICS("mkdir"),
	CONTROL_METRICS("rmdir"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom control_symptoms[] = {
	{0},
};

struct control_names {
	char file[PATH_ROOM], moved[PATH_ROOM], missing[PATH_ROOM];
};

struct control_turns {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int turn;     /* the kind that works */
	int64_t left; /* of its threads */
	bool failed;  /* a call did: nobody works any more */
	struct dcb_late late[KINDS];
};

struct control_run {
	const struct control_params *params;
	const struct dcb_fs *fs;
	struct dcb_report report;
	/* `total`, from the folder of a thread on: `count`, and behind each whose operations are
	 * repeated a twin, which they are repeated on. */
	struct control_names *names;
	int64_t total;
	int *folders;         /* one a thread of any kind; -1: none */
	int64_t *done[KINDS]; /* operations, by thread */
	struct control_turns turns;
};

static int open_and_close(int folder, const char *path, int flags)
{
	int fd = openat(folder, path, flags | O_CLOEXEC, 0644);

	return fd < 0 ? fd : close(fd);
}

static int stat_missing(int folder, const char *path)
{
	struct stat status;

	if (fstatat(folder, path, &status, 0) < 0)
		return errno == ENOENT ? 0 : -1;
	errno = EEXIST;
	return -1;
}

static int operate(int kind, int folder, const struct control_names *names)
{
	struct stat status;

	switch (kind) {
	case CREATE:
		return open_and_close(folder, names->file, O_WRONLY | O_CREAT | O_EXCL);
	case LOOKUP:
		return fstatat(folder, names->file, &status, 0);
	case OPEN:
		return open_and_close(folder, names->file, O_RDONLY);
	case MISS:
	case NEGATIVE:
		return stat_missing(folder, names->missing);
	case RENAME:
		return renameat(folder, names->file, folder, names->moved);
	case UNLINK:
		return unlinkat(folder, names->moved, 0);
	case MKDIR:
		return mkdirat(folder, names->file, 0755);
	default:
		return unlinkat(folder, names->file, AT_REMOVEDIR);
	}
}

/* False where nobody works any more. */
static bool turns_await(struct control_turns *turns, int kind)
{
	bool works;

	pthread_mutex_lock(&turns->mutex);
	while (turns->turn != kind && !turns->failed)
		pthread_cond_wait(&turns->changed, &turns->mutex);
	works = !turns->failed;
	pthread_mutex_unlock(&turns->mutex);
	return works;
}

/* The last thread of a kind waits for the kernel before it hands over to the next kind. */
static void turns_end(struct control_turns *turns, int kind, int64_t threads, bool failed)
{
	struct dcb_late late;
	bool last;

	pthread_mutex_lock(&turns->mutex);
	last = --turns->left == 0;
	pthread_mutex_unlock(&turns->mutex);
	if (last) {
		dcb_moment_nap(SWITCH_NS);
		dcb_late_wait(&late);
	}
	pthread_mutex_lock(&turns->mutex);
	if (last) {
		turns->late[kind] = late;
		turns->left = threads;
		turns->turn++;
	}
	turns->failed = turns->failed || failed;
	pthread_cond_broadcast(&turns->changed);
	pthread_mutex_unlock(&turns->mutex);
}

static int control_work(struct control_run *run, int kind, size_t thread,
			struct dcb_sampler *sampler, struct dcb_error *err)
{
	int64_t total = run->total, i = 0;
	int folder = run->folders[thread], r = 0, error;

	if (!turns_await(&run->turns, kind))
		return 0;
	dcb_sampler_begin(sampler);
	for (; r == 0 && i < total; i++)
		r = operate(kind, folder, &run->names[i]);
	error = errno;
	dcb_sampler_end(sampler);
	run->done[kind][thread] = run->params->count;
	turns_end(&run->turns, kind, run->params->threads, r < 0);
	return r < 0 ? dcb_error_sys(err, error, "%s", run->names[i - 1].file) : 0;
}

/* The crew's roles have no context of their own. */
#define CONTROL_ITERATE(name, kind)                                                                \
	static int control_##name(void *context, size_t thread, struct dcb_sampler *sampler,       \
				  struct dcb_error *err)                                           \
	{                                                                                          \
		return control_work(context, kind, thread, sampler, err);                          \
	}
CONTROL_ITERATE(create, CREATE)
CONTROL_ITERATE(lookup, LOOKUP)
CONTROL_ITERATE(open, OPEN)
CONTROL_ITERATE(miss, MISS)
CONTROL_ITERATE(negative, NEGATIVE)
CONTROL_ITERATE(rename, RENAME)
CONTROL_ITERATE(unlink, UNLINK)
CONTROL_ITERATE(mkdir, MKDIR)
CONTROL_ITERATE(rmdir, RMDIR)

/* A folder with its chain of folders; all dentries in it are new. */
static int control_set_folder(struct control_run *run, size_t thread, struct dcb_error *err)
{
	const struct dcb_tree_shape chain = {.depth = run->params->depth, .fanout = 1};
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/thread%zu", run->fs->root, thread);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	r = dcb_tree_make(path, &chain, err);
	if (r < 0)
		return r;
	run->folders[thread] = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return run->folders[thread] < 0 ? dcb_error_sys(err, errno, "%s", path) : 0;
}

static int control_set(void *context, struct dcb_error *err)
{
	struct control_run *run = context;

	run->turns.turn = 0;
	run->turns.left = run->params->threads;
	for (size_t i = 0; i < (size_t)run->params->threads; i++) {
		int r = control_set_folder(run, i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int control_clear(void *context, struct dcb_error *err)
{
	struct control_run *run = context;

	for (size_t i = 0; i < (size_t)run->params->threads; i++) {
		char path[PATH_MAX];
		int r;

		cleanup_close(&run->folders[i]);
		run->folders[i] = -1;
		snprintf(path, sizeof(path), "%s/thread%zu", run->fs->root, i);
		r = dcb_tree_remove(AT_FDCWD, path, NULL);
		if (r < 0)
			return dcb_error_sys(err, -r, "cannot remove %s", path);
	}
	return 0;
}

static int control_report_kind(struct control_run *run, size_t kind, int iteration,
			       struct dcb_error *err)
{
	const struct dcb_workload_metric *metrics = &control_metrics[kind * METRIC_N];
	struct dcb_crew *crew = run->report.crew;

	for (size_t i = 0; i < (size_t)run->params->threads; i++) {
		double n = (double)run->done[kind][i];
		double all = n * (double)run->params->threads;
		const double values[METRIC_N] = {
			[METRIC_WALL] = dcb_report_measured(crew, kind, i, "wall") / n,
			[METRIC_INSTRUCTIONS] = dcb_report_measured(crew, kind, i, "instructions") /
						n,
			[METRIC_LATE] = run->turns.late[kind].cpu_ns / all,
			[METRIC_OPERATIONS] = n,
		};
		struct dcb_value extra[METRIC_N];
		int r;

		for (size_t j = 0; j < METRIC_N; j++)
			extra[j] = dcb_report_value(&metrics[j].metric, values[j]);
		r = dcb_report_role(&run->report, kind, i, iteration, NULL, extra, METRIC_N, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int control_report(void *context, int iteration, const struct dcb_late *late,
			  struct dcb_error *err)
{
	struct control_run *run = context;
	struct dcb_late sum = *late;
	struct dcb_value whole[DCB_LATE_N];

	for (size_t i = 0; i < KINDS; i++) {
		int r = control_report_kind(run, i, iteration, err);

		if (r < 0)
			return r;
		sum.cpu_ns += run->turns.late[i].cpu_ns;
		sum.wall_ns += run->turns.late[i].wall_ns;
	}
	dcb_late_values(&sum, &dcb_workload_lookup_control, whole);
	return dcb_report_whole(&run->report, iteration, whole, DCB_LATE_N, err);
}

static void control_name(struct control_names *names, int64_t depth, int64_t i)
{
	char way[MAX_DEPTH * (sizeof(FOLDER) - 1) + 1] = "";

	for (int64_t j = 0; j < depth; j++)
		strcat(way, FOLDER);
	snprintf(names->file, PATH_ROOM, "%sfile%lld", way, (long long)i);
	snprintf(names->moved, PATH_ROOM, "%smoved%lld", way, (long long)i);
	snprintf(names->missing, PATH_ROOM, "%snone%lld", way, (long long)i);
}

static int control_make_names(struct control_run *run, int64_t plant_ppm, struct dcb_error *err)
{
	int64_t count = run->params->count, n = 0, twin = count;

	run->total = count + dcb_plant_extra(plant_ppm, count);
	run->names = calloc((size_t)run->total, sizeof(*run->names));
	if (!run->names)
		return dcb_error_oom(err);
	for (int64_t i = 0; i < count; i++) {
		control_name(&run->names[n++], run->params->depth, i);
		if (dcb_plant_hits(plant_ppm, i))
			control_name(&run->names[n++], run->params->depth, twin++);
	}
	return 0;
}

static int control_allocate(struct control_run *run, int64_t plant_ppm, struct dcb_error *err)
{
	size_t threads = (size_t)run->params->threads;
	int r = control_make_names(run, plant_ppm, err);

	if (r < 0)
		return r;
	run->folders = calloc(threads, sizeof(*run->folders));
	if (!run->folders)
		return dcb_error_oom(err);
	for (size_t i = 0; i < threads; i++)
		run->folders[i] = -1;
	for (size_t i = 0; i < KINDS; i++) {
		run->done[i] = calloc(threads, sizeof(*run->done[i]));
		if (!run->done[i])
			return dcb_error_oom(err);
	}
	return 0;
}

static void control_free(struct control_run *run)
{
	free(run->names);
	free(run->folders);
	for (size_t i = 0; i < KINDS; i++)
		free(run->done[i]);
	pthread_cond_destroy(&run->turns.changed);
	pthread_mutex_destroy(&run->turns.mutex);
}

static int control_run_crew(struct control_run *run, const struct dcb_workload_output *output,
			    struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {control_set, control_report, control_clear};
	static const struct dcb_crew_place place = {.cpu = 0};
	size_t threads = (size_t)run->params->threads;
	const struct dcb_crew_role roles[KINDS] = {
		[CREATE] = {"create", threads, control_create, &place},
		[LOOKUP] = {"lookup", threads, control_lookup, &place},
		[OPEN] = {"open", threads, control_open, &place},
		[MISS] = {"miss", threads, control_miss, &place},
		[NEGATIVE] = {"negative", threads, control_negative, &place},
		[RENAME] = {"rename", threads, control_rename, &place},
		[UNLINK] = {"unlink", threads, control_unlink, &place},
		[MKDIR] = {"mkdir", threads, control_mkdir, &place},
		[RMDIR] = {"rmdir", threads, control_rmdir, &place},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(roles, KINDS, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	return dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
}

static int control_run(const struct dcb_workload_context *context, const void *data,
		       struct dcb_error *err)
{
	const struct control_params *params = data;
	struct dcb_fs fs;
	struct control_run run = {
		.params = params,
		.fs = &fs,
		.turns = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER},
	};
	int closed;
	int r = dcb_fs_open(&fs, (enum dcb_fs_type)params->fs, context, "fs", err);

	if (r < 0)
		return r;
	r = control_allocate(&run, context->plant_ppm, err);
	if (r == 0)
		r = control_run_crew(&run, context->output, err);
	control_free(&run);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int control_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			 struct dcb_error *err)
{
	const struct control_params *params = data;
	uint64_t count = (uint64_t)params->count;

	if (params->threads > (int64_t)cpus)
		return dcb_error_usage(err,
				       "threads=%lld are bound to a CPU each, and the guest has "
				       "%u: give --cpus %lld or a smaller threads=",
				       (long long)params->threads, cpus,
				       (long long)params->threads);
	return dcb_memory_check(
		(count * sizeof(struct control_names) >> 20) +
			dcb_memory_dentries_mib(2 * count * (uint64_t)params->threads),
		memory_bytes, "a smaller count=", err);
}

static int64_t control_operations(const void *data)
{
	const struct control_params *params = data;

	return params->count;
}

static struct dcb_workload_needs control_needs(const void *data)
{
	const struct control_params *params = data;

	return dcb_fs_needs((enum dcb_fs_type)params->fs);
}

const struct dcb_workload_ops dcb_workload_lookup_control = {
	.name = "lookup-control",
	.summary = "path lookups, creates, renames and removals with nobody dying: must not move",
	.description =
		"The control. Path walks (link_path_walk(), lookup_fast()), lookups of missing "
		"names (d_alloc_parallel() and ->lookup(), or a negative dentry), vfs_create(), "
		"vfs_mkdir(), vfs_rename() with d_move(), vfs_unlink() and vfs_rmdir(), which go "
		"through dput(), __dentry_kill() and shrink_dcache_parent() with nothing to wait "
		"for. A change of dcache teardown pays here for what it adds to the common case: "
		"fields of struct dentry, tests in __dentry_kill(). One kind of operation works at "
		"a time, and late work (RCU callbacks that free dentries and inodes) is waited "
		"for between kinds and counted as op-late. Callbacks that already run in an "
		"interrupt of the measured thread are part of its own figures. Not measured: "
		"contention for one folder or one dentry, cold caches, memory pressure.",
	.options = control_options,
	.params_size = sizeof(struct control_params),
	.roles = control_roles,
	.metrics = control_metrics,
	.symptoms = control_symptoms,
	.check = control_check,
	.needs = control_needs,
	.operations = control_operations,
	.run = control_run,
};
