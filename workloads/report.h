/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Samples of a crew: what its samplers measured, and behind it what the workload computed itself.
 */

#include <stddef.h>

#include "workloads/crew.h"
#include "workloads/workload.h"

/* NAN: it could not be counted. */
struct dcb_value dcb_report_value(const struct dcb_metric *metric, double value);
/* One metric of a thread's last iteration by name; NAN where it was not counted. */
double dcb_report_measured(struct dcb_crew *crew, size_t role, size_t thread, const char *metric);
/* One metric, summed over the threads of a role; NAN where one of them could not count it. */
double dcb_report_sum(struct dcb_crew *crew, size_t role, size_t n_threads, const char *metric);

struct dcb_report {
	const struct dcb_workload_output *output;
	struct dcb_crew *crew;
	const struct dcb_crew_role *roles; /* of the crew */
};

/* `extra` are values of the workload's own metrics for that role; at most 32. */
int dcb_report_role(const struct dcb_report *report, size_t role, size_t thread, int iteration,
		    const char *state, const struct dcb_value *extra, size_t n_extra,
		    struct dcb_error *err);
/* All threads of a role, without values of their own. */
int dcb_report_threads(const struct dcb_report *report, size_t role, int iteration,
		       struct dcb_error *err);
/* Of the iteration as a whole. */
int dcb_report_whole(const struct dcb_report *report, int iteration, const struct dcb_value *values,
		     size_t n_values, struct dcb_error *err);
/* The end of most reports: all threads of a role, then the iteration as a whole. */
int dcb_report_last(const struct dcb_report *report, size_t role, int iteration,
		    const struct dcb_value *values, size_t n_values, struct dcb_error *err);
