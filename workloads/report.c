// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/report.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

#define MAX_VALUES 64
#define MAX_EXTRA  32

struct dcb_value dcb_report_value(const struct dcb_metric *metric, double value)
{
	return (struct dcb_value){
		.metric = metric,
		.present = !isnan(value),
		.value = isnan(value) ? 0 : value,
	};
}

double dcb_report_measured(struct dcb_crew *crew, size_t role, size_t thread, const char *metric)
{
	const struct dcb_value *values;
	size_t n = dcb_crew_read(crew, role, thread, &values);
	const struct dcb_value *value = dcb_value_find(values, n, metric);

	return value && value->present ? value->value : NAN;
}

double dcb_report_sum(struct dcb_crew *crew, size_t role, size_t n_threads, const char *metric)
{
	double sum = 0;

	for (size_t i = 0; i < n_threads; i++)
		sum += dcb_report_measured(crew, role, i, metric);
	return sum;
}

int dcb_report_role(const struct dcb_report *report, size_t role, size_t thread, int iteration,
		    const char *state, const struct dcb_value *extra, size_t n_extra,
		    struct dcb_error *err)
{
	struct dcb_value values[MAX_VALUES];
	const struct dcb_value *measured;
	struct dcb_workload_sample sample = {
		.role = report->roles[role].name,
		.thread = (int)thread,
		.iteration = iteration,
		.state = state,
		.values = values,
	};
	size_t n = dcb_crew_read(report->crew, role, thread, &measured);

	if (n_extra > MAX_EXTRA || n + n_extra > MAX_VALUES)
		return dcb_error_set(err, EOVERFLOW, "more than %d values a role", MAX_VALUES);
	memcpy(values, measured, n * sizeof(*values));
	if (n_extra > 0)
		memcpy(values + n, extra, n_extra * sizeof(*values));
	sample.n_values = n + n_extra;
	return report->output->sample(report->output->context, &sample, err);
}

int dcb_report_threads(const struct dcb_report *report, size_t role, int iteration,
		       struct dcb_error *err)
{
	for (size_t i = 0; i < report->roles[role].n_threads; i++) {
		int r = dcb_report_role(report, role, i, iteration, NULL, NULL, 0, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_report_whole(const struct dcb_report *report, int iteration, const struct dcb_value *values,
		     size_t n_values, struct dcb_error *err)
{
	const struct dcb_workload_sample sample = {
		.iteration = iteration,
		.values = values,
		.n_values = n_values,
	};

	return report->output->sample(report->output->context, &sample, err);
}

int dcb_report_last(const struct dcb_report *report, size_t role, int iteration,
		    const struct dcb_value *values, size_t n_values, struct dcb_error *err)
{
	int r = dcb_report_threads(report, role, iteration, err);

	if (r < 0)
		return r;
	return dcb_report_whole(report, iteration, values, n_values, err);
}
