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

static struct dcb_summary *load_as(struct fixture *f, int64_t run, bool exact)
{
	struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = exact}, &summary,
			    &err) < 0)
		fail_msg("%s", err.message);
	return summary;
}

static struct dcb_summary *load(struct fixture *f, int64_t run)
{
	return load_as(f, run, true);
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

/* Twelve blocks with noise: of every verdict one, a metric of one side, one with two modes. */
static int64_t noisy_run(struct dcb_store *store)
{
	static const double noise[] = {0, 3, -2, 1, -1, 2, -3, 0.5, -0.5, 1.5, -1.5, 2.5};
	static const double other[] = {1, -2, 2.5, -1, 3, -0.5, 0, 2, -3, 0.5, -1.5, 1.5};
	struct dcb_store_run row = fixture_run();
	int64_t run;

	row.state = DCB_RUN_DONE;
	row.owner = NULL;
	row.machine = "tcg";
	row.blocks = 12;
	run = fixture_create(store, &row, 2);
	for (int64_t block = 0; block < 12; block++) {
		for (size_t k = 0; k < 2; k++) {
			double by = k ? other[block] : noise[block];
			const struct figure figures[] = {
				{"waiter", "cpu", "ns", "lower", true,
				 (k ? 80e6 : 100e6) * (1 + by / 500), true},
				{"waiter", "wall", "ns", "lower", true, 120e6 * (1 + by / 4000),
				 true},
				{"waiter", "p99", "ns", "lower", true,
				 (k ? 104e6 : 100e6) * (1 + by / 40), true},
				{"closer", "cpu", "ns", "lower", true,
				 (k ? 110e6 : 90e6) * (1 + by / 500), true},
				{"closer", "rate", "count", "higher", true,
				 (block % 2 && k ? 150 : 100) + by / 7, true},
				{"closer", k ? "new" : "old", "count", "lower", true, 3, true},
				{0},
			};

			if (k && block == 5)
				report_failed_boot(store, run, k, block, "Oops");
			else
				report_boot(store, run, k, block, figures, NULL, 0);
		}
	}
	return run;
}

static void table__golden_of_noisy_boots(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load_as(f, noisy_run(f->store),
									   false);

	check_golden(summary, 80, false, "noisy-80");
	check_golden(summary, 120, false, "noisy-120");
}

/* One block of exact boots: digits, no interval. */
static void table__golden_of_one_seed(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);

	for (size_t k = 0; k < 2; k++) {
		const struct figure figures[] = {
			{"waiter", "cycles", "count", "lower", true, k ? 1001 : 1000},
			{"waiter", "instructions", "count", "lower", true, k ? 980 : 1000},
			{0},
		};

		report_boot(f->store, run, k, 0, figures, NULL, 0);
	}

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run);

	check_golden(summary, 80, false, "digits-80");
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

static void table__what_was_planted_is_said(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_free_ char *text = NULL;
	json_auto_t *json = NULL;
	json_t *kernels;

	run.plan = "{\"kernels\":[{\"name\":\"base\"},{\"name\":\"fixed\",\"plant\":\"0.1%\"}]}";
	summary = load(f, fixture_create(f->store, &run, 2));
	text = print(summary, 80, false, false);
	check_lines(text, 80);
	assert_non_null(strstr(text,
			       "  planted      fixed repeats 0.1 % of its operations: a known "
			       "slow-down\n"));
	assert_null(strstr(text, "base repeats"));
	json = dcb_summary_to_json(summary);
	kernels = json_object_get(json, "kernels");
	assert_true(json_is_null(json_object_get(json_array_get(kernels, 0), "plant")));
	assert_true(json_real_value(json_object_get(json_array_get(kernels, 1), "plant")) == 0.001);
}

static void matrix__what_was_planted_is_said(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	const struct dcb_table_options options = {.width = 80};

	run.plan = "{\"kernels\":[{\"plant\":\"2%\"}]}";
	for (int markdown = 0; markdown < 2; markdown++) {
		_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
			f, fixture_create(f->store, &run, 2));
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *file = open_memstream(&text, &size);

		assert_non_null(file);
		assert_int_equal(dcb_matrix_print(summary, markdown, &options, file), 0);
		assert_int_equal(fclose(file), 0);
		assert_non_null(strstr(text, "planted: base repeats 2 % of its operations"));
	}
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
		T(table__golden_of_noisy_boots),
		T(table__golden_of_one_seed),
		T(table__golden_of_base_alone),
		T(table__any_width_holds),
		T(table__colour_only_adds_escapes),
		T(table__run_without_boots_or_interrupted),
		T(table__what_was_planted_is_said),
		T(matrix__what_was_planted_is_said),
		T(table__full_disk_is_told),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
