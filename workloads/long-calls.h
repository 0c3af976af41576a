/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Calls of one kind that took far more CPU time than their like, as those do that meet a dying
 * dentry and spin: over 1 ms and over eight times the median. Pure rules.
 */

#include <stddef.h>
#include <stdint.h>

struct dcb_long_calls {
	size_t n, n_long;
	double cpu_ns, long_ns; /* of all, of the long ones */
};

/* Adds one iteration's calls; sorted in place. How many of them were long. */
size_t dcb_long_calls_add(struct dcb_long_calls *calls, uint64_t *cpu_ns, size_t n);
/* Of the CPU time of all calls, what the long ones took; 0 where there were none. */
double dcb_long_calls_share(const struct dcb_long_calls *calls);
