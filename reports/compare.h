/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What changed in one metric between two kernels, and how sure that is. Verdicts come when all
 * metrics are known: reports/judge.h.
 *
 * Boots of one block are a pair, and only pairs are compared. The change is the ratio of the
 * medians over boots, candidate / base; where a base of a pair is not above 0, or a candidate below
 * it, the difference. Its interval is that of reports/stats/bootstrap.h, p that of
 * reports/stats/signed-rank.h over the pairs' log ratios (or differences).
 *
 * exact (icount): boots repeat to the digit, so that pairs are those of one (block, seed), and only
 * blocks are drawn, not iterations: the interval is that of the code's layout. A single seed has
 * neither interval nor p. Without any such pair boots are compared as elsewhere.
 */

#include <stdbool.h>
#include <stdint.h>

struct dcb_comparison;
struct dcb_figures;
struct dcb_median_tables;

struct dcb_compare_options {
	bool exact;
	double threshold; /* share of base that counts as the same */
	double level;     /* of the interval: 0.95 */
	uint64_t seed;
	bool only_p; /* no interval, which takes most of the time */
};

/* What rounding may make of equal figures: of ratios' logarithms. */
#define DCB_COMPARE_ROUNDING 1e-12

/* What a verdict needs besides; logarithms where the comparison has a ratio. */
struct dcb_evidence {
	double change, lo, hi; /* lo and hi: where it has an interval */
	double low, high;      /* what counts as the same */
	double p_same;         /* of the two one-sided tests */
	bool all_equal;        /* every pair */
	bool all_same;         /* every pair lies within low..high */
	int direction;         /* 1, -1: every pair is above, below 0; else 0 */
};

/* Fills has_ratio, change, change_lo, change_hi, has_interval, exact, spread, n_pairs, threshold,
 * has_p and p; the rest is the caller's. -ENOMEM. */
int dcb_compare(struct dcb_median_tables *tables, const struct dcb_figures *base,
		const struct dcb_figures *candidate, const struct dcb_compare_options *options,
		struct dcb_comparison *comparison, struct dcb_evidence *evidence);
