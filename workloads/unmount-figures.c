// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/unmount-figures.h"

#include <math.h>

#include "base/cleanup.h"
#include "workloads/report.h"

void dcb_unmount_values(const struct dcb_unmount_figures *figures,
			const struct dcb_workload_ops *ops,
			struct dcb_value ret_values[DCB_UNMOUNT_N])
{
	double mounts = (double)figures->mounts;
	double dentries = figures->expected > 0 && figures->freed > 0 ? (double)figures->freed
								      : NAN;
	const struct {
		const char *name;
		double value;
	} rows[] = {
		{"unmount-rate", mounts * 1e9 / figures->wall_ns},
		{"cpu-per-dentry", figures->cpu_ns / dentries},
		{"total-cpu-per-dentry", figures->total_cpu_ns / dentries},
		{"instructions-per-dentry", figures->instructions / dentries},
		{"cpu-per-mount", figures->cpu_ns / mounts},
		{"total-cpu-per-mount", figures->total_cpu_ns / mounts},
		{"dentries-freed", (double)figures->freed},
		{"dentries-expected", (double)figures->expected},
		{"memory-back", figures->wall_ns + figures->late->memory_ns},
	};
	struct dcb_value *next = ret_values;

	_Static_assert(ARRAY_SIZE(rows) + DCB_LATENCY_N + DCB_LATE_N == DCB_UNMOUNT_N,
		       "a row without a value");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		*next++ = dcb_report_value(dcb_workload_metric_find(ops, NULL, rows[i].name),
					   rows[i].value);
	dcb_latency_values(ops, NULL, "umount", figures->latencies_ns, figures->n_latencies, next);
	dcb_late_values(figures->late, ops, next + DCB_LATENCY_N);
}
