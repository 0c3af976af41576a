/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How others say that something changed.
 *
 * ranges: LKP's (lkp-tests, lib/changed_stat.rb and lib/stats.rb of 2026): the least of one side is
 * above the middle of the other, and its middle above the other's greatest; a small ratio is
 * hidden. pooled: B. L. Welch, "The generalization of 'Student's' problem when several different
 * population variances are involved", Biometrika 34 (1947), over all iterations of all boots.
 */

#include <stdbool.h>
#include <string.h>

#include "samples.h"

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct series *series)
{
	_cleanup_free_ double *copy = malloc((series->n + 1) * sizeof(*copy));

	if (!copy)
		die("out of memory");
	memcpy(copy, series->values, series->n * sizeof(*copy));
	qsort(copy, series->n, sizeof(*copy), compare_doubles);
	return copy[series->n / 2];
}

static bool ranges_say(const struct series sides[2][MAX_BLOCKS], size_t n, double least)
{
	double boots[2][MAX_BLOCKS], middle[2], ratio;

	for (size_t k = 0; k < 2; k++) {
		for (size_t b = 0; b < n; b++)
			boots[k][b] = median(&sides[k][b]);
		qsort(boots[k], n, sizeof(double), compare_doubles);
		middle[k] = boots[k][n / 2];
	}
	ratio = middle[1] > middle[0] ? middle[1] / middle[0] : middle[0] / middle[1];
	if (ratio <= 1 + least)
		return false;
	return (boots[1][0] > middle[0] && middle[1] > boots[0][n - 1]) ||
	       (boots[0][0] > middle[1] && middle[0] > boots[1][n - 1]);
}

static bool pooled_says(const struct series sides[2][MAX_BLOCKS], size_t n)
{
	double mean[2], square[2], count[2], error, freedom, t, critical;

	for (size_t k = 0; k < 2; k++) {
		double sum = 0, squares = 0;

		count[k] = 0;
		for (size_t b = 0; b < n; b++)
			for (size_t i = 0; i < sides[k][b].n; i++) {
				sum += sides[k][b].values[i];
				count[k]++;
			}
		mean[k] = sum / count[k];
		for (size_t b = 0; b < n; b++)
			for (size_t i = 0; i < sides[k][b].n; i++)
				squares += pow(sides[k][b].values[i] - mean[k], 2);
		square[k] = squares / (count[k] - 1) / count[k];
	}
	error = square[0] + square[1];
	if (error <= 0)
		return mean[0] != mean[1];
	freedom = error * error /
		  (square[0] * square[0] / (count[0] - 1) + square[1] * square[1] / (count[1] - 1));
	t = fabs(mean[1] - mean[0]) / sqrt(error);
	/* Of Student's t at 97.5 %, by its expansion about the normal (Fisher, Cornish 1960). */
	critical = 1.959964 + (pow(1.959964, 3) + 1.959964) / (4 * freedom);
	return t > critical;
}
