// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "lab/threshold.h"

static void check__well_formed_passes(void **state)
{
	static const char *const good[] = {
		"1%",      "0%", "0.05%", "100%", "wall=2%", "1%,waiter.wall=5%,tree-rm/wall=2%",
		"a/b.c=3%"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(dcb_threshold_check(good[i], "--threshold", NULL), 0);
}

static void check__malformed_is_refused(void **state)
{
	static const char *const bad[] = {"",    "1",       "-1%", "101%",     "nan%",
					  "1%%", "wall=",   "=1%", "wall",     "1%,,",
					  ",1%", "wall=x%", "1 %", "1%,wall=1"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct dcb_error err = DCB_ERROR_NULL;

		assert_true(dcb_threshold_check(bad[i], "--threshold", &err) < 0);
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
	}
}

static double find(const char *text)
{
	return dcb_threshold_find(text, "tree-rm", "waiter", "wall");
}

static void find__most_parts_win_then_the_last(void **state)
{
	(void)state;
	assert_float_equal(find(NULL), 0.01, 1e-12);
	assert_float_equal(find("cycles=5%"), 0.01, 1e-12);
	assert_float_equal(find("3%"), 0.03, 1e-12);
	assert_float_equal(find("wall=2%,3%"), 0.02, 1e-12);
	assert_float_equal(find("waiter.wall=4%,wall=2%"), 0.04, 1e-12);
	assert_float_equal(find("tree-rm/waiter.wall=5%,waiter.wall=4%"), 0.05, 1e-12);
	assert_float_equal(find("tree-rm/wall=6%,waiter.wall=7%"), 0.07, 1e-12);
	assert_float_equal(find("other/wall=6%,closer.wall=7%"), 0.01, 1e-12);
	assert_float_equal(find("2%,3%"), 0.03, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__well_formed_passes),
		cmocka_unit_test(check__malformed_is_refused),
		cmocka_unit_test(find__most_parts_win_then_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
