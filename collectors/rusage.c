// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel accounts to a thread anyway: CPU time and context switches (getrusage(2)). */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "collectors/ops.h"

enum { RUSAGE_CPU, RUSAGE_VOLUNTARY, RUSAGE_INVOLUNTARY, RUSAGE_N };

struct rusage_state {
	uint64_t begin[RUSAGE_N], end[RUSAGE_N];
};

static const struct dcb_metric rusage_metrics[] = {
	[RUSAGE_CPU] = {"cpu", "ns", DCB_BETTER_LOWER, true,
			"CPU time of the thread (CLOCK_THREAD_CPUTIME_ID)"},
	[RUSAGE_VOLUNTARY] = {"voluntary-switches", "count", DCB_BETTER_NEITHER, true,
			      "times that the thread went to sleep (ru_nvcsw)"},
	[RUSAGE_INVOLUNTARY] = {"involuntary-switches", "count", DCB_BETTER_NEITHER, false,
				"times that the thread lost its CPU (ru_nivcsw)"},
};

static int rusage_open(void **ret_state, struct dcb_error *err)
{
	struct rusage_state *state = calloc(1, sizeof(*state));

	if (!state)
		return dcb_error_oom(err);
	*ret_state = state;
	return 0;
}

static void rusage_switches(uint64_t values[RUSAGE_N])
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	values[RUSAGE_VOLUNTARY] = (uint64_t)usage.ru_nvcsw;
	values[RUSAGE_INVOLUNTARY] = (uint64_t)usage.ru_nivcsw;
}

static void rusage_begin(void *data)
{
	struct rusage_state *state = data;

	rusage_switches(state->begin);
	state->begin[RUSAGE_CPU] = dcb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void rusage_end(void *data)
{
	struct rusage_state *state = data;

	state->end[RUSAGE_CPU] = dcb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	rusage_switches(state->end);
}

static void rusage_read(void *data, struct dcb_value *values)
{
	const struct rusage_state *state = data;

	for (size_t i = 0; i < RUSAGE_N; i++) {
		values[i].present = true;
		values[i].value = (double)(state->end[i] - state->begin[i]);
	}
}

const struct dcb_collector_ops dcb_collector_rusage = {
	.name = "rusage",
	.summary = "CPU time and context switches of the thread",
	.metrics = rusage_metrics,
	.n_metrics = RUSAGE_N,
	.open = rusage_open,
	.begin = rusage_begin,
	.end = rusage_end,
	.read = rusage_read,
	.close = free,
};
