/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What a run holds, by the names and in the units of other programs. Names stay the same from run
 * to run and from build to build, as long as the plan says the same.
 */

#include <stdbool.h>
#include <stddef.h>

#include "reports/summary.h"

/* "op=rename,waiters=2": the keys that are not at their defaults, so that a new key of a later
 * build renames nothing. Printable; malloc'd. */
char *dcb_name_dose(const struct dcb_store_run_workload *workload);
/* "waiter.wall"; "iteration.wall" where the metric is of the iteration as a whole. Printable;
 * malloc'd. */
char *dcb_name_measure(const struct dcb_comparison *comparison);

struct dcb_name_unit {
	const char *ours;
	double factor, divisor; /* theirs is ours * factor / divisor */
	/* KCIDB: symbol without its prefix and how it is scaled for display; or NULL. */
	const char *symbol, *prefix;
	const char *base; /* OpenMetrics: the base unit that names end in; or NULL */
};
/* NULL for a unit that is not known: then it is passed on as it is. */
const struct dcb_name_unit *dcb_name_unit_find(const char *unit);
/* A value in their unit; `unit` may be NULL. */
double dcb_name_unit_convert(const struct dcb_name_unit *unit, double value);

/* Every side of the run's metrics once: the base's with the first of its comparisons. */
struct dcb_told_side {
	const struct dcb_comparison *comparison;
	const struct dcb_side *side;
	size_t index; /* of the comparison */
	bool is_base;
};
/* *at is 0 at first. False at the end. */
bool dcb_told_side_next(const struct dcb_summary *summary, size_t *at,
			struct dcb_told_side *ret_side);

struct dcb_boot_count {
	unsigned good, failed;
};
struct dcb_boot_count dcb_boot_count(const struct dcb_summary *summary, size_t kernel);
