/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Statistics of boots. The boot is the experimental unit: its figure is the median over its
 * iterations and threads, and intervals are over boots.
 */

#include <stddef.h>
#include <stdint.h>

/* Median (mean of the middle two for even n) of n >= 1 finite values; sorts a copy. -ENOMEM. */
int dcb_median(const double *values, size_t n, double *ret_median);

struct dcb_interval {
	double lo, hi;
};

/*
 * Percentile bootstrap, 95 % (Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13)
 * of median(candidate) / median(base), over boots; 2000 resamples, seeded, so it repeats. n >= 2
 * each. -EDOM where the base's median, or that of a resample, is not above 0 (then the difference
 * is what can be said); -EINVAL for less than two.
 */
int dcb_bootstrap_ratio(const double *base, size_t n_base, const double *candidate,
			size_t n_candidate, uint64_t seed, struct dcb_interval *ret_interval);
/* The same of median(candidate) - median(base). */
int dcb_bootstrap_difference(const double *base, size_t n_base, const double *candidate,
			     size_t n_candidate, uint64_t seed, struct dcb_interval *ret_interval);
