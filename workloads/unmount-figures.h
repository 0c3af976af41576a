/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What unmounting costs, by the mount and by the dentry. The work may be done by the threads that
 * unmount, or beside and after them by others (kworkers, RCU): the total has both.
 */

#include <stdint.h>

#include "workloads/late.h"
#include "workloads/latency.h"
#include "workloads/workload.h"

/* Rows for the metric table of a workload, of the iteration as a whole. */
#define DCB_UNMOUNT_METRICS                                                                        \
	{NULL,                                                                                     \
	 {"unmount-rate", "1/s", DCB_BETTER_HIGHER, true,                                          \
	  "mounts a second until the last call has returned; propagated ones are not counted"}},   \
		DCB_LATENCY_METRICS(NULL, "umount"),                                               \
		{NULL,                                                                             \
		 {"cpu-per-dentry", "ns", DCB_BETTER_LOWER, true,                                  \
		  "CPU time of the unmounting threads a dentry freed"}},                           \
		{NULL,                                                                             \
		 {"total-cpu-per-dentry", "ns", DCB_BETTER_LOWER, true,                            \
		  "the same with all other processes (kworkers), until the kernel is quiet"}},     \
		{NULL,                                                                             \
		 {"instructions-per-dentry", "count", DCB_BETTER_LOWER, false,                     \
		  "instructions of the unmounting threads a dentry freed"}},                       \
		{NULL,                                                                             \
		 {"cpu-per-mount", "ns", DCB_BETTER_LOWER, false,                                  \
		  "CPU time of the unmounting threads a mount"}},                                  \
		{NULL,                                                                             \
		 {"total-cpu-per-mount", "ns", DCB_BETTER_LOWER, false,                            \
		  "the same with all other processes (kworkers), until the kernel is quiet"}},     \
		{NULL,                                                                             \
		 {"dentries-freed", "count", DCB_BETTER_NEITHER, false,                            \
		  "by which /proc/sys/fs/dentry-state fell"}},                                     \
		{NULL,                                                                             \
		 {"dentries-expected", "count", DCB_BETTER_NEITHER, false,                         \
		  "as many had been made"}},                                                       \
		{NULL,                                                                             \
		 {"memory-back", "ns", DCB_BETTER_LOWER, false,                                    \
		  "from the begin of the calls until pages and slabs were given back"}},           \
		DCB_LATE_METRICS

struct dcb_unmount_figures {
	int64_t mounts;
	int64_t freed, expected; /* dentries; expected 0: figures by the dentry are absent */
	double wall_ns;          /* from the first call's begin to the last one's end */
	double cpu_ns, instructions, total_cpu_ns; /* NAN: not counted */
	uint64_t *latencies_ns;                    /* of the calls; sorted in place */
	size_t n_latencies;
	const struct dcb_late *late;
};

/* All rows of `ops`. */
#define DCB_UNMOUNT_N (1 + DCB_LATENCY_N + 8 + DCB_LATE_N)
void dcb_unmount_values(const struct dcb_unmount_figures *figures,
			const struct dcb_workload_ops *ops,
			struct dcb_value ret_values[DCB_UNMOUNT_N]);
