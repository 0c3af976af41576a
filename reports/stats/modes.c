// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/modes.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/stats/dip.h"
#include "reports/stats/median.h"

static const struct {
	double n, critical; /* of sqrt(n) * dip */
} table[] = {
	{8, 0.4895},  {9, 0.4925},  {10, 0.5050},  {12, 0.5143},  {15, 0.5269},  {20, 0.5400},
	{30, 0.5568}, {50, 0.5733}, {100, 0.5910}, {200, 0.6033}, {500, 0.6106},
};

static double critical_dip(double n)
{
	size_t last = ARRAY_SIZE(table) - 1, i = 1;
	double share;

	if (n >= table[last].n)
		return table[last].critical / sqrt(n);
	while (table[i].n < n)
		i++;
	share = (n - table[i - 1].n) / (table[i].n - table[i - 1].n);
	return (table[i - 1].critical + share * (table[i].critical - table[i - 1].critical)) /
	       sqrt(n);
}

/* Whole numbers, or the halves that the median of an even number of them is. */
static bool are_counts(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (2 * values[i] != rint(2 * values[i]))
			return false;
	return true;
}

/* values: sorted. */
static void spread_ties(double *values, size_t n)
{
	size_t end;

	for (size_t start = 0; start < n; start = end) {
		double value = values[start];

		for (end = start; end < n && values[end] == value; end++)
			;
		for (size_t i = start; i < end; i++)
			values[i] = value - 0.5 +
				    ((double)(i - start) + 0.5) / (double)(end - start);
	}
}

int dcb_modes_several(const double *values, size_t n)
{
	_cleanup_free_ double *sorted = NULL;
	double dip;
	int r;

	if (n < DCB_MODES_LEAST)
		return 0;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), dcb_compare_doubles);
	if (are_counts(sorted, n)) {
		spread_ties(sorted, n);
		qsort(sorted, n, sizeof(*sorted), dcb_compare_doubles);
	}
	r = dcb_dip(sorted, n, &dip);
	if (r < 0)
		return r;
	return dip > critical_dip((double)n);
}
