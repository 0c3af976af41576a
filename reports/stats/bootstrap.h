/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How certain is the ratio of two kernels? Hierarchical bootstrap (Davison, Hinkley, "Bootstrap
 * Methods and their Application", 1997, 3.8; for computers Kalibera, Jones, "Rigorous benchmarking
 * in reasonable time", ISMM 2013): a resample draws blocks, and within each boot of either side
 * iterations anew; a boot's figure is the median of its iterations, a side's the median of its
 * boots', and the ratio is the candidate's over the base's. Both sides of a block stay together, so
 * that what a block does to both falls out. The interval is BCa (reports/stats/bca.h), its
 * acceleration from the jackknife over blocks. Ratios are handled as logarithms: a swap of sides
 * inverts the interval but for the noise of resampling.
 *
 * Iterations are drawn by reports/stats/median-draw.h, in a time that does not depend on how many
 * there are.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/stats/bca.h"

struct dcb_median_tables;

/* One boot. */
struct dcb_bootstrap_boot {
	size_t m;             /* values that it has */
	const double *window; /* of these sorted, the part that dcb_median_window() names */
	double median;
};

struct dcb_bootstrap_pair {
	struct dcb_bootstrap_boot base, candidate;
};

struct dcb_bootstrap_options {
	bool ratio;  /* else candidate - base */
	bool within; /* iterations are drawn too; not where they repeat to the digit */
	double level;
	uint64_t seed;
};

/* 4000; up to 12000 for levels that leave less than ten of 4000 beyond an end; fewer, but at least
 * 1000, where blocks times resamples would pass a million. */
size_t dcb_bootstrap_resamples(size_t n, double level);
/*
 * n >= 2 pairs. The same pairs in the same order with the same seed give the same interval.
 * Ratio: all medians of base must be above 0, those of candidate at least 0; a resample whose base
 * is not above 0 counts as an infinite ratio (as 1 where the candidate is not either), and -EDOM
 * says that so many are that the interval has no end. -EINVAL, -ENOMEM.
 */
int dcb_bootstrap(struct dcb_median_tables *tables, const struct dcb_bootstrap_pair *pairs,
		  size_t n, const struct dcb_bootstrap_options *options,
		  struct dcb_interval *ret_interval);
