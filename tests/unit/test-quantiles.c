// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "reports/quantiles.h"

#define MANY 200000

static const double levels[] = {0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};
#define N_LEVELS ARRAY_SIZE(levels)

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The definition, by sorting. */
static double sorted_at(const double *sorted, size_t n, double level)
{
	size_t rank = (size_t)ceil(level * (double)n - 1e-9);

	return sorted[rank ? rank - 1 : 0];
}

static void check(double *values, size_t n, double tolerance)
{
	_cleanup_(dcb_quantiles_freep) struct dcb_quantiles *quantiles = NULL;
	double got[N_LEVELS];

	assert_int_equal(dcb_quantiles_new(&quantiles), 0);
	/* What was there before must not count. */
	for (size_t i = 0; i < MANY; i++)
		dcb_quantiles_add(quantiles, (double)i - 1000);
	dcb_quantiles_clear(quantiles);
	for (size_t i = 0; i < n; i++)
		dcb_quantiles_add(quantiles, values[i]);
	dcb_quantiles_add(quantiles, NAN);
	dcb_quantiles_add(quantiles, INFINITY);
	assert_int_equal(dcb_quantiles_count(quantiles), n);
	dcb_quantiles_at(quantiles, levels, N_LEVELS, got);
	qsort(values, n, sizeof(*values), compare);
	for (size_t i = 0; i < N_LEVELS; i++) {
		double want = sorted_at(values, n, levels[i]);

		if (fabs(got[i] - want) > fabs(want) * tolerance)
			fail_msg("%g of %zu: %.17g, not %.17g", levels[i], n, got[i], want);
	}
	assert_true(got[0] == values[0] && got[N_LEVELS - 1] == values[n - 1]);
}

static double uniform(struct dcb_random *random)
{
	return ((double)dcb_random_below(random, 1000000) + 0.5) / 1e6;
}

static void quantiles__few_values_are_exact(void **state)
{
	double values[] = {5, 1, 4, 2, 3, 3, -7};

	(void)state;
	check(values, 1, 0);
	check(values, ARRAY_SIZE(values), 0);
}

static void quantiles__many_values_are_near(void **state)
{
	_cleanup_free_ double *values = malloc(MANY * sizeof(*values));
	struct dcb_random random;

	(void)state;
	assert_non_null(values);
	random.state = 7;
	/* A heavy tail over twelve decades, then both signs with zeros, then one value. */
	for (size_t i = 0; i < MANY; i++)
		values[i] = pow(uniform(&random), -2);
	check(values, MANY, 0.002);
	for (size_t i = 0; i < MANY; i++)
		values[i] = i % 10 ? (uniform(&random) - 0.5) * 1e-9 : 0;
	check(values, MANY, 0.002);
	for (size_t i = 0; i < MANY; i++)
		values[i] = 42;
	check(values, MANY, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles__few_values_are_exact),
		cmocka_unit_test(quantiles__many_values_are_near),
	};

	return cmocka_run_group_tests_name("quantiles", tests, NULL, NULL);
}
