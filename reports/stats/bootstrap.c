// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/random.h"
#include "reports/stats/median-draw.h"
#include "reports/stats/median.h"

#define LEAST    1000
#define USUAL    4000
#define MOST     12000
#define BEYOND   10.0    /* resamples that should lie beyond either end */
#define MAX_WORK 1000000 /* blocks * resamples */

struct bootstrap {
	const struct dcb_bootstrap_pair *pairs;
	size_t n;
	const struct dcb_bootstrap_options *options;
	const struct dcb_median_table **tables; /* two a pair: base, candidate */
	double *base, *candidate;               /* n each */
	struct dcb_random random;
};

size_t dcb_bootstrap_resamples(size_t n, double level)
{
	double wanted = ceil(2 * BEYOND / (1 - level));
	size_t resamples = wanted > MOST ? MOST : wanted < USUAL ? USUAL : (size_t)wanted;

	if (resamples > MAX_WORK / n)
		resamples = MAX_WORK / n;
	return resamples < LEAST ? LEAST : resamples;
}

static double statistic(const struct bootstrap *bootstrap, double base, double candidate)
{
	if (!bootstrap->options->ratio)
		return candidate - base;
	if (base <= 0)
		return candidate <= 0 ? 0 : INFINITY;
	return candidate <= 0 ? -INFINITY : log(candidate) - log(base);
}

static size_t draw_block(struct bootstrap *bootstrap)
{
	unsigned __int128 bits = dcb_random_next(&bootstrap->random);

	return (size_t)(bits * bootstrap->n >> 64);
}

static double draw_boot(struct bootstrap *bootstrap, const struct dcb_bootstrap_boot *boot,
			const struct dcb_median_table *table)
{
	if (!bootstrap->options->within)
		return boot->median;
	return dcb_median_draw(table, boot->window, &bootstrap->random);
}

static double resample(struct bootstrap *bootstrap)
{
	for (size_t i = 0; i < bootstrap->n; i++) {
		size_t block = draw_block(bootstrap);
		const struct dcb_bootstrap_pair *pair = &bootstrap->pairs[block];
		const struct dcb_median_table *const *tables = &bootstrap->tables[2 * block];

		bootstrap->base[i] = draw_boot(bootstrap, &pair->base, tables[0]);
		bootstrap->candidate[i] = draw_boot(bootstrap, &pair->candidate, tables[1]);
	}
	return statistic(bootstrap, dcb_median_select(bootstrap->base, bootstrap->n),
			 dcb_median_select(bootstrap->candidate, bootstrap->n));
}

/* Of n sorted values, the median without one of them. */
static double median_without(const double *sorted, size_t n, double value)
{
	size_t left = (n - 2) / 2, right = (n - 1) / 2;

	/* What is at or below the one moves up by one; equal ones are interchangeable. */
	left += sorted[left] >= value;
	right += sorted[right] >= value;
	return sorted[left] / 2 + sorted[right] / 2;
}

static double acceleration(struct bootstrap *bootstrap, double *jackknife)
{
	size_t n = bootstrap->n;

	for (size_t i = 0; i < n; i++) {
		bootstrap->base[i] = bootstrap->pairs[i].base.median;
		bootstrap->candidate[i] = bootstrap->pairs[i].candidate.median;
	}
	qsort(bootstrap->base, n, sizeof(double), dcb_compare_doubles);
	qsort(bootstrap->candidate, n, sizeof(double), dcb_compare_doubles);
	for (size_t i = 0; i < n; i++) {
		const struct dcb_bootstrap_pair *pair = &bootstrap->pairs[i];

		jackknife[i] = statistic(
			bootstrap, median_without(bootstrap->base, n, pair->base.median),
			median_without(bootstrap->candidate, n, pair->candidate.median));
	}
	return dcb_bca_acceleration(jackknife, n);
}

static int find_tables(struct bootstrap *bootstrap, struct dcb_median_tables *tables)
{
	for (size_t i = 0; i < bootstrap->n && bootstrap->options->within; i++) {
		const struct dcb_bootstrap_pair *pair = &bootstrap->pairs[i];
		int r;

		r = dcb_median_tables_get(tables, pair->base.m, &bootstrap->tables[2 * i]);
		if (r == 0)
			r = dcb_median_tables_get(tables, pair->candidate.m,
						  &bootstrap->tables[2 * i + 1]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* On the scale of statistic(). */
static int find_interval(struct bootstrap *bootstrap, struct dcb_interval *ret_interval)
{
	size_t n = bootstrap->n,
	       n_resamples = dcb_bootstrap_resamples(n, bootstrap->options->level);
	_cleanup_free_ double *resamples = malloc(n_resamples * sizeof(*resamples));
	_cleanup_free_ double *jackknife = malloc(n * sizeof(*jackknife));
	double accelerated, estimate;

	if (!resamples || !jackknife)
		return -ENOMEM;
	accelerated = acceleration(bootstrap, jackknife); /* leaves both sides sorted */
	estimate = statistic(bootstrap, dcb_median_sorted(bootstrap->base, n),
			     dcb_median_sorted(bootstrap->candidate, n));
	for (size_t i = 0; i < n_resamples; i++)
		resamples[i] = resample(bootstrap);
	qsort(resamples, n_resamples, sizeof(*resamples), dcb_compare_doubles);
	*ret_interval = dcb_bca(resamples, n_resamples, estimate, accelerated,
				bootstrap->options->level);
	return ret_interval->hi == INFINITY ? -EDOM : 0;
}

int dcb_bootstrap(struct dcb_median_tables *tables, const struct dcb_bootstrap_pair *pairs,
		  size_t n, const struct dcb_bootstrap_options *options,
		  struct dcb_interval *ret_interval)
{
	_cleanup_free_ const struct dcb_median_table **two = NULL;
	_cleanup_free_ double *figures = NULL;
	struct bootstrap bootstrap;
	struct dcb_interval interval;
	int r;

	if (n < 2)
		return -EINVAL;
	two = calloc(2 * n, sizeof(*two));
	figures = malloc(2 * n * sizeof(*figures));
	if (!two || !figures)
		return -ENOMEM;
	bootstrap = (struct bootstrap){
		.pairs = pairs,
		.n = n,
		.options = options,
		.tables = two,
		.base = figures,
		.candidate = figures + n,
		.random = {options->seed},
	};
	r = find_tables(&bootstrap, tables);
	if (r < 0)
		return r;
	r = find_interval(&bootstrap, &interval);
	if (r < 0)
		return r;
	if (options->ratio)
		interval = (struct dcb_interval){exp(interval.lo), exp(interval.hi)};
	*ret_interval = interval;
	return 0;
}
