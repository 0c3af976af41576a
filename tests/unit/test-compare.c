// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/compare.h"
#include "reports/measure.h"
#include "reports/summary.h"

#define MAX_BOOTS 8

/* Boots in blocks 0, 1, 2...; the seed follows from the block, moved by `shift`. */
static struct dcb_figures figures(const double *values, size_t n, int64_t shift,
				  struct dcb_boot_figure boots[MAX_BOOTS])
{
	for (size_t i = 0; i < n; i++)
		boots[i] = (struct dcb_boot_figure){(int64_t)i, 100 + (int64_t)i + shift,
						    values[i]};
	return (struct dcb_figures){boots, n};
}

static struct dcb_comparison compare_shifted(const char *better, bool exact, const double *base,
					     size_t n_base, const double *candidate,
					     size_t n_candidate, int64_t shift)
{
	struct dcb_comparison comparison = {.better = (char *)better};
	struct dcb_boot_figure b[MAX_BOOTS], c[MAX_BOOTS];
	const struct dcb_figures left = figures(base, n_base, 0, b);
	const struct dcb_figures right = figures(candidate, n_candidate, shift, c);

	assert_int_equal(dcb_compare(&left, &right, exact, 1, &comparison), 0);
	return comparison;
}

#define VALUES(...)                                                                                \
	((const double[]){__VA_ARGS__}), sizeof((const double[]){__VA_ARGS__}) / sizeof(double)
#define COMPARE(better, exact, base, candidate) compare_shifted(better, exact, base, candidate, 0)

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* ---- exact ---- */

static void exact__same_digits_are_the_same(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(7, 9), VALUES(7, 9));

	(void)state;
	assert_true(c.exact && c.has_ratio && c.has_interval);
	assert_true(c.change == 1 && c.change_lo == 1 && c.change_hi == 1);
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
}

/* Pairs 100:80, 200:150: ratios 0.8 and 0.75, median 0.775. */
static void exact__pairs_by_block_give_their_range(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(100, 200), VALUES(80, 150));

	(void)state;
	assert_true(c.exact && c.has_ratio && c.has_interval);
	assert_true(near(c.change, 0.775) && near(c.change_lo, 0.75) && near(c.change_hi, 0.8));
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
	c = COMPARE("higher", true, VALUES(100, 200), VALUES(80, 150));
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
	c = COMPARE("lower", true, VALUES(80, 150), VALUES(100, 200));
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
}

static void exact__one_boot_is_enough(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(100), VALUES(98));

	(void)state;
	assert_true(c.exact && !c.has_interval);
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
	c = COMPARE("lower", true, VALUES(100), VALUES(99.5));
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
}

static void exact__within_one_percent_is_the_same_in_any_direction(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(1000, 1000, 1000),
					  VALUES(1009, 991, 1000));

	(void)state;
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
}

static void exact__blocks_that_disagree_cannot_tell(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(100, 100, 100),
					  VALUES(80, 80, 120));

	(void)state;
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	/* One direction, but the median is within 1 %. */
	c = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(99.5, 99.5, 80));
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	/* A block that does not move at all. */
	c = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(80, 80, 100));
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
}

static void exact__base_of_zero_is_judged_by_the_difference(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(0, 0), VALUES(1, 2));

	(void)state;
	assert_false(c.has_ratio);
	assert_true(c.change == 1.5 && c.change_lo == 1 && c.change_hi == 2);
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
	c = COMPARE("lower", true, VALUES(0, 0), VALUES(0, 0));
	assert_true(!c.has_ratio && c.change == 0);
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
	c = COMPARE("lower", true, VALUES(0, 5), VALUES(1, 4));
	assert_false(c.has_ratio);
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	c = COMPARE("lower", true, VALUES(5), VALUES(0));
	assert_true(c.has_ratio && c.change == 0);
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
}

static void exact__boots_without_a_partner_are_left_out(void **state)
{
	struct dcb_comparison c = COMPARE("lower", true, VALUES(100, 100, 1), VALUES(50, 50));

	(void)state;
	assert_true(c.exact && c.change == 0.5 && c.change_hi == 0.5);
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
}

static void exact__without_pairs_boots_are_compared_as_elsewhere(void **state)
{
	struct dcb_comparison c = compare_shifted("lower", true, VALUES(100, 100), VALUES(50, 50),
						  7);

	(void)state;
	assert_false(c.exact);
	assert_true(c.change == 0.5);
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	c = compare_shifted("lower", true, VALUES(100, 100, 100), VALUES(50, 50, 50), 7);
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
}

/* ---- over boots ---- */

static void boots__interval_beyond_one_percent_is_a_verdict(void **state)
{
	struct dcb_comparison c = COMPARE("lower", false, VALUES(100, 101, 102),
					  VALUES(50, 51, 52));

	(void)state;
	assert_true(!c.exact && c.has_ratio && c.has_interval);
	assert_true(near(c.change, 51.0 / 101));
	/* Medians of resamples of three lie between the least and the greatest. */
	assert_true(near(c.change_lo, 50.0 / 102) || c.change_lo > 50.0 / 102);
	assert_true(c.change_lo <= c.change && c.change <= c.change_hi);
	assert_int_equal(c.verdict, DCB_VERDICT_IMPROVED);
	c = COMPARE("higher", false, VALUES(100, 101, 102), VALUES(50, 51, 52));
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
	c = COMPARE("lower", false, VALUES(50, 51, 52), VALUES(100, 101, 102));
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
}

static void boots__interval_within_one_percent_is_the_same(void **state)
{
	struct dcb_comparison c = COMPARE("lower", false, VALUES(1000, 1001, 1002),
					  VALUES(1001, 1003, 1004));

	(void)state;
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
}

static void boots__interval_across_the_line_cannot_tell(void **state)
{
	struct dcb_comparison c = COMPARE("lower", false, VALUES(100, 100, 100),
					  VALUES(80, 99, 120));

	(void)state;
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
}

static void boots__fewer_than_three_cannot_tell(void **state)
{
	struct dcb_comparison c = COMPARE("lower", false, VALUES(100, 100), VALUES(50, 50, 50));

	(void)state;
	assert_true(c.has_interval);
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	c = COMPARE("lower", false, VALUES(100), VALUES(50));
	assert_false(c.has_interval);
	assert_true(c.change == 0.5);
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
}

static void boots__base_of_zero_is_judged_by_the_difference(void **state)
{
	struct dcb_comparison c = COMPARE("lower", false, VALUES(0, 0, 0), VALUES(2, 2, 3));

	(void)state;
	assert_false(c.has_ratio);
	assert_true(c.change == 2 && c.change_lo == 2 && c.change_hi == 3);
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
	c = COMPARE("lower", false, VALUES(0, 0, 0), VALUES(0, 0, 0));
	assert_int_equal(c.verdict, DCB_VERDICT_SAME);
	c = COMPARE("lower", false, VALUES(0, 0, 0), VALUES(0, 0, 1));
	assert_int_equal(c.verdict, DCB_VERDICT_CANNOT_TELL);
	/* The median is 1, but some resamples' is 0. */
	c = COMPARE("lower", false, VALUES(0, 1, 1), VALUES(9, 9, 9));
	assert_false(c.has_ratio);
	assert_int_equal(c.verdict, DCB_VERDICT_REGRESSED);
}

static void compare__neither_and_empty_sides_are_not_judged(void **state)
{
	struct dcb_comparison c = COMPARE("neither", true, VALUES(100), VALUES(50));

	(void)state;
	assert_true(c.change == 0.5);
	assert_int_equal(c.verdict, DCB_VERDICT_NONE);
	c = COMPARE("neither", false, VALUES(100, 100, 100), VALUES(50, 50, 50));
	assert_int_equal(c.verdict, DCB_VERDICT_NONE);
	c = compare_shifted("lower", false, VALUES(100), NULL, 0, 0);
	assert_int_equal(c.verdict, DCB_VERDICT_NONE);
	c = compare_shifted("lower", true, NULL, 0, VALUES(100), 0);
	assert_int_equal(c.verdict, DCB_VERDICT_NONE);
}

static void verdict_name__all(void **state)
{
	(void)state;
	assert_string_equal(dcb_verdict_name(DCB_VERDICT_CANNOT_TELL), "cannot-tell");
	assert_string_equal(dcb_verdict_name(DCB_VERDICT_NONE), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact__same_digits_are_the_same),
		cmocka_unit_test(exact__pairs_by_block_give_their_range),
		cmocka_unit_test(exact__one_boot_is_enough),
		cmocka_unit_test(exact__within_one_percent_is_the_same_in_any_direction),
		cmocka_unit_test(exact__blocks_that_disagree_cannot_tell),
		cmocka_unit_test(exact__base_of_zero_is_judged_by_the_difference),
		cmocka_unit_test(exact__boots_without_a_partner_are_left_out),
		cmocka_unit_test(exact__without_pairs_boots_are_compared_as_elsewhere),
		cmocka_unit_test(boots__interval_beyond_one_percent_is_a_verdict),
		cmocka_unit_test(boots__interval_within_one_percent_is_the_same),
		cmocka_unit_test(boots__interval_across_the_line_cannot_tell),
		cmocka_unit_test(boots__fewer_than_three_cannot_tell),
		cmocka_unit_test(boots__base_of_zero_is_judged_by_the_difference),
		cmocka_unit_test(compare__neither_and_empty_sides_are_not_judged),
		cmocka_unit_test(verdict_name__all),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
