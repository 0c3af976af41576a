/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The distribution of many durations within one iteration: the nearest-rank percentiles. */

#include <stddef.h>
#include <stdint.h>

#include "workloads/workload.h"

struct dcb_error;

/* Rows for the metric table of a workload; a string literal names what took so long: "teardown"
 * gives teardown-p50, -p95, -p99 and -max. role: NULL, the iteration as a whole. */
#define DCB_LATENCY_METRICS(role, what)                                                            \
	{role, {what "-p50", "ns", DCB_BETTER_LOWER, true, "median " what " latency"}},            \
		{role, {what "-p95", "ns", DCB_BETTER_LOWER, false, "95th percentile"}},           \
		{role, {what "-p99", "ns", DCB_BETTER_LOWER, true, "99th percentile"}},            \
	{                                                                                          \
		role,                                                                              \
		{                                                                                  \
			what "-max", "ns", DCB_BETTER_LOWER, false, "the longest"                  \
		}                                                                                  \
	}
#define DCB_LATENCY_N 4

/* ns[0..n): sorted in place. n 0: all values are absent. */
void dcb_latency_values(const struct dcb_workload_ops *ops, const char *role, const char *what,
			uint64_t *ns, size_t n, struct dcb_value ret_values[DCB_LATENCY_N]);
