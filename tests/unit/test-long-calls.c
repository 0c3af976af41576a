// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/long-calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define US 1000
#define MS 1000000

static void long_calls_add__long_by_time_and_by_median(void **state)
{
	struct dcb_long_calls calls = {0};
	uint64_t ns[] = {5 * MS, 100 * US, 100 * US, 100 * US, 950 * US};

	(void)state;
	/* 950 us is over eight times the median and no millisecond. */
	assert_int_equal(dcb_long_calls_add(&calls, ns, 5), 1);
	assert_int_equal(calls.n, 5);
	assert_int_equal(calls.n_long, 1);
	assert_true(calls.cpu_ns == 6.25 * MS);
	assert_true(dcb_long_calls_share(&calls) == 5 / 6.25);
}

static void long_calls_add__slow_ones_among_slow_ones_are_not_long(void **state)
{
	struct dcb_long_calls calls = {0};
	uint64_t ns[] = {2 * MS, 2 * MS, 2 * MS, 16 * MS};

	(void)state;
	assert_int_equal(dcb_long_calls_add(&calls, ns, 4), 0);
	assert_true(dcb_long_calls_share(&calls) == 0);
}

static void long_calls_add__iterations_add_up(void **state)
{
	struct dcb_long_calls calls = {0};
	uint64_t first[] = {1 * US, 1 * US, 3 * MS}, second[] = {2 * MS, 2 * MS, 2 * MS};

	(void)state;
	assert_int_equal(dcb_long_calls_add(&calls, first, 3), 1);
	/* Each iteration has a median of its own. */
	assert_int_equal(dcb_long_calls_add(&calls, second, 3), 0);
	assert_int_equal(calls.n, 6);
	assert_int_equal(calls.n_long, 1);
	assert_true(calls.long_ns == 3 * MS);
}

static void long_calls_share__of_nothing_is_none(void **state)
{
	struct dcb_long_calls calls = {0};

	(void)state;
	assert_int_equal(dcb_long_calls_add(&calls, (uint64_t[]){0}, 0), 0);
	assert_true(dcb_long_calls_share(&calls) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_calls_add__long_by_time_and_by_median),
		cmocka_unit_test(long_calls_add__slow_ones_among_slow_ones_are_not_long),
		cmocka_unit_test(long_calls_add__iterations_add_up),
		cmocka_unit_test(long_calls_share__of_nothing_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
