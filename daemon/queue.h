/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Starts the jobs of the queue (schema/jobs.h), each in a process of its own, and sees to their
 * ends. The order is the store's; nothing overtakes, so nothing starves: the first job that does
 * not fit waits, and all behind it. A job whose boots disturb each other (tcg, kvm) fits where
 * nothing else runs, and nothing fits beside it. Others fit where CPUs and memory are left, or
 * where nothing runs.
 *
 * A job's process claims its job, stores its end, and dies with the daemon. One that ends without
 * storing an end is begun again where it stood, `attempts` times; so is one that the daemon's own
 * end interrupted, whose attempt does not count.
 *
 * Where the database cannot be written, or a job says by its exit code that it found no room, the
 * queue holds: it says why once, and tries again by itself, from 2 seconds to a minute later.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "schema/jobs.h"

struct dcb_config;
struct dcb_error;
struct dcb_queue;
struct dcb_sink;
struct dcb_store;

/* Exit codes of a job that is to be begun again later; its last line says why. */
#define DCB_JOB_EXIT_READ_ONLY 74 /* EROFS */
#define DCB_JOB_EXIT_NO_SPACE  75 /* ENOSPC, EDQUOT */

struct dcb_queue_options {
	sd_event *event;
	struct dcb_store *store;
	const struct dcb_config *config; /* borrowed until the next configure */
	const struct dcb_sink *sink;
	/* What runs a job: these words and its number. It prints its progress, a line at a time. */
	char *const *job_argv;
	const int *job_fds; /* inherited under the same numbers */
	size_t n_job_fds;
	/* Stores an end that the job did not store itself; owner: as in dcb_store_finish_job(). */
	int (*finish)(void *context, int64_t job_id, const char *owner, enum dcb_job_state state,
		      const char *reason, struct dcb_error *err);
	void (*changed)(void *context, int64_t job_id); /* its state is another */
	void (*progress)(void *context, int64_t job_id, const char *line);
	/* A process is gone that could not tidy up: before its job is begun again. */
	void (*died)(void *context);
	void (*idle)(void *context); /* after dcb_queue_stop(): the last process has ended */
	void *context;
};

int dcb_queue_new(const struct dcb_queue_options *options, struct dcb_queue **ret_queue,
		  struct dcb_error *err);
/* Processes that still run are killed; their jobs stay as they are, for the next start to find. */
void dcb_queue_free(struct dcb_queue *queue);
DEFINE_CLEANUP(struct dcb_queue *, dcb_queue_free)

/* At start: jobs that run by their row, but whose process is gone, are queued again; those whose
 * process is still there, when it is gone. */
void dcb_queue_recover(struct dcb_queue *queue);
/* Starts what fits. */
void dcb_queue_kick(struct dcb_queue *queue);
/* A queued job ends at once, a running one when its boots have been broken off; that survives the
 * daemon's end. -EBUSY where it has ended already. */
int dcb_queue_cancel(struct dcb_queue *queue, int64_t job_id, const char *reason,
		     struct dcb_error *err);
/* Starts nothing more and asks what runs to stop; idle() follows, perhaps before this returns. */
void dcb_queue_stop(struct dcb_queue *queue);
void dcb_queue_configure(struct dcb_queue *queue, const struct dcb_config *config);
size_t dcb_queue_running(const struct dcb_queue *queue);
