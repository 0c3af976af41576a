// SPDX-License-Identifier: GPL-2.0-only
#include "reports/splits.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "lab/threshold.h"
#include "reports/compare.h"
#include "reports/judge.h"
#include "reports/measure.h"
#include "reports/stats/fdr.h"
#include "reports/stats/looks.h"
#include "reports/stats/median-draw.h"
#include "reports/stats/signed-rank.h"

#define FOUND_IN 0.8 /* of the splits */
/* Halvings of the range of factors: to a millionth. */
#define BISECTIONS 20

/* The boots of one metric, by place of their block; m is 0 where there is no value. */
struct metric {
	struct dcb_boot_figure *sides[2];
	double threshold;
};

struct split {
	size_t n;
	size_t *places; /* n of them */
	bool *swapped;  /* likewise */
};

struct splitter {
	const struct dcb_summary *summary;
	json_t *plan;
	struct dcb_splits splits;
	struct dcb_median_tables *tables;
	int64_t *blocks; /* by place */
	size_t n_blocks;
	struct metric *metrics;
	size_t n;
	struct dcb_random random;
	struct split split;
	/* Of the split at hand, one a metric. */
	struct dcb_comparison *comparisons;
	struct dcb_evidence *evidence;
	struct dcb_boot_figure *figures[2];
	double *p, *adjusted, *changes;
	struct dcb_error *err;
};

/* ---- the boots ---- */

static void find_blocks(struct splitter *splitter)
{
	const struct dcb_summary *summary = splitter->summary;

	for (int64_t block = 0; block < summary->run.blocks; block++) {
		unsigned good = 0;

		for (size_t i = 0; i < summary->n_boots; i++) {
			const struct dcb_store_boot *boot = &summary->boots[i].row;

			if (boot->block == block && dcb_store_boot_is_good(boot))
				good |= 1u << boot->kernel;
		}
		if (good == 3)
			splitter->blocks[splitter->n_blocks++] = block;
	}
}

static int copy_side(struct splitter *splitter, const struct dcb_figures *figures,
		     struct dcb_boot_figure **ret_side)
{
	struct dcb_boot_figure *side = calloc(splitter->n_blocks, sizeof(*side));

	*ret_side = side;
	if (!side)
		return dcb_error_oom(splitter->err);
	for (size_t place = 0, i = 0; place < splitter->n_blocks; place++) {
		size_t first, n;

		while (i < figures->n && figures->boots[i].block < splitter->blocks[place])
			i++;
		if (i == figures->n || figures->boots[i].block != splitter->blocks[place])
			continue;
		side[place] = figures->boots[i];
		dcb_median_window(side[place].m, &first, &n);
		side[place].window = malloc(n * sizeof(*side[place].window));
		if (!side[place].window)
			return dcb_error_oom(splitter->err);
		memcpy(side[place].window, figures->boots[i].window,
		       n * sizeof(*side[place].window));
	}
	return 0;
}

static int keep_measure(void *context, const struct dcb_measure *measure)
{
	struct splitter *splitter = context;
	struct metric *metric = &splitter->metrics[splitter->n];
	const struct dcb_comparison *comparison;
	int r = 0;

	/* The summary was made of the same rows. */
	if (splitter->n == splitter->summary->n_comparisons)
		return dcb_error_set(splitter->err, EBADMSG, "the run changed meanwhile");
	comparison = &splitter->summary->comparisons[splitter->n++];
	metric->threshold = dcb_threshold_find(
		dcb_threshold_planned(splitter->plan),
		splitter->summary->workloads[comparison->workload].name, comparison->role,
		comparison->metric);
	for (int side = 0; r == 0 && side < 2; side++)
		r = copy_side(splitter, &measure->kernels[side], &metric->sides[side]);
	return r;
}

/* ---- a split ---- */

static void draw_split(struct splitter *splitter, size_t n)
{
	struct split *split = &splitter->split;

	for (size_t i = 0; i < splitter->n_blocks; i++)
		split->places[i] = i;
	dcb_random_shuffle(&splitter->random, split->places, splitter->n_blocks);
	split->n = n;
	for (size_t i = 0; i < n; i++)
		split->swapped[i] = dcb_random_below(&splitter->random, 2);
}

/* The figures of one metric as the split has them. */
static void take_figures(struct splitter *splitter, const struct metric *metric,
			 struct dcb_figures sides[2])
{
	const struct split *split = &splitter->split;

	for (int side = 0; side < 2; side++)
		sides[side] = (struct dcb_figures){splitter->figures[side], 0};
	for (size_t i = 0; i < split->n; i++) {
		for (int side = 0; side < 2; side++) {
			const struct dcb_boot_figure *figure =
				&metric->sides[side ^ split->swapped[i]][split->places[i]];

			if (figure->m)
				sides[side].boots[sides[side].n++] = *figure;
		}
	}
}

static int compare(struct splitter *splitter, size_t index, bool only_p)
{
	const struct dcb_comparison *whole = &splitter->summary->comparisons[index];
	struct dcb_comparison *comparison = &splitter->comparisons[index];
	const struct dcb_compare_options options = {
		.threshold = splitter->metrics[index].threshold,
		.level = 1 - dcb_look_alpha(1),
		.seed = dcb_random_derive((uint64_t)splitter->summary->run.seed, index),
		.only_p = only_p,
	};
	struct dcb_figures sides[2];
	int r;

	take_figures(splitter, &splitter->metrics[index], sides);
	*comparison = (struct dcb_comparison){.better = whole->better, .primary = whole->primary};
	comparison->base.n = sides[0].n;
	comparison->candidate.kernel = 1;
	comparison->candidate.n = sides[1].n;
	r = dcb_compare(splitter->tables, &sides[0], &sides[1], &options, comparison,
			&splitter->evidence[index]);
	return r < 0 ? dcb_error_oom(splitter->err) : 0;
}

static bool is_judged(const struct dcb_comparison *comparison)
{
	return comparison->has_p && strcmp(comparison->better, "neither") != 0;
}

/* p's of all that are judged; that of `planted` is replaced where it is one of them. Gives the
 * adjusted one of `planted`. */
static int adjust(struct splitter *splitter, size_t planted, double p, double *ret_adjusted)
{
	size_t n = 0, place = SIZE_MAX;

	for (size_t i = 0; i < splitter->n; i++) {
		if (!is_judged(&splitter->comparisons[i]))
			continue;
		if (i == planted)
			place = n;
		splitter->p[n++] = i == planted ? p : splitter->comparisons[i].p;
	}
	if (dcb_fdr_adjust(splitter->p, n, splitter->adjusted) < 0)
		return dcb_error_oom(splitter->err);
	*ret_adjusted = place < n ? splitter->adjusted[place] : 1;
	return 0;
}

/* ---- false alarms ---- */

/* Intervals take most of the time, and only where p is small enough do they decide. */
static int add_intervals(struct splitter *splitter)
{
	size_t n = 0;
	double unused;
	int r;

	r = adjust(splitter, SIZE_MAX, 1, &unused);
	for (size_t i = 0; r >= 0 && i < splitter->n; i++) {
		if (is_judged(&splitter->comparisons[i]) &&
		    splitter->adjusted[n++] <= dcb_look_alpha(1))
			r = compare(splitter, i, false);
	}
	return r;
}

static int judge_split(struct splitter *splitter, bool *ret_alarm)
{
	struct dcb_summary split = *splitter->summary;
	int r = 0;

	split.comparisons = splitter->comparisons;
	split.n_comparisons = splitter->n;
	split.base = 0;
	split.n_looks = 1;
	split.alpha = dcb_look_alpha(1);
	split.level = 1 - split.alpha;
	for (size_t i = 0; r >= 0 && i < splitter->n; i++)
		r = compare(splitter, i, true);
	if (r >= 0)
		r = add_intervals(splitter);
	if (r >= 0 && dcb_judge(&split, splitter->evidence, &(struct dcb_summary_options){0}) < 0)
		r = dcb_error_oom(splitter->err);
	for (size_t i = 0; i < splitter->n; i++) {
		struct dcb_comparison *comparison = &splitter->comparisons[i];
		bool alarm = comparison->verdict == DCB_VERDICT_IMPROVED ||
			     comparison->verdict == DCB_VERDICT_REGRESSED;

		splitter->splits.metrics[i].alarm_rate += alarm;
		*ret_alarm = *ret_alarm || alarm;
		free(comparison->reason);
		comparison->reason = NULL;
	}
	return r;
}

static int count_alarms(struct splitter *splitter)
{
	struct dcb_splits *splits = &splitter->splits;
	size_t n_alarms = 0;

	for (size_t i = 0; i < DCB_SPLITS_ALARM; i++) {
		size_t more = (size_t)dcb_random_below(&splitter->random,
						       splits->n_blocks - splits->few + 1);
		bool alarm = false;
		int r;

		draw_split(splitter, splits->few + more);
		r = judge_split(splitter, &alarm);
		if (r < 0)
			return r;
		n_alarms += alarm;
	}
	splits->alarm_rate = (double)n_alarms / DCB_SPLITS_ALARM;
	for (size_t i = 0; i < splitter->n; i++)
		splits->metrics[i].alarm_rate /= DCB_SPLITS_ALARM;
	return 0;
}

/* ---- the smallest change ---- */

/* The logarithms of the pairs' ratios. */
static void find_changes(struct splitter *splitter, size_t index)
{
	const struct split *split = &splitter->split;
	const struct metric *metric = &splitter->metrics[index];

	for (size_t i = 0, n = 0; i < split->n; i++) {
		size_t place = split->places[i];
		const struct dcb_boot_figure *base = &metric->sides[split->swapped[i]][place];
		const struct dcb_boot_figure *candidate = &metric->sides[!split->swapped[i]][place];

		if (base->m && candidate->m)
			splitter->changes[n++] = log(candidate->median) - log(base->median);
	}
}

/* Would this metric be judged changed, were its candidate larger by a logarithm of `by`? */
static int is_found(struct splitter *splitter, size_t index, double by, bool *ret_found)
{
	const struct dcb_evidence *evidence = &splitter->evidence[index];
	struct dcb_signed_rank test;
	double adjusted;
	int r;

	*ret_found = false;
	if (!(evidence->lo + by > evidence->high))
		return 0;
	if (dcb_signed_rank_test(splitter->changes, splitter->comparisons[index].n_pairs, -by,
				 DCB_COMPARE_ROUNDING, &test) < 0)
		return dcb_error_oom(splitter->err);
	r = adjust(splitter, index, test.two_sided, &adjusted);
	*ret_found = r >= 0 && adjusted <= dcb_look_alpha(1);
	return r;
}

/* *ret_least: as a logarithm; infinite where none will do. */
static int seek(struct splitter *splitter, size_t index, double *ret_least)
{
	const struct dcb_comparison *comparison = &splitter->comparisons[index];
	double lo = 0, hi = log1p(DCB_SPLITS_MOST);
	bool found = false;
	int r;

	*ret_least = INFINITY;
	if (!is_judged(comparison) || !comparison->has_ratio || !comparison->has_interval)
		return 0;
	find_changes(splitter, index);
	r = is_found(splitter, index, hi, &found);
	if (r < 0 || !found)
		return r;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (lo + hi) / 2;

		r = is_found(splitter, index, middle, &found);
		if (r < 0)
			return r;
		*(found ? &hi : &lo) = middle;
	}
	*ret_least = hi;
	return 0;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* finds[metric]: the share that is enough in FOUND_IN of the splits of n blocks; -1: none. */
static int seek_all(struct splitter *splitter, size_t n, double *finds)
{
	_cleanup_free_ double *least = calloc(splitter->n * DCB_SPLITS_FIND + 1, sizeof(*least));
	size_t enough = (size_t)ceil(FOUND_IN * DCB_SPLITS_FIND) - 1;
	int r = 0;

	if (!least)
		return dcb_error_oom(splitter->err);
	for (size_t i = 0; i < DCB_SPLITS_FIND; i++) {
		draw_split(splitter, n);
		for (size_t k = 0; r >= 0 && k < splitter->n; k++)
			r = compare(splitter, k,
				    strcmp(splitter->summary->comparisons[k].better, "neither") ==
					    0);
		for (size_t k = 0; r >= 0 && k < splitter->n; k++)
			r = seek(splitter, k, &least[k * DCB_SPLITS_FIND + i]);
		if (r < 0)
			return r;
	}
	for (size_t k = 0; k < splitter->n; k++) {
		double *of_metric = least + k * DCB_SPLITS_FIND;

		qsort(of_metric, DCB_SPLITS_FIND, sizeof(*of_metric), compare_doubles);
		finds[k] = isfinite(of_metric[enough]) ? expm1(of_metric[enough]) : -1;
	}
	return 0;
}

static int seek_sizes(struct splitter *splitter)
{
	struct dcb_splits *splits = &splitter->splits;
	_cleanup_free_ double *few = calloc(splitter->n + 1, sizeof(*few));
	_cleanup_free_ double *all = calloc(splitter->n + 1, sizeof(*all));
	int r;

	if (!few || !all)
		return dcb_error_oom(splitter->err);
	r = seek_all(splitter, splits->few, few);
	if (r >= 0)
		r = seek_all(splitter, splits->n_blocks, all);
	for (size_t i = 0; r >= 0 && i < splitter->n; i++) {
		splits->metrics[i].finds_few = few[i];
		splits->metrics[i].finds_all = all[i];
	}
	return r;
}

/* ---- the whole ---- */

static double count_possible(size_t n_blocks, size_t few)
{
	double sum = 0;

	for (size_t n = few; n <= n_blocks; n++) {
		double ways = 1;

		for (size_t i = 0; i < n; i++)
			ways *= (double)(n_blocks - i) / (double)(i + 1);
		/* Which of the two is called base makes no other split. */
		sum += ways * exp2((double)n - 1);
	}
	return round(sum);
}

static int allocate(struct splitter *splitter)
{
	size_t n = splitter->summary->n_comparisons + 1;
	size_t n_blocks = (size_t)splitter->summary->run.blocks;

	splitter->blocks = calloc(n_blocks, sizeof(*splitter->blocks));
	splitter->metrics = calloc(n, sizeof(*splitter->metrics));
	splitter->split.places = calloc(n_blocks, sizeof(*splitter->split.places));
	splitter->split.swapped = calloc(n_blocks, sizeof(*splitter->split.swapped));
	splitter->comparisons = calloc(n, sizeof(*splitter->comparisons));
	splitter->evidence = calloc(n, sizeof(*splitter->evidence));
	splitter->figures[0] = calloc(n_blocks, sizeof(*splitter->figures[0]));
	splitter->figures[1] = calloc(n_blocks, sizeof(*splitter->figures[1]));
	splitter->p = calloc(n, sizeof(*splitter->p));
	splitter->adjusted = calloc(n, sizeof(*splitter->adjusted));
	splitter->changes = calloc(n_blocks, sizeof(*splitter->changes));
	splitter->splits.metrics = calloc(n, sizeof(*splitter->splits.metrics));
	if (!splitter->blocks || !splitter->metrics || !splitter->split.places ||
	    !splitter->split.swapped || !splitter->comparisons || !splitter->evidence ||
	    !splitter->figures[0] || !splitter->figures[1] || !splitter->p || !splitter->adjusted ||
	    !splitter->changes || !splitter->splits.metrics ||
	    dcb_median_tables_new(&splitter->tables) < 0)
		return dcb_error_oom(splitter->err);
	return 0;
}

static void splitter_deinit(struct splitter *splitter)
{
	for (size_t i = 0; i < splitter->n; i++) {
		for (int side = 0; side < 2; side++) {
			struct dcb_boot_figure *boots = splitter->metrics[i].sides[side];

			for (size_t k = 0; boots && k < splitter->n_blocks; k++)
				free(boots[k].window);
			free(boots);
		}
	}
	json_decref(splitter->plan);
	free(splitter->metrics);
	free(splitter->blocks);
	free(splitter->split.places);
	free(splitter->split.swapped);
	free(splitter->comparisons);
	free(splitter->evidence);
	free(splitter->figures[0]);
	free(splitter->figures[1]);
	free(splitter->p);
	free(splitter->adjusted);
	free(splitter->changes);
	dcb_median_tables_free(splitter->tables);
	dcb_splits_deinit(&splitter->splits);
}

int dcb_splits_load(struct dcb_store *store, const struct dcb_summary *summary,
		    struct dcb_splits *ret_splits, struct dcb_error *err)
{
	_cleanup_(splitter_deinit) struct splitter splitter = {
		.summary = summary,
		.plan = json_loads(summary->run.plan, 0, NULL),
		.random.state = dcb_random_derive((uint64_t)summary->run.seed, UINT64_C(1) << 61),
		.err = err,
	};
	struct dcb_splits *splits = &splitter.splits;
	int r;

	r = allocate(&splitter);
	if (r < 0)
		return r;
	find_blocks(&splitter);
	if (splitter.n_blocks < DCB_SPLITS_FEW)
		return dcb_error_usage(err,
				       "run %lld has %zu blocks with both boots: a calibration "
				       "needs at least %d",
				       (long long)summary->run.id, splitter.n_blocks,
				       DCB_SPLITS_FEW);
	splits->n_blocks = splitter.n_blocks;
	splits->few = DCB_SPLITS_FEW;
	splits->n_possible = count_possible(splits->n_blocks, splits->few);
	r = dcb_measures_each(store, summary->run.id, summary->n_kernels, keep_measure, &splitter,
			      err);
	if (r >= 0)
		r = count_alarms(&splitter);
	if (r >= 0)
		r = seek_sizes(&splitter);
	if (r < 0)
		return r;
	*ret_splits = *splits;
	*splits = (struct dcb_splits)DCB_SPLITS_NULL;
	return 0;
}

void dcb_splits_deinit(struct dcb_splits *splits)
{
	free(splits->metrics);
	*splits = (struct dcb_splits)DCB_SPLITS_NULL;
}
