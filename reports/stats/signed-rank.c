// SPDX-License-Identifier: GPL-2.0-only
#include "reports/stats/signed-rank.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "reports/stats/normal.h"

/* Doubled, so that midranks are whole. */
struct ranks {
	unsigned *ranks; /* of what is not zero */
	size_t n, n_zeros;
	size_t sum;  /* of all ranks */
	size_t plus; /* of those above 0 */
};

struct element {
	double size;
	bool positive;
};

static int compare_elements(const void *a, const void *b)
{
	double x = ((const struct element *)a)->size, y = ((const struct element *)b)->size;

	return (x > y) - (x < y);
}

static bool is_tie(double a, double b, double tie)
{
	return a == b || fabs(a - b) <= tie;
}

static int rank(const double *differences, size_t n, double shift, double tie, struct ranks *ranks)
{
	_cleanup_free_ struct element *elements = malloc((n + 1) * sizeof(*elements));
	size_t end;

	ranks->ranks = malloc((n + 1) * sizeof(*ranks->ranks));
	if (!elements || !ranks->ranks)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		double moved = differences[i] - shift;

		elements[i] = (struct element){fabs(moved), moved > 0};
		if (is_tie(moved, 0, tie))
			elements[i].size = 0;
	}
	qsort(elements, n, sizeof(*elements), compare_elements);
	for (size_t start = 0; start < n; start = end) {
		unsigned doubled;

		for (end = start + 1; end < n; end++)
			if (!is_tie(elements[end].size, elements[end - 1].size, tie))
				break;
		/* Ranks start + 1 .. end. */
		doubled = (unsigned)(start + 1 + end);
		for (size_t i = start; i < end; i++) {
			if (elements[i].size == 0) {
				ranks->n_zeros++;
				continue;
			}
			ranks->ranks[ranks->n++] = doubled;
			ranks->sum += doubled;
			ranks->plus += elements[i].positive ? doubled : 0;
		}
	}
	return 0;
}

/* *ret_upper: P(W >= plus), *ret_lower: P(W <= plus), W the sum of ranks with random signs. */
static int exact_tails(const struct ranks *ranks, double *ret_lower, double *ret_upper)
{
	_cleanup_free_ double *chances = calloc(ranks->sum + 1, sizeof(*chances));
	double lower = 0, upper = 0;
	size_t reached = 0;

	if (!chances)
		return -ENOMEM;
	chances[0] = 1;
	for (size_t i = 0; i < ranks->n; i++) {
		unsigned by = ranks->ranks[i];

		reached += by;
		for (size_t s = reached + 1; s-- > 0;)
			chances[s] = (chances[s] + (s >= by ? chances[s - by] : 0)) / 2;
	}
	for (size_t s = 0; s <= ranks->plus; s++)
		lower += chances[s];
	for (size_t s = ranks->plus; s <= ranks->sum; s++)
		upper += chances[s];
	*ret_lower = lower;
	*ret_upper = upper;
	return 0;
}

static void normal_tails(const struct ranks *ranks, double *ret_lower, double *ret_upper)
{
	double squares = 0, above = (double)ranks->plus - (double)ranks->sum / 2, deviation;

	for (size_t i = 0; i < ranks->n; i++)
		squares += (double)ranks->ranks[i] * ranks->ranks[i];
	deviation = sqrt(squares) / 2;
	/* A step of the undoubled statistic is 1, here 2: its half is 1. */
	*ret_lower = dcb_normal_cdf((above + 1) / deviation);
	*ret_upper = dcb_normal_cdf((1 - above) / deviation);
}

int dcb_signed_rank_test(const double *differences, size_t n, double shift, double tie,
			 struct dcb_signed_rank *ret_result)
{
	struct dcb_signed_rank result = {1, 1, 1, 0};
	struct ranks ranks = {0};
	double lower, upper;
	int r;

	r = rank(differences, n, shift, tie, &ranks);
	result.n_zeros = ranks.n_zeros;
	if (r == 0 && ranks.n) {
		if (n <= DCB_SIGNED_RANK_EXACT)
			r = exact_tails(&ranks, &lower, &upper);
		else
			normal_tails(&ranks, &lower, &upper);
	}
	if (r == 0 && ranks.n) {
		result.greater = fmin(upper, 1);
		result.less = fmin(lower, 1);
		/* The null distribution is symmetric. */
		result.two_sided = fmin(2 * fmin(lower, upper), 1);
	}
	free(ranks.ranks);
	if (r < 0)
		return r;
	*ret_result = result;
	return 0;
}

int dcb_signed_rank_equivalence(const double *differences, size_t n, double low, double high,
				double tie, double *ret_p)
{
	struct dcb_signed_rank result;
	double above = 0, below = 0;
	int r;

	if (low == 0 && high == 0) {
		r = dcb_signed_rank_test(differences, n, 0, tie, &result);
		if (r < 0)
			return r;
		*ret_p = result.n_zeros == n ? exp2(-(double)n) : 1;
		return 0;
	}
	if (isfinite(low)) {
		r = dcb_signed_rank_test(differences, n, low, tie, &result);
		if (r < 0)
			return r;
		above = result.greater;
	}
	if (isfinite(high)) {
		r = dcb_signed_rank_test(differences, n, high, tie, &result);
		if (r < 0)
			return r;
		below = result.less;
	}
	*ret_p = fmax(above, below);
	return 0;
}

double dcb_signed_rank_least_p(size_t n)
{
	return n ? exp2(1 - (double)n) : 1;
}
