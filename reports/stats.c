// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/random.h"

#define RESAMPLES 2000
/* 95 %: of the ordered resamples, the 50th and the 1950th. */
#define LO_INDEX (RESAMPLES / 40 - 1)
#define HI_INDEX (RESAMPLES - RESAMPLES / 40 - 1)

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts in place. */
static double median_of(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare_doubles);
	if (n % 2)
		return values[n / 2];
	/* Halved first: the sum of two large values may overflow. */
	return values[n / 2 - 1] / 2 + values[n / 2] / 2;
}

int dcb_median(const double *values, size_t n, double *ret_median)
{
	_cleanup_free_ double *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, values, n * sizeof(*copy));
	*ret_median = median_of(copy, n);
	return 0;
}

static double resample_median(struct dcb_random *random, const double *values, size_t n,
			      double *scratch)
{
	for (size_t i = 0; i < n; i++)
		scratch[i] = values[dcb_random_below(random, n)];
	return median_of(scratch, n);
}

static int bootstrap(const double *base, size_t n_base, const double *candidate, size_t n_candidate,
		     uint64_t seed, bool ratio, struct dcb_interval *ret_interval)
{
	struct dcb_random random = {seed};
	_cleanup_free_ double *scratch = NULL, *figures = NULL;
	size_t n_max = n_base > n_candidate ? n_base : n_candidate;

	if (n_base < 2 || n_candidate < 2)
		return -EINVAL;
	scratch = malloc(n_max * sizeof(*scratch));
	figures = malloc(RESAMPLES * sizeof(*figures));
	if (!scratch || !figures)
		return -ENOMEM;
	for (size_t i = 0; i < RESAMPLES; i++) {
		double b = resample_median(&random, base, n_base, scratch);
		double c = resample_median(&random, candidate, n_candidate, scratch);

		if (ratio && b <= 0)
			return -EDOM;
		figures[i] = ratio ? c / b : c - b;
	}
	qsort(figures, RESAMPLES, sizeof(*figures), compare_doubles);
	*ret_interval = (struct dcb_interval){figures[LO_INDEX], figures[HI_INDEX]};
	return 0;
}

int dcb_bootstrap_ratio(const double *base, size_t n_base, const double *candidate,
			size_t n_candidate, uint64_t seed, struct dcb_interval *ret_interval)
{
	return bootstrap(base, n_base, candidate, n_candidate, seed, true, ret_interval);
}

int dcb_bootstrap_difference(const double *base, size_t n_base, const double *candidate,
			     size_t n_candidate, uint64_t seed, struct dcb_interval *ret_interval)
{
	return bootstrap(base, n_base, candidate, n_candidate, seed, false, ret_interval);
}
