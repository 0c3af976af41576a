// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "lab/until.h"

static struct dcb_until settled(void)
{
	return (struct dcb_until){.settled = true, .first_look = 6, .max_blocks = 40};
}

static void expect(const struct dcb_until *until, int64_t blocks, bool is_settled,
		   enum dcb_stop stop, int64_t next, const char *reason)
{
	_cleanup_free_ char *told = NULL;
	enum dcb_stop found = DCB_STOP_NOT;
	int64_t to = 0;

	assert_int_equal(dcb_until_decide(until, blocks, is_settled, &found, &to, &told), 0);
	assert_string_equal(dcb_stop_name(found), dcb_stop_name(stop));
	assert_int_equal(to, next);
	if (reason)
		assert_string_equal(told, reason);
	else
		assert_null(told);
}

static void until_next__grows_by_a_quarter_and_by_one_at_least(void **state)
{
	static const int64_t from_six[] = {6, 8, 10, 13, 17, 22, 28, 35, 40, 40};
	static const int64_t from_one[] = {1, 2, 3, 4, 5, 7, 9, 12, 15, 19, 24, 30, 38, 40};
	struct dcb_until until = settled();

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(from_six); i++)
		assert_int_equal(dcb_until_next(&until, from_six[i]), from_six[i + 1]);
	assert_int_equal(dcb_until_next(&until, 1), 6);
	until.next_least = 9;
	assert_int_equal(dcb_until_next(&until, 6), 9);
	assert_int_equal(dcb_until_next(&until, 9), 12);
	until.next_least = 50;
	assert_int_equal(dcb_until_next(&until, 6), 40);
	until.next_least = 0;
	until.first_look = 1;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(from_one); i++)
		assert_int_equal(dcb_until_next(&until, from_one[i]), from_one[i + 1]);
}

static void until_decide__fixed_is_judged_once(void **state)
{
	const struct dcb_until until = {.first_look = 5};

	(void)state;
	expect(&until, 5, false, DCB_STOP_FIXED, 0, NULL);
	expect(&until, 5, true, DCB_STOP_FIXED, 0, NULL);
}

static void until_decide__goes_on_until_settled_or_the_most_blocks(void **state)
{
	const struct dcb_until until = settled();

	(void)state;
	expect(&until, 6, true, DCB_STOP_SETTLED, 0, NULL);
	expect(&until, 6, false, DCB_STOP_NOT, 8, NULL);
	expect(&until, 35, false, DCB_STOP_NOT, 40, NULL);
	expect(&until, 40, false, DCB_STOP_MAX_BLOCKS, 0, NULL);
	expect(&until, 40, true, DCB_STOP_SETTLED, 0, NULL);
	/* More than it may have, by a resume's own wish. */
	expect(&until, 50, false, DCB_STOP_MAX_BLOCKS, 0, NULL);
	/* Before the first look no verdict counts. */
	expect(&until, 1, true, DCB_STOP_NOT, 6, NULL);
}

static void pace_predict__counts_boots_side_by_side(void **state)
{
	struct dcb_pace pace = {.boots_s = 60, .n_boots = 3, .n_kernels = 2, .n_jobs = 1};

	(void)state;
	assert_true(dcb_pace_predict(&pace, 2) == 80);
	assert_true(dcb_pace_spent(&pace) == 60);
	pace.n_jobs = 3;
	/* Four boots, three at a time, take two rounds. */
	assert_true(dcb_pace_predict(&pace, 2) == 40);
	assert_true(dcb_pace_spent(&pace) == 20);
	pace.n_boots = 0;
	assert_true(dcb_pace_predict(&pace, 2) == 0);
}

static void until_decide__begins_nothing_that_would_end_after_the_budget(void **state)
{
	struct dcb_until until = settled();

	(void)state;
	until.budget_s = 3600;
	until.pace = (struct dcb_pace){.boots_s = 1200, .n_boots = 12, .n_kernels = 2, .n_jobs = 1};
	/* Two blocks of two kernels at 100 s each. */
	until.spent_s = 3200;
	expect(&until, 6, false, DCB_STOP_NOT, 8, NULL);
	until.spent_s = 3201;
	expect(&until, 6, false, DCB_STOP_BUDGET, 0,
	       "2 more blocks need about 7 min; 53 min of 60 min are used");
	/* What is there already costs nothing. */
	expect(&until, 6, true, DCB_STOP_SETTLED, 0, NULL);
	/* The first block alone shows that the first look is too far away. */
	until.pace.n_boots = 2;
	until.spent_s = 1200;
	expect(&until, 1, false, DCB_STOP_BUDGET, 0,
	       "5 more blocks need about 100 min; 20 min of 60 min are used");
	until.budget_s = 30;
	until.pace.boots_s = 20;
	until.spent_s = 30;
	expect(&until, 7, false, DCB_STOP_BUDGET, 0,
	       "2 more blocks need about 40 s; 30 s of 30 s are used");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(until_next__grows_by_a_quarter_and_by_one_at_least),
		cmocka_unit_test(until_decide__fixed_is_judged_once),
		cmocka_unit_test(until_decide__goes_on_until_settled_or_the_most_blocks),
		cmocka_unit_test(pace_predict__counts_boots_side_by_side),
		cmocka_unit_test(until_decide__begins_nothing_that_would_end_after_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
