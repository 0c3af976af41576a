/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What counts as the same, a metric: the threshold of practical importance.
 * "1%" holds for all; "NAME=2%" for some, where NAME is METRIC, ROLE.METRIC or
 * WORKLOAD/[ROLE.]METRIC. Of several that fit, the one with the most parts holds, of these the
 * last. Separated by commas: "1%,waiter.wall=5%,tree-rm/wall=2%".
 */

#include <jansson.h>

struct dcb_error;

#define DCB_THRESHOLD_DEFAULT 0.01

/* The text is well-formed, with every share in 0..100 %. `where` for messages. */
int dcb_threshold_check(const char *text, const char *where, struct dcb_error *err);
/* What a plan, as dcb_plan_to_json() makes it, says of thresholds: borrowed from it; NULL where it
 * says nothing that can be read. */
const char *dcb_threshold_planned(const json_t *plan);
/* The share (0.01 for 1 %) for one metric; DCB_THRESHOLD_DEFAULT where text is NULL or says
 * nothing of it. The text must have been checked. */
double dcb_threshold_find(const char *text, const char *workload, const char *role,
			  const char *metric);
