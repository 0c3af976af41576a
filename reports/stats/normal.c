// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/normal.h"

#include <math.h>

double dcb_normal_cdf(double z)
{
	return erfc(-z / M_SQRT2) / 2;
}

/* p in (0, 1/2]: from there on everything keeps its relative precision. */
static double lower_quantile(double p)
{
	double t = sqrt(-2 * log(p));
	double z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
				 (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));

	for (int i = 0; i < 3; i++) {
		double density = exp(-z * z / 2) / sqrt(2 * M_PI);
		double step = (dcb_normal_cdf(z) - p) / density;

		z -= step / (1 + z * step / 2);
	}
	return z;
}

double dcb_normal_quantile(double p)
{
	if (p <= 0)
		return -INFINITY;
	if (p >= 1)
		return INFINITY;
	return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}
