/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * One job, in the process that the queue started for it: claims it, boots its plan by the same
 * engine as `dcbench run` (or goes on with the run that an earlier attempt began), stores its end
 * and its letters.
 */

#include <signal.h>
#include <stdint.h>

struct dcb_config;
struct dcb_error;
struct dcb_sink;
struct dcb_store;

/* 0: the job has ended, well or not. -EBUSY: it was not there to be claimed. -EINTR: `stop` was
 * set; the job is left for its queue. -ENOSPC, -EDQUOT, -EROFS: so it is, for when there is room.
 * Other errors: its end could not be stored. */
int dcb_job_execute(struct dcb_store *store, const struct dcb_config *config, int64_t job_id,
		    const struct dcb_sink *sink, const volatile sig_atomic_t *stop,
		    struct dcb_error *err);
/* What its process ends with, so that the queue begins it again later (daemon/queue.h); 0: none of
 * these errors. */
int dcb_job_exit_code(int r);
