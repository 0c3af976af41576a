// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

static void random_next__matches_the_published_sequence(void **state)
{
	/* The first outputs of SplitMix64 for seed 1234567, as printed with its reference code. */
	static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
					    9817491932198370423u};
	struct dcb_random random = {.state = 1234567};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(dcb_random_next(&random) == expected[i]);
}

static void random_below__stays_below_and_is_even(void **state)
{
	struct dcb_random random = {.state = 1};
	unsigned seen[3] = {0};

	(void)state;
	for (int i = 0; i < 30000; i++)
		seen[dcb_random_below(&random, 3)]++;
	for (int i = 0; i < 3; i++)
		assert_in_range(seen[i], 9700, 10300);
}

static void random_shuffle__repeats_and_keeps_every_index(void **state)
{
	struct dcb_random a = {.state = 7}, b = {.state = 7};
	size_t x[8] = {0, 1, 2, 3, 4, 5, 6, 7}, y[8] = {0, 1, 2, 3, 4, 5, 6, 7};
	unsigned seen = 0;

	(void)state;
	dcb_random_shuffle(&a, x, 8);
	dcb_random_shuffle(&b, y, 8);
	assert_memory_equal(x, y, sizeof(x));
	for (int i = 0; i < 8; i++)
		seen |= 1u << x[i];
	assert_int_equal(seen, 255);
}

static void random_derive__gives_streams_of_their_own(void **state)
{
	(void)state;
	assert_true(dcb_random_derive(1, 2) == dcb_random_derive(1, 2));
	assert_true(dcb_random_derive(1, 2) != dcb_random_derive(1, 3));
	assert_true(dcb_random_derive(1, 2) != dcb_random_derive(2, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_next__matches_the_published_sequence),
		cmocka_unit_test(random_below__stays_below_and_is_even),
		cmocka_unit_test(random_shuffle__repeats_and_keeps_every_index),
		cmocka_unit_test(random_derive__gives_streams_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
