// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

#include "reports/stats/dip.h"
#include "reports/stats/modes.h"

static void check_dip(const json_t *row)
{
	size_t n;
	_cleanup_free_ double *values = reference_numbers(row, "values", &n);
	double dip;

	assert_int_equal(dcb_dip(values, n, &dip), 0);
	assert_near(dip, reference_number(row, "dip"));
}

static void dip__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("dip", check_dip);
}

static void dip__all_equal_or_one_value_is_none(void **state)
{
	const double equal[] = {3, 3, 3};
	double dip = 1;

	(void)state;
	assert_int_equal(dcb_dip(equal, 3, &dip), 0);
	assert_true(dip == 0);
	dip = 1;
	assert_int_equal(dcb_dip(equal, 1, &dip), 0);
	assert_true(dip == 0);
}

static double uniform(struct dcb_random *random)
{
	return random_uniform(random);
}

static double log_normal(struct dcb_random *random)
{
	return exp(random_normal(random));
}

static double cauchy(struct dcb_random *random)
{
	return tan(M_PI * (random_uniform(random) - 0.5));
}

static double few_counts(struct dcb_random *random)
{
	return rint(2 * random_normal(random));
}

static double clusters(struct dcb_random *random)
{
	return random_normal(random) + 12 * (double)dcb_random_below(random, 2);
}

static int count(double (*draw)(struct dcb_random *random), size_t n, int samples)
{
	struct dcb_random random = {n};
	int several = 0;

	for (int i = 0; i < samples; i++) {
		double values[64];

		for (size_t j = 0; j < n; j++)
			values[j] = draw(&random);
		several += dcb_modes_several(values, n);
	}
	return several;
}

static void several__hardly_ever_of_one_mode(void **state)
{
	static const size_t sizes[] = {8, 11, 20, 50};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		/* Seen: 24, 29, 3, 5 of eight, and fewer of more. */
		assert_true(count(random_normal, sizes[i], 10000) <= 45);
		assert_true(count(log_normal, sizes[i], 10000) <= 45);
		assert_true(count(cauchy, sizes[i], 10000) <= 15);
		assert_true(count(few_counts, sizes[i], 10000) <= 15);
		/* The worst there is: 1 %, 100 expected. */
		assert_true(count(uniform, sizes[i], 10000) <= 140);
		assert_true(count(uniform, sizes[i], 10000) >= 60);
	}
}

static void several__two_clusters_are_seen(void **state)
{
	(void)state;
	assert_true(count(clusters, 10, 1000) >= 400);
	assert_true(count(clusters, 20, 1000) >= 800);
	assert_true(count(clusters, 50, 1000) >= 990);
}

static void several__steps_of_counts_are_no_clusters(void **state)
{
	const double steps[] = {3, 3, 3, 3, 4, 4, 4, 4}, far[] = {3, 3, 4, 3, 40, 41, 40, 40};
	const double halves[] = {3, 3, 3, 3, 3.5, 3.5, 3.5, 4, 4, 4};

	(void)state;
	assert_int_equal(dcb_modes_several(steps, 8), 0);
	assert_int_equal(dcb_modes_several(halves, 10), 0);
	assert_int_equal(dcb_modes_several(far, 8), 1);
}

static void several__too_few_never(void **state)
{
	const double far[] = {3, 3, 3, 3, 40, 40, 40};

	(void)state;
	assert_int_equal(dcb_modes_several(far, 7), 0);
	assert_int_equal(dcb_modes_several(NULL, 0), 0);
}

/* An outlier is no cluster. */
static void several__outliers_are_none(void **state)
{
	const double outlier[] = {1, 1.1, 0.9, 1.05, 1.02, 0.97, 1.03, 0.99, 1.01, 500};

	(void)state;
	assert_int_equal(dcb_modes_several(outlier, 10), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dip__as_r),
		cmocka_unit_test(dip__all_equal_or_one_value_is_none),
		cmocka_unit_test(several__hardly_ever_of_one_mode),
		cmocka_unit_test(several__two_clusters_are_seen),
		cmocka_unit_test(several__steps_of_counts_are_no_clusters),
		cmocka_unit_test(several__too_few_never),
		cmocka_unit_test(several__outliers_are_none),
	};

	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
