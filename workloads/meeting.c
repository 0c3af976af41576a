// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/meeting.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MAX_EXTRA 28
#define MS_NS     1e6

struct dcb_meeting {
	const struct dcb_report *report;
	size_t role;
	const char *symptom, *what;
	const struct dcb_metric *busy_metric, *waste_metric;
	enum dcb_dying_state last, *states;
	double *busy; /* NAN where it is not known */
	size_t n, n_max;
};

int dcb_meeting_new(const struct dcb_report *report, const struct dcb_workload_ops *ops,
		    size_t role, size_t tries, struct dcb_meeting **ret_meeting,
		    struct dcb_error *err)
{
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = calloc(1, sizeof(*meeting));
	const char *name = report->roles[role].name;

	if (!meeting)
		return dcb_error_oom(err);
	meeting->report = report;
	meeting->role = role;
	meeting->symptom = "busy-wait";
	meeting->what = "the dying dentry";
	meeting->busy_metric = dcb_workload_metric_find(ops, name, "busy");
	meeting->waste_metric = dcb_workload_metric_find(ops, name, "wasted-cycles");
	assert(meeting->busy_metric && meeting->waste_metric);
	meeting->states = calloc(tries + 1, sizeof(*meeting->states));
	meeting->busy = calloc(tries + 1, sizeof(*meeting->busy));
	meeting->n_max = tries;
	if (!meeting->states || !meeting->busy)
		return dcb_error_oom(err);
	*ret_meeting = TAKE_PTR(meeting);
	return 0;
}

void dcb_meeting_free(struct dcb_meeting *meeting)
{
	if (!meeting)
		return;
	free(meeting->states);
	free(meeting->busy);
	free(meeting);
}

void dcb_meeting_call(struct dcb_meeting *meeting, const char *symptom, const char *what)
{
	meeting->symptom = symptom;
	meeting->what = what;
}

int dcb_meeting_report(struct dcb_meeting *meeting, size_t thread, int iteration,
		       const struct dcb_meeting_seen *seen, const struct dcb_value *extra,
		       size_t n_extra, struct dcb_error *err)
{
	const struct dcb_report *report = meeting->report;
	struct dcb_value values[MAX_EXTRA + 2];
	struct dcb_dying_observation observation = {
		.waiter_wall_ns = dcb_report_measured(report->crew, meeting->role, thread, "wall"),
		.closer_wall_ns = seen->closer_wall_ns,
		.voluntary_switches = fmax(dcb_report_measured(report->crew, meeting->role, thread,
							       "voluntary-switches") -
						   seen->own_switches,
					   0),
		.closed_before = seen->closed_before,
		.closed_after = seen->closed_after,
	};
	double run_delay_ns = dcb_report_measured(report->crew, meeting->role, thread, "run-delay");
	double cpu_ns = dcb_report_measured(report->crew, meeting->role, thread, "cpu");
	double cycles = dcb_report_measured(report->crew, meeting->role, thread, "cycles");
	enum dcb_dying_state state;
	double waste = NAN;

	assert(n_extra <= MAX_EXTRA);
	observation.has_busy = !isnan(run_delay_ns) &&
			       dcb_dying_busy(observation.waiter_wall_ns, cpu_ns, run_delay_ns,
					      &observation.busy);
	state = meeting->last = dcb_dying_judge(&observation);
	if (observation.has_busy)
		waste = cycles / (observation.waiter_wall_ns / MS_NS);
	values[0] = dcb_report_value(meeting->busy_metric,
				     observation.has_busy ? observation.busy : NAN);
	values[1] = dcb_report_value(meeting->waste_metric, waste);
	if (n_extra > 0)
		memcpy(values + 2, extra, n_extra * sizeof(*values));
	if (iteration >= 0) {
		assert(meeting->n < meeting->n_max);
		meeting->states[meeting->n] = state;
		meeting->busy[meeting->n] = observation.has_busy ? observation.busy : NAN;
		meeting->n++;
	}
	return dcb_report_role(report, meeting->role, thread, iteration,
			       dcb_dying_state_name(state), values, n_extra + 2, err);
}

enum dcb_dying_state dcb_meeting_last(const struct dcb_meeting *meeting)
{
	return meeting->last;
}

int dcb_meeting_conclude(struct dcb_meeting *meeting, bool required, const char *advice,
			 struct dcb_error *err)
{
	const struct dcb_workload_output *output = meeting->report->output;
	struct dcb_dying_verdict verdict = dcb_dying_sum(meeting->states, meeting->busy,
							 meeting->n);
	const struct dcb_workload_finding finding = {
		.symptom = meeting->symptom,
		.present = verdict.state == DCB_DYING_SPIN,
		.state = dcb_dying_state_name(verdict.state),
		.value = verdict.busy,
		.hits = verdict.hits,
		.tries = verdict.tries,
	};
	int r = output->finding(output->context, &finding, err);

	if (r < 0)
		return r;
	if (required && verdict.state == DCB_DYING_MISS)
		return dcb_error_set(err, ETIME,
				     "missed the window: only %d of %d tries met %s; %s",
				     verdict.hits, verdict.tries, meeting->what, advice);
	return 0;
}
