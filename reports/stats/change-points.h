/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Where a series changed its level.
 *
 * Places: E-divisive (Matteson, James, "A nonparametric approach for multiple change point analysis
 * of multivariate data", JASA 109, 2014, sections 2 and 3, alpha = 1). Of every split of a stretch
 * the one with the greatest energy statistic is a candidate; where it is significant, both parts
 * are split again.
 *
 * Significance: as in Hunter (Fleming, Kolaczkowski, Kumar, Das, McCarthy, Pattabhiraman, Ingo,
 * "Hunter: Using Change Point Detection to Hunt for Performance Regressions", ICPE 2023; today
 * Apache Otava): Student's t-test between the two neighbouring levels instead of E-divisive's
 * random permutations, so that the same series always has the same points. The series is searched
 * in windows that overlap by half, with ten times the p that is wanted in the end; then the weakest
 * points are taken out one by one, each neighbour being judged again by its longer levels, until
 * all that are left have p <= max_p, an interval that leaves out "no change" (which Hunter does not
 * ask for), and a step of at least min_step.
 *
 * Far values are drawn in before (reports/stats/far-values.h). A level is at least DCB_LEVEL_MIN
 * points long: a change is told that many points after it came.
 *
 * Step: the ratio of geometric means of the levels where every value of the series is above 0, else
 * the difference of their means; with Welch's 95 % interval (of the logarithms, for a ratio). It
 * takes the places as given. p and interval are of one point, not corrected for how many places
 * were looked at: a small max_p makes up for that (docs/history.md has what it comes to).
 */

#include <stdbool.h>
#include <stddef.h>

#define DCB_LEVEL_MIN 3

struct dcb_change_options {
	double max_p;
	/* 0.01: at least 1 % up, or as much down again. Of a difference: of the larger level's
	 * magnitude. */
	double min_step;
	size_t window; /* points */
};

/* Hunter's are 0.001 and 50, by which quiet nights have several times as many wrong points
 * (docs/history.md). */
#define DCB_CHANGE_OPTIONS_DEFAULT                                                                 \
	{                                                                                          \
		.max_p = 0.0001, .min_step = 0, .window = 200                                      \
	}

struct dcb_change_point {
	size_t index; /* the first value of the new level */
	bool has_ratio;
	double change, lo, hi;
	double p;
};

/* *ret_points: malloc'd, in order; NULL where there are none. values: finite. -ENOMEM. */
int dcb_change_points(const double *values, size_t n, const struct dcb_change_options *options,
		      struct dcb_change_point **ret_points, size_t *ret_n);

/* Q of the split before each index, by equations 5 and 7 of the paper: q[i] for 2 <= i <= n - 2,
 * the others 0. Both directions of a series give the same digits. scratch: n values. */
void dcb_energy_splits(const double *values, size_t n, double *scratch, double *q);
