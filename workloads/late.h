/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What the kernel does late: files whose release was delayed, RCU callbacks, mounts and superblocks
 * that workqueues free. It belongs to the calls that caused it and is paid by threads of nobody, so
 * it is waited for after the timed part and its CPU time is counted apart.
 */

#include <stdint.h>

#include "workloads/workload.h"

struct dcb_error;

/* Rows for the metric table of a workload, of the iteration as a whole. */
#define DCB_LATE_METRICS                                                                           \
	{NULL,                                                                                     \
	 {"late-cpu", "ns", DCB_BETTER_LOWER, false,                                               \
	  "CPU time of other processes from the end of the calls until the kernel is quiet"}},     \
	{                                                                                          \
		NULL,                                                                              \
		{                                                                                  \
			"late-wall", "ns", DCB_BETTER_NEITHER, false,                              \
				"how long that took, in steps of 1 ms"                             \
		}                                                                                  \
	}

struct dcb_late {
	double cpu_ns; /* other-processes.h; NAN where it is not known */
	double wall_ns;
	double memory_ns; /* from the same moment until pages and slabs were given back */
};

/* An RCU grace period, then until for 3 ms other threads took under a twentieth of the time; 2 s at
 * most (a busy host never gets quiet). Call it at the end of the set-up, so that its late work is
 * over, and directly behind the timed part for the figures. */
void dcb_late_wait(struct dcb_late *ret_late);
/* Both metrics of `ops`. */
#define DCB_LATE_N 2
void dcb_late_values(const struct dcb_late *late, const struct dcb_workload_ops *ops,
		     struct dcb_value ret_values[DCB_LATE_N]);
