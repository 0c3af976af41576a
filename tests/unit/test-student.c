// SPDX-License-Identifier: GPL-2.0-only
#include "energy-fixture.h"

#include <string.h>

#include "reports/stats/student.h"

static void p__is_that_of_r(void **state)
{
	json_auto_t *root = energy_load();
	const json_t *table = json_object_get(root, "p");
	_cleanup_free_ double *t = NULL, *df = NULL, *p = NULL;
	size_t n;

	(void)state;
	t = reference_numbers(table, "t", &n);
	df = reference_numbers(table, "df", &n);
	p = reference_numbers(table, "p", &n);
	for (size_t i = 0; i < n; i++) {
		assert_within(dcb_student_p(t[i], df[i]), p[i], 1e-10 * p[i] + 1e-300);
		assert_within(dcb_student_p(-t[i], df[i]), p[i], 1e-10 * p[i] + 1e-300);
	}
	assert_true(dcb_student_p(INFINITY, 3) == 0);
	assert_true(dcb_student_p(1e200, 3) == 0);
}

static void quantile__is_that_of_r(void **state)
{
	json_auto_t *root = energy_load();
	const json_t *table = json_object_get(root, "quantile");
	_cleanup_free_ double *p = NULL, *df = NULL, *t = NULL;
	size_t n;

	(void)state;
	p = reference_numbers(table, "p", &n);
	df = reference_numbers(table, "df", &n);
	t = reference_numbers(table, "t", &n);
	for (size_t i = 0; i < n; i++)
		assert_within(dcb_student_quantile(p[i], df[i]), t[i], 1e-8 * t[i]);
}

/* The values of a named series of the reference; malloc'd. */
static double *series_of(const json_t *root, const char *name, size_t *ret_n)
{
	const json_t *list = json_object_get(root, "splits"), *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0)
			return reference_numbers(row, "values", ret_n);
	}
	fail_msg("no series %s", name);
	return NULL;
}

static void tests__are_those_of_r(void **state)
{
	json_auto_t *root = energy_load();
	const json_t *list = json_object_get(root, "tests"), *row;
	size_t i;

	(void)state;
	assert_true(json_array_size(list) > 0);
	json_array_foreach(list, i, row)
	{
		size_t n = 0, split = (size_t)json_integer_value(json_object_get(row, "split"));
		_cleanup_free_ double *values = series_of(
			root, json_string_value(json_object_get(row, "series")), &n);
		struct dcb_moments a = dcb_moments_of(values, split);
		struct dcb_moments b = dcb_moments_of(values + split, n - split);
		double p = json_number_value(json_object_get(row, "p"));
		double half = json_number_value(json_object_get(row, "half_width"));

		assert_within(dcb_student_test(&a, &b), p, 1e-7 * p);
		assert_within(dcb_student_test(&b, &a), p, 1e-7 * p);
		assert_within(dcb_welch_half_width(&a, &b, 0.05), half, 1e-7 * half);
	}
}

static void test__without_any_spread_tells_the_means(void **state)
{
	const double values[] = {0.1, 0.1, 0.1, 0.3, 0.3, 0.3};
	struct dcb_moments a = dcb_moments_of(values, 3), b = dcb_moments_of(values + 3, 3);

	(void)state;
	assert_true(a.variance == 0 && b.variance == 0);
	assert_true(a.mean == 0.1 && b.mean == 0.3);
	assert_true(dcb_student_test(&a, &b) == 0);
	assert_true(dcb_student_test(&a, &a) == 1);
	assert_true(dcb_welch_half_width(&a, &b, 0.05) == 0);
}

static void test__of_two_values_tells_nothing(void **state)
{
	const double values[] = {1, 5};
	struct dcb_moments a = dcb_moments_of(values, 1), b = dcb_moments_of(values + 1, 1);

	(void)state;
	assert_true(dcb_student_test(&a, &b) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p__is_that_of_r),
		cmocka_unit_test(quantile__is_that_of_r),
		cmocka_unit_test(tests__are_those_of_r),
		cmocka_unit_test(test__without_any_spread_tells_the_means),
		cmocka_unit_test(test__of_two_values_tells_nothing),
	};

	return cmocka_run_group_tests_name("student", tests, NULL, NULL);
}
