// SPDX-License-Identifier: GPL-2.0-only
#include "energy-fixture.h"

#include <string.h>
#include <time.h>

#include "reports/stats/change-points.h"
#include "reports/stats/far-values.h"

#define MOST 10000

struct found {
	struct dcb_change_point *rows;
	size_t n;
};

static void found_deinit(struct found *found)
{
	free(found->rows);
}

static struct found search(const double *values, size_t n, const struct dcb_change_options *options)
{
	struct found found = {0};

	assert_int_equal(dcb_change_points(values, n, options, &found.rows, &found.n), 0);
	return found;
}

static const struct dcb_change_options usual = DCB_CHANGE_OPTIONS_DEFAULT;

/* Levels of `each` values, with a spread of 1 %. */
static size_t make(uint64_t seed, const double *levels, size_t n_levels, size_t each,
		   double *values)
{
	struct dcb_random random = {seed};

	for (size_t i = 0; i < n_levels * each; i++)
		values[i] = levels[i / each] * (1 + 0.01 * random_normal(&random));
	return n_levels * each;
}

static bool is_near(size_t a, size_t b, size_t by)
{
	return a <= b + by && b <= a + by;
}

/* ---- the statistic ---- */

static double mean_distance(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			sum += fabs(values[i] - values[k]);
	return sum / ((double)n * (double)(n - 1) / 2);
}

/* R's energy has the V-statistic: the difference are the distances of points to themselves. */
static double as_edist(double q, const double *values, size_t split, size_t n)
{
	double a = (double)split, b = (double)(n - split);

	return q + a * b / (double)n *
			   (mean_distance(values, split) / a +
			    mean_distance(values + split, n - split) / b);
}

static void energy__is_that_of_r_for_every_split(void **state)
{
	json_auto_t *root = energy_load();
	const json_t *list = json_object_get(root, "splits"), *row;
	size_t i;

	(void)state;
	assert_true(json_array_size(list) >= 5);
	json_array_foreach(list, i, row)
	{
		_cleanup_free_ double *values = NULL, *want = NULL, *edist = NULL;
		double q[64], scratch[64], largest = 0;
		size_t n, n_splits;

		values = reference_numbers(row, "values", &n);
		want = reference_numbers(row, "q", &n_splits);
		edist = reference_numbers(row, "edist", &n_splits);
		assert_true(n <= ARRAY_SIZE(q));
		assert_int_equal(n_splits, n - 3);
		dcb_energy_splits(values, n, scratch, q);
		assert_true(q[0] == 0 && q[1] == 0 && q[n - 1] == 0);
		for (size_t k = 0; k < n_splits; k++)
			largest = fmax(largest, edist[k]);
		for (size_t k = 0; k < n_splits; k++) {
			assert_within(q[k + 2], want[k], 1e-9 * largest);
			assert_within(as_edist(q[k + 2], values, k + 2, n), edist[k],
				      1e-9 * largest);
		}
	}
}

static void energy__of_the_reverse_is_the_same_digits(void **state)
{
	const double levels[] = {100, 103, 99};
	double values[60], back[60], q[60], q_back[60], scratch[60];
	size_t n = make(3, levels, 3, 20, values);

	(void)state;
	for (size_t i = 0; i < n; i++)
		back[i] = values[n - 1 - i];
	dcb_energy_splits(values, n, scratch, q);
	dcb_energy_splits(back, n, scratch, q_back);
	for (size_t i = 1; i < n; i++)
		assert_true(q[i] == q_back[n - i]);
}

/* ---- points ---- */

static void points__are_where_the_steps_were_planted(void **state)
{
	const double levels[] = {100, 105, 105, 102, 108};

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		_cleanup_(found_deinit) struct found found = {0};
		double values[200];
		size_t n = make(seed, levels, 5, 40, values);

		found = search(values, n, &usual);
		assert_int_equal(found.n, 3);
		assert_true(is_near(found.rows[0].index, 40, 2));
		assert_true(is_near(found.rows[1].index, 120, 3));
		assert_true(is_near(found.rows[2].index, 160, 2));
		assert_true(found.rows[0].has_ratio);
		assert_within(found.rows[0].change, 1.05, 0.008);
		assert_true(found.rows[0].lo < found.rows[0].change);
		assert_true(found.rows[0].hi > found.rows[0].change);
		assert_true(found.rows[0].hi - found.rows[0].lo < 0.012);
		assert_true(found.rows[0].p <= usual.max_p);
		assert_true(found.rows[1].change < 1);
	}
}

static void points__of_noise_are_none(void **state)
{
	const double level = 100;
	size_t wrong = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		_cleanup_(found_deinit) struct found found = {0};
		double values[90];

		make(seed, &level, 1, 90, values);
		found = search(values, 90, &usual);
		wrong += found.n;
	}
	/* 200 series of a season: at most one in a hundred. */
	assert_true(wrong <= 2);
}

static void points__of_few_or_equal_values_are_none(void **state)
{
	const double few[] = {1, 2, 300, 400, 500};
	double equal[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(equal); i++)
		equal[i] = 0.1;
	for (size_t n = 0; n <= ARRAY_SIZE(few); n++) {
		_cleanup_(found_deinit) struct found found = search(few, n, &usual);

		assert_int_equal(found.n, 0);
		assert_null(found.rows);
	}
	for (size_t n = 0; n <= ARRAY_SIZE(equal); n += 50) {
		_cleanup_(found_deinit) struct found found = search(equal, n, &usual);

		assert_int_equal(found.n, 0);
	}
}

static void points__of_exact_levels_are_exact(void **state)
{
	const double values[] = {2e9, 2e9, 2e9, 2e9, 2000000001, 2000000001, 2000000001};
	_cleanup_(found_deinit) struct found found = search(values, ARRAY_SIZE(values), &usual);

	(void)state;
	assert_int_equal(found.n, 1);
	assert_int_equal(found.rows[0].index, 4);
	assert_true(found.rows[0].p == 0);
	assert_within(found.rows[0].change, 1 + 0.5e-9, 1e-15);
	assert_true(found.rows[0].lo == found.rows[0].change);
	assert_true(found.rows[0].hi == found.rows[0].change);
}

static void points__that_are_not_yet_a_level_are_not_told(void **state)
{
	const double values[] = {5, 5, 5, 5, 5, 5, 6, 6, 6};

	(void)state;
	for (size_t n = 1; n <= ARRAY_SIZE(values); n++) {
		_cleanup_(found_deinit) struct found found = search(values, n, &usual);

		assert_int_equal(found.n, n == ARRAY_SIZE(values));
	}
}

static void points__with_zeros_or_negatives_are_differences(void **state)
{
	const double zeros[] = {0, 0, 0, 0, 3, 3, 3, 3}, negative[] = {-5, -5, -5, 5, 5, 5};
	_cleanup_(found_deinit) struct found a = search(zeros, ARRAY_SIZE(zeros), &usual);
	_cleanup_(found_deinit) struct found b = search(negative, ARRAY_SIZE(negative), &usual);

	(void)state;
	assert_int_equal(a.n, 1);
	assert_false(a.rows[0].has_ratio);
	assert_true(a.rows[0].change == 3);
	assert_int_equal(b.n, 1);
	assert_false(b.rows[0].has_ratio);
	assert_true(b.rows[0].change == 10);
}

static void points__of_the_largest_values_are_finite(void **state)
{
	const double largest[] = {-1.7e308, -1.6e308, -1.7e308, 1.7e308, 1.7e308, 1.7e308};
	const double apart[] = {1e-320, 1e-320, 1e-320, 1e-320, 1.7e308, 1.6e308, 1.7e308};
	_cleanup_(found_deinit) struct found a = search(largest, ARRAY_SIZE(largest), &usual);
	_cleanup_(found_deinit) struct found b = search(apart, ARRAY_SIZE(apart), &usual);

	(void)state;
	assert_int_equal(a.n, 1);
	assert_int_equal(a.rows[0].index, 3);
	assert_true(isfinite(a.rows[0].change) && isfinite(a.rows[0].lo) && isfinite(a.rows[0].hi));
	assert_int_equal(b.n, 1);
	assert_int_equal(b.rows[0].index, 4);
	assert_true(isfinite(b.rows[0].change) && isfinite(b.rows[0].lo) && isfinite(b.rows[0].hi));
}

static void points__of_the_reverse_are_mirrored(void **state)
{
	const double levels[] = {100, 104, 101, 101, 110};

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		_cleanup_(found_deinit) struct found found = {0}, mirrored = {0};
		double values[100], back[100];
		size_t n = make(seed, levels, 5, 20, values);

		for (size_t i = 0; i < n; i++)
			back[i] = values[n - 1 - i];
		found = search(values, n, &usual);
		mirrored = search(back, n, &usual);
		assert_true(found.n >= 2);
		assert_int_equal(found.n, mirrored.n);
		for (size_t i = 0; i < found.n; i++) {
			const struct dcb_change_point *a = &found.rows[i];
			const struct dcb_change_point *b = &mirrored.rows[found.n - 1 - i];

			assert_int_equal(a->index, n - b->index);
			assert_within(a->change, 1 / b->change, 1e-12);
			assert_within(a->p, b->p, 1e-9 * a->p);
		}
	}
}

static void points__do_not_depend_on_scale_or_origin(void **state)
{
	const double levels[] = {100, 104, 101, 101, 110};

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		_cleanup_(found_deinit) struct found found = {0}, scaled = {0}, shifted = {0};
		double values[150], other[150];
		size_t n = make(seed, levels, 5, 30, values);

		found = search(values, n, &usual);
		for (size_t i = 0; i < n; i++)
			other[i] = values[i] * 1e-7;
		scaled = search(other, n, &usual);
		for (size_t i = 0; i < n; i++)
			other[i] = values[i] - 1000;
		shifted = search(other, n, &usual);
		assert_int_equal(found.n, scaled.n);
		assert_int_equal(found.n, shifted.n);
		for (size_t i = 0; i < found.n; i++) {
			assert_int_equal(found.rows[i].index, scaled.rows[i].index);
			assert_int_equal(found.rows[i].index, shifted.rows[i].index);
			assert_within(found.rows[i].change, scaled.rows[i].change, 1e-9);
			assert_within(found.rows[i].p, shifted.rows[i].p, 1e-6 * found.rows[i].p);
			assert_false(shifted.rows[i].has_ratio);
		}
	}
}

static void points__of_a_few_far_values_are_none(void **state)
{
	double values[90];

	(void)state;
	/* Student's test alone would take the last three for a level: p is 1e-9. */
	make(3, (double[]){100}, 1, 87, values);
	values[87] = 100;
	values[88] = 117;
	values[89] = 101;
	{
		_cleanup_(found_deinit) struct found found = search(values, 90, &usual);

		assert_int_equal(found.n, 0);
	}
	values[87] = 104;
	values[88] = 105;
	values[89] = 104;
	{
		_cleanup_(found_deinit) struct found found = search(values, 90, &usual);

		assert_int_equal(found.n, 1);
		assert_int_equal(found.rows[0].index, 87);
	}
}

static void points__are_not_hidden_by_a_few_far_values(void **state)
{
	const double levels[] = {100, 105};

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		_cleanup_(found_deinit) struct found found = {0};
		double values[80];
		size_t n = make(seed, levels, 2, 40, values);

		values[9] = 900;
		values[55] = 700;
		values[56] = 20;
		values[79] = 800;
		found = search(values, n, &usual);
		assert_int_equal(found.n, 1);
		assert_true(is_near(found.rows[0].index, 40, 2));
		assert_within(found.rows[0].change, 1.05, 0.01);
	}
}

static void far_values__are_drawn_in_and_levels_are_not(void **state)
{
	double values[] = {1, 1.1, 0.9, 50, 1.1, 0.9, 1, 9, 9.1, 9, 9.1, -70, 9, 9.1, 9};
	const double before[] = {1, 1.1, 0.9, 50, 1.1, 0.9, 1, 9, 9.1, 9, 9.1, -70, 9, 9.1, 9};
	double exact[] = {5, 5, 5, 6, 5, 5, 5, 7};

	(void)state;
	assert_int_equal(dcb_far_values_draw_in(values, ARRAY_SIZE(values)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (i == 3)
			assert_true(values[i] > 1.1 && values[i] < 3);
		else if (i == 11)
			assert_true(values[i] > 7 && values[i] < 9);
		else
			assert_true(values[i] == before[i]);
	}
	/* No spread to measure by. */
	assert_int_equal(dcb_far_values_draw_in(exact, ARRAY_SIZE(exact)), 0);
	assert_true(exact[3] == 6 && exact[7] == 7);
	assert_int_equal(dcb_far_values_draw_in(exact, 0), 0);
}

static void points__below_the_smallest_step_are_merged(void **state)
{
	const double levels[] = {100, 102, 112, 110};
	struct dcb_change_options options = usual;
	_cleanup_(found_deinit) struct found all = {0}, large = {0}, none = {0};
	double values[240];
	size_t n = make(5, levels, 4, 60, values);

	(void)state;
	all = search(values, n, &options);
	assert_int_equal(all.n, 3);
	options.min_step = 0.05;
	large = search(values, n, &options);
	assert_int_equal(large.n, 1);
	assert_int_equal(large.rows[0].index, all.rows[1].index);
	/* Judged by the longer levels that it has now. */
	assert_within(large.rows[0].change, 1.11 / 1.01, 0.01);
	options.min_step = 0.2;
	none = search(values, n, &options);
	assert_int_equal(none.n, 0);
}

static void points__of_ten_thousand_values_take_no_time(void **state)
{
	_cleanup_free_ double *values = malloc(MOST * sizeof(*values));
	struct dcb_change_options options = usual;
	double levels[25];
	struct timespec start, end;

	(void)state;
	assert_non_null(values);
	for (size_t i = 0; i < 25; i++)
		levels[i] = i % 2 ? 105 : 100;
	make(1, levels, 25, MOST / 25, values);
	for (int pass = 0; pass < 2; pass++) {
		_cleanup_(found_deinit) struct found found = {0};

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
		found = search(values, MOST, &options);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		assert_true(end.tv_sec - start.tv_sec < 10);
		for (size_t k = 1; k < 25; k++) {
			bool there = false;

			for (size_t i = 0; i < found.n; i++)
				there = there || is_near(found.rows[i].index, k * 400, 3);
			assert_true(there);
		}
		assert_true(found.n <= 27);
		/* And with one window over all. */
		options.window = MOST;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(energy__is_that_of_r_for_every_split),
		cmocka_unit_test(energy__of_the_reverse_is_the_same_digits),
		cmocka_unit_test(points__are_where_the_steps_were_planted),
		cmocka_unit_test(points__of_noise_are_none),
		cmocka_unit_test(points__of_few_or_equal_values_are_none),
		cmocka_unit_test(points__of_exact_levels_are_exact),
		cmocka_unit_test(points__that_are_not_yet_a_level_are_not_told),
		cmocka_unit_test(points__with_zeros_or_negatives_are_differences),
		cmocka_unit_test(points__of_the_largest_values_are_finite),
		cmocka_unit_test(points__of_the_reverse_are_mirrored),
		cmocka_unit_test(points__do_not_depend_on_scale_or_origin),
		cmocka_unit_test(points__of_a_few_far_values_are_none),
		cmocka_unit_test(points__are_not_hidden_by_a_few_far_values),
		cmocka_unit_test(far_values__are_drawn_in_and_levels_are_not),
		cmocka_unit_test(points__below_the_smallest_step_are_merged),
		cmocka_unit_test(points__of_ten_thousand_values_take_no_time),
	};

	return cmocka_run_group_tests_name("change-points", tests, NULL, NULL);
}
