// SPDX-License-Identifier: GPL-2.0-only
#include "reports/quantiles.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 16384
#define DROPPED   44 /* bits of a double that a bucket does not tell: 8 of 52 remain */
#define N_BUCKETS ((size_t)1 << (64 - DROPPED))

struct dcb_quantiles {
	uint64_t n;
	double least, greatest;
	double values[EXACT_MAX];
	uint64_t *buckets; /* NULL until there are more values; in rising order */
};

int dcb_quantiles_new(struct dcb_quantiles **ret_quantiles)
{
	struct dcb_quantiles *quantiles = calloc(1, sizeof(*quantiles));

	if (!quantiles)
		return -ENOMEM;
	/* Pages that no value falls into are never touched. */
	quantiles->buckets = calloc(N_BUCKETS, sizeof(*quantiles->buckets));
	if (!quantiles->buckets) {
		free(quantiles);
		return -ENOMEM;
	}
	*ret_quantiles = quantiles;
	return 0;
}

void dcb_quantiles_free(struct dcb_quantiles *quantiles)
{
	if (quantiles)
		free(quantiles->buckets);
	free(quantiles);
}

/* The bits of doubles rise with their values; those of negative ones fall. */
static size_t bucket_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	return (size_t)(bits >> DROPPED);
}

/* The middle of a bucket. */
static double value_of(size_t bucket)
{
	uint64_t bits = (uint64_t)bucket << DROPPED | UINT64_C(1) << (DROPPED - 1);
	double value;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&value, &bits, sizeof(value));
	/* The bucket of 0. */
	return fabs(value) < DBL_MIN ? 0 : value;
}

void dcb_quantiles_clear(struct dcb_quantiles *quantiles)
{
	if (quantiles->n > EXACT_MAX)
		for (size_t i = bucket_of(quantiles->least); i <= bucket_of(quantiles->greatest);
		     i++)
			quantiles->buckets[i] = 0;
	quantiles->n = 0;
}

void dcb_quantiles_add(struct dcb_quantiles *quantiles, double value)
{
	if (!isfinite(value))
		return;
	value += 0.0; /* -0 is 0 */
	if (quantiles->n == 0)
		quantiles->least = quantiles->greatest = value;
	quantiles->least = fmin(quantiles->least, value);
	quantiles->greatest = fmax(quantiles->greatest, value);
	if (quantiles->n < EXACT_MAX) {
		quantiles->values[quantiles->n++] = value;
		return;
	}
	if (quantiles->n == EXACT_MAX)
		for (size_t i = 0; i < EXACT_MAX; i++)
			quantiles->buckets[bucket_of(quantiles->values[i])]++;
	quantiles->buckets[bucket_of(value)]++;
	quantiles->n++;
}

uint64_t dcb_quantiles_count(const struct dcb_quantiles *quantiles)
{
	return quantiles->n;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* 1..n */
static uint64_t rank_of(double level, uint64_t n)
{
	double rank = ceil(level * (double)n - 1e-9);

	return rank < 1 ? 1 : rank > (double)n ? n : (uint64_t)rank;
}

void dcb_quantiles_at(struct dcb_quantiles *quantiles, const double *levels, size_t n,
		      double *ret_values)
{
	size_t bucket = bucket_of(quantiles->least);
	uint64_t below = 0; /* values in the buckets before this one */

	if (quantiles->n <= EXACT_MAX) {
		qsort(quantiles->values, quantiles->n, sizeof(*quantiles->values), compare_doubles);
		for (size_t i = 0; i < n; i++)
			ret_values[i] = quantiles->values[rank_of(levels[i], quantiles->n) - 1];
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t rank = rank_of(levels[i], quantiles->n);

		while (below + quantiles->buckets[bucket] < rank)
			below += quantiles->buckets[bucket++];
		ret_values[i] = rank == 1 ? quantiles->least
				: rank == quantiles->n
					? quantiles->greatest
					: fmin(fmax(value_of(bucket), quantiles->least),
					       quantiles->greatest);
	}
}
