// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

static void error_set__returns_negative_errno(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_error_set(&err, ENOENT, "no %s", "kernel"), -ENOENT);
	assert_string_equal(err.message, "no kernel");
	assert_int_equal(err.kind, DCB_ERROR_FAILURE);
	assert_int_equal(dcb_error_set(NULL, -EIO, "nobody reads this"), -EIO);
}

static void error_sys__appends_reason(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_error_sys(&err, -EACCES, "/x"), -EACCES);
	assert_string_equal(err.message, "/x: Permission denied");
}

static void error_wrap__keeps_kind_and_builds_outwards(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	dcb_error_usage(&err, "size=0: give a size from 1M to 1G");
	assert_int_equal(dcb_error_wrap(&err, "workload %s", "null"), -EINVAL);
	assert_string_equal(err.message, "workload null: size=0: give a size from 1M to 1G");
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	dcb_error_set(&err, EIO, "again: %s", err.message);
	assert_string_equal(err.message, "again: workload null: size=0: give a size from 1M to 1G");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_set__returns_negative_errno),
		cmocka_unit_test(error_sys__appends_reason),
		cmocka_unit_test(error_wrap__keeps_kind_and_builds_outwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
