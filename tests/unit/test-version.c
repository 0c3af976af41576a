// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/process.h"

/* Each is older than the next one. */
static const char *const ascending[] = {
	"0.1~~",   "0.1~~a",           "0.1~",       "0.1",         "0.1a",     "0.1+b",
	"6.1.9-1", "6.1.10-1~bpo12+1", "6.1.10-1",   "6.1.10-1+b1", "6.1.10-2", "6.12~rc1-1",
	"6.12-1",  "6.12.1-1",         "6.12.1.1-1", "1:0.1",       "2:0.0",
};

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void version_compare__total_order(void **state)
{
	(void)state;
	for (int i = 0; i < (int)ARRAY_SIZE(ascending); i++) {
		for (int j = 0; j < (int)ARRAY_SIZE(ascending); j++) {
			if (sign(dcb_version_compare(ascending[i], ascending[j])) != sign(i - j))
				fail_msg("%s against %s", ascending[i], ascending[j]);
		}
	}
}

static void version_compare__equal_in_other_letters(void **state)
{
	(void)state;
	assert_int_equal(dcb_version_compare("6.01-1", "6.1-1"), 0);
	assert_int_equal(dcb_version_compare("0:6.1-1", "6.1-1"), 0);
	assert_int_equal(dcb_version_compare("6.1-0", "6.1"), 0);
	assert_int_equal(dcb_version_compare("", ""), 0);
}

static void version_compare__as_dpkg_says(void **state)
{
	_cleanup_free_ char *dpkg = NULL;

	(void)state;
	if (dcb_program_find("dpkg", &dpkg) < 0)
		skip();
	for (size_t i = 0; i + 1 < ARRAY_SIZE(ascending); i++) {
		const char *argv[] = {"dpkg", "--compare-versions", ascending[i],
				      "lt",   ascending[i + 1],     NULL};
		_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
		struct dcb_spawn spawn = DCB_SPAWN_NULL;

		spawn.argv = (char *const *)argv;
		assert_int_equal(dcb_process_run(&spawn, 10000, &output, NULL), 0);
		if (output.exit.code != 0)
			fail_msg("dpkg: %s is not older than %s", ascending[i], ascending[i + 1]);
	}
}

static void version_upstream__cuts_epoch_and_revision(void **state)
{
	static const char *const pairs[][2] = {
		{"6.1.192-2", "6.1.192"},       {"7.3.4-1~bpo13+1", "7.3.4"},
		{"1:10.0.2+ds-2", "10.0.2+ds"}, {"6.12", "6.12"},
		{"1.2-3-4", "1.2-3"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		_cleanup_free_ char *upstream = dcb_version_upstream(pairs[i][0]);

		assert_string_equal(upstream, pairs[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_compare__total_order),
		cmocka_unit_test(version_compare__equal_in_other_letters),
		cmocka_unit_test(version_compare__as_dpkg_says),
		cmocka_unit_test(version_upstream__cuts_epoch_and_revision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
