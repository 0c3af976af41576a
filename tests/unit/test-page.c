// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/csv.h"
#include "reports/markdown.h"
#include "reports/page.h"
#include "reports/text.h"

struct writing {
	struct dcb_page page;
	char *text;
	size_t size;
};

static void begin(struct writing *writing, bool markdown, size_t width)
{
	*writing = (struct writing){.page = {.markdown = markdown, .width = width}};
	writing->page.file = open_memstream(&writing->text, &writing->size);
	assert_non_null(writing->page.file);
}

static void expect(struct writing *writing, const char *text)
{
	assert_int_equal(fclose(writing->page.file), 0);
	assert_string_equal(writing->text, text);
	free(writing->text);
}

static struct dcb_grid *make_grid(void)
{
	struct dcb_grid *grid = NULL;

	assert_int_equal(dcb_grid_new(2, &grid), 0);
	dcb_grid_align_right(grid, 1);
	assert_int_equal(dcb_grid_row(grid), 0);
	assert_int_equal(dcb_grid_set(grid, 0, 1, strdup("metric"), DCB_COLOUR_NONE), 0);
	assert_int_equal(dcb_grid_set(grid, 1, 1, strdup("base"), DCB_COLOUR_NONE), 0);
	assert_int_equal(dcb_grid_row(grid), 0);
	assert_int_equal(dcb_grid_set(grid, 0, 1, strdup("a|b"), DCB_COLOUR_NONE), 0);
	assert_int_equal(dcb_grid_set(grid, 1, 1, strdup("1.409 s"), DCB_COLOUR_NONE), 0);
	return grid;
}

static void write_all(struct dcb_page *page)
{
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = make_grid();
	_cleanup_free_ char *quote = dcb_page_quote("see @you `x` #1");
	const char *words[] = {"dcbench", "run", "--kernel", "base=debian:6.12", "null", NULL};

	assert_int_equal(dcb_page_heading(page, 1, strdup("A title"), DCB_COLOUR_NONE), 0);
	assert_int_equal(dcb_page_line(page, strdup("A line.")), 0);
	assert_int_equal(dcb_page_heading(page, 3, strdup("Part"), DCB_COLOUR_NONE), 0);
	assert_int_equal(
		dcb_page_item(page, dcb_format("fixed: %s and more words", quote), DCB_COLOUR_NONE),
		0);
	assert_int_equal(dcb_page_item(page, strdup("<b> *x*"), DCB_COLOUR_NONE), 0);
	assert_int_equal(dcb_page_table(page, strdup("null"), grid), 0);
	assert_int_equal(dcb_page_command(page, words), 0);
}

static void page__plain_text(void **state)
{
	struct writing writing;

	(void)state;
	begin(&writing, false, 32);
	write_all(&writing.page);
	expect(&writing, "A title\n"
			 "=======\n"
			 "  A line.\n"
			 "\n"
			 "Part\n"
			 "  fixed: see @you `x` #1 and\n"
			 "    more words\n"
			 "  <b> *x*\n"
			 "  null      base\n"
			 "    a|b  1.409 s\n"
			 "    dcbench run \\\n"
			 "    --kernel base=debian:6.12 \\\n"
			 "    null\n");
}

static void page__markdown(void **state)
{
	struct writing writing;

	(void)state;
	begin(&writing, true, 32);
	write_all(&writing.page);
	expect(&writing, "# A title\n"
			 "\n"
			 "A line.\n"
			 "\n"
			 "### Part\n"
			 "\n"
			 "- fixed: ``see @you `x` #1`` and\n"
			 "  more words\n"
			 "- \\<b\\> \\*x\\*\n"
			 "\n"
			 "null\n"
			 "\n"
			 "| metric |    base |\n"
			 "| ------ | ------: |\n"
			 "| a\\|b   | 1.409 s |\n"
			 "\n"
			 "```sh\n"
			 "dcbench run \\\n"
			 "--kernel base=debian:6.12 null\n"
			 "```\n");
}

/* What begins a line must not begin a list or a heading. */
static void page__markdown_breaks_before_letters_alone(void **state)
{
	struct writing writing;

	(void)state;
	begin(&writing, true, 12);
	assert_int_equal(dcb_page_line(&writing.page, strdup("aaaaaaaaa - 1. # + cc dd")), 0);
	expect(&writing, "aaaaaaaaa - 1. \\# +\ncc dd\n");
}

static void page__long_words_are_broken_in_plain_text(void **state)
{
	const char *words[] = {"run", "--db", "/a/very/long/path/of/a/file",
			       "'quoted word is kept'", NULL};
	struct writing writing;

	(void)state;
	begin(&writing, false, 20);
	assert_int_equal(dcb_page_item(&writing.page, strdup("aaaaaaaaaaaaaaaaaaaaaaaaaaaa b"),
				       DCB_COLOUR_NONE),
			 0);
	assert_int_equal(dcb_page_command(&writing.page, words), 0);
	expect(&writing, "  aaaaaaaaaaaaaaaaaa\n"
			 "    aaaaaaaaaa b\n"
			 "    run \\\n"
			 "    --db \\\n"
			 "    /a/very/long/pa\\\n"
			 "th/of/a/file \\\n"
			 "    'quoted word is kept'\n");
}

static void page__no_memory_is_told(void **state)
{
	struct writing writing;

	(void)state;
	begin(&writing, false, 80);
	assert_int_equal(dcb_page_heading(&writing.page, 1, NULL, DCB_COLOUR_NONE), -ENOMEM);
	assert_int_equal(dcb_page_line(&writing.page, NULL), -ENOMEM);
	assert_int_equal(dcb_page_item(&writing.page, NULL, DCB_COLOUR_NONE), -ENOMEM);
	expect(&writing, "");
}

static void markdown_escape__nothing_is_markup(void **state)
{
	static const struct {
		const char *from, *to;
	} texts[] = {{"waiter wall", "waiter wall"},
		     {"huge_pages", "huge_pages"},
		     {"_x_", "\\_x\\_"},
		     {"a*b`c", "a\\*b\\`c"},
		     {"[x](y)", "\\[x\\](y)"},
		     {"<script>", "\\<script\\>"},
		     {"a|b", "a\\|b"},
		     {"\\", "\\\\"},
		     {"&amp; & x", "\\&amp; & x"},
		     {"@me #1 !2 $x$ ~y~", "\\@me \\#1 \\!2 \\$x\\$ \\~y\\~"},
		     {"+1.2 %", "+1.2 %"},
		     {"", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *escaped = dcb_markdown_escape(texts[i].from);

		assert_string_equal(escaped, texts[i].to);
	}
}

static void markdown_code__holds_backticks(void **state)
{
	static const struct {
		const char *from, *to;
	} texts[] = {{"plain", "`plain`"},       {"a`b", "``a`b``"}, {"`a", "`` `a ``"},
		     {"a``b`", "``` a``b` ```"}, {" ", "`   `"},     {"", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *span = dcb_markdown_code(texts[i].from);

		assert_string_equal(span, texts[i].to);
	}
}

static void csv_print__by_rfc_4180(void **state)
{
	static const struct {
		const char *from, *to;
	} texts[] = {
		{"plain", "plain"},      {"a,b", "\"a,b\""}, {"say \"x\"", "\"say \"\"x\"\"\""},
		{"a\r\nb\033", "a??b?"}, {NULL, ""},         {" x ", " x "}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		assert_non_null(file);
		assert_int_equal(dcb_csv_print(texts[i].from, file), 0);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(text, texts[i].to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page__plain_text),
		cmocka_unit_test(page__markdown),
		cmocka_unit_test(page__markdown_breaks_before_letters_alone),
		cmocka_unit_test(page__long_words_are_broken_in_plain_text),
		cmocka_unit_test(page__no_memory_is_told),
		cmocka_unit_test(markdown_escape__nothing_is_markup),
		cmocka_unit_test(markdown_code__holds_backticks),
		cmocka_unit_test(csv_print__by_rfc_4180),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
