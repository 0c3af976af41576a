// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/student.h"

#include <float.h>
#include <math.h>

/* The continued fraction of I_x(a, b) without its factor; quick for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = DBL_MIN / DBL_EPSILON;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m < 100000; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 4 * DBL_EPSILON)
			break;
	}
	return h;
}

/* I_x(a, b); y is 1 - x, which the caller knows to more digits. */
static double incomplete_beta(double a, double b, double x, double y)
{
	double factor;

	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
	if (x < (a + 1) / (a + b + 2))
		return factor * beta_fraction(a, b, x) / a;
	return 1 - factor * beta_fraction(b, a, y) / b;
}

double dcb_student_p(double t, double df)
{
	double square = t * t;

	if (isinf(square))
		return 0;
	return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square));
}

double dcb_student_quantile(double p, double df)
{
	double lo = 0, hi = 1;

	while (hi < 1e300 && dcb_student_p(hi, df) > p)
		hi *= 2;
	for (int i = 0; i < 200 && lo < hi; i++) {
		double middle = lo + (hi - lo) / 2;

		if (middle <= lo || middle >= hi)
			break;
		if (dcb_student_p(middle, df) > p)
			lo = middle;
		else
			hi = middle;
	}
	return lo + (hi - lo) / 2;
}

struct dcb_moments dcb_moments_of(const double *values, size_t n)
{
	struct dcb_moments moments = {.n = n};
	double sum = 0, squares = 0;

	/* From the first value on, so that equal ones have exactly themselves as their mean. */
	for (size_t i = 0; i < n; i++)
		sum += values[i] - values[0];
	moments.mean = values[0] + sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (values[i] - moments.mean) * (values[i] - moments.mean);
	if (n > 1)
		moments.variance = squares / (double)(n - 1);
	return moments;
}

double dcb_student_test(const struct dcb_moments *a, const struct dcb_moments *b)
{
	double n_a = (double)a->n, n_b = (double)b->n, df = n_a + n_b - 2, pooled;

	if (df < 1)
		return 1;
	pooled = ((n_a - 1) * a->variance + (n_b - 1) * b->variance) / df;
	if (pooled <= 0)
		return a->mean == b->mean ? 1 : 0;
	return dcb_student_p((b->mean - a->mean) / sqrt(pooled * (1 / n_a + 1 / n_b)), df);
}

double dcb_welch_half_width(const struct dcb_moments *a, const struct dcb_moments *b, double p)
{
	double error_a = a->variance / (double)a->n, error_b = b->variance / (double)b->n;
	double sum = error_a + error_b, share_a, share_b, df;

	if (sum <= 0)
		return 0;
	/* By shares: squares of small errors would underflow. */
	share_a = error_a / sum;
	share_b = error_b / sum;
	df = 1 / (share_a * share_a / (double)(a->n - 1) + share_b * share_b / (double)(b->n - 1));
	return dcb_student_quantile(p, df) * sqrt(sum);
}
