/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a number is: its name, its unit, and which way is better. Shared by guest and host. */

#include <stdbool.h>
#include <stdint.h>

enum dcb_better {
	DCB_BETTER_LOWER,
	DCB_BETTER_HIGHER,
	DCB_BETTER_NEITHER, /* said, not judged: counts of hits, wall time of a control */
};

struct dcb_metric {
	const char *name; /* [a-z0-9-], at most 47 characters */
	const char *unit; /* "ns", "count", "ratio", "bytes" */
	enum dcb_better better;
	bool primary; /* stands in the short table; the rest only in `show --all` and JSON */
	const char *help;
};

/* One measured value. A counter that the machine lacks is absent, never 0. */
struct dcb_value {
	const struct dcb_metric *metric;
	bool present;
	double value;
	/* perf_event only: ns for which the counter was enabled and really counted. */
	bool has_times;
	uint64_t enabled_ns, running_ns;
};

const char *dcb_better_name(enum dcb_better better); /* "lower", "higher", "neither" */
