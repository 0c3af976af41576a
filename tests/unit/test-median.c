// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <float.h>

#include "reports/stats.h"

static void median__odd_even_and_one(void **state)
{
	const double odd[] = {5, -1, 3}, even[] = {4, 1, 3, 2}, one[] = {7};
	double median;

	(void)state;
	assert_int_equal(dcb_median(odd, 3, &median), 0);
	assert_true(median == 3);
	assert_true(odd[0] == 5); /* a copy was sorted */
	assert_int_equal(dcb_median(even, 4, &median), 0);
	assert_true(median == 2.5);
	assert_int_equal(dcb_median(one, 1, &median), 0);
	assert_true(median == 7);
}

static void median__large_values_do_not_overflow(void **state)
{
	const double large[] = {DBL_MAX, DBL_MAX};
	double median;

	(void)state;
	assert_int_equal(dcb_median(large, 2, &median), 0);
	assert_true(median == DBL_MAX);
}

static void bootstrap_ratio__constant_boots_have_no_width(void **state)
{
	const double base[] = {2, 2, 2}, candidate[] = {5, 5, 5};
	struct dcb_interval interval;

	(void)state;
	assert_int_equal(dcb_bootstrap_ratio(base, 3, candidate, 3, 1, &interval), 0);
	assert_true(interval.lo == 2.5);
	assert_true(interval.hi == 2.5);
}

/* Two boots 1 and 3: a resample's median is 1, 2, 3 with probability 1/4, 1/2, 1/4, so that both
 * ends of 95 % are the extremes. */
static void bootstrap_ratio__two_boots_give_their_range(void **state)
{
	const double base[] = {1, 1}, candidate[] = {1, 3};
	struct dcb_interval interval;

	(void)state;
	assert_int_equal(dcb_bootstrap_ratio(base, 2, candidate, 2, 1, &interval), 0);
	assert_true(interval.lo == 1);
	assert_true(interval.hi == 3);
}

/* Seven boots 1..7: the median of a resample is 1 where at least four of seven draws are 1:
 * sum over k >= 4 of C(7,k) (1/7)^k (6/7)^(7-k) = 1.0 %, less than 2.5 %; it is at most 2 with
 * (2/7): 10.8 %, more than 2.5 %. So lo is 2 and, by symmetry, hi 6. */
static void bootstrap__seven_boots_by_hand(void **state)
{
	const double base[] = {2, 2, 2, 2, 2, 2, 2}, candidate[] = {7, 1, 6, 2, 5, 3, 4};
	struct dcb_interval interval;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		assert_int_equal(dcb_bootstrap_ratio(base, 7, candidate, 7, seed, &interval), 0);
		assert_true(interval.lo == 1);
		assert_true(interval.hi == 3);
		assert_int_equal(dcb_bootstrap_difference(base, 7, candidate, 7, seed, &interval),
				 0);
		assert_true(interval.lo == 0);
		assert_true(interval.hi == 4);
	}
}

static void bootstrap__one_seed_one_interval(void **state)
{
	const double base[] = {1.1, 1.2, 1.35, 1.4, 1.57},
		     candidate[] = {2.1, 2.22, 2.37, 2.4, 2.59};
	struct dcb_interval a, b;

	(void)state;
	assert_int_equal(dcb_bootstrap_ratio(base, 5, candidate, 5, 42, &a), 0);
	assert_int_equal(dcb_bootstrap_ratio(base, 5, candidate, 5, 42, &b), 0);
	assert_true(a.lo == b.lo && a.hi == b.hi);
	assert_true(a.lo < a.hi);
}

static void bootstrap__too_few_or_zero_base_is_told(void **state)
{
	const double zero[] = {0, 0, 0}, some_zero[] = {0, 0, 1, 1, 1}, one[] = {1, 1, 1};
	struct dcb_interval interval = {-1, -1};

	(void)state;
	assert_int_equal(dcb_bootstrap_ratio(zero, 3, one, 3, 1, &interval), -EDOM);
	assert_int_equal(dcb_bootstrap_ratio(some_zero, 5, one, 3, 1, &interval), -EDOM);
	assert_int_equal(dcb_bootstrap_ratio(one, 1, one, 3, 1, &interval), -EINVAL);
	assert_int_equal(dcb_bootstrap_difference(one, 3, one, 1, 1, &interval), -EINVAL);
	assert_true(interval.lo == -1 && interval.hi == -1);
	assert_int_equal(dcb_bootstrap_difference(zero, 3, one, 3, 1, &interval), 0);
	assert_true(interval.lo == 1 && interval.hi == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median__odd_even_and_one),
		cmocka_unit_test(median__large_values_do_not_overflow),
		cmocka_unit_test(bootstrap_ratio__constant_boots_have_no_width),
		cmocka_unit_test(bootstrap_ratio__two_boots_give_their_range),
		cmocka_unit_test(bootstrap__seven_boots_by_hand),
		cmocka_unit_test(bootstrap__one_seed_one_interval),
		cmocka_unit_test(bootstrap__too_few_or_zero_base_is_told),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
