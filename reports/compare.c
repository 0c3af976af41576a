// SPDX-License-Identifier: GPL-2.0-only
#include "reports/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/measure.h"
#include "reports/stats.h"
#include "reports/summary.h"

static const char *const verdict_names[] = {
	[DCB_VERDICT_NONE] = "none",
	[DCB_VERDICT_IMPROVED] = "improved",
	[DCB_VERDICT_REGRESSED] = "regressed",
	[DCB_VERDICT_SAME] = "same",
	[DCB_VERDICT_CANNOT_TELL] = "cannot-tell",
};

const char *dcb_verdict_name(enum dcb_verdict verdict)
{
	return (size_t)verdict < ARRAY_SIZE(verdict_names) ? verdict_names[verdict] : "none";
}

static const char *const spread_names[] = {
	[DCB_SPREAD_NONE] = "none",
	[DCB_SPREAD_BOOTS] = "boots",
	[DCB_SPREAD_LAYOUT] = "layout",
};

const char *dcb_spread_name(enum dcb_spread spread)
{
	return (size_t)spread < ARRAY_SIZE(spread_names) ? spread_names[spread] : "none";
}

static bool is_judged(const struct dcb_comparison *comparison)
{
	return strcmp(comparison->better, "lower") == 0 ||
	       strcmp(comparison->better, "higher") == 0;
}

/* more: the candidate has the larger figure. */
static enum dcb_verdict direction(const struct dcb_comparison *comparison, bool more)
{
	bool higher = strcmp(comparison->better, "higher") == 0;

	return more == higher ? DCB_VERDICT_IMPROVED : DCB_VERDICT_REGRESSED;
}

/* ---- exact ---- */

struct pair {
	double base, candidate;
};

static size_t find_pairs(const struct dcb_figures *base, const struct dcb_figures *candidate,
			 struct pair *pairs)
{
	size_t n = 0;

	for (size_t i = 0; i < base->n; i++) {
		const struct dcb_boot_figure *b = &base->boots[i];

		for (size_t j = 0; j < candidate->n; j++) {
			const struct dcb_boot_figure *c = &candidate->boots[j];

			if (c->block == b->block && c->seed == b->seed) {
				pairs[n++] = (struct pair){b->median, c->median};
				break;
			}
		}
	}
	return n;
}

/* changes: ratios less 1, or differences; `within`: what still counts as the same. */
static enum dcb_verdict judge_exact(const struct dcb_comparison *comparison, const double *changes,
				    size_t n, double median, double within)
{
	size_t n_less = 0, n_more = 0, n_same = 0;

	for (size_t i = 0; i < n; i++) {
		n_less += changes[i] < 0;
		n_more += changes[i] > 0;
		n_same += changes[i] >= -within && changes[i] <= within;
	}
	if (n_same == n)
		return DCB_VERDICT_SAME;
	if (n_more == n && median > within)
		return direction(comparison, true);
	if (n_less == n && median < -within)
		return direction(comparison, false);
	return DCB_VERDICT_CANNOT_TELL;
}

static int compare_pairs(const struct pair *pairs, size_t n, struct dcb_comparison *comparison)
{
	_cleanup_free_ double *changes = malloc(n * sizeof(*changes));
	bool ratio = true;
	double origin, lo, hi, median;
	int r;

	if (!changes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ratio = ratio && pairs[i].base > 0;
	/* Equal digits must give exactly 0. */
	origin = ratio ? 1 : 0;
	for (size_t i = 0; i < n; i++)
		changes[i] = ratio ? pairs[i].candidate / pairs[i].base - 1
				   : pairs[i].candidate - pairs[i].base;
	r = dcb_median(changes, n, &median);
	if (r < 0)
		return r;
	lo = hi = changes[0];
	for (size_t i = 1; i < n; i++) {
		lo = changes[i] < lo ? changes[i] : lo;
		hi = changes[i] > hi ? changes[i] : hi;
	}
	comparison->exact = true;
	comparison->has_ratio = ratio;
	comparison->change = origin + median;
	comparison->change_lo = origin + lo;
	comparison->change_hi = origin + hi;
	comparison->has_interval = n > 1;
	if (is_judged(comparison))
		comparison->verdict = judge_exact(comparison, changes, n, median,
						  ratio ? DCB_SAME_WITHIN : 0);
	return 0;
}

/* ---- over boots ---- */

static enum dcb_verdict judge_interval(const struct dcb_comparison *comparison,
				       const struct dcb_interval *interval)
{
	double low = comparison->has_ratio ? 1 - DCB_SAME_WITHIN : 0;
	double high = comparison->has_ratio ? 1 + DCB_SAME_WITHIN : 0;

	if (interval->lo > high)
		return direction(comparison, true);
	if (interval->hi < low)
		return direction(comparison, false);
	if (interval->lo >= low && interval->hi <= high)
		return DCB_VERDICT_SAME;
	return DCB_VERDICT_CANNOT_TELL;
}

static int medians_of(const struct dcb_figures *figures, double **ret_medians, double *ret_median)
{
	_cleanup_free_ double *medians = malloc(figures->n * sizeof(*medians));
	int r;

	if (!medians)
		return -ENOMEM;
	for (size_t i = 0; i < figures->n; i++)
		medians[i] = figures->boots[i].median;
	r = dcb_median(medians, figures->n, ret_median);
	if (r < 0)
		return r;
	*ret_medians = TAKE_PTR(medians);
	return 0;
}

static int compare_boots(const struct dcb_figures *base, const struct dcb_figures *candidate,
			 uint64_t seed, struct dcb_comparison *comparison)
{
	_cleanup_free_ double *b = NULL, *c = NULL;
	bool several = base->n >= 2 && candidate->n >= 2;
	struct dcb_interval interval = {0};
	double b_median, c_median;
	int r;

	r = medians_of(base, &b, &b_median);
	if (r < 0)
		return r;
	r = medians_of(candidate, &c, &c_median);
	if (r < 0)
		return r;
	comparison->has_ratio = b_median > 0;
	if (several && comparison->has_ratio) {
		r = dcb_bootstrap_ratio(b, base->n, c, candidate->n, seed, &interval);
		if (r == -EDOM)
			comparison->has_ratio = false;
		else if (r < 0)
			return r;
	}
	if (several && !comparison->has_ratio) {
		r = dcb_bootstrap_difference(b, base->n, c, candidate->n, seed, &interval);
		if (r < 0)
			return r;
	}
	comparison->change = comparison->has_ratio ? c_median / b_median : c_median - b_median;
	comparison->change_lo = several ? interval.lo : comparison->change;
	comparison->change_hi = several ? interval.hi : comparison->change;
	comparison->has_interval = several;
	if (!is_judged(comparison))
		return 0;
	comparison->verdict = base->n >= 3 && candidate->n >= 3
				      ? judge_interval(comparison, &interval)
				      : DCB_VERDICT_CANNOT_TELL;
	return 0;
}

int dcb_compare(const struct dcb_figures *base, const struct dcb_figures *candidate, bool exact,
		uint64_t seed, struct dcb_comparison *comparison)
{
	_cleanup_free_ struct pair *pairs = NULL;
	size_t n;

	comparison->verdict = DCB_VERDICT_NONE;
	if (!base->n || !candidate->n)
		return 0;
	if (exact) {
		pairs = malloc(base->n * sizeof(*pairs));
		if (!pairs)
			return -ENOMEM;
		n = find_pairs(base, candidate, pairs);
		if (n)
			return compare_pairs(pairs, n, comparison);
	}
	return compare_boots(base, candidate, seed, comparison);
}
