// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/container-figures.h"

#include <assert.h>
#include <math.h>
#include <sys/resource.h>

#include "workloads/container-private.h"
#include "workloads/report.h"

struct row {
	const char *metric;
	double value;
};

static void fill(const struct dcb_workload_ops *ops, const char *role, const struct row *rows,
		 size_t n, struct dcb_value *ret_values)
{
	for (size_t i = 0; i < n; i++) {
		const struct dcb_metric *metric = dcb_workload_metric_find(ops, role,
									   rows[i].metric);

		assert(metric);
		ret_values[i] = dcb_report_value(metric, rows[i].value);
	}
}

static double children_cpu_ns(void)
{
	struct rusage children;

	getrusage(RUSAGE_CHILDREN, &children);
	return dcb_container_rusage_ns(&children);
}

int dcb_container_mark(struct dcb_container_mark *mark, struct dcb_error *err)
{
	mark->children_ns = children_cpu_ns();
	return dcb_other_processes_mark(&mark->others, err);
}

void dcb_container_mark_deinit(struct dcb_container_mark *mark)
{
	dcb_other_processes_deinit(&mark->others);
}

void dcb_container_costs_values(const struct dcb_container_mark *begin,
				const struct dcb_container_costs *costs,
				const struct dcb_workload_ops *ops,
				struct dcb_value ret_values[DCB_CONTAINER_COSTS_N])
{
	double n = (double)costs->n;
	double other_ns = dcb_other_processes_since(&begin->others);
	/* Clocks of many threads, not read at once: a difference may come out a little under
	 * nothing. */
	double runtime_ns = fmax(children_cpu_ns() - begin->children_ns - costs->inits_ns, 0);

	fill(ops, NULL,
	     (const struct row[DCB_CONTAINER_COSTS_N]){
		     {"machine-cpu", (costs->roles_ns + runtime_ns + other_ns) / n},
		     {"runtime-cpu", runtime_ns / n},
		     {"other-cpu", other_ns / n},
		     {"cgroups", (double)costs->n_cgroups},
	     },
	     DCB_CONTAINER_COSTS_N, ret_values);
}

void dcb_container_usage_add(struct dcb_container_usage *sum, const struct dcb_container *container)
{
	const struct dcb_container_usage *ready = &container->ready, *then = &container->usage;

	sum->cpu_ns += ready->cpu_ns + then->cpu_ns;
	sum->voluntary_switches += ready->voluntary_switches + then->voluntary_switches;
	sum->involuntary_switches += ready->involuntary_switches + then->involuntary_switches;
	sum->exit_ns += then->exit_ns;
}

int dcb_container_report(const struct dcb_workload_output *output,
			 const struct dcb_workload_ops *ops, unsigned thread, int iteration,
			 const struct dcb_container_usage *usage, struct dcb_error *err)
{
	const struct row rows[] = {
		{"cpu", usage->cpu_ns},
		{"voluntary-switches", usage->voluntary_switches},
		{"involuntary-switches", usage->involuntary_switches},
		{"wall", usage->exit_ns},
	};
	struct dcb_value values[ARRAY_SIZE(rows)];
	const struct dcb_workload_sample sample = {
		.role = "init",
		.thread = (int)thread,
		.iteration = iteration,
		.values = values,
		.n_values = ARRAY_SIZE(rows),
	};

	fill(ops, sample.role, rows, ARRAY_SIZE(rows), values);
	return output->sample(output->context, &sample, err);
}
