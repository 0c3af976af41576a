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

static void check_measured(void);
static void check_exact(void);

static void check_again(void *context)
{
	(void)context;
	check_values();
	check_measured();
	check_exact();
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

static const struct {
	double value, lo, hi;
	const char *unit, *text, *interval;
} measured[] = {
	{1.409e9, 1.407e9, 1.411e9, "ns", "1.409 s", "1.407..1.411"},
	{1.409e9, 1.4e9, 1.418e9, "ns", "1.409 s", "1.400..1.418"},
	{1.409e9, 1.3994e9, 1.4186e9, "ns", "1.41 s", "1.40..1.42"},
	{11919, 8582, 15256, "count", "12 k", "9..15"},
	{815e6, 785e6, 845e6, "ns", "820 ms", "790..850"},
	{815e6, 515e6, 1115e6, "ns", "800 ms", "500..1100"},
	/* A width beyond the value leaves it one digit. */
	{0.3, -5, 5, "count", "0.3", "-5.0..5.0"},
	{2e6, -9e6, 9e6, "ns", "2 ms", "-9..9"},
	/* However narrow: five digits. */
	{67108864, 67108834, 67108894, "count", "67.109 M", ""},
	{67108864, 67107864, 67109864, "count", "67.109 M", "67.108..67.110"},
	/* No width: as alone. */
	{1.409e9, 1.409e9, 1.409e9, "ns", "1.41 s", ""},
	{12, 11, 14, "count", "12", "11..14"},
	{12, 11.5, 12.5, "count", "12.0", "11.5..12.5"},
	/* Both ends in the unit of the value. */
	{1.02e9, 980e6, 1.06e9, "ns", "1.02 s", "0.98..1.06"},
	{0.985, 0.98, 0.991, "ratio", "98.5 %", "98.0..99.1"},
	{0, 0, 3e6, "ns", "0 ms", "0..3"},
	{0, 0, 0, "ns", "0 ns", ""},
	{1.5 * 1024 * 1024, 1.4 * 1024 * 1024, 1.6 * 1024 * 1024, "bytes", "1.5 MiB", "1.4..1.6"},
	{1234, 1200, 1268, "1/s", "1.23 k1/s", "1.20..1.27"},
	{9.996e9, 9.9e9, 10.1e9, "count", "10.0 G", "9.9..10.1"},
	{NAN, 1, 2, "ns", "n/a", ""},
	{1, -INFINITY, 2, "count", "1", ""},
	{DBL_MAX, 0, DBL_MAX, "count", "huge", ""},
};

static void check_measured(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(measured); i++) {
		struct dcb_format_text text;

		dcb_format_measured(measured[i].value, measured[i].lo, measured[i].hi,
				    measured[i].unit, &text);
		if (strcmp(text.value, measured[i].text) != 0 ||
		    strcmp(text.interval, measured[i].interval) != 0)
			fail_msg("%g (%g..%g): \"%s\" (%s) instead of \"%s\" (%s)",
				 measured[i].value, measured[i].lo, measured[i].hi, text.value,
				 text.interval, measured[i].text, measured[i].interval);
	}
}

static void format_measured__digits_that_the_interval_supports(void **state)
{
	(void)state;
	check_measured();
}

static void format_measured_change__edges(void **state)
{
	static const struct {
		double ratio, lo, hi;
		const char *text, *interval;
	} changes[] = {
		{0.579, 0.577, 0.581, "-42.1 %", "-42.3..-41.9"},
		{0.66, 0.39, 1.23, "-34 %", "-61..+23"},
		{1.000021, 1.000018, 1.000024, "+0.0021 %", "+0.0018..+0.0024"},
		{0.0015767, 0.0015474, 0.001594, "-99.84 %", "-99.85..-99.84"},
		{1.45e-5, 1.44e-5, 1.46e-5, "-99.999 %", ""},
		{12.34, 12.1, 12.6, "x12.3", "x12.1..x12.6"},
		{1, 1, 1, "0 %", ""},
		{1, 0.99, 1.01, "0 %", "-1..+1"},
		{0.579, 0.579, 0.579, "-42.1 %", ""},
		{NAN, 1, 2, "n/a", ""},
		{2, 1, INFINITY, "+100.0 %", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct dcb_format_text text;

		dcb_format_measured_change(changes[i].ratio, changes[i].lo, changes[i].hi, &text);
		assert_string_equal(text.value, changes[i].text);
		assert_string_equal(text.interval, changes[i].interval);
	}
}

static void format_measured_difference__has_a_sign(void **state)
{
	struct dcb_format_text text;

	(void)state;
	dcb_format_measured_difference(3.1e6, 2.8e6, 3.4e6, "ns", &text);
	assert_string_equal(text.value, "+3.1 ms");
	assert_string_equal(text.interval, "+2.8..+3.4");
	dcb_format_measured_difference(1, 1, 1, "count", &text);
	assert_string_equal(text.value, "+1");
	assert_string_equal(text.interval, "");
}

static void format_fixed_and_percent__edges(void **state)
{
	static const struct {
		double share;
		const char *text;
	} shares[] = {{0.01, "1 %"}, {0.0025, "0.25 %"}, {1, "100 %"}, {0.1, "10 %"}, {0, "0 %"}};
	char buffer[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		dcb_format_percent(shares[i].share, buffer, sizeof(buffer));
		assert_string_equal(buffer, shares[i].text);
	}
	dcb_format_fixed(-1409.25, 1, buffer, sizeof(buffer));
	assert_string_equal(buffer, "-1409.3");
	dcb_format_fixed(1e300, 2, buffer, sizeof(buffer));
	assert_true(strspn(buffer, "0123456789") == strlen(buffer));
	dcb_format_fixed(NAN, 2, buffer, sizeof(buffer));
	assert_string_equal(buffer, "n/a");
}

static void check_exact(void)
{
	static const struct {
		double value;
		const char *text;
	} exact[] = {{0.1, "0.1"},
		     {-20746.848, "-20746.848"},
		     {0.00042614543317853748, "0.0004261454331785375"},
		     {1e300, "1e+300"},
		     {2.5e-12, "2.5e-12"},
		     {DBL_MAX, "1.7976931348623157e+308"},
		     {-0.0, "0"}};
	char buffer[64];

	for (size_t i = 0; i < ARRAY_SIZE(exact); i++) {
		dcb_format_exact(exact[i].value, buffer, sizeof(buffer));
		assert_string_equal(buffer, exact[i].text);
	}
}

static void format_exact__reads_back_as_the_same_number(void **state)
{
	uint64_t seed = 1;

	(void)state;
	check_exact();
	for (int i = 0; i < 20000; i++) {
		char buffer[64];
		double value;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		memcpy(&value, &seed, sizeof(value));
		if (!isfinite(value))
			continue;
		dcb_format_exact(value, buffer, sizeof(buffer));
		assert_true(strtod(buffer, NULL) == value);
	}
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
		cmocka_unit_test(format_measured__digits_that_the_interval_supports),
		cmocka_unit_test(format_measured_change__edges),
		cmocka_unit_test(format_measured_difference__has_a_sign),
		cmocka_unit_test(format_fixed_and_percent__edges),
		cmocka_unit_test(format_exact__every_digit),
		cmocka_unit_test(format_exact__reads_back_as_the_same_number),
		cmocka_unit_test(text_printable__nothing_reaches_the_terminal),
		cmocka_unit_test(text_utf8__keeps_control_characters),
		cmocka_unit_test(text_cut__counts_characters),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
