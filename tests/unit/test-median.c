// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>

#include "base/random.h"
#include "reports/stats/median.h"

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

/* Against sorting, over sizes on both sides of where selecting begins, with ties. */
static void median_select__as_sorted(void **state)
{
	struct dcb_random random = {3};
	double values[200], sorted;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = 1 + dcb_random_below(&random, 200);
		uint64_t bound = 1 + dcb_random_below(&random, 300);

		for (size_t j = 0; j < n; j++)
			values[j] = (double)dcb_random_below(&random, bound);
		assert_int_equal(dcb_median(values, n, &sorted), 0);
		assert_true(dcb_median_select(values, n) == sorted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median__odd_even_and_one),
		cmocka_unit_test(median__large_values_do_not_overflow),
		cmocka_unit_test(median_select__as_sorted),
	};

	return cmocka_run_group_tests_name("median", tests, NULL, NULL);
}
