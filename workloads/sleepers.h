/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Child processes with threads of their own, all of them asleep until they are killed. They die
 * with the thread that made them.
 */

#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct dcb_error;

struct dcb_sleepers {
	pid_t *pids; /* -1: killed and reaped; a workload that does it itself says so */
	size_t n;
};

/* `threads` beside the main thread of each. Returns when all are asleep, or nearly. */
int dcb_sleepers_start(struct dcb_sleepers *sleepers, size_t n, size_t threads,
		       struct dcb_error *err);
/* Kills and reaps who is left. */
void dcb_sleepers_deinit(struct dcb_sleepers *sleepers);
