// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"

static int parse(const char *text, size_t most)
{
	struct dcb_error err = DCB_ERROR_NULL;
	json_t *value = NULL;
	int r = dcb_json_parse_foreign(text, strlen(text), most, &value, &err);

	if (r < 0) {
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
		assert_null(value);
	}
	json_decref(value);
	return r;
}

static void foreign__values_are_counted_outside_strings(void **state)
{
	(void)state;
	assert_int_equal(parse("[1,2,3]", 4), 0);
	assert_true(parse("[1,2,3]", 3) < 0);
	assert_int_equal(parse("[\",[{,\",\"\\\",,,\"]", 3), 0);
	assert_true(parse("[\",\\\\\",[],[],[]]", 4) < 0);
	assert_true(parse("{\"a\":{},\"b\":[[[]]]}", 5) < 0);
}

static void foreign__no_json_is_bad_input(void **state)
{
	(void)state;
	assert_true(parse("", 9) < 0);
	assert_true(parse("{", 9) < 0);
	assert_true(parse("\"\\", 9) < 0);
	assert_true(parse("{\"a\":1,\"a\":1}", 9) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign__values_are_counted_outside_strings),
		cmocka_unit_test(foreign__no_json_is_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
