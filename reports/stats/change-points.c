// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/change-points.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/stats/far-values.h"
#include "reports/stats/student.h"

/* How much weaker a point may be before its neighbours are known. */
#define FIRST_PASS 10

/* ---- the energy statistic ---- */

/* Grows both sides point by point: O(n^2) time, O(n) memory. */
void dcb_energy_splits(const double *values, size_t n, double *scratch, double *q)
{
	double *left = q, *right = scratch; /* sums of distances within; each pair once */
	double all, last = 0;

	if (n == 0)
		return;
	left[0] = 0;
	for (size_t i = 1; i < n; i++) {
		double sum = 0;

		for (size_t k = 0; k + 1 < i; k++)
			sum += fabs(values[i - 1] - values[k]);
		left[i] = left[i - 1] + sum;
	}
	right[n - 1] = 0;
	for (size_t i = n - 1; i-- > 0;) {
		double sum = 0;

		for (size_t k = n - 1; k > i; k--)
			sum += fabs(values[i] - values[k]);
		right[i] = right[i + 1] + sum;
	}
	for (size_t k = 0; k + 1 < n; k++)
		last += fabs(values[n - 1] - values[k]);
	all = (left[n - 1] + last + right[0]) / 2;
	for (size_t i = 0; i < n; i++) {
		double n_left = (double)i, n_right = (double)(n - i);
		double between = all - (left[i] + right[i]);

		q[i] = i < 2 || n - i < 2
			       ? 0
			       : 2 * between / (double)n -
					 (2 * n_right / ((double)n * (n_left - 1)) * left[i] +
					  2 * n_left / ((double)n * (n_right - 1)) * right[i]);
	}
}

/* ---- candidates ---- */

struct places {
	size_t *rows;
	size_t n;
};

struct search {
	const double *values;
	double *q, *scratch; /* of a window */
	double max_p;
	struct places *places;
};

static double test_split(const double *values, size_t begin, size_t split, size_t end)
{
	struct dcb_moments before = dcb_moments_of(values + begin, split - begin);
	struct dcb_moments after = dcb_moments_of(values + split, end - split);

	return dcb_student_test(&before, &after);
}

static int add_place(struct places *places, size_t place)
{
	size_t *rows = realloc(places->rows, (places->n + 1) * sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	places->rows = rows;
	rows[places->n++] = place;
	return 0;
}

/* The split with the greatest statistic; 0 where there is none. */
static size_t best_split(struct search *search, size_t begin, size_t end)
{
	size_t best = 0, n = end - begin;

	if (n < 2 * DCB_LEVEL_MIN)
		return 0;
	dcb_energy_splits(search->values + begin, n, search->scratch, search->q);
	for (size_t i = DCB_LEVEL_MIN; i + DCB_LEVEL_MIN <= n; i++)
		if (search->q[i] > 0 && (!best || search->q[i] > search->q[best]))
			best = i;
	return best ? begin + best : 0;
}

/*
 * Adds places in order; they are at most as deep as there are levels. An episode between two equal
 * levels may have no split whose two means differ, though its parts have: where a split is not
 * significant, its parts are looked at once, and if one of them is divided, the split stays for
 * merge() to judge. tried: this is such a part.
 */
static int divide(struct search *search, size_t begin, size_t end, bool tried)
{
	size_t split = best_split(search, begin, end), before = search->places->n, left;
	bool significant;
	int r;

	if (!split)
		return 0;
	significant = test_split(search->values, begin, split, end) <= search->max_p;
	if (!significant && tried)
		return 0;
	r = divide(search, begin, split, !significant);
	if (r < 0)
		return r;
	left = search->places->n;
	r = add_place(search->places, split);
	if (r < 0)
		return r;
	r = divide(search, split, end, !significant);
	if (r < 0)
		return r;
	if (!significant && left == before && search->places->n == left + 1)
		search->places->n = left;
	return 0;
}

static int compare_places(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static void sort_unique(struct places *places)
{
	size_t n = 0;

	if (places->n)
		qsort(places->rows, places->n, sizeof(*places->rows), compare_places);
	for (size_t i = 0; i < places->n; i++)
		if (!n || places->rows[n - 1] != places->rows[i])
			places->rows[n++] = places->rows[i];
	places->n = n;
}

static int find_candidates(struct search *search, size_t n, size_t window)
{
	size_t start = 0, end = 0;
	int r;

	while (end < n) {
		size_t before = search->places->n, last;

		end = window < n - start ? start + window : n;
		r = divide(search, start, end, false);
		if (r < 0)
			return r;
		/* The next window begins with a level, where this one found one. */
		last = search->places->n > before ? search->places->rows[search->places->n - 1] : 0;
		start = last > start + window / 2 ? last : start + window / 2;
	}
	sort_unique(search->places);
	return 0;
}

/* ---- points ---- */

struct series {
	const double *values, *logs; /* logs: NULL where there is no ratio */
	size_t n;
	int exponent; /* values are 2^exponent times smaller than they were told, and drawn in */
	struct dcb_change_point *points;
	size_t n_points;
};

/* Finite, as all that is told. */
static double as_told(const struct series *series, double step)
{
	double value = series->logs ? exp(step) : ldexp(step, series->exponent);

	return fmax(fmin(value, DBL_MAX), -DBL_MAX);
}

static void judge(const struct series *series, size_t i)
{
	struct dcb_change_point *point = &series->points[i];
	size_t begin = i ? series->points[i - 1].index : 0;
	size_t end = i + 1 < series->n_points ? series->points[i + 1].index : series->n;
	const double *measure = series->logs ? series->logs : series->values;
	struct dcb_moments before = dcb_moments_of(measure + begin, point->index - begin);
	struct dcb_moments after = dcb_moments_of(measure + point->index, end - point->index);
	double half = dcb_welch_half_width(&before, &after, 0.05);
	double step = after.mean - before.mean;

	point->p = test_split(series->values, begin, point->index, end);
	point->has_ratio = series->logs;
	point->change = as_told(series, step);
	point->lo = as_told(series, step - half);
	point->hi = as_told(series, step + half);
}

/* As 0.01 for 1 %, the same for up and down. */
static double size_of_step(const struct series *series, size_t i)
{
	const struct dcb_change_point *point = &series->points[i];
	size_t begin = i ? series->points[i - 1].index : 0;
	size_t end = i + 1 < series->n_points ? series->points[i + 1].index : series->n;
	double before, after, larger;

	if (point->has_ratio)
		return fmax(point->change, 1 / point->change) - 1;
	before = dcb_moments_of(series->values + begin, point->index - begin).mean;
	after = dcb_moments_of(series->values + point->index, end - point->index).mean;
	larger = fmax(fabs(before), fabs(after));
	return larger > 0 ? fabs(after - before) / larger : 0;
}

/* p, or at least 5 % where the interval, which does not suppose one variance for both levels, does
 * not leave out "no change": a few far values beside a long quiet level. */
static double doubt(const struct dcb_change_point *point)
{
	double none = point->has_ratio ? 1 : 0;

	return point->lo < none && point->hi > none ? fmax(point->p, 0.05) : point->p;
}

/* Never the order alone: a series and its reverse have the same points. */
static bool is_weaker(const struct dcb_change_point *a, const struct dcb_change_point *b)
{
	double x = doubt(a), y = doubt(b);

	return x > y || (x == y && a->p > b->p);
}

/* The point that must go next; n_points where all may stay. */
static size_t find_weakest(const struct series *series, const struct dcb_change_options *options)
{
	size_t weakest = 0, smallest = 0;

	for (size_t i = 1; i < series->n_points; i++) {
		if (is_weaker(&series->points[i], &series->points[weakest]))
			weakest = i;
		if (size_of_step(series, i) < size_of_step(series, smallest))
			smallest = i;
	}
	if (series->n_points && doubt(&series->points[weakest]) > options->max_p)
		return weakest;
	if (series->n_points && size_of_step(series, smallest) < options->min_step)
		return smallest;
	return series->n_points;
}

static void merge(struct series *series, const struct dcb_change_options *options)
{
	for (size_t i = 0; i < series->n_points; i++)
		judge(series, i);
	for (;;) {
		size_t i = find_weakest(series, options);

		if (i == series->n_points)
			return;
		series->n_points--;
		memmove(&series->points[i], &series->points[i + 1],
			(series->n_points - i) * sizeof(*series->points));
		if (i)
			judge(series, i - 1);
		if (i < series->n_points)
			judge(series, i);
	}
}

/* The logarithms, but for a constant; *ret_logs stays NULL where there are none. drawn: `values`
 * with the far ones drawn in, 2^exponent times smaller. */
static int take_logs(const double *values, const double *drawn, size_t n, int exponent,
		     double **ret_logs)
{
	double *logs;

	for (size_t i = 0; i < n; i++)
		if (values[i] <= 0)
			return 0;
	logs = malloc(n * sizeof(*logs));
	if (!logs)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		bool far = drawn[i] > 0 && drawn[i] != ldexp(values[i], -exponent);
		double value = far ? ldexp(drawn[i], exponent) : values[i];
		double ratio = value / values[0];

		/* The difference of what is close is exact; the ratio of what is not may overflow.
		 */
		logs[i] = ratio > 0.5 && ratio < 2 ? log1p((value - values[0]) / values[0])
						   : log(value) - log(values[0]);
	}
	*ret_logs = logs;
	return 0;
}

static int points_at(const double *values, const double *drawn, size_t n, int exponent,
		     const struct dcb_change_options *options, const struct places *places,
		     struct dcb_change_point **ret_points, size_t *ret_n)
{
	_cleanup_free_ struct dcb_change_point *points = NULL;
	_cleanup_free_ double *logs = NULL;
	struct series series = {
		.values = drawn, .n = n, .exponent = exponent, .n_points = places->n};
	int r;

	r = take_logs(values, drawn, n, exponent, &logs);
	if (r < 0)
		return r;
	points = calloc(places->n, sizeof(*points));
	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < places->n; i++)
		points[i].index = places->rows[i];
	series.logs = logs;
	series.points = points;
	merge(&series, options);
	*ret_n = series.n_points;
	*ret_points = series.n_points ? TAKE_PTR(points) : NULL;
	return 0;
}

/* Into -1..1 by a power of two, which changes no digit: sums and squares of what a guest may tell
 * would overflow. */
static void scale(const double *values, size_t n, double *scaled, int *ret_exponent)
{
	double largest = 0;

	for (size_t i = 0; i < n; i++)
		largest = fmax(largest, fabs(values[i]));
	(void)frexp(largest, ret_exponent);
	for (size_t i = 0; i < n; i++)
		scaled[i] = ldexp(values[i], -*ret_exponent);
}

int dcb_change_points(const double *values, size_t n, const struct dcb_change_options *options,
		      struct dcb_change_point **ret_points, size_t *ret_n)
{
	size_t window = options->window < 2 * DCB_LEVEL_MIN ? 2 * DCB_LEVEL_MIN : options->window;
	_cleanup_free_ double *q = malloc(window * sizeof(*q));
	_cleanup_free_ double *scratch = malloc(window * sizeof(*scratch));
	_cleanup_free_ double *drawn = malloc((n + 1) * sizeof(*drawn));
	struct places places = {0};
	struct search search = {drawn, q, scratch, fmin(FIRST_PASS * options->max_p, 1), &places};
	int exponent, r;

	if (!q || !scratch || !drawn)
		return -ENOMEM;
	scale(values, n, drawn, &exponent);
	r = dcb_far_values_draw_in(drawn, n);
	if (r < 0)
		return r;
	r = find_candidates(&search, n, window);
	if (r >= 0 && places.n) {
		r = points_at(values, drawn, n, exponent, options, &places, ret_points, ret_n);
	} else if (r >= 0) {
		*ret_points = NULL;
		*ret_n = 0;
	}
	free(places.rows);
	return r;
}
