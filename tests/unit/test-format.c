// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "locale-fixture.h"

#include "base/cleanup.h"
#include "reports/format.h"
#include "reports/summary.h"
#include "reports/text.h"

static const struct {
	double value;
	const char *unit, *text;
} values[] = {
	{0, "count", "0"},
	{-0.0, "count", "0"},
	{1, "count", "1"},
	{12, "count", "12"},
	{999, "count", "999"},
	{999.4, "count", "999"},
	{999.95, "count", "1.00 k"},
	{1000, "count", "1.00 k"},
	{9994, "count", "9.99 k"},
	{9995, "count", "10.0 k"},
	{41234, "count", "41.2 k"},
	{999499, "count", "999 k"},
	{999500, "count", "1.00 M"},
	{2.82e9, "count", "2.82 G"},
	{1e20, "count", "100 E"},
	{0.5, "count", "0.500"},
	{2.5, "count", "2.50"},
	{0.0001, "count", "0.00010"},
	{1e-9, "count", "tiny"},
	{-1e-9, "count", "-tiny"},
	{DBL_MAX, "count", "huge"},
	{-41234, "count", "-41.2 k"},
	{-3, "count", "-3"},
	{815, "ns", "815 ns"},
	{0, "ns", "0 ns"},
	{1409, "ns", "1.41 us"},
	{815e6, "ns", "815 ms"},
	{1.409e9, "ns", "1.41 s"},
	{999.6e6, "ns", "1.00 s"},
	{7200e9, "ns", "7200 s"},
	{95.1, "s", "95.1 s"},
	{0.25, "s", "250 ms"},
	{2, "ms", "2.00 ms"},
	{512, "bytes", "512 B"},
	{1023, "bytes", "1023 B"},
	{1024, "bytes", "1.00 KiB"},
	{268435456, "bytes", "256 MiB"},
	{1.5 * 1024 * 1024 * 1024, "bytes", "1.50 GiB"},
	{1, "ratio", "100 %"},
	{0, "ratio", "0 %"},
	{0.9994, "ratio", "99.9 %"},
	{0.9999, "ratio", "100 %"},
	{0.0012, "ratio", "0.12 %"},
	{0.00001, "ratio", "<0.01 %"},
	{-0.00001, "ratio", ">-0.01 %"},
	{0.0999, "ratio", "9.99 %"},
	{12, "ratio", "1200 %"},
	{1234, "1/s", "1.23 k1/s"},
	{7, "pages", "7 pages"},
	{NAN, "ns", "n/a"},
	{INFINITY, "count", "n/a"},
	{-INFINITY, "ratio", "n/a"},
};

static void check_values(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char buffer[64];

		dcb_format_value(values[i].value, values[i].unit, buffer, sizeof(buffer));
		if (strcmp(buffer, values[i].text) != 0)
			fail_msg("%g %s: \"%s\" instead of \"%s\"", values[i].value, values[i].unit,
				 buffer, values[i].text);
	}
}

static void format_value__edges(void **state)
{
	(void)state;
	check_values();
}

static void format_value__short_buffer_is_cut(void **state)
{
	char buffer[4] = "xxx";

	(void)state;
	dcb_format_value(41234, "count", buffer, sizeof(buffer));
	assert_string_equal(buffer, "41.");
}

static void check_again(void *context)
{
	(void)context;
	check_values();
}

static void format_value__decimal_comma_changes_nothing(void **state)
{
	(void)state;
	with_decimal_comma(check_again, NULL);
}

static void format_interval__shares_the_unit(void **state)
{
	char buffer[64];

	(void)state;
	dcb_format_interval(1.38e9, 1.44e9, "ns", "1.41 s", buffer, sizeof(buffer));
	assert_string_equal(buffer, "1.38..1.44");
	dcb_format_interval(980e6, 1.44e9, "ns", "1.41 s", buffer, sizeof(buffer));
	assert_string_equal(buffer, "980 ms..1.44 s");
	dcb_format_interval(3, 3, "count", "3", buffer, sizeof(buffer));
	assert_string_equal(buffer, "");
	dcb_format_interval(0.98, 0.991, "ratio", "98.5 %", buffer, sizeof(buffer));
	assert_string_equal(buffer, "98.0..99.1");
}

static void format_change__edges(void **state)
{
	static const struct {
		double ratio;
		const char *text;
	} changes[] = {{1, "0 %"},
		       {0.579, "-42.1 %"},
		       {1.003, "+0.3 %"},
		       {1.00002, "+0.0020 %"},
		       {0.99998, "-0.0020 %"},
		       {1 + 1e-9, "<+0.0001 %"},
		       {1 - 1e-9, ">-0.0001 %"},
		       {0, "-100.0 %"},
		       {0.0000145, "-100.0 %"},
		       {9.5, "+850.0 %"},
		       {12.34, "x12.3"},
		       {5e4, "x50.0 k"},
		       {NAN, "n/a"},
		       {INFINITY, "n/a"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		char buffer[64];

		dcb_format_change(changes[i].ratio, buffer, sizeof(buffer));
		assert_string_equal(buffer, changes[i].text);
	}
}

static void format_difference__has_a_sign(void **state)
{
	char buffer[64];

	(void)state;
	dcb_format_difference(3, "count", buffer, sizeof(buffer));
	assert_string_equal(buffer, "+3");
	dcb_format_difference(-1.2e6, "ns", buffer, sizeof(buffer));
	assert_string_equal(buffer, "-1.20 ms");
	dcb_format_difference(0, "count", buffer, sizeof(buffer));
	assert_string_equal(buffer, "0");
}

static void format_exact__every_digit(void **state)
{
	char buffer[64];

	(void)state;
	dcb_format_exact(1409000001, buffer, sizeof(buffer));
	assert_string_equal(buffer, "1409000001");
	dcb_format_exact(0.5, buffer, sizeof(buffer));
	assert_string_equal(buffer, "0.5");
	dcb_format_exact(NAN, buffer, sizeof(buffer));
	assert_string_equal(buffer, "n/a");
}

static void text_printable__nothing_reaches_the_terminal(void **state)
{
	static const struct {
		const char *from, *to;
	} texts[] = {
		{"plain", "plain"},
		{"a\033[31mred\007", "a?[31mred?"},
		{"tab\tline\n", "tab?line?"},
		{"Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f"},
		{"\xc2\x9b"
		 "31m",
		 "?31m"},                /* CSI as one C1 character */
		{"\xff\xc3", "??"},      /* not UTF-8 */
		{"\xc0\x9b", "??"},      /* an overlong ESC */
		{"\xed\xa0\x80", "???"}, /* half a surrogate pair */
		{"\xe2\x80\xae"
		 "txt",
		 "?txt"}, /* right to left override */
		{"\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7"},
		{NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *clean = dcb_text_printable(texts[i].from);

		assert_non_null(clean);
		assert_string_equal(clean, texts[i].to);
	}
}

static void text_utf8__keeps_control_characters(void **state)
{
	_cleanup_free_ char *clean = dcb_text_utf8("a\033b\xff");

	(void)state;
	assert_string_equal(clean, "a\033b?");
	assert_null(dcb_text_utf8(NULL));
}

static void text_cut__counts_characters(void **state)
{
	static const struct {
		const char *from;
		size_t width;
		const char *to;
	} texts[] = {{"abcdef", 6, "abcdef"},
		     {"abcdef", 5, "abc.."},
		     {"abcdef", 2, ".."},
		     {"abcdef", 1, "."},
		     {"abcdef", 0, ""},
		     {"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", 3, "\xc3\xbc.."},
		     {"\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xc3\xbc"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char text[32];

		strcpy(text, texts[i].from);
		dcb_text_cut(text, texts[i].width);
		assert_string_equal(text, texts[i].to);
		assert_true(dcb_text_width(text) <= texts[i].width);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_value__edges),
		cmocka_unit_test(format_value__short_buffer_is_cut),
		cmocka_unit_test(format_value__decimal_comma_changes_nothing),
		cmocka_unit_test(format_interval__shares_the_unit),
		cmocka_unit_test(format_change__edges),
		cmocka_unit_test(format_difference__has_a_sign),
		cmocka_unit_test(format_exact__every_digit),
		cmocka_unit_test(text_printable__nothing_reaches_the_terminal),
		cmocka_unit_test(text_utf8__keeps_control_characters),
		cmocka_unit_test(text_cut__counts_characters),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
