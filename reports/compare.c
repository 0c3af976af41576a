// SPDX-License-Identifier: GPL-2.0-only
#include "reports/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "reports/measure.h"
#include "reports/stats/bootstrap.h"
#include "reports/stats/median.h"
#include "reports/stats/signed-rank.h"
#include "reports/summary.h"

struct pair {
	const struct dcb_boot_figure *base, *candidate;
};

struct comparer {
	const struct dcb_compare_options *options;
	struct pair *pairs; /* in order of block */
	size_t n;
	double *changes; /* of the pairs: log ratios, or differences */
	double tie;
	struct dcb_comparison *comparison;
	struct dcb_evidence *evidence;
};

/* ---- pairs ---- */

static int compare_blocks(const void *a, const void *b)
{
	const struct dcb_boot_figure *const *x = a, *const *y = b;

	return ((*x)->block > (*y)->block) - ((*x)->block < (*y)->block);
}

static int by_block(const struct dcb_figures *figures, const struct dcb_boot_figure ***ret_boots)
{
	const struct dcb_boot_figure **boots = malloc(figures->n * sizeof(*boots));

	if (!boots)
		return -ENOMEM;
	for (size_t i = 0; i < figures->n; i++)
		boots[i] = &figures->boots[i];
	qsort(boots, figures->n, sizeof(*boots), compare_blocks);
	*ret_boots = boots;
	return 0;
}

static int find_pairs(struct comparer *comparer, const struct dcb_figures *base,
		      const struct dcb_figures *candidate, bool exact)
{
	_cleanup_free_ const struct dcb_boot_figure **b = NULL, **c = NULL;
	int r;

	comparer->n = 0;
	r = by_block(base, &b);
	if (r == 0)
		r = by_block(candidate, &c);
	if (r < 0)
		return r;
	for (size_t i = 0, j = 0; i < base->n && j < candidate->n;) {
		if (b[i]->block != c[j]->block) {
			*(b[i]->block < c[j]->block ? &i : &j) += 1;
			continue;
		}
		if (!exact || b[i]->seed == c[j]->seed)
			comparer->pairs[comparer->n++] = (struct pair){b[i], c[j]};
		i++;
		j++;
	}
	return 0;
}

static bool is_ratio(const struct comparer *comparer)
{
	for (size_t i = 0; i < comparer->n; i++)
		if (!(comparer->pairs[i].base->median > 0 &&
		      comparer->pairs[i].candidate->median >= 0))
			return false;
	return true;
}

static enum dcb_spread find_spread(const struct comparer *comparer, bool exact)
{
	if (comparer->n < 2)
		return DCB_SPREAD_NONE;
	if (!exact)
		return DCB_SPREAD_BOOTS;
	for (size_t i = 1; i < comparer->n; i++)
		if (comparer->pairs[i].base->seed != comparer->pairs[0].base->seed)
			return DCB_SPREAD_LAYOUT;
	return DCB_SPREAD_NONE;
}

/* ---- the change ---- */

static int medians(const struct comparer *comparer, double *ret_base, double *ret_candidate)
{
	_cleanup_free_ double *values = malloc(comparer->n * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < comparer->n; i++)
		values[i] = comparer->pairs[i].base->median;
	*ret_base = dcb_median_select(values, comparer->n);
	for (size_t i = 0; i < comparer->n; i++)
		values[i] = comparer->pairs[i].candidate->median;
	*ret_candidate = dcb_median_select(values, comparer->n);
	return 0;
}

/* Logarithms one by one: a swap of sides turns the sign and nothing else. */
static double change_of(bool ratio, double base, double candidate)
{
	if (!ratio)
		return candidate - base;
	return candidate > 0 ? log(candidate) - log(base) : -INFINITY;
}

/* What rounding alone can make of 0 here; logarithms are near it. */
static double rounding(const struct comparer *comparer)
{
	double largest = 0;

	if (comparer->comparison->has_ratio)
		return DCB_COMPARE_ROUNDING;
	for (size_t i = 0; i < comparer->n; i++)
		largest = fmax(largest, fmax(fabs(comparer->pairs[i].base->median),
					     fabs(comparer->pairs[i].candidate->median)));
	return DCB_COMPARE_ROUNDING * largest;
}

static void find_changes(struct comparer *comparer)
{
	struct dcb_evidence *evidence = comparer->evidence;
	size_t n_up = 0, n_down = 0, n_same = 0;

	comparer->tie = rounding(comparer);
	for (size_t i = 0; i < comparer->n; i++) {
		double base = comparer->pairs[i].base->median;
		double candidate = comparer->pairs[i].candidate->median;
		double change = change_of(comparer->comparison->has_ratio, base, candidate);

		comparer->changes[i] = change;
		n_up += candidate > base;
		n_down += candidate < base;
		n_same += change >= evidence->low - comparer->tie &&
			  change <= evidence->high + comparer->tie;
	}
	evidence->all_equal = n_up == 0 && n_down == 0;
	evidence->all_same = n_same == comparer->n;
	evidence->direction = n_up == comparer->n ? 1 : n_down == comparer->n ? -1 : 0;
}

static int find_threshold_and_change(struct comparer *comparer)
{
	struct dcb_comparison *comparison = comparer->comparison;
	struct dcb_evidence *evidence = comparer->evidence;
	double threshold = comparer->options->threshold, base, candidate;
	bool ratio = comparison->has_ratio;
	int r;

	r = medians(comparer, &base, &candidate);
	if (r < 0)
		return r;
	comparison->change = ratio ? candidate / base : candidate - base;
	comparison->change_lo = comparison->change_hi = comparison->change;
	comparison->threshold = ratio ? threshold : threshold * fmax(base, 0);
	evidence->change = change_of(ratio, base, candidate);
	evidence->low = ratio ? log1p(-threshold) : -comparison->threshold;
	evidence->high = ratio ? log1p(threshold) : comparison->threshold;
	return 0;
}

/* ---- how sure it is ---- */

static struct dcb_bootstrap_boot bootstrap_boot(const struct dcb_boot_figure *figure)
{
	return (struct dcb_bootstrap_boot){figure->m, figure->window, figure->median};
}

/* Where an end is the change itself, logarithms must not move it. */
static double snap(double end, double change)
{
	return fabs(end - change) <= DCB_COMPARE_ROUNDING * fabs(change) ? change : end;
}

static int find_interval(struct comparer *comparer, struct dcb_median_tables *tables)
{
	struct dcb_comparison *comparison = comparer->comparison;
	struct dcb_evidence *evidence = comparer->evidence;
	const struct dcb_bootstrap_options options = {
		.ratio = comparison->has_ratio,
		.within = !comparison->exact,
		.level = comparer->options->level,
		.seed = comparer->options->seed,
	};
	_cleanup_free_ struct dcb_bootstrap_pair *pairs = malloc(comparer->n * sizeof(*pairs));
	struct dcb_interval interval;
	int r;

	if (!pairs)
		return -ENOMEM;
	for (size_t i = 0; i < comparer->n; i++)
		pairs[i] = (struct dcb_bootstrap_pair){
			bootstrap_boot(comparer->pairs[i].base),
			bootstrap_boot(comparer->pairs[i].candidate),
		};
	r = dcb_bootstrap(tables, pairs, comparer->n, &options, &interval);
	if (r < 0)
		return r;
	comparison->has_interval = true;
	comparison->change_lo = snap(interval.lo, comparison->change);
	comparison->change_hi = snap(interval.hi, comparison->change);
	evidence->lo = options.ratio ? log(comparison->change_lo) : comparison->change_lo;
	evidence->hi = options.ratio ? log(comparison->change_hi) : comparison->change_hi;
	return 0;
}

static int find_p(struct comparer *comparer)
{
	const struct dcb_evidence *evidence = comparer->evidence;
	struct dcb_signed_rank test;
	int r;

	r = dcb_signed_rank_test(comparer->changes, comparer->n, 0, comparer->tie, &test);
	if (r < 0)
		return r;
	comparer->comparison->has_p = true;
	comparer->comparison->p = test.two_sided;
	return dcb_signed_rank_equivalence(comparer->changes, comparer->n, evidence->low,
					   evidence->high, comparer->tie,
					   &comparer->evidence->p_same);
}

/* -EDOM: the ratio has no upper end. */
static int compare_as(struct comparer *comparer, struct dcb_median_tables *tables, bool ratio)
{
	struct dcb_comparison *comparison = comparer->comparison;
	int r;

	comparison->has_ratio = ratio;
	r = find_threshold_and_change(comparer);
	if (r < 0)
		return r;
	find_changes(comparer);
	if (comparison->spread == DCB_SPREAD_NONE)
		return 0;
	r = comparer->options->only_p ? 0 : find_interval(comparer, tables);
	return r < 0 ? r : find_p(comparer);
}

/* No two boots belong together: what can be said is how the medians differ. */
static int compare_apart(const struct dcb_figures *base, const struct dcb_figures *candidate,
			 const struct dcb_compare_options *options,
			 struct dcb_comparison *comparison)
{
	size_t n = base->n > candidate->n ? base->n : candidate->n;
	_cleanup_free_ double *values = malloc(n * sizeof(*values));
	double sides[2];

	if (!values)
		return -ENOMEM;
	for (int side = 0; side < 2; side++) {
		const struct dcb_figures *figures = side ? candidate : base;

		for (size_t i = 0; i < figures->n; i++)
			values[i] = figures->boots[i].median;
		sides[side] = dcb_median_select(values, figures->n);
	}
	comparison->has_ratio = sides[0] > 0 && sides[1] >= 0;
	comparison->change = comparison->has_ratio ? sides[1] / sides[0] : sides[1] - sides[0];
	comparison->change_lo = comparison->change_hi = comparison->change;
	comparison->threshold = options->threshold *
				(comparison->has_ratio ? 1 : fmax(sides[0], 0));
	return 0;
}

int dcb_compare(struct dcb_median_tables *tables, const struct dcb_figures *base,
		const struct dcb_figures *candidate, const struct dcb_compare_options *options,
		struct dcb_comparison *comparison, struct dcb_evidence *evidence)
{
	_cleanup_free_ struct pair *pairs = NULL;
	_cleanup_free_ double *changes = NULL;
	struct comparer comparer = {
		.options = options, .comparison = comparison, .evidence = evidence};
	bool exact = options->exact;
	int r;

	*evidence = (struct dcb_evidence){.p_same = 1};
	comparison->threshold = options->threshold;
	if (!base->n || !candidate->n)
		return 0;
	comparer.pairs = pairs = malloc(base->n * sizeof(*pairs));
	comparer.changes = changes = malloc(base->n * sizeof(*changes));
	if (!pairs || !changes)
		return -ENOMEM;
	r = find_pairs(&comparer, base, candidate, exact);
	if (r == 0 && exact && !comparer.n) {
		exact = false;
		r = find_pairs(&comparer, base, candidate, exact);
	}
	if (r < 0)
		return r;
	comparison->exact = exact;
	comparison->n_pairs = comparer.n;
	comparison->spread = find_spread(&comparer, exact);
	if (!comparer.n)
		return compare_apart(base, candidate, options, comparison);
	r = compare_as(&comparer, tables, is_ratio(&comparer));
	return r == -EDOM ? compare_as(&comparer, tables, false) : r;
}
