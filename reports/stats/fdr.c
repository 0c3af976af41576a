// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/fdr.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct entry {
	double p;
	size_t index;
};

static int compare_entries(const void *a, const void *b)
{
	double x = ((const struct entry *)a)->p, y = ((const struct entry *)b)->p;

	return (x > y) - (x < y);
}

int dcb_fdr_adjust(const double *p, size_t n, double *adjusted)
{
	_cleanup_free_ struct entry *entries = malloc((n + 1) * sizeof(*entries));
	double least = 1;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){p[i], i};
	qsort(entries, n, sizeof(*entries), compare_entries);
	for (size_t i = n; i > 0; i--) {
		double value = entries[i - 1].p * (double)n / (double)i;

		least = value < least ? value : least;
		adjusted[entries[i - 1].index] = least;
	}
	return 0;
}
