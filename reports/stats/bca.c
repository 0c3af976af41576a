// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/bca.h"

#include <math.h>

#include "reports/stats/normal.h"

double dcb_bca_acceleration(const double *jackknife, size_t n)
{
	double mean = 0, squares = 0, cubes = 0;

	for (size_t i = 0; i < n; i++)
		mean += jackknife[i] / (double)n;
	if (!isfinite(mean))
		return 0;
	for (size_t i = 0; i < n; i++) {
		double deviation = mean - jackknife[i];

		squares += deviation * deviation;
		cubes += deviation * deviation * deviation;
	}
	/* Rounding alone must not make an acceleration. */
	if (squares <= (double)n * 1e-28 * mean * mean)
		return 0;
	return cubes / (6 * pow(squares, 1.5));
}

static double bias(const double *resamples, size_t n, double estimate)
{
	double below = 0;

	for (size_t i = 0; i < n && resamples[i] <= estimate; i++)
		below += resamples[i] < estimate ? 1 : 0.5;
	below = fmin(fmax(below, 0.5), (double)n - 0.5);
	return dcb_normal_quantile(below / (double)n);
}

static double corrected(double z0, double acceleration, double z)
{
	double divisor = 1 - acceleration * (z0 + z);

	if (divisor <= 0)
		return z0 + z > 0 ? 1 : 0;
	return dcb_normal_cdf(z0 + (z0 + z) / divisor);
}

static double quantile(const double *resamples, size_t n, double level)
{
	double place = ((double)n + 1) * level, whole = floor(place), lower, upper, z, z_lower,
	       z_upper;

	if (whole < 1)
		return resamples[0];
	if (whole >= (double)n)
		return resamples[n - 1];
	lower = resamples[(size_t)whole - 1];
	upper = resamples[(size_t)whole];
	if (whole == place || lower == upper)
		return lower;
	if (!isfinite(lower) || !isfinite(upper))
		return level < 0.5 ? lower : upper;
	z = dcb_normal_quantile(level);
	z_lower = dcb_normal_quantile(whole / ((double)n + 1));
	z_upper = dcb_normal_quantile((whole + 1) / ((double)n + 1));
	return lower + (z - z_lower) / (z_upper - z_lower) * (upper - lower);
}

struct dcb_interval dcb_bca(const double *resamples, size_t n, double estimate, double acceleration,
			    double level)
{
	double z0 = bias(resamples, n, estimate), z = dcb_normal_quantile((1 - level) / 2);

	return (struct dcb_interval){
		quantile(resamples, n, corrected(z0, acceleration, z)),
		quantile(resamples, n, corrected(z0, acceleration, -z)),
	};
}
