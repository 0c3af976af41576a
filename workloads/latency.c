// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/latency.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "workloads/report.h"

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void dcb_latency_values(const struct dcb_workload_ops *ops, const char *role, const char *what,
			uint64_t *ns, size_t n, struct dcb_value ret_values[DCB_LATENCY_N])
{
	static const struct {
		const char *suffix;
		double share;
	} ranks[DCB_LATENCY_N] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};

	qsort(ns, n, sizeof(*ns), compare_ns);
	for (size_t i = 0; i < DCB_LATENCY_N; i++) {
		const struct dcb_metric *metric;
		char name[48];
		size_t rank = (size_t)ceil(ranks[i].share * (double)n);

		snprintf(name, sizeof(name), "%s-%s", what, ranks[i].suffix);
		metric = dcb_workload_metric_find(ops, role, name);
		assert(metric);
		ret_values[i] = dcb_report_value(metric,
						 n > 0 ? (double)ns[rank > 0 ? rank - 1 : 0] : NAN);
	}
}
