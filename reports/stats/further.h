/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How many more blocks would probably give a verdict, if the change is what it seems to be: the
 * largest of
 *  - what the exact test needs to be able to give a p as small as the next look demands: 2 / 2^N of
 *    no change, times n_judged / rank for Benjamini-Hochberg; 1 / 2^N of being the same;
 *  - what the interval needs to come to lie beyond the threshold, or within it, with a chance of
 *    80 %: its half-width shrinks with 1 / sqrt(N). As the sample size of a z test: Chow, Shao,
 * Wang, "Sample Size Calculations in Clinical Research", 2003, ch. 3;
 *  - what the test of no change needs to find a shift of this size, likewise.
 * A forecast from few blocks is rough: its standard error is as wrong as theirs.
 */

#include <stdbool.h>
#include <stddef.h>

struct dcb_further {
	size_t n; /* blocks so far */
	/* Logarithms of ratios, or differences. */
	bool has_interval;
	double change, lo, hi; /* lo and hi at level 1 - alpha */
	double low, high;      /* what counts as the same */
	double alpha, next_alpha;
	size_t n_judged,
		rank; /* rank: how many p's are not greater than this one, itself included */
};

/* Blocks of a verdict, all told, may be infinite. */
double dcb_further_total(const struct dcb_further *further);
/* The fewest blocks that can give any verdict at a look with this alpha: `change` or, else, same.
 */
size_t dcb_further_least(double alpha, bool change);
