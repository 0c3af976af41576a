/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Change and verdict of one metric between two kernels.
 *
 * exact (icount): boots of one (block, seed) are pairs. The change is the median of the pairs'
 * ratios, lo and hi their range. The same digits, or every pair within 1 %: same. Every pair in one
 * direction and the median beyond 1 %: improved or regressed. Else cannot-tell. Boots without a
 * partner are left out; without any pair the rule below holds.
 *
 * Otherwise: ratio of medians over boots with its bootstrap interval. At least three boots a side,
 * else cannot-tell. The interval wholly beyond 1 %: improved or regressed; wholly within: same;
 * else cannot-tell.
 *
 * Where base is not above 0 there is no ratio: the difference is judged, by an interval that leaves
 * out 0 (exact: all differences of one sign).
 */

#include <stdbool.h>
#include <stdint.h>

struct dcb_comparison;
struct dcb_figures;

/* What counts as the same. */
#define DCB_SAME_WITHIN 0.01

/* Fills has_ratio, change, change_lo, change_hi, has_interval, exact and verdict from `better` and
 * the figures; the sides are the caller's. -ENOMEM. */
int dcb_compare(const struct dcb_figures *base, const struct dcb_figures *candidate, bool exact,
		uint64_t seed, struct dcb_comparison *comparison);
