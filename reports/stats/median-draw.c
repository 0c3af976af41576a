// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/median-draw.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct dcb_median_table {
	size_t m, first, n;
	double *keep;    /* alias table: chance to stay at i */
	unsigned *alias; /* else go there */
	double *same;    /* even m: chance that the second is at i too */
};

struct dcb_median_tables {
	struct dcb_median_table **rows; /* ordered by m */
	size_t n;
};

void dcb_median_window(size_t m, size_t *ret_first, size_t *ret_n)
{
	size_t reach = (size_t)ceil(DCB_MEDIAN_REACH / 2.0 * sqrt((double)m)) + 1;
	size_t first = m / 2 > reach ? m / 2 - reach : 0;
	size_t end = m / 2 + reach + 1 < m ? m / 2 + reach + 1 : m;

	*ret_first = first;
	*ret_n = end - first;
}

static double log_choose(size_t n, size_t k)
{
	int sign;

	return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
	       lgamma_r((double)(n - k) + 1, &sign);
}

/* P(binomial(m, p) >= k): from the term k on, each from the one before. */
static double binomial_upper(size_t m, size_t k, double p)
{
	double term, sum;

	if (k == 0 || p >= 1)
		return 1;
	if (p <= 0)
		return 0;
	term = exp(log_choose(m, k) + (double)k * log(p) + (double)(m - k) * log1p(-p));
	sum = term;
	for (size_t i = k; i < m && term > sum * 1e-18; i++) {
		term *= (double)(m - i) / (double)(i + 1) * (p / (1 - p));
		sum += term;
	}
	return fmin(sum, 1);
}

/* The shorter tail is summed: the other one from it. */
double dcb_median_order_cdf(size_t m, size_t k, size_t i)
{
	double p = (double)(i + 1) / (double)m;

	if ((double)k >= p * (double)m)
		return binomial_upper(m, k, p);
	return 1 - binomial_upper(m, m - k + 1, (double)(m - i - 1) / (double)m);
}

/* Even m = 2k, the k-th at i: the chance that the next is there too. 1 less that of i < j for any
 * j: C(m, k) ((i+1)^k - i^k) (m-i-1)^k / m^m over the chance of i. */
static double chance_of_same(size_t m, size_t i, double chance)
{
	double k = (double)(m / 2), size = (double)m, apart;

	if (i + 1 >= m || chance <= 0)
		return 1;
	apart = log_choose(m, m / 2) + k * log((double)(i + 1) / size) +
		k * log((double)(m - i - 1) / size);
	if (i > 0)
		apart += log(-expm1(k * log((double)i / (double)(i + 1))));
	return fmin(fmax(1 - exp(apart) / chance, 0), 1);
}

/* Walker's alias table, made by Vose's two lists: what has too little is filled up by what has too
 * much. */
static int make_alias(struct dcb_median_table *table, double *chances)
{
	_cleanup_free_ unsigned *stack = malloc(table->n * sizeof(*stack));
	size_t n_small = 0, n_large = 0;

	if (!stack)
		return -ENOMEM;
	for (size_t i = 0; i < table->n; i++) {
		chances[i] *= (double)table->n;
		table->keep[i] = 1;
		table->alias[i] = (unsigned)i;
		/* The small from the left, the large from the right. */
		if (chances[i] < 1)
			stack[n_small++] = (unsigned)i;
		else
			stack[table->n - ++n_large] = (unsigned)i;
	}
	while (n_small && n_large) {
		unsigned small = stack[--n_small], large = stack[table->n - n_large];

		table->keep[small] = chances[small];
		table->alias[small] = large;
		chances[large] -= 1 - chances[small];
		if (chances[large] < 1) {
			n_large--;
			stack[n_small++] = large;
		}
	}
	return 0;
}

static int fill(struct dcb_median_table *table)
{
	_cleanup_free_ double *chances = malloc(table->n * sizeof(*chances));
	size_t m = table->m, k = (m + 1) / 2;
	double before = 0, sum = 0;

	if (!chances)
		return -ENOMEM;
	if (table->first)
		before = dcb_median_order_cdf(m, k, table->first - 1);
	for (size_t i = 0; i < table->n; i++) {
		double upto = dcb_median_order_cdf(m, k, table->first + i);

		chances[i] = fmax(upto - before, 0);
		sum += chances[i];
		before = upto;
		if (m % 2 == 0)
			table->same[i] = chance_of_same(m, table->first + i, chances[i]);
	}
	for (size_t i = 0; i < table->n; i++)
		chances[i] /= sum;
	return make_alias(table, chances);
}

static void table_free(struct dcb_median_table *table)
{
	if (!table)
		return;
	free(table->keep);
	free(table->alias);
	free(table->same);
	free(table);
}
DEFINE_CLEANUP(struct dcb_median_table *, table_free)

static int table_new(size_t m, struct dcb_median_table **ret_table)
{
	_cleanup_(table_freep) struct dcb_median_table *table = calloc(1, sizeof(*table));
	int r;

	if (!table)
		return -ENOMEM;
	table->m = m;
	dcb_median_window(m, &table->first, &table->n);
	table->keep = malloc(table->n * sizeof(*table->keep));
	table->alias = malloc(table->n * sizeof(*table->alias));
	table->same = malloc(table->n * sizeof(*table->same));
	if (!table->keep || !table->alias || !table->same)
		return -ENOMEM;
	r = fill(table);
	if (r < 0)
		return r;
	*ret_table = TAKE_PTR(table);
	return 0;
}

int dcb_median_tables_new(struct dcb_median_tables **ret_tables)
{
	struct dcb_median_tables *tables = calloc(1, sizeof(*tables));

	if (!tables)
		return -ENOMEM;
	*ret_tables = tables;
	return 0;
}

void dcb_median_tables_free(struct dcb_median_tables *tables)
{
	if (!tables)
		return;
	for (size_t i = 0; i < tables->n; i++)
		table_free(tables->rows[i]);
	free(tables->rows);
	free(tables);
}

int dcb_median_tables_get(struct dcb_median_tables *tables, size_t m,
			  const struct dcb_median_table **ret_table)
{
	_cleanup_(table_freep) struct dcb_median_table *table = NULL;
	struct dcb_median_table **rows;
	size_t low = 0, high = tables->n;
	int r;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (tables->rows[middle]->m == m) {
			*ret_table = tables->rows[middle];
			return 0;
		}
		if (tables->rows[middle]->m < m)
			low = middle + 1;
		else
			high = middle;
	}
	r = table_new(m, &table);
	if (r < 0)
		return r;
	rows = realloc(tables->rows, (tables->n + 1) * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	tables->rows = rows;
	for (size_t i = tables->n++; i > low; i--)
		rows[i] = rows[i - 1];
	*ret_table = rows[low] = TAKE_PTR(table);
	return 0;
}

static double uniform(struct dcb_random *random)
{
	return (double)(dcb_random_next(random) >> 11) * 0x1p-53;
}

/* The second of an even m's middle two, given the first at i: at i too, or beyond by inversion of
 * P(j > x) = ((m - x - 1) / (m - i - 1))^k. */
static size_t draw_second(const struct dcb_median_table *table, size_t i, struct dcb_random *random)
{
	size_t last = table->first + table->n - 1, index = table->first + i, j;
	double same = table->same[i], u = uniform(random), left;

	if (u < same || index == last)
		return i;
	u = (u - same) / (1 - same);
	left = (double)(table->m - index - 1) * pow(u, 2 / (double)table->m);
	j = table->m - (size_t)fmax(ceil(left), 1);
	return (j < last ? j : last) - table->first;
}

double dcb_median_draw(const struct dcb_median_table *table, const double *window,
		       struct dcb_random *random)
{
	/* The whole part of bits * n / 2^64 is uniform (up to n / 2^64), what is left is too. */
	unsigned __int128 product = (unsigned __int128)dcb_random_next(random) * table->n;
	size_t i = (size_t)(product >> 64);

	if ((double)(uint64_t)product * 0x1p-64 >= table->keep[i])
		i = table->alias[i];
	if (table->m % 2)
		return window[i];
	return window[i] / 2 + window[draw_second(table, i, random)] / 2;
}
