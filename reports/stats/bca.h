/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The BCa interval: Efron, "Better bootstrap confidence intervals", JASA 82, 1987. Quantiles of the
 * resamples at levels that are corrected for bias (z0) and for a spread that changes with the value
 * (acceleration). z0 comes from the share of resamples below the estimate, with half of those that
 * equal it: medians do so often. Quantiles are interpolated on the normal scale: Davison, Hinkley,
 * "Bootstrap Methods and their Application", 1997, (5.8); beyond the outermost resample they are
 * that one.
 *
 * What has no value there is defined here: where all resamples lie on one side of the estimate, z0
 * is that of half a resample on the other; where the jackknife does not vary, or knows an infinite
 * value, the acceleration is 0; where 1 - a (z0 + z) is not above 0, the level is 0 or 1, by the
 * sign of z0 + z. Resamples that are all equal give an interval without width.
 */

#include <stddef.h>

struct dcb_interval {
	double lo, hi;
};

/* Sum of the cubed deviations of the jackknife's values from their mean, over 6 times that of the
 * squares to 3/2; an observation left out each. */
double dcb_bca_acceleration(const double *jackknife, size_t n);
/* resamples: sorted, n >= 1, may be infinite; level: 0.95. */
struct dcb_interval dcb_bca(const double *resamples, size_t n, double estimate, double acceleration,
			    double level);
