// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

#include <errno.h>
#include <string.h>

#include "reports/stats/bca.h"
#include "reports/stats/bootstrap.h"
#include "reports/stats/median-draw.h"
#include "reports/stats/median.h"

/* ---- the median of a resample ---- */

static void check_order_cdf(const json_t *row)
{
	assert_near(dcb_median_order_cdf((size_t)reference_number(row, "m"),
					 (size_t)reference_number(row, "k"),
					 (size_t)reference_number(row, "i")),
		    reference_number(row, "p"));
}

static void order_cdf__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("order", check_order_cdf);
}

/* chances[i + j]: that the middle two of a resample (for odd m: i = j) are the ith and jth, by
 * going through all m^m resamples. */
static void enumerate(size_t m, double *chances)
{
	size_t n = 1;

	for (size_t i = 0; i < m; i++)
		n *= m;
	for (size_t i = 0; i < n; i++) {
		double values[8];
		size_t rest = i;

		for (size_t j = 0; j < m; j++, rest /= m)
			values[j] = (double)(rest % m);
		chances[(size_t)(2 * dcb_median_select(values, m))] += 1 / (double)n;
	}
}

static void draw__as_all_resamples(void **state)
{
	static const double window[] = {0, 1, 2, 3, 4, 5, 6};
	_cleanup_(dcb_median_tables_freep) struct dcb_median_tables *tables = NULL;
	struct dcb_random random = {17};
	const size_t draws = 400000;

	(void)state;
	assert_int_equal(dcb_median_tables_new(&tables), 0);
	for (size_t m = 1; m <= 7; m++) {
		const struct dcb_median_table *table, *again;
		double chances[14] = {0}, seen[14] = {0};

		assert_int_equal(dcb_median_tables_get(tables, m, &table), 0);
		assert_int_equal(dcb_median_tables_get(tables, m, &again), 0);
		assert_ptr_equal(table, again);
		enumerate(m, chances);
		for (size_t i = 0; i < draws; i++)
			seen[(size_t)(2 * dcb_median_draw(table, window, &random))] += 1;
		for (size_t i = 0; i < 14; i++) {
			double deviation = sqrt(chances[i] * (1 - chances[i]) / (double)draws);

			/* Five standard deviations; what cannot be never is. */
			assert_true(fabs(seen[i] / (double)draws - chances[i]) <= 5 * deviation);
		}
	}
}

/* Large m: mean and spread of the index are those of the middle order statistics. */
static void draw__large_samples_have_the_right_moments(void **state)
{
	static const size_t sizes[] = {100, 101, 1000, 100001, 1000000};
	_cleanup_(dcb_median_tables_freep) struct dcb_median_tables *tables = NULL;
	struct dcb_random random = {19};
	const int draws = 200000;

	(void)state;
	assert_int_equal(dcb_median_tables_new(&tables), 0);
	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		size_t m = sizes[s], first, n;
		double size = (double)m, sum = 0, squares = 0, variance;
		const struct dcb_median_table *table;
		_cleanup_free_ double *window = NULL;

		dcb_median_window(m, &first, &n);
		assert_true(n <= m && (double)n <= 9 * sqrt(size) + 5);
		window = malloc(n * sizeof(*window));
		assert_non_null(window);
		for (size_t i = 0; i < n; i++)
			window[i] = (double)(first + i) - (size - 1) / 2;
		assert_int_equal(dcb_median_tables_get(tables, m, &table), 0);
		for (int i = 0; i < draws; i++) {
			double value = dcb_median_draw(table, window, &random);

			sum += value / draws;
			squares += value * value / draws;
		}
		/* Variance of the middle uniform, of the mean of two for an even m, in cells; the
		 * width of a cell adds up to 1/12. */
		variance = m % 2 ? size * size / (4 * (size + 2)) : size * size / (4 * (size + 1));
		assert_true(fabs(sum) < 5 * sqrt(variance / draws) + 1e-9);
		assert_true(fabs(squares - variance) < 0.02 * variance + 0.1);
	}
}

/* ---- BCa ---- */

static void check_bca(const json_t *row)
{
	size_t n, n_left;
	_cleanup_free_ double *resamples = reference_numbers(row, "resamples", &n);
	_cleanup_free_ double *left_out = reference_numbers(row, "jackknife", &n_left);
	struct dcb_interval interval = dcb_bca(resamples, n, reference_number(row, "estimate"),
					       dcb_bca_acceleration(left_out, n_left),
					       reference_number(row, "level"));

	assert_near(interval.lo, reference_number(row, "lo"));
	assert_near(interval.hi, reference_number(row, "hi"));
}

static void bca__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("bca", check_bca);
}

static void bca__what_has_no_value_is_defined(void **state)
{
	const double equal[] = {2, 2, 2, 2}, some[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	const double infinite[] = {1, INFINITY, 2}, flat[] = {3, 3, 3};
	struct dcb_interval interval;

	(void)state;
	assert_true(dcb_bca_acceleration(flat, 3) == 0);
	assert_true(dcb_bca_acceleration(infinite, 3) == 0);
	interval = dcb_bca(equal, 4, 2, 0, 0.95);
	assert_true(interval.lo == 2 && interval.hi == 2);
	/* All on one side: the end that is nearest to the estimate. */
	interval = dcb_bca(some, 10, 100, 0, 0.95);
	assert_true(interval.lo > 9 && interval.hi == 10);
	interval = dcb_bca(some, 10, -100, 0, 0.95);
	assert_true(interval.lo == 1 && interval.hi < 2);
	/* The acceleration throws a level out of its range. */
	interval = dcb_bca(some, 10, 5.5, 1, 0.95);
	assert_true(interval.hi == 10 && interval.lo <= interval.hi);
	interval = dcb_bca(some, 10, 5.5, -1, 0.95);
	assert_true(interval.lo == 1 && interval.lo <= interval.hi);
}

/* ---- the interval of the ratio ---- */

#define MAX_PAIRS 128

struct boots {
	struct dcb_bootstrap_pair pairs[MAX_PAIRS];
	double values[2 * MAX_PAIRS][128];
	size_t n;
};

static struct dcb_bootstrap_boot set_boot(double *values, size_t m)
{
	struct dcb_bootstrap_boot boot = {.m = m, .median = dcb_median_sort(values, m)};
	size_t first, n;

	dcb_median_window(m, &first, &n);
	boot.window = values + first;
	return boot;
}

static struct dcb_interval interval_of(const struct boots *boots,
				       const struct dcb_bootstrap_options *options, int want)
{
	_cleanup_(dcb_median_tables_freep) struct dcb_median_tables *tables = NULL;
	struct dcb_interval interval = {0, 0};

	assert_int_equal(dcb_median_tables_new(&tables), 0);
	assert_int_equal(dcb_bootstrap(tables, boots->pairs, boots->n, options, &interval), want);
	return interval;
}

static struct boots *boots_of(const double *base, const double *candidate, size_t n)
{
	struct boots *boots = calloc(1, sizeof(*boots));

	assert_non_null(boots);
	boots->n = n;
	for (size_t i = 0; i < n; i++) {
		boots->values[2 * i][0] = base[i];
		boots->values[2 * i + 1][0] = candidate[i];
		boots->pairs[i].base = set_boot(boots->values[2 * i], 1);
		boots->pairs[i].candidate = set_boot(boots->values[2 * i + 1], 1);
	}
	return boots;
}

static void check_bootstrap(const json_t *row)
{
	size_t n;
	_cleanup_free_ double *base = reference_numbers(row, "base", &n);
	_cleanup_free_ double *candidate = reference_numbers(row, "candidate", &n);
	_cleanup_free_ struct boots *boots = boots_of(base, candidate, n);
	double lo = reference_number(row, "lo"), hi = reference_number(row, "hi");
	double level = reference_number(row, "level");

	for (uint64_t seed = 0; seed < 10; seed++) {
		/* One iteration a boot: drawing it anew changes nothing. */
		struct dcb_interval interval = interval_of(
			boots, &(struct dcb_bootstrap_options){true, seed % 2, level, seed}, 0);

		/* The noise of 4000 resamples at the 2.5 % point. */
		assert_true(fabs(interval.lo - lo) < 0.12 * (hi - lo));
		assert_true(fabs(interval.hi - hi) < 0.12 * (hi - lo));
	}
}

static void bootstrap__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("bootstrap", check_bootstrap);
}

/* Boots of 100 iterations; `heavy`: with tails. */
static void fill_boots(struct boots *boots, size_t n, double change, double between, bool heavy,
		       struct dcb_random *random)
{
	boots->n = n;
	for (size_t i = 0; i < 2 * n; i++) {
		double level = 1000 * exp(between * random_normal(random)) * (i % 2 ? change : 1);
		struct dcb_bootstrap_boot *boot = i % 2 ? &boots->pairs[i / 2].candidate
							: &boots->pairs[i / 2].base;

		for (size_t j = 0; j < 100; j++)
			boots->values[i][j] = level * exp(0.02 * random_normal(random) /
							  (heavy ? random_uniform(random) : 1));
		*boot = set_boot(boots->values[i], 100);
	}
}

/* That the interval holds the truth as often as it says. Twenty blocks; 96.25 %. */
static void bootstrap__coverage_is_as_said(void **state)
{
	_cleanup_free_ struct boots *boots = calloc(1, sizeof(*boots));
	struct dcb_random random = {23};

	(void)state;
	assert_non_null(boots);
	for (int heavy = 0; heavy < 2; heavy++) {
		const int runs = 100;
		int n_covered = 0;

		for (int i = 0; i < runs; i++) {
			struct dcb_interval interval;

			fill_boots(boots, 20, 1.05, 0.03, heavy, &random);
			interval = interval_of(
				boots,
				&(struct dcb_bootstrap_options){true, true, 0.9625, (uint64_t)i},
				0);
			n_covered += interval.lo <= 1.05 && interval.hi >= 1.05;
		}
		/* 96 expected, and the bootstrap of both levels errs to the safe side. */
		assert_in_range(n_covered, 90, 100);
	}
}

/* A swap of sides inverts, another unit changes nothing, up to the noise of resampling. */
static void bootstrap__swap_and_unit(void **state)
{
	_cleanup_free_ struct boots *boots = calloc(1, sizeof(*boots));
	const struct dcb_bootstrap_options options = {true, true, 0.9625, 5};
	struct dcb_random random = {29};
	struct dcb_interval a, b;
	double width;

	(void)state;
	assert_non_null(boots);
	fill_boots(boots, 30, 1.1, 0.03, true, &random);
	a = interval_of(boots, &options, 0);
	width = a.hi - a.lo;
	for (size_t i = 0; i < 60; i++)
		for (size_t j = 0; j < 100; j++)
			boots->values[i][j] *= 1024;
	for (size_t i = 0; i < 30; i++) {
		boots->pairs[i].base.median *= 1024;
		boots->pairs[i].candidate.median *= 1024;
	}
	b = interval_of(boots, &options, 0);
	assert_near(a.lo, b.lo);
	assert_near(a.hi, b.hi);
	for (size_t i = 0; i < 30; i++) {
		struct dcb_bootstrap_pair *pair = &boots->pairs[i];

		*pair = (struct dcb_bootstrap_pair){pair->candidate, pair->base};
	}
	b = interval_of(boots, &options, 0);
	assert_true(fabs(1 / b.hi - a.lo) < 0.12 * width);
	assert_true(fabs(1 / b.lo - a.hi) < 0.12 * width);
}

static void bootstrap__one_seed_one_interval(void **state)
{
	_cleanup_free_ struct boots *boots = calloc(1, sizeof(*boots));
	struct dcb_random random = {31};
	struct dcb_interval a, b, c;

	(void)state;
	assert_non_null(boots);
	fill_boots(boots, 9, 1.1, 0.03, false, &random);
	a = interval_of(boots, &(struct dcb_bootstrap_options){true, true, 0.95, 5}, 0);
	b = interval_of(boots, &(struct dcb_bootstrap_options){true, true, 0.95, 5}, 0);
	c = interval_of(boots, &(struct dcb_bootstrap_options){true, true, 0.95, 6}, 0);
	assert_true(a.lo == b.lo && a.hi == b.hi && a.lo < a.hi);
	assert_true(a.lo != c.lo);
}

/* Noise within boots alone must widen the interval, unless it is said to repeat. */
static void bootstrap__iterations_count_where_they_are_drawn(void **state)
{
	_cleanup_free_ struct boots *boots = calloc(1, sizeof(*boots));
	struct dcb_random random = {37};
	struct dcb_interval drawn, fixed;

	(void)state;
	assert_non_null(boots);
	fill_boots(boots, 8, 1.1, 0, false, &random);
	drawn = interval_of(boots, &(struct dcb_bootstrap_options){true, true, 0.95, 5}, 0);
	fixed = interval_of(boots, &(struct dcb_bootstrap_options){true, false, 0.95, 5}, 0);
	assert_true(drawn.hi - drawn.lo > 1.1 * (fixed.hi - fixed.lo));
}

static void bootstrap__constant_boots_have_no_width(void **state)
{
	const double base[] = {2, 2, 2, 2}, candidate[] = {5, 5, 5, 5};
	_cleanup_free_ struct boots *boots = boots_of(base, candidate, 4);
	struct dcb_interval interval;

	(void)state;
	interval = interval_of(boots, &(struct dcb_bootstrap_options){true, true, 0.95, 1}, 0);
	assert_near(interval.lo, 2.5);
	assert_near(interval.hi, 2.5);
	interval = interval_of(boots, &(struct dcb_bootstrap_options){false, true, 0.95, 1}, 0);
	assert_true(interval.lo == 3 && interval.hi == 3);
}

static void bootstrap__zeros_and_too_few_are_told(void **state)
{
	const double one[] = {1, 1, 1, 1, 1}, zeros[] = {0, 0, 0, 0, 0}, some[] = {0, 0, 0, 1, 1};
	const struct dcb_bootstrap_options options = {true, false, 0.95, 1};
	_cleanup_free_ struct boots *gone = boots_of(one, zeros, 5);
	_cleanup_free_ struct boots *lacking = boots_of(some, one, 5);
	struct dcb_interval interval;

	(void)state;
	interval = interval_of(gone, &options, 0);
	assert_true(interval.lo == 0 && interval.hi == 0);
	interval_of(lacking, &options, -EDOM);
	gone->n = 1;
	interval_of(gone, &options, -EINVAL);
}

static void resamples__within_bounds(void **state)
{
	(void)state;
	assert_int_equal(dcb_bootstrap_resamples(10, 0.9625), 4000);
	assert_int_equal(dcb_bootstrap_resamples(10, 0.998), 10000);
	assert_int_equal(dcb_bootstrap_resamples(10, 1 - 1e-9), 12000);
	assert_int_equal(dcb_bootstrap_resamples(500, 0.9625), 2000);
	assert_int_equal(dcb_bootstrap_resamples(100000, 0.9625), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_cdf__as_r),
		cmocka_unit_test(draw__as_all_resamples),
		cmocka_unit_test(draw__large_samples_have_the_right_moments),
		cmocka_unit_test(bca__as_r),
		cmocka_unit_test(bca__what_has_no_value_is_defined),
		cmocka_unit_test(bootstrap__as_r),
		cmocka_unit_test(bootstrap__coverage_is_as_said),
		cmocka_unit_test(bootstrap__swap_and_unit),
		cmocka_unit_test(bootstrap__one_seed_one_interval),
		cmocka_unit_test(bootstrap__iterations_count_where_they_are_drawn),
		cmocka_unit_test(bootstrap__constant_boots_have_no_width),
		cmocka_unit_test(bootstrap__zeros_and_too_few_are_told),
		cmocka_unit_test(resamples__within_bounds),
	};

	return cmocka_run_group_tests_name("bootstrap", tests, NULL, NULL);
}
