// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidation by a FUSE server against a dying dentry. A closer drops the last reference of an
 * unlinked file whose pages are in the cache; meanwhile a waiter, in the server's place, tells the
 * kernel that the folder above is gone. As in dying-dentry, nobody polls busily for the moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/fuse.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

#define VICTIM "victim"

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_N };
enum { OP_INVAL, OP_DELETE, OP_REVALIDATE };
#define REVALIDATE_SWITCHES 2 /* the server is asked, and once more for the new dentry */

struct inval_params {
	int op;
	int64_t size, waiters, closer_nice;
	bool same_cpu;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option inval_options[] = {
	{"op", DCB_OPTION_CHOICE, offsetof(struct inval_params, op), 0, 0,
	 "inval,delete,revalidate", "inval",
	 "FUSE_NOTIFY_INVAL_ENTRY or FUSE_NOTIFY_DELETE of the folder, or a stat() of it that the "
	 "server denies (6.2)"},
	{"size", DCB_OPTION_SIZE, offsetof(struct inval_params, size), 1 << 16, INT64_C(1) << 40,
	 NULL, "64M", "cached bytes of the file: how long its dentry is dying"},
	{"waiters", DCB_OPTION_INT, offsetof(struct inval_params, waiters), 1, 16, NULL, "1",
	 "waiters, each with a folder and a closer of its own"},
	{"same_cpu", DCB_OPTION_BOOL, offsetof(struct inval_params, same_cpu), 0, 0, NULL, "no",
	 "waiters and closers on one CPU of several"},
	{"closer_nice", DCB_OPTION_INT, offsetof(struct inval_params, closer_nice), -20, 19, NULL,
	 "0", "nice value of the closers; waiters have 0"},
	DCB_ROUNDS_OPTIONS(inval_params, "10"),
	{0},
};

static const struct dcb_workload_role inval_roles[] = {
	[ROLE_WAITER] = {"waiter", "invalidates the parent of the dying dentry"},
	[ROLE_CLOSER] = {"closer", "closes the last descriptor of the unlinked file"},
	{0},
};

static const struct dcb_workload_metric inval_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom inval_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

/* <root>/pair0/victim/, and a file in it that has no name any more. */
struct inval_side {
	char folder[PATH_MAX], victim[PATH_MAX];
	uint64_t folder_node, victim_node;
	int fd; /* of the file; -1: none */
	atomic_bool polling, closed;
	bool closed_before, closed_after;
};

struct inval_run {
	const struct inval_params *params;
	struct dcb_report report;
	struct dcb_meeting *meeting;
	struct dcb_fuse fuse;
	struct inval_side *sides; /* one a waiter */
	int probe;                /* see dcb_moment_await_close() */
};

static int inval_operate(const struct inval_run *run, const struct inval_side *side)
{
	struct stat status;

	switch (run->params->op) {
	case OP_INVAL:
		return dcb_fuse_invalidate(&run->fuse, side->folder_node, VICTIM);
	case OP_DELETE:
		return dcb_fuse_delete(&run->fuse, side->folder_node, side->victim_node, VICTIM);
	default:
		if (stat(side->victim, &status) == 0)
			return -EEXIST;
		return errno == ENOENT ? 0 : -errno;
	}
}

static int inval_wait(void *context, size_t thread, struct dcb_sampler *sampler,
		      struct dcb_error *err)
{
	struct inval_run *run = context;
	struct inval_side *side = &run->sides[thread];
	int r;

	atomic_store(&side->polling, true);
	r = dcb_moment_await_close(side->fd, run->probe, err);
	if (r < 0)
		return r;
	dcb_moment_nap(DCB_MOMENT_DELAY_NS);
	side->closed_before = atomic_load(&side->closed);
	dcb_sampler_begin(sampler);
	r = inval_operate(run, side);
	dcb_sampler_end(sampler);
	side->closed_after = atomic_load(&side->closed);
	return r < 0 ? dcb_error_sys(err, -r, "cannot invalidate %s", side->victim) : 0;
}

static int inval_close(void *context, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err)
{
	struct inval_run *run = context;
	struct inval_side *side = &run->sides[thread];
	int r = dcb_moment_await(&side->polling, "the waiter", err);

	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	close(side->fd);
	atomic_store(&side->closed, true);
	dcb_sampler_end(sampler);
	return 0;
}

static int inval_make_folder(const char *path, uint64_t *ret_node, struct dcb_error *err)
{
	struct stat status;

	if (mkdir(path, 0755) < 0 || stat(path, &status) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", path);
	*ret_node = status.st_ino;
	return 0;
}

static int inval_make_file(const struct inval_run *run, const char *path, int *ret_fd,
			   struct dcb_error *err)
{
	struct stat status;

	*ret_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*ret_fd < 0 || fstat(*ret_fd, &status) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", path);
	if (unlink(path) < 0)
		return dcb_error_sys(err, errno, "cannot unlink %s", path);
	return dcb_fuse_store(&run->fuse, status.st_ino, (uint64_t)run->params->size, err);
}

static int inval_set_side(const struct inval_run *run, struct inval_side *side,
			  struct dcb_error *err)
{
	char path[PATH_MAX + 8];
	int r;

	atomic_store(&side->polling, false);
	atomic_store(&side->closed, false);
	r = inval_make_folder(side->folder, &side->folder_node, err);
	if (r == 0)
		r = inval_make_folder(side->victim, &side->victim_node, err);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/file", side->victim);
	r = inval_make_file(run, path, &side->fd, err);
	if (r < 0 || run->params->op != OP_REVALIDATE)
		return r;
	return dcb_fuse_expire(&run->fuse, side->folder_node, VICTIM, err);
}

static int inval_set(void *context, struct dcb_error *err)
{
	struct inval_run *run = context;
	int r = 0;

	for (size_t i = 0; r == 0 && i < (size_t)run->params->waiters; i++)
		r = inval_set_side(run, &run->sides[i], err);
	return r;
}

/* The server lets go of a folder with whatever is in it. */
static int inval_clear(void *context, struct dcb_error *err)
{
	struct inval_run *run = context;

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		struct inval_side *side = &run->sides[i];

		if (!atomic_load(&side->closed))
			cleanup_close(&side->fd);
		side->fd = -1;
		if (rmdir(side->folder) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", side->folder);
	}
	return 0;
}

static int inval_report(void *context, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct inval_run *run = context;
	struct dcb_value whole[DCB_LATE_N];

	for (size_t i = 0; i < (size_t)run->params->waiters; i++) {
		const struct dcb_meeting_seen seen = {
			.closer_wall_ns = dcb_report_measured(run->report.crew, ROLE_CLOSER, i,
							      "wall"),
			.closed_before = run->sides[i].closed_before,
			.closed_after = run->sides[i].closed_after,
			.own_switches = run->params->op == OP_REVALIDATE ? REVALIDATE_SWITCHES : 0,
		};
		int r = dcb_meeting_report(run->meeting, i, iteration, &seen, NULL, 0, err);

		if (r < 0)
			return r;
	}
	dcb_late_values(late, &dcb_workload_fuse_inval, whole);
	return dcb_report_last(&run->report, ROLE_CLOSER, iteration, whole, DCB_LATE_N, err);
}

static int inval_run_crew(struct inval_run *run, const struct dcb_workload_output *output,
			  struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {inval_set, inval_report, inval_clear};
	const struct inval_params *params = run->params;
	const struct dcb_crew_place waiter_place = {.cpu = params->same_cpu ? 0 : -1};
	const struct dcb_crew_place closer_place = {.cpu = params->same_cpu ? 0 : -1,
						    .nice = (int)params->closer_nice};
	size_t waiters = (size_t)params->waiters;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", waiters, inval_wait, &waiter_place},
		[ROLE_CLOSER] = {"closer", waiters, inval_close, &closer_place},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){output, crew, roles};
	r = dcb_meeting_new(&run->report, &dcb_workload_fuse_inval, ROLE_WAITER,
			    waiters * (size_t)params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &params->rounds, crew, run, err);
	if (r < 0)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger size= keeps it open for longer", err);
}

static int inval_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	const struct inval_params *params = data;
	_cleanup_free_ struct inval_side *sides = calloc((size_t)params->waiters, sizeof(*sides));
	_cleanup_close_ int probe = open("/", O_PATH | O_CLOEXEC);
	struct inval_run run = {.params = params, .sides = sides, .probe = probe};
	int r, closed;

	if (!sides)
		return dcb_error_oom(err);
	if (probe < 0)
		return dcb_error_sys(err, errno, "/");
	r = dcb_fuse_open(&run.fuse, context, "fuse", err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < (size_t)params->waiters; i++) {
		sides[i].fd = -1;
		snprintf(sides[i].folder, sizeof(sides[i].folder), "%s/pair%zu", run.fuse.root, i);
		snprintf(sides[i].victim, sizeof(sides[i].victim), "%s/pair%zu/" VICTIM,
			 run.fuse.root, i);
	}
	r = inval_run_crew(&run, context->output, err);
	closed = dcb_fuse_close(&run.fuse, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int inval_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct inval_params *params = data;
	uint64_t bytes = (uint64_t)params->size * (uint64_t)params->waiters;

	(void)cpus;
	return dcb_memory_check((bytes + bytes / 8) >> 20, memory_bytes, "a smaller size=", err);
}

static struct dcb_workload_needs inval_needs(const void *data)
{
	(void)data;
	return dcb_fuse_needs();
}

const struct dcb_workload_ops dcb_workload_fuse_inval = {
	.name = "fuse-inval",
	.summary = "a FUSE server invalidates the parent of a dentry that is being killed",
	.description =
		"FUSE_NOTIFY_INVAL_ENTRY and FUSE_NOTIFY_DELETE enter fuse_reverse_inval_entry(), "
		"which, with the parent's inode locked, calls d_invalidate(); so does "
		"lookup_fast() "
		"where ->d_revalidate() finds that the server knows the name no more. The folder "
		"is "
		"unhashed and shrink_dcache_parent() evicts what is below it, and meets there the "
		"dentry of an unlinked file whose last descriptor is just being closed. From 6.8 "
		"to "
		"7.0 the server's thread, or whoever looks the name up, then spins until iput() "
		"has "
		"truncated the file's pages; from 7.1 on it sleeps; before 6.8 it never saw such a "
		"dentry. The server answers ENOSYS to OPEN: with a RELEASE to send, the request "
		"would hold the inode, and the last iput() would not be that of the dentry. With "
		"inval and delete the server is not asked anything in the timed part, with "
		"revalidate twice.",
	.options = inval_options,
	.params_size = sizeof(struct inval_params),
	.roles = inval_roles,
	.metrics = inval_metrics,
	.symptoms = inval_symptoms,
	.check = inval_check,
	.needs = inval_needs,
	.run = inval_run,
};
