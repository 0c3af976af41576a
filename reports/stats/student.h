/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Student's t distribution ("The probable error of a mean", Biometrika 6, 1908), by the incomplete
 * beta function: its continued fraction is 8.17.22 of the NIST Digital Library of Mathematical
 * Functions, evaluated as in Lentz (Applied Optics 15, 1976) with Thompson and Barnett's change.
 */

#include <stddef.h>

/* P(|T| >= |t|) with df > 0 degrees of freedom, which need not be whole; 0 for infinite t. */
double dcb_student_p(double t, double df);
/* The t that |T| exceeds with probability p, 0 < p < 1. */
double dcb_student_quantile(double p, double df);

/* What a test needs of a sample of n >= 1 values. variance: of the population, by n - 1; 0 for
 * n = 1 and, exactly, where all are equal. */
struct dcb_moments {
	size_t n;
	double mean, variance;
};
struct dcb_moments dcb_moments_of(const double *values, size_t n);

/* Two-sided p of equal means: Student's test, which supposes one variance and so can tell a few
 * values from many. Together at least 3 values, else 1. Where neither side varies at all: 0 for
 * different means, 1 for equal ones. */
double dcb_student_test(const struct dcb_moments *a, const struct dcb_moments *b);
/* Half the width of the 1 - p interval of mean(b) - mean(a) by Welch ("The generalization of
 * Student's problem when several different population variances are involved", Biometrika 34,
 * 1947), which supposes nothing of the variances. n >= 2 each. */
double dcb_welch_half_width(const struct dcb_moments *a, const struct dcb_moments *b, double p);
