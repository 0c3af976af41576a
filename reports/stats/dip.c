// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/dip.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

/* Heights are in steps of 1 / n. The distribution steps at value i from i to i + 1. */
struct dip {
	const double *x;
	size_t n;
	size_t *below, *above;    /* of every value: the next corner, to the left of the greatest
				     convex minorant that ends there, to the right of the least
				     concave majorant that begins there */
	size_t *convex, *concave; /* corners within the modal interval: the first from its end,
				     the second from its start */
	size_t n_convex, n_concave;
};

/* The slope from a to b is less than that from b to c. Counting from `a` up. */
static int bends_up(const double *x, size_t a, size_t b, size_t c)
{
	return (x[c] - x[b]) * (double)(b - a) < (x[b] - x[a]) * (double)(c - b);
}

static void find_corners(struct dip *dip)
{
	const double *x = dip->x;
	size_t last = dip->n - 1;

	dip->below[0] = 0;
	for (size_t i = 1; i <= last; i++) {
		size_t corner = i - 1;

		while (corner != 0 && !bends_up(x, dip->below[corner], corner, i))
			corner = dip->below[corner];
		dip->below[i] = corner;
	}
	dip->above[last] = last;
	for (size_t i = last; i-- > 0;) {
		size_t corner = i + 1;

		while (corner != last &&
		       !((x[corner] - x[i]) * (double)(dip->above[corner] - corner) <
			 (x[dip->above[corner]] - x[corner]) * (double)(corner - i)))
			corner = dip->above[corner];
		dip->above[i] = corner;
	}
}

/* How high the chord from corner a to corner b stands over a, at value i. */
static double chord(const struct dip *dip, size_t a, size_t b, size_t i)
{
	return (dip->x[i] - dip->x[a]) * (double)(b - a) / (dip->x[b] - dip->x[a]);
}

static void list_corners(struct dip *dip, size_t low, size_t high)
{
	size_t i;

	dip->n_convex = dip->n_concave = 0;
	for (i = high; i > low; i = dip->below[i])
		dip->convex[dip->n_convex++] = i;
	dip->convex[dip->n_convex++] = i;
	for (i = low; i < high; i = dip->above[i])
		dip->concave[dip->n_concave++] = i;
	dip->concave[dip->n_concave++] = i;
}

/* The greatest distance of minorant and majorant, at a corner of either; *ret_convex and
 * *ret_concave: the corners that bound the interval in which it lies. */
static double widest(const struct dip *dip, size_t *ret_convex, size_t *ret_concave)
{
	size_t g = dip->n_convex - 1, l = 1;
	double most = 0;

	*ret_convex = dip->n_convex - 1;
	*ret_concave = dip->n_concave - 1;
	if (dip->n_convex == 2 && dip->n_concave == 2)
		return 1;
	g--;
	for (;;) {
		size_t low_corner = dip->convex[g], high_corner = dip->concave[l];
		double distance;

		if (low_corner > high_corner) {
			size_t from = dip->convex[g + 1];

			distance = (double)(high_corner - from + 1) -
				   chord(dip, from, low_corner, high_corner);
			l++;
			if (distance >= most) {
				most = distance;
				*ret_convex = g + 1;
				*ret_concave = l - 1;
			}
		} else {
			size_t from = dip->concave[l - 1];

			distance = chord(dip, from, high_corner, low_corner) -
				   ((double)low_corner - (double)from - 1);
			if (distance >= most) {
				most = distance;
				*ret_convex = g;
				*ret_concave = l;
			}
			g -= g > 0;
		}
		if (l >= dip->n_concave)
			l = dip->n_concave - 1;
		if (dip->convex[g] == dip->concave[l])
			return most;
	}
}

/* How far the distribution stands over the minorant's piece a..b, and under the majorant's. */
static double over(const struct dip *dip, size_t a, size_t b)
{
	double most = 1;

	for (size_t i = a; b - a > 1 && dip->x[a] != dip->x[b] && i <= b; i++) {
		double distance = (double)(i - a + 1) - chord(dip, a, b, i);

		most = distance > most ? distance : most;
	}
	return most;
}

static double under(const struct dip *dip, size_t a, size_t b)
{
	double most = 1;

	for (size_t i = a; b - a > 1 && dip->x[a] != dip->x[b] && i <= b; i++) {
		double distance = chord(dip, a, b, i) - ((double)i - (double)a - 1);

		most = distance > most ? distance : most;
	}
	return most;
}

/* Narrows the modal interval until what is outside of it dips as much as what is inside. */
static double find_dip(struct dip *dip)
{
	size_t low = 0, high = dip->n - 1, convex, concave;
	double most = 1;

	for (;;) {
		list_corners(dip, low, high);
		if (widest(dip, &convex, &concave) < most)
			return most;
		for (size_t i = convex; i + 1 < dip->n_convex; i++) {
			double d = over(dip, dip->convex[i + 1], dip->convex[i]);

			most = d > most ? d : most;
		}
		for (size_t i = concave; i + 1 < dip->n_concave; i++) {
			double d = under(dip, dip->concave[i], dip->concave[i + 1]);

			most = d > most ? d : most;
		}
		if (low == dip->convex[convex] && high == dip->concave[concave])
			return most;
		low = dip->convex[convex];
		high = dip->concave[concave];
	}
}

int dcb_dip(const double *sorted, size_t n, double *ret_dip)
{
	_cleanup_free_ size_t *room = NULL;
	struct dip dip;

	if (sorted[0] == sorted[n - 1]) {
		*ret_dip = 0;
		return 0;
	}
	/* A list of corners may be as long as the values, and one more. */
	room = malloc(4 * (n + 1) * sizeof(*room));
	if (!room)
		return -ENOMEM;
	dip = (struct dip){
		.x = sorted,
		.n = n,
		.below = room,
		.above = room + n + 1,
		.convex = room + 2 * (n + 1),
		.concave = room + 3 * (n + 1),
	};
	find_corners(&dip);
	*ret_dip = find_dip(&dip) / (2 * (double)n);
	return 0;
}
