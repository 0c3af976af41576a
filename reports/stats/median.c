// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/median.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FEW 24 /* up to here sorting is faster than selecting */

int dcb_compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double dcb_median_sorted(const double *values, size_t n)
{
	if (n % 2)
		return values[n / 2];
	/* Halved first: the sum of two large values may overflow. */
	return values[n / 2 - 1] / 2 + values[n / 2] / 2;
}

double dcb_median_sort(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), dcb_compare_doubles);
	return dcb_median_sorted(values, n);
}

static void sort_few(double *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		double value = values[i];
		size_t j = i;

		for (; j > 0 && values[j - 1] > value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
}

static void swap(double *a, double *b)
{
	double value = *a;

	*a = *b;
	*b = value;
}

/* Afterwards values[k] is what it would be if sorted, with none greater before it. */
static void select_index(double *values, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&values[i++], &values[j--]);
		}
		/* Up to j none is above the pivot, from j + 1 on none below it; j < high, as the
		 * pivot was not the last. */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
}

double dcb_median_select(double *values, size_t n)
{
	double below;

	if (n <= FEW) {
		sort_few(values, n);
		return dcb_median_sorted(values, n);
	}
	select_index(values, n, n / 2);
	if (n % 2)
		return values[n / 2];
	below = values[0];
	for (size_t i = 1; i < n / 2; i++)
		below = values[i] > below ? values[i] : below;
	return below / 2 + values[n / 2] / 2;
}

int dcb_median(const double *values, size_t n, double *ret_median)
{
	_cleanup_free_ double *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, values, n * sizeof(*copy));
	*ret_median = dcb_median_sort(copy, n);
	return 0;
}
