// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/far-values.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/stats/median.h"

/* The standard deviation of normal values, of which half are within one median distance. */
#define NORMAL_SPREADS 1.4826

static double median_beside(const double *values, size_t n, size_t i)
{
	double near[2 * DCB_FAR_BESIDE + 1];
	size_t begin = i < DCB_FAR_BESIDE ? 0 : i - DCB_FAR_BESIDE;
	size_t end = n - i <= DCB_FAR_BESIDE ? n : i + DCB_FAR_BESIDE + 1;

	memcpy(near, values + begin, (end - begin) * sizeof(*near));
	return dcb_median_sort(near, end - begin);
}

int dcb_far_values_draw_in(double *values, size_t n)
{
	_cleanup_free_ double *medians = malloc((n + 1) * sizeof(*medians));
	_cleanup_free_ double *distances = malloc((n + 1) * sizeof(*distances));
	double limit;

	if (!medians || !distances)
		return -ENOMEM;
	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		medians[i] = median_beside(values, n, i);
		distances[i] = fabs(values[i] - medians[i]);
	}
	limit = DCB_FAR_SPREADS * NORMAL_SPREADS * dcb_median_sort(distances, n);
	for (size_t i = 0; limit > 0 && i < n; i++)
		values[i] = fmax(fmin(values[i], medians[i] + limit), medians[i] - limit);
	return 0;
}
