/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What workloads on containers report beside the samples of their crew. */

#include <stddef.h>

#include "workloads/container.h"
#include "workloads/other-processes.h"

/* Rows for the metric table of a workload, of the iteration as a whole. */
#define DCB_CONTAINER_COSTS_METRICS                                                                \
	{NULL,                                                                                     \
	 {"machine-cpu", "ns", DCB_BETTER_LOWER, true,                                             \
	  "CPU time of all threads a container, from the begin until the kernel is quiet"}},       \
		{NULL,                                                                             \
		 {"runtime-cpu", "ns", DCB_BETTER_LOWER, false,                                    \
		  "that of the runtime's own processes; 0 for builtin, whose threads are roles"}}, \
		{NULL,                                                                             \
		 {"other-cpu", "ns", DCB_BETTER_LOWER, false,                                      \
		  "that of neither roles nor runtime: workqueues that free namespaces, RCU"}},     \
	{                                                                                          \
		NULL,                                                                              \
		{                                                                                  \
			"cgroups", "count", DCB_BETTER_NEITHER, false,                             \
				"containers with a cgroup; 0: there is no cgroup2 to be had"       \
		}                                                                                  \
	}
#define DCB_CONTAINER_COSTS_N 4

/* CPU time at the begin: of this process's children that were reaped, and of the other processes,
 * which are the kernel's where nobody else is there. */
struct dcb_container_mark {
	double children_ns;
	struct dcb_other_processes others;
};
/* Replaces what it holds. */
int dcb_container_mark(struct dcb_container_mark *mark, struct dcb_error *err);
void dcb_container_mark_deinit(struct dcb_container_mark *mark);

struct dcb_container_costs {
	double roles_ns;     /* of all roles, inits among them, since the begin */
	double inits_ns;     /* whole lives of the inits that were reaped since */
	size_t n, n_cgroups; /* containers in all, with a cgroup */
};

/* When the kernel is quiet. */
void dcb_container_costs_values(const struct dcb_container_mark *begin,
				const struct dcb_container_costs *costs,
				const struct dcb_workload_ops *ops,
				struct dcb_value ret_values[DCB_CONTAINER_COSTS_N]);
/* Adds what the init of a stopped container used in its whole life. */
void dcb_container_usage_add(struct dcb_container_usage *sum,
			     const struct dcb_container *container);
/* A sample of role `init`: under the names of the collectors' metrics. thread: which of them. */
int dcb_container_report(const struct dcb_workload_output *output,
			 const struct dcb_workload_ops *ops, unsigned thread, int iteration,
			 const struct dcb_container_usage *usage, struct dcb_error *err);
