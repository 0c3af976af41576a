// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/option.h"

struct values {
	bool eager;
	int64_t threads, size, wait;
	char *label;
	int op;
};

static const struct dcb_option options[] = {
	{"eager", DCB_OPTION_BOOL, offsetof(struct values, eager), .fallback = "no"},
	{"threads", DCB_OPTION_INT, offsetof(struct values, threads), 1, 16, .fallback = "2"},
	{"size", DCB_OPTION_SIZE, offsetof(struct values, size), 1 << 20, 1 << 30,
	 .fallback = "64M"},
	{"wait", DCB_OPTION_DURATION, offsetof(struct values, wait), 1, 7200, .fallback = "1m"},
	{"label", DCB_OPTION_STRING, offsetof(struct values, label)},
	{"op", DCB_OPTION_CHOICE, offsetof(struct values, op), .choices = "rmdir,rename",
	 .fallback = "rmdir"},
	{NULL},
};

static void options_parse__round_trips_through_format(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *text = NULL;
	struct values v;

	(void)state;
	assert_int_equal(dcb_options_init(options, &v, &err), 0);
	assert_int_equal(v.threads, 2);
	assert_int_equal(v.size, 64 << 20);
	assert_int_equal(v.wait, 60);
	assert_int_equal(
		dcb_options_parse(options, &v,
				  "op=rename,size=1536K,label=a b,eager=yes,threads=16,wait=90m",
				  "workload x", &err),
		0);
	text = dcb_options_format(options, &v);
	assert_string_equal(text, "eager=yes,threads=16,size=1536K,wait=90m,label=a b,op=rename");
	dcb_options_deinit(options, &v);
	assert_null(v.label);
}

static void refuses(const char *list, const char *message)
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct values v;

	assert_int_equal(dcb_options_init(options, &v, &err), 0);
	assert_int_equal(dcb_options_parse(options, &v, list, "workload x", &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_string_equal(err.message, message);
	dcb_options_deinit(options, &v);
}

static void options_parse__bad_input_says_what_where_and_what_to_do(void **state)
{
	(void)state;
	refuses("threads=17", "workload x: threads=17: give a whole number from 1 to 16");
	refuses("threads=", "workload x: threads=: give a whole number from 1 to 16");
	refuses("threads=9999999999999999999999",
		"workload x: threads=9999999999999999999999: give a whole number from 1 to 16");
	refuses("threads= 2", "workload x: threads= 2: give a whole number from 1 to 16");
	refuses("size=1T", "workload x: size=1T: give a size from 1M to 1G (K, M, G)");
	refuses("size=9999999999G",
		"workload x: size=9999999999G: give a size from 1M to 1G (K, M, G)");
	refuses("size=-1M", "workload x: size=-1M: give a size from 1M to 1G (K, M, G)");
	refuses("wait=abc", "workload x: wait=abc: give a time such as 90m, 2h or 3600s, up to 2h");
	refuses("wait=3h", "workload x: wait=3h: give a time such as 90m, 2h or 3600s, up to 2h");
	refuses("wait=0", "workload x: wait=0: give a time such as 90m, 2h or 3600s, up to 2h");
	refuses("wait=60", "workload x: wait=60: give a time such as 90m, 2h or 3600s, up to 2h");
	refuses("op=rm", "workload x: op=rm: give one of rmdir,rename");
	refuses("op=rmdir,rename", "workload x: \"rename\" is not key=value");
	refuses("eager=maybe", "workload x: eager=maybe: give yes or no");
	refuses("=3", "workload x: \"=3\" is not key=value");
	refuses("color=red",
		"workload x: unknown key color: it takes eager, threads, size, wait, label, op");
}

static void size_format__is_the_shortest_exact_text(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} rows[] = {{0, "0"}, {1023, "1023"}, {1024, "1K"}, {3 << 19, "1536K"}, {1 << 30, "1G"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = dcb_size_format(rows[i].bytes);
		int64_t back;

		assert_string_equal(text, rows[i].text);
		assert_int_equal(dcb_size_parse(text, &back), 0);
		assert_int_equal(back, rows[i].bytes);
	}
}

static void duration_format__is_the_shortest_exact_text(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {{0, "0"},      {1, "1s"},    {60, "1m"},    {90, "90s"},
		    {5400, "90m"}, {7200, "2h"}, {86400, "1d"}, {90000, "25h"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *text = dcb_duration_format(rows[i].seconds);
		int64_t back;

		assert_string_equal(text, rows[i].text);
		assert_int_equal(dcb_duration_parse(text, &back), 0);
		assert_int_equal(back, rows[i].seconds);
	}
}

static void duration_parse__needs_a_number_and_a_unit(void **state)
{
	static const char *const bad[] = {"",    "m",   "1",  "1.5h", "-1h", "1w",
					  "1h ", " 1h", "h1", "1hm",  "0x1s"};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(dcb_duration_parse(bad[i], &seconds), -EINVAL);
	assert_int_equal(dcb_duration_parse("9223372036854775807d", &seconds), -ERANGE);
	assert_int_equal(dcb_duration_parse("99999999999999999999s", &seconds), -ERANGE);
	assert_int_equal(dcb_duration_parse("0h", &seconds), 0);
	assert_int_equal(seconds, 0);
}

static void nearest__finds_a_slip_and_no_stranger(void **state)
{
	static const char *const names[] = {"dying-dentry", "null", "inversion"};

	(void)state;
	assert_string_equal(dcb_nearest("dying-dentri", names, 3), "dying-dentry");
	assert_string_equal(dcb_nearest("nul", names, 3), "null");
	assert_null(dcb_nearest("fio", names, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_parse__round_trips_through_format),
		cmocka_unit_test(options_parse__bad_input_says_what_where_and_what_to_do),
		cmocka_unit_test(size_format__is_the_shortest_exact_text),
		cmocka_unit_test(duration_format__is_the_shortest_exact_text),
		cmocka_unit_test(duration_parse__needs_a_number_and_a_unit),
		cmocka_unit_test(nearest__finds_a_slip_and_no_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
