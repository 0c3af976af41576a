// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/further.h"

#include <math.h>

#include "reports/stats/normal.h"

#define POWER 0.8

size_t dcb_further_least(double alpha, bool change)
{
	/* A little less, so that 1 / 2^5 of 1 / 2^5 is 5. */
	return (size_t)ceil((change ? 1 : 0) - log2(alpha) - 1e-9);
}

/* So many times the present number of blocks make `distance` as many standard errors as a test at
 * `alpha` (of both tails) needs. */
static double times(double distance, double error, double alpha, double power)
{
	double needs = dcb_normal_quantile(1 - alpha / 2) + dcb_normal_quantile(power);

	if (error == 0)
		return 0;
	return distance > 0 ? pow(needs * error / distance, 2) : INFINITY;
}

double dcb_further_total(const struct dcb_further *further)
{
	bool inside = further->change >= further->low && further->change <= further->high;
	double of_p = further->next_alpha * (double)further->rank / (double)further->n_judged;
	double least = (double)dcb_further_least(inside ? further->next_alpha : of_p, !inside);
	double error, factor;

	if (!further->has_interval || !isfinite(further->lo) || !isfinite(further->hi))
		return least;
	error = (further->hi - further->lo) / 2 / dcb_normal_quantile(1 - further->alpha / 2);
	if (inside) {
		double margin = fmin(further->change - further->low,
				     further->high - further->change);

		/* Either bound may be missed. */
		factor = times(margin, error, further->next_alpha, (1 + POWER) / 2);
	} else {
		double beyond = fmax(further->change - further->high,
				     further->low - further->change);

		factor = fmax(times(beyond, error, further->next_alpha, POWER),
			      times(fabs(further->change), error, of_p, POWER));
	}
	return fmax(least, ceil(factor * (double)further->n - 1e-9));
}
