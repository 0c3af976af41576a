// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

#include <string.h>

#include "reports/stats/signed-rank.h"

#define MAX 64

static struct dcb_signed_rank test(const double *values, size_t n, double shift)
{
	struct dcb_signed_rank result;

	assert_int_equal(dcb_signed_rank_test(values, n, shift, 1e-12, &result), 0);
	return result;
}

static double equivalence(const double *values, size_t n, double low, double high)
{
	double p;

	assert_int_equal(dcb_signed_rank_equivalence(values, n, low, high, 1e-12, &p), 0);
	return p;
}

static void check_test(const json_t *row)
{
	size_t n;
	_cleanup_free_ double *values = reference_numbers(row, "values", &n);
	struct dcb_signed_rank result = test(values, n, reference_number(row, "shift"));

	assert_near(result.two_sided, reference_number(row, "two_sided"));
	assert_near(result.greater, reference_number(row, "greater"));
	assert_near(result.less, reference_number(row, "less"));
}

static void test__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("signed-rank", check_test);
}

static void least_p__is_what_one_direction_gives(void **state)
{
	const double up[] = {1, 3, 2, 9, 4, 7, 8};

	(void)state;
	for (size_t n = 1; n <= 7; n++) {
		assert_near(test(up, n, 0).two_sided, dcb_signed_rank_least_p(n));
		assert_near(test(up, n, 0).greater, dcb_signed_rank_least_p(n) / 2);
		assert_near(test(up, n, 0).less, 1);
	}
	assert_near(dcb_signed_rank_least_p(6), 0.03125);
	assert_near(dcb_signed_rank_least_p(0), 1);
}

static void test__zeros_and_nothing_say_nothing(void **state)
{
	const double zeros[] = {0, 0, 0, 1e-13};

	(void)state;
	assert_true(test(zeros, 4, 0).two_sided == 1);
	assert_int_equal(test(zeros, 4, 0).n_zeros, 4);
	assert_true(test(NULL, 0, 0).two_sided == 1);
	assert_true(test(zeros, 4, 0).greater == 1 && test(zeros, 4, 0).less == 1);
}

/* Pratt: the zero takes rank 1 away, so that -2 weighs 2 and not 1. */
static void test__zeros_are_ranked(void **state)
{
	const double with[] = {0, -2, 3, 4, 5}, without[] = {-2, 3, 4, 5};

	(void)state;
	/* Ranks 2; 3, 4, 5: sums that are 12 or more of 14: 14, 12. */
	assert_near(test(with, 5, 0).greater, 2.0 / 16);
	/* Ranks 1; 2, 3, 4: 9 or more of 10: 10, 9. */
	assert_near(test(without, 4, 0).greater, 2.0 / 16);
	/* Of 2, 3, 4, 5 at most 5: 0, 2, 3, 4, 5, 2 + 3; of 1, 2, 3, 4 at most 3: 0, 1, 2, 3, 1
	 * + 2.
	 */
	assert_near(test((const double[]){0, 2, 3, -4, -5}, 5, 0).less, 6.0 / 16);
	assert_near(test((const double[]){2, 3, -4, -5}, 4, 0).less, 5.0 / 16);
}

/* Not even an infinite ratio outweighs the others, and what rounding made of a tie stays one. */
static void test__infinite_values_and_near_ties(void **state)
{
	const double gone[] = {-INFINITY, -INFINITY, -1, -2, -3, -4};
	const double tied[] = {0.3, -(0.1 + 0.2), 1, 2, 3, 4};

	(void)state;
	assert_near(test(gone, 6, 0).two_sided, 0.03125);
	assert_near(test(gone, 6, -0.01).two_sided, 0.03125);
	/* Ranks 1.5, -1.5, 3, 4, 5, 6: at least 19.5 of 21: 21, 19.5 twice. */
	assert_near(test(tied, 6, 0).greater, 3.0 / 64);
}

static void equivalence__all_within_is_one_side(void **state)
{
	const double within[] = {0.001, -0.002, 0.003, 0, -0.001, 0.002};

	(void)state;
	assert_near(equivalence(within, 6, -0.01, 0.01), 1.0 / 64);
	assert_near(equivalence(within, 5, -0.01, 0.01), 1.0 / 32);
	/* One side wide open leaves the other. */
	assert_near(equivalence(within, 6, -INFINITY, 0.01), 1.0 / 64);
	assert_true(equivalence(within, 6, 0.002, 0.01) > 0.5);
}

static void equivalence__of_no_width_wants_equal_digits(void **state)
{
	const double zeros[] = {0, 0, 0, 0, 0}, one[] = {0, 0, 0, 0, 1};

	(void)state;
	assert_near(equivalence(zeros, 5, 0, 0), 1.0 / 32);
	assert_true(equivalence(one, 5, 0, 0) == 1);
}

/* ---- properties, over random samples with ties, zeros and heavy tails ---- */

static void fill(struct dcb_random *random, double *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double value = random_normal(random) / random_uniform(random);

		values[i] = dcb_random_below(random, 2) ? value : rint(value);
	}
}

static void property__sign_order_and_unit_change_nothing(void **state)
{
	struct dcb_random random = {7};
	double values[MAX], other[MAX];
	size_t order[MAX];

	(void)state;
	for (int i = 0; i < 300; i++) {
		size_t n = 1 + dcb_random_below(&random, 30);
		struct dcb_signed_rank a, b;

		fill(&random, values, n);
		a = test(values, n, 0);
		for (size_t j = 0; j < n; j++)
			other[j] = -values[j];
		b = test(other, n, 0);
		assert_true(a.two_sided == b.two_sided && a.greater == b.less);
		for (size_t j = 0; j < n; j++)
			other[j] = values[j] * 1024;
		assert_true(test(other, n, 0).greater == a.greater);
		for (size_t j = 0; j < n; j++)
			order[j] = j;
		dcb_random_shuffle(&random, order, n);
		for (size_t j = 0; j < n; j++)
			other[j] = values[order[j]];
		assert_true(test(other, n, 0).greater == a.greater);
		/* Both tails hold what is observed. */
		assert_true(a.greater + a.less >= 1 - 1e-12);
	}
}

/* Nothing changed: p <= alpha in at most alpha of the cases, whatever the noise. */
static void property__false_alarms_are_bounded(void **state)
{
	struct dcb_random random = {11};
	double values[MAX];
	int alarms = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		fill(&random, values, 10);
		alarms += test(values, 10, 0).two_sided <= 0.05;
	}
	/* 200 expected at most; 260 is four standard deviations more. */
	assert_true(alarms <= 260);
	assert_true(alarms >= 100);
}

/* The normal tail takes over where the exact one is left, without a step. */
static void test__normal_agrees_with_exact_at_the_seam(void **state)
{
	struct dcb_random random = {13};
	double values[DCB_SIGNED_RANK_EXACT + 1];
	size_t n = DCB_SIGNED_RANK_EXACT;
	struct dcb_signed_rank exact, normal;

	(void)state;
	for (size_t i = 0; i <= n; i++)
		values[i] = random_normal(&random) + 0.15;
	values[n] = 0; /* one more pair that says nothing */
	exact = test(values, n, 0);
	normal = test(values, n + 1, 0);
	assert_true(fabs(exact.two_sided - normal.two_sided) < 0.02 * exact.two_sided + 1e-4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test__as_r),
		cmocka_unit_test(least_p__is_what_one_direction_gives),
		cmocka_unit_test(test__zeros_and_nothing_say_nothing),
		cmocka_unit_test(test__zeros_are_ranked),
		cmocka_unit_test(test__infinite_values_and_near_ties),
		cmocka_unit_test(equivalence__all_within_is_one_side),
		cmocka_unit_test(equivalence__of_no_width_wants_equal_digits),
		cmocka_unit_test(property__sign_order_and_unit_change_nothing),
		cmocka_unit_test(property__false_alarms_are_bounded),
		cmocka_unit_test(test__normal_agrees_with_exact_at_the_seam),
	};

	return cmocka_run_group_tests_name("signed-rank", tests, NULL, NULL);
}
