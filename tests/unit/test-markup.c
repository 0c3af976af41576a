// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "reports/formats/markup.h"

static char *text;
static size_t size;

static struct dcb_markup begin(void)
{
	struct dcb_markup out = {.file = open_memstream(&text, &size)};

	assert_non_null(out.file);
	return out;
}

static void check(struct dcb_markup *out, const char *want)
{
	assert_int_equal(out->error, 0);
	assert_int_equal(fclose(out->file), 0);
	assert_string_equal(text, want);
	free(text);
}

static void put__arguments_are_escaped_and_formats_are_not(void **state)
{
	struct dcb_markup out = begin();

	(void)state;
	dcb_markup_put(&out, "<a title=\"%s\">%s</a>", "\"'&", "</a><script>alert(1)</script>]]>");
	check(&out,
	      "<a title=\"&quot;&#39;&amp;\">&lt;/a&gt;&lt;script&gt;alert(1)&lt;/script&gt;]]&"
	      "gt;</a>");
}

static void put__what_cannot_be_printed_becomes_a_question_mark(void **state)
{
	struct dcb_markup out = begin();

	(void)state;
	/* A control character, a lone byte, an overlong '<', a surrogate, a turn of direction. */
	dcb_markup_put(&out, "[%s][%s][%s][%s][%s][%s]", "\033[31m\n", "\xff", "\xc0\xbc",
		       "\xed\xa0\x80", "\u202egnp", "Gr\u00fc\u00dfe");
	check(&out, "[?[31m?][?][??][???][?gnp][Gr\u00fc\u00dfe]");
}

static void put__null_is_nothing(void **state)
{
	struct dcb_markup out = begin();
	const char *volatile nothing = NULL;

	(void)state;
	dcb_markup_put(&out, "[%s]", nothing);
	check(&out, "[]");
}

static void put__numbers(void **state)
{
	struct dcb_markup out = begin();

	(void)state;
	dcb_markup_put(&out, "%d %u %zu %ld %%", -1, 2U, (size_t)3, -4L);
	check(&out, "-1 2 3 -4 %");
}

static void put__coordinates_are_short_and_finite(void **state)
{
	struct dcb_markup out = begin();

	(void)state;
	/* A locale with a comma, where there is one. */
	setlocale(LC_ALL, "de_DE.UTF-8");
	dcb_markup_put(&out, "%f %f %f %f %f %f %f %f", 1.0, -2.5, 3.14159, -0.004, 0.999,
		       (double)NAN, (double)INFINITY, 1e300);
	setlocale(LC_ALL, "C");
	check(&out, "1 -2.5 3.14 0 1 0 0 0");
}

static void put__after_an_error_nothing_is_written(void **state)
{
	struct dcb_markup out = begin();

	(void)state;
	out.error = -ENOMEM;
	dcb_markup_put(&out, "<p>");
	dcb_markup_raw(&out, "<p>");
	assert_int_equal(out.error, -ENOMEM);
	fclose(out.file);
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__arguments_are_escaped_and_formats_are_not),
		cmocka_unit_test(put__what_cannot_be_printed_becomes_a_question_mark),
		cmocka_unit_test(put__null_is_nothing),
		cmocka_unit_test(put__numbers),
		cmocka_unit_test(put__coordinates_are_short_and_finite),
		cmocka_unit_test(put__after_an_error_nothing_is_written),
	};

	return cmocka_run_group_tests_name("markup", tests, NULL, NULL);
}
