// SPDX-License-Identifier: GPL-2.0-only
/*
 * How well steps are found (reports/stats/change-points.h): series of figures of nightly runs, made
 * by a seeded generator, with one step at a random place in the middle half, or none. Beside it a
 * plain t-test over windows: at every place the 15 points before against the 15 after, a point
 * where p <= 0.001 and is the least within 15 places. Prints a Markdown table; judges nothing.
 *
 *   bench-change-points [SERIES]                             default: 1000 of each kind
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/random.h"
#include "reports/stats/change-points.h"
#include "reports/stats/student.h"

#define MOST   365
#define NEAR   5 /* places off that still count as found */
#define BESIDE 15

static const double steps[] = {0, 0.01, 0.03, 0.1};

enum noise { NORMAL, HEAVY };

struct kind {
	enum noise noise;
	double spread, step;
	size_t n;
};

struct outcome {
	size_t found, wrong;
	double off; /* places, over those found */
};

static double uniform(struct dcb_random *random)
{
	return ((double)(dcb_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct dcb_random *random)
{
	double radius = sqrt(-2 * log(uniform(random)));

	return radius * cos(2 * M_PI * uniform(random));
}

/* Variance 1 either way; heavy: Student's t with 3 degrees of freedom. */
static double noise(struct dcb_random *random, enum noise kind)
{
	double chi = 0, z;

	if (kind == NORMAL)
		return normal(random);
	for (int i = 0; i < 3; i++) {
		z = normal(random);
		chi += z * z;
	}
	return normal(random) / sqrt(chi / 3) / sqrt(3);
}

/* Returns the place of the step; n where there is none. */
static size_t make_series(struct dcb_random *random, const struct kind *kind, double *values)
{
	size_t place = kind->n;

	if (kind->step != 0)
		place = kind->n / 4 + dcb_random_below(random, kind->n / 2);
	for (size_t i = 0; i < kind->n; i++)
		values[i] = 1e6 * (1 + kind->spread * noise(random, kind->noise)) *
			    (i < place ? 1 : 1 + kind->step);
	return place;
}

static void count(struct outcome *outcome, const size_t *places, size_t n, size_t want, size_t none)
{
	size_t nearest = none;

	for (size_t i = 0; i < n && want < none; i++) {
		size_t off = places[i] > want ? places[i] - want : want - places[i];

		if (off < nearest)
			nearest = off;
	}
	if (nearest <= NEAR) {
		outcome->found++;
		outcome->off += (double)nearest;
		n--;
	}
	outcome->wrong += n;
}

static size_t by_windows(const double *values, size_t n, size_t *places)
{
	double p[MOST + 1];
	size_t n_places = 0;

	for (size_t i = BESIDE; i + BESIDE <= n; i++) {
		struct dcb_moments before = dcb_moments_of(values + i - BESIDE, BESIDE);
		struct dcb_moments after = dcb_moments_of(values + i, BESIDE);

		p[i] = dcb_student_test(&before, &after);
	}
	for (size_t i = BESIDE; i + BESIDE <= n; i++) {
		bool least = p[i] <= 0.001;

		for (size_t k = BESIDE; least && k + BESIDE <= n; k++)
			if (k + BESIDE > i && k < i + BESIDE &&
			    (p[k] < p[i] || (p[k] == p[i] && k < i)))
				least = false;
		if (least)
			places[n_places++] = i;
	}
	return n_places;
}

static size_t by_e_divisive(const double *values, size_t n, size_t *places)
{
	const struct dcb_change_options options = DCB_CHANGE_OPTIONS_DEFAULT;
	_cleanup_free_ struct dcb_change_point *points = NULL;
	size_t n_points = 0;

	if (dcb_change_points(values, n, &options, &points, &n_points) < 0)
		exit(1);
	for (size_t i = 0; i < n_points; i++)
		places[i] = points[i].index;
	return n_points;
}

/* "80.1 / 1.6 / 0.22"; without a step only the last. */
static void print_outcome(const struct outcome *outcome, size_t n, bool step)
{
	double wrong = (double)outcome->wrong / (double)n;

	if (!step)
		printf(" %.3f |", wrong);
	else if (!outcome->found)
		printf(" 0.0 / - / %.2f |", wrong);
	else
		printf(" %.1f / %.1f / %.2f |", 100 * (double)outcome->found / (double)n,
		       outcome->off / (double)outcome->found, wrong);
}

static void run(const struct kind *kind, size_t n_series, uint64_t stream, struct outcome *ours,
		struct outcome *plain)
{
	struct dcb_random random = {dcb_random_derive(1, stream)};

	for (size_t i = 0; i < n_series; i++) {
		double values[MOST];
		size_t places[MOST], want = make_series(&random, kind, values);

		count(ours, places, by_e_divisive(values, kind->n, places), want, kind->n);
		count(plain, places, by_windows(values, kind->n, places), want, kind->n);
	}
}

static void bench(struct kind kind, size_t n_series, uint64_t stream)
{
	struct outcome ours[ARRAY_SIZE(steps)] = {0}, plain[ARRAY_SIZE(steps)] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		kind.step = steps[i];
		run(&kind, n_series, stream * 16 + i, &ours[i], &plain[i]);
	}
	printf("| %s %g %% | %zu |", kind.noise == NORMAL ? "normal" : "heavy", 100 * kind.spread,
	       kind.n);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		print_outcome(&ours[i], n_series, steps[i] != 0);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		print_outcome(&plain[i], n_series, steps[i] != 0);
	putchar('\n');
}

static void bench_long_series(void)
{
	const struct dcb_change_options options = DCB_CHANGE_OPTIONS_DEFAULT;
	struct dcb_random random = {7};
	_cleanup_free_ double *values = malloc(10000 * sizeof(*values));
	_cleanup_free_ struct dcb_change_point *points = NULL;
	struct timespec start, end;
	size_t n = 0;

	if (!values)
		exit(1);
	for (size_t i = 0; i < 10000; i++)
		values[i] = 1e6 * (1 + 0.01 * normal(&random) + 0.05 * (double)(i / 400 % 2));
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (dcb_change_points(values, 10000, &options, &points, &n) < 0)
		exit(1);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("\n10,000 points with a step of 5 %% every 400, noise 1 %%: %zu of 24 points in "
	       "%.0f ms\n",
	       n,
	       1e3 * (double)(end.tv_sec - start.tv_sec) +
		       (double)(end.tv_nsec - start.tv_nsec) / 1e6);
}

int main(int argc, char **argv)
{
	static const double spreads[] = {0.005, 0.01, 0.03};
	static const size_t lengths[] = {30, 90, 365};
	size_t n_series = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	uint64_t stream = 0;

	if (!n_series) {
		fprintf(stderr, "usage: bench-change-points [SERIES]\n");
		return 2;
	}
	printf("%zu series of each kind. No step: points told a series. A step: found within %d "
	       "places, in percent / places off, of those found / other points a series.\n\n"
	       "| noise | points | no step | +1 %% | +3 %% | +10 %% | t-test: no step | +1 %% | +3 "
	       "%% | +10 %% |\n"
	       "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
	       n_series, NEAR);
	for (enum noise shape = NORMAL; shape <= HEAVY; shape++)
		for (size_t s = 0; s < ARRAY_SIZE(spreads); s++)
			for (size_t l = 0; l < ARRAY_SIZE(lengths); l++)
				bench((struct kind){shape, spreads[s], 0, lengths[l]}, n_series,
				      stream++);
	bench_long_series();
	return 0;
}
