/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * CPU time of all processes but the caller's: in a guest, of the kernel's threads (kworkers, RCU),
 * which work for the measured calls beside and behind them. It is asked of each process, because
 * the sum that /proc/schedstat has of a CPU counts twice what ran until a task was preempted on its
 * way to sleep; and by the processes' clocks, because reading /proc/PID would make dentries. Not in
 * it: what softirqs do on an idle CPU, and processes that have ended meanwhile (the jbd2 thread of
 * an unmounted ext4).
 */

#include <stdint.h>
#include <sys/types.h>

struct dcb_error;

struct dcb_other_processes {
	uint64_t *cpu_ns; /* by pid, up to the one that was given last */
	pid_t last;
};
#define DCB_OTHER_PROCESSES_NULL                                                                   \
	{                                                                                          \
		0                                                                                  \
	}

/* Replaces what an earlier mark holds. */
int dcb_other_processes_mark(struct dcb_other_processes *mark, struct dcb_error *err);
/* ns since the mark; NAN where that is not known, or where there are so many pids that asking would
 * take longer than what is measured. */
double dcb_other_processes_since(const struct dcb_other_processes *mark);
void dcb_other_processes_deinit(struct dcb_other_processes *mark);
