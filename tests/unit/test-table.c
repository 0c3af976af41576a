// SPDX-License-Identifier: GPL-2.0-only
#include "report-fixture.h"

#include <errno.h>
#include <stdio.h>

#include "reports/matrix.h"

static char *print(const struct dcb_summary *summary, int width, bool colour, bool all)
{
	const struct dcb_table_options options = {.width = width, .colour = colour, .all = all};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(dcb_table_print(summary, &options, file), 0);
	assert_int_equal(fclose(file), 0);
	return text;
}

static struct dcb_summary *load(struct fixture *f, int64_t run)
{
	struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = true}, &summary,
			    &err) < 0)
		fail_msg("%s", err.message);
	return summary;
}

static void check_lines(const char *text, size_t width)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > width)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		/* Nothing but ASCII, no escapes, no blanks at the end. */
		for (size_t i = 0; i < n; i++)
			assert_true(text[i] >= ' ' && text[i] < 0x7f);
		assert_true(n == 0 || text[n - 1] != ' ');
		assert_int_equal(text[n], '\n');
		text += n + 1;
	}
}

/* tests/data/table/<name> */
static void check_text(const char *got, const char *name)
{
	_cleanup_free_ char *path = dcb_format("table/%s", name);

	report_check_golden(got, path);
}

static void check_golden(const struct dcb_summary *summary, int width, bool all, const char *name)
{
	_cleanup_free_ char *got = print(summary, width, false, all);

	check_lines(got, (size_t)width);
	check_text(got, name);
}

static void table__golden_of_two_kernels(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false));

	check_golden(summary, 80, false, "two-80");
	check_golden(summary, 120, false, "two-120");
	check_golden(summary, 120, true, "two-120-all");
}

static void table__golden_of_three_kernels(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true));

	check_golden(summary, 80, false, "three-80");
	check_golden(summary, 120, false, "three-120");
	check_golden(summary, 200, false, "three-200");
}

static void table__golden_of_base_alone(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 1, false));

	check_golden(summary, 80, false, "one-80");
}

static void matrix__golden_of_three_kernels(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true));
	const struct dcb_table_options options = {.width = 80};

	for (int markdown = 0; markdown < 2; markdown++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		assert_non_null(file);
		assert_int_equal(dcb_matrix_print(summary, markdown, &options, file), 0);
		assert_int_equal(fclose(file), 0);
		check_text(text, markdown ? "matrix.md" : "matrix");
	}
}

static void table__any_width_holds(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true));

	for (int width = 40; width < 250; width++) {
		_cleanup_free_ char *text = print(summary, width, false, true);

		check_lines(text, (size_t)width);
	}
	/* Where not even that is there, at least nothing breaks. */
	for (int width = 0; width < 40; width++) {
		_cleanup_free_ char *text = print(summary, width, false, true);

		assert_non_null(text);
	}
}

static void table__colour_only_adds_escapes(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, true));
	_cleanup_free_ char *plain = print(summary, 80, false, false);
	_cleanup_free_ char *colour = print(summary, 80, true, false);
	char *to = colour;

	assert_null(strchr(plain, '\033'));
	assert_non_null(strstr(colour, "\033[32mimproved\033[0m"));
	for (const char *from = colour; *from; from++) {
		if (*from == '\033')
			from = strchr(from, 'm');
		else
			*to++ = *from;
	}
	*to = '\0';
	assert_string_equal(plain, colour);
}

static void table__run_without_boots_or_interrupted(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(
		dcb_store_update_run(f->store, f->run, DCB_RUN_INTERRUPTED, NULL, NULL, 0, 0, &err),
		0);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, f->run);
	_cleanup_free_ char *text = print(summary, 80, false, false);

	assert_non_null(strstr(text, "run 1: interrupted, 0 of 6 boots (resumable)"));
	assert_non_null(strstr(text, "base 0 ok, fixed 0 ok"));
}

static void table__full_disk_is_told(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false));
	const struct dcb_table_options options = {.width = 80};
	_cleanup_fclose_ FILE *full = fopen("/dev/full", "we");

	assert_non_null(full);
	assert_int_equal(dcb_table_print(summary, &options, full), -ENOSPC);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(table__golden_of_two_kernels),
		T(table__golden_of_three_kernels),
		T(matrix__golden_of_three_kernels),
		T(table__golden_of_base_alone),
		T(table__any_width_holds),
		T(table__colour_only_adds_escapes),
		T(table__run_without_boots_or_interrupted),
		T(table__full_disk_is_told),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
