// SPDX-License-Identifier: GPL-2.0-only
/* The wall clock, innermost of all, so that it holds nothing of what measures. */
#include "collectors/clock.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/ops.h"

struct clock_state {
	uint64_t begin_ns, end_ns;
};

static const struct dcb_metric clock_metrics[] = {
	{"wall", "ns", DCB_BETTER_LOWER, true, "time that passed (CLOCK_MONOTONIC)"},
};

static int clock_open(void **ret_state, struct dcb_error *err)
{
	struct clock_state *state = calloc(1, sizeof(*state));

	if (!state)
		return dcb_error_oom(err);
	*ret_state = state;
	return 0;
}

static void clock_begin(void *data)
{
	struct clock_state *state = data;

	state->begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
}

static void clock_end(void *data)
{
	struct clock_state *state = data;

	state->end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
}

static void clock_read(void *data, struct dcb_value *values)
{
	const struct clock_state *state = data;

	values[0].present = true;
	values[0].value = (double)(state->end_ns - state->begin_ns);
}

const struct dcb_collector_ops dcb_collector_clock = {
	.name = "clock",
	.summary = "wall time",
	.metrics = clock_metrics,
	.n_metrics = ARRAY_SIZE(clock_metrics),
	.open = clock_open,
	.begin = clock_begin,
	.end = clock_end,
	.read = clock_read,
	.close = free,
};
