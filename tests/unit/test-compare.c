// SPDX-License-Identifier: GPL-2.0-only
/* Changes and verdicts, from the figures of boots. */
#include "statistics-fixture.h"

#include <string.h>

#include "reports/compare.h"
#include "reports/judge.h"
#include "reports/measure.h"
#include "reports/stats/looks.h"
#include "reports/stats/median-draw.h"
#include "reports/summary.h"

#define MAX_BOOTS 64
#define MAX_ROWS  16

/* Boots in blocks 0, 1, 2...; the seed follows from the block, moved by `shift`. One value each. */
static struct dcb_figures figures(double *values, size_t n, int64_t shift,
				  struct dcb_boot_figure boots[MAX_BOOTS])
{
	assert_true(n <= MAX_BOOTS);
	for (size_t i = 0; i < n; i++)
		boots[i] = (struct dcb_boot_figure){
			.block = (int64_t)i,
			.seed = 100 + (int64_t)i + shift,
			.median = values[i],
			.m = 1,
			.window = &values[i],
		};
	return (struct dcb_figures){boots, n};
}

/* A run of base and fixed, that is being looked at for the nth time. */
struct run {
	struct dcb_summary summary;
	struct dcb_comparison rows[MAX_ROWS];
	struct dcb_evidence evidence[MAX_ROWS];
	struct dcb_store_run_kernel kernels[2];
	double threshold;
	struct dcb_summary_options options;
};

static void run_init(struct run *run, size_t look)
{
	*run = (struct run){.threshold = 0.01};
	run->kernels[0].name = "base";
	run->kernels[1].name = "fixed";
	run->summary.kernels = run->kernels;
	run->summary.n_kernels = 2;
	run->summary.comparisons = run->rows;
	run->summary.n_looks = look;
	run->summary.alpha = dcb_look_alpha(look);
	run->summary.level = 1 - run->summary.alpha;
}

static void run_deinit(struct run *run)
{
	for (size_t i = 0; i < run->summary.n_comparisons; i++)
		free(run->rows[i].reason);
}

static void add(struct run *run, const char *better, bool exact, const struct dcb_figures *base,
		const struct dcb_figures *candidate)
{
	_cleanup_(dcb_median_tables_freep) struct dcb_median_tables *tables = NULL;
	size_t row = run->summary.n_comparisons++;
	struct dcb_comparison *comparison = &run->rows[row];

	assert_true(row < MAX_ROWS);
	comparison->better = (char *)better;
	comparison->base.n = base->n;
	comparison->candidate.n = candidate->n;
	comparison->candidate.kernel = 1;
	assert_int_equal(dcb_median_tables_new(&tables), 0);
	assert_int_equal(dcb_compare(tables, base, candidate,
				     &(struct dcb_compare_options){exact, run->threshold,
								   run->summary.level, 1},
				     comparison, &run->evidence[row]),
			 0);
}

static void add_values(struct run *run, const char *better, bool exact, const double *base,
		       size_t n_base, const double *candidate, size_t n_candidate, int64_t shift)
{
	double left_values[MAX_BOOTS], right_values[MAX_BOOTS];
	struct dcb_boot_figure b[MAX_BOOTS], c[MAX_BOOTS];
	struct dcb_figures left, right;

	memcpy(left_values, base, n_base * sizeof(double));
	memcpy(right_values, candidate, n_candidate * sizeof(double));
	left = figures(left_values, n_base, 0, b);
	right = figures(right_values, n_candidate, shift, c);
	add(run, better, exact, &left, &right);
}

static void judge(struct run *run)
{
	assert_int_equal(dcb_judge(&run->summary, run->evidence, &run->options), 0);
}

/* A metric alone, at the first look. */
struct outcome {
	struct dcb_comparison c;
	char reason[100];
};

static struct outcome outcome_of(struct run *run)
{
	struct outcome outcome = {0};

	judge(run);
	outcome.c = run->rows[0];
	if (outcome.c.reason)
		strncpy(outcome.reason, outcome.c.reason, sizeof(outcome.reason) - 1);
	run_deinit(run);
	outcome.c.reason = NULL;
	return outcome;
}

static struct outcome compare_shifted(const char *better, bool exact, const double *base,
				      size_t n_base, const double *candidate, size_t n_candidate,
				      int64_t shift)
{
	struct run run;

	run_init(&run, 1);
	add_values(&run, better, exact, base, n_base, candidate, n_candidate, shift);
	return outcome_of(&run);
}

#define VALUES(...)                                                                                \
	((const double[]){__VA_ARGS__}), sizeof((const double[]){__VA_ARGS__}) / sizeof(double)
#define COMPARE(better, exact, base, candidate) compare_shifted(better, exact, base, candidate, 0)

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* ---- exact ---- */

static void exact__same_digits_are_the_same(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(7, 9), VALUES(7, 9));

	(void)state;
	assert_true(o.c.exact && o.c.has_ratio && o.c.has_interval);
	assert_true(o.c.change == 1 && o.c.change_lo == 1 && o.c.change_hi == 1);
	assert_int_equal(o.c.spread, DCB_SPREAD_LAYOUT);
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	assert_string_equal(o.reason, "");
}

/* 100:80 and 200:150: medians 150 and 115; drawing the same block twice gives 0.8 and 0.75. */
static void exact__several_seeds_give_the_interval_of_the_layout(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(100, 200), VALUES(80, 150));

	(void)state;
	assert_true(o.c.exact && o.c.has_ratio && o.c.has_interval);
	assert_true(near(o.c.change, 115.0 / 150));
	assert_true(near(o.c.change_lo, 0.75) && near(o.c.change_hi, 0.8));
	assert_int_equal(o.c.spread, DCB_SPREAD_LAYOUT);
	assert_int_equal(o.c.n_pairs, 2);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
	o = COMPARE("higher", true, VALUES(100, 200), VALUES(80, 150));
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
	o = COMPARE("lower", true, VALUES(80, 150), VALUES(100, 200));
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
}

static void exact__one_boot_is_enough(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(100), VALUES(98));

	(void)state;
	assert_true(o.c.exact && !o.c.has_interval && !o.c.has_p);
	assert_int_equal(o.c.spread, DCB_SPREAD_NONE);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
	o = COMPARE("lower", true, VALUES(100), VALUES(99.5));
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	o = COMPARE("lower", true, VALUES(100), VALUES(99));
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
}

static void exact__within_one_percent_is_the_same_in_any_direction(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(1000, 1000, 1000),
				   VALUES(1009, 991, 1000));

	(void)state;
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
}

static void exact__blocks_that_disagree_cannot_tell(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(80, 80, 120));

	(void)state;
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "needs at least 6 blocks");
	assert_true(o.c.further_blocks >= 3);
	/* One direction, but the median is within 1 %. */
	o = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(99.5, 99.5, 80));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	/* One direction and the median beyond, but the interval is not. */
	o = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(99.5, 80, 80));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	/* A block that does not move at all. */
	o = COMPARE("lower", true, VALUES(100, 100, 100), VALUES(80, 80, 100));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
}

/* That exact boots of one seed differ must not be. */
static void exact__one_seed_in_several_blocks_is_judged_by_its_digits(void **state)
{
	struct dcb_boot_figure b[MAX_BOOTS], c[MAX_BOOTS];
	double base[] = {100, 100, 100}, up[] = {105, 105, 105}, mixed[] = {105, 100, 95};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct dcb_figures left = figures(base, 3, 0, b);
		struct dcb_figures right = figures(i ? mixed : up, 3, 0, c);
		struct outcome o;
		struct run run;

		for (size_t j = 0; j < 3; j++)
			b[j].seed = c[j].seed = 7;
		run_init(&run, 1);
		add(&run, "lower", true, &left, &right);
		o = outcome_of(&run);
		assert_true(!o.c.has_interval && !o.c.has_p);
		assert_int_equal(o.c.spread, DCB_SPREAD_NONE);
		assert_int_equal(o.c.verdict, i ? DCB_VERDICT_CANNOT_TELL : DCB_VERDICT_REGRESSED);
		assert_string_equal(o.reason, i ? "boots of one seed differ" : "");
	}
}

static void exact__base_of_zero_is_judged_by_the_difference(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(0, 0), VALUES(1, 2));

	(void)state;
	assert_false(o.c.has_ratio);
	assert_true(o.c.change == 1.5 && o.c.change_lo == 1 && o.c.change_hi == 2);
	assert_true(o.c.threshold == 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
	o = COMPARE("lower", true, VALUES(0, 0), VALUES(0, 0));
	assert_true(!o.c.has_ratio && o.c.change == 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	o = COMPARE("lower", true, VALUES(0, 5), VALUES(1, 4));
	assert_false(o.c.has_ratio);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	o = COMPARE("lower", true, VALUES(5), VALUES(0));
	assert_true(o.c.has_ratio && o.c.change == 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
	o = COMPARE("lower", true, VALUES(5, 6), VALUES(0, 0));
	assert_true(o.c.has_ratio && o.c.change == 0 && o.c.change_hi == 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
}

static void exact__boots_without_a_partner_are_left_out(void **state)
{
	struct outcome o = COMPARE("lower", true, VALUES(100, 100, 1), VALUES(50, 50));

	(void)state;
	assert_true(o.c.exact && o.c.change == 0.5 && o.c.change_hi == 0.5);
	assert_int_equal(o.c.n_pairs, 2);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
}

static void exact__without_pairs_boots_are_compared_as_elsewhere(void **state)
{
	struct outcome o = compare_shifted("lower", true, VALUES(100, 100), VALUES(50, 50), 7);

	(void)state;
	assert_false(o.c.exact);
	assert_int_equal(o.c.spread, DCB_SPREAD_BOOTS);
	assert_true(o.c.change == 0.5);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	o = compare_shifted("lower", true, VALUES(100, 100, 100, 100, 100, 100),
			    VALUES(50, 50, 50, 50, 50, 50), 7);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
}

/* ---- over boots ---- */

static void boots__interval_beyond_the_threshold_is_a_change(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(100, 101, 102, 100, 101, 103),
				   VALUES(50, 51, 52, 53, 50, 51));

	(void)state;
	assert_true(!o.c.exact && o.c.has_ratio && o.c.has_interval && o.c.has_p);
	assert_int_equal(o.c.spread, DCB_SPREAD_BOOTS);
	assert_true(near(o.c.change, 51.0 / 101));
	assert_true(o.c.change_lo > 50.0 / 103 && o.c.change_hi < 53.0 / 100);
	assert_true(o.c.change_lo < o.c.change && o.c.change < o.c.change_hi);
	assert_true(o.c.p == 0.03125 && o.c.p_adjusted == 0.03125);
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
	assert_int_equal(o.c.further_blocks, 0);
	o = COMPARE("higher", false, VALUES(100, 101, 102, 100, 101, 103),
		    VALUES(50, 51, 52, 53, 50, 51));
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
	o = COMPARE("lower", false, VALUES(50, 51, 52, 53, 50, 51),
		    VALUES(100, 101, 102, 100, 101, 103));
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
}

static void boots__interval_within_the_threshold_is_the_same(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(1000, 1001, 1002, 1000, 1003),
				   VALUES(1001, 1003, 1004, 1000, 1002));

	(void)state;
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	/* Four blocks give 1/16 at best. */
	o = COMPARE("lower", false, VALUES(1000, 1001, 1002, 1000), VALUES(1001, 1003, 1004, 1000));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "needs at least 5 blocks");
	/* 1 / 2^8 for the second look. */
	assert_int_equal(o.c.further_blocks, 4);
}

static void boots__interval_across_the_threshold_cannot_tell(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(100, 100, 100, 100, 100, 100, 100),
				   VALUES(97, 99, 103, 98, 97, 104, 96));

	(void)state;
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "the interval reaches across the threshold");
	assert_in_range(o.c.further_blocks, 2, DCB_FURTHER_MAX);
}

static void boots__five_blocks_never_show_a_change(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(100, 100, 100, 100, 100),
				   VALUES(50, 50, 50, 50, 50));

	(void)state;
	assert_true(o.c.has_interval && o.c.p == 0.0625);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "needs at least 6 blocks");
	/* The next look is the second: 2 / 2^9. */
	assert_int_equal(o.c.further_blocks, 4);
	o = COMPARE("lower", false, VALUES(100), VALUES(50));
	assert_false(o.c.has_interval);
	assert_true(o.c.change == 0.5);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "one block only");
	assert_int_equal(o.c.further_blocks, 8);
}

static void boots__without_a_common_block_nothing_is_compared(void **state)
{
	struct dcb_boot_figure b[MAX_BOOTS], c[MAX_BOOTS];
	double base[] = {100, 100, 100}, candidate[] = {50, 50, 51};
	struct dcb_figures left = figures(base, 3, 0, b), right = figures(candidate, 3, 0, c);
	struct outcome o;
	struct run run;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		c[i].block += 3;
	run_init(&run, 1);
	add(&run, "lower", false, &left, &right);
	o = outcome_of(&run);
	assert_true(o.c.change == 0.5 && !o.c.has_interval && !o.c.has_p);
	assert_int_equal(o.c.n_pairs, 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "no block with both kernels");
	assert_int_equal(o.c.further_blocks, 0);
}

static void boots__base_of_zero_is_judged_by_the_difference(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(0, 0, 0, 0, 0, 0),
				   VALUES(2, 2, 3, 2, 3, 2));

	(void)state;
	assert_false(o.c.has_ratio);
	assert_true(o.c.change == 2 && o.c.change_lo == 2);
	assert_true(o.c.change_hi > 2 && o.c.change_hi <= 3);
	assert_int_equal(o.c.verdict, DCB_VERDICT_REGRESSED);
	/* Nothing in five blocks of five: the same. */
	o = COMPARE("lower", false, VALUES(0, 0, 0, 0, 0), VALUES(0, 0, 0, 0, 0));
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	o = COMPARE("lower", false, VALUES(0, 0, 0, 0), VALUES(0, 0, 0, 0));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "all equal: needs at least 5 blocks");
	o = COMPARE("lower", false, VALUES(0, 0, 0, 0, 0, 0, 0), VALUES(0, 0, 1, 0, 0, 0, 0));
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "base is 0: only equal is the same");
	assert_int_equal(o.c.further_blocks, 0);
	/* A base that is 0 now and then: a share of its median counts as the same. */
	o = COMPARE("lower", false, VALUES(0, 100, 100, 100, 100, 100),
		    VALUES(0, 100, 100, 100, 100, 100));
	assert_false(o.c.has_ratio);
	assert_true(o.c.threshold == 1);
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
}

static void boots__all_equal_is_the_same(void **state)
{
	struct outcome o = COMPARE("lower", false, VALUES(7, 7, 7, 7, 7), VALUES(7, 7, 7, 7, 7));

	(void)state;
	assert_true(o.c.change == 1 && o.c.change_lo == 1 && o.c.change_hi == 1 && o.c.p == 1);
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
}

/* One boot that went wild moves neither the median nor the rank test much. */
static void boots__heavy_tails_do_not_hide_a_change(void **state)
{
	struct outcome o = COMPARE("lower", false,
				   VALUES(100, 101, 1e6, 99, 100, 102, 100, 101, 99, 100),
				   VALUES(80, 81, 80, 79, 82, 80, 80, 81, 80, 79));

	(void)state;
	assert_int_equal(o.c.verdict, DCB_VERDICT_IMPROVED);
	assert_true(o.c.change_hi < 0.85);
}

static void threshold__decides_what_is_the_same(void **state)
{
	static const double base[] = {100, 101, 99, 100, 100, 101},
			    more[] = {103, 104, 102, 103, 103, 104};
	struct outcome o;
	struct run run;

	(void)state;
	run_init(&run, 1);
	run.threshold = 0.05;
	add_values(&run, "lower", false, base, 6, more, 6, 0);
	o = outcome_of(&run);
	assert_int_equal(o.c.verdict, DCB_VERDICT_SAME);
	assert_true(o.c.threshold == 0.05);
	run_init(&run, 1);
	run.threshold = 1; /* no fall is too deep */
	add_values(&run, "lower", false, more, 6, base, 6, 0);
	assert_int_equal(outcome_of(&run).c.verdict, DCB_VERDICT_SAME);
	run_init(&run, 1);
	run.threshold = 0;
	add_values(&run, "lower", false, base, 6, more, 6, 0);
	assert_int_equal(outcome_of(&run).c.verdict, DCB_VERDICT_REGRESSED);
}

/* ---- all metrics, and all looks ---- */

static const double flat[] = {100, 101, 99, 100, 102, 100}, half[] = {50, 51, 49, 50, 52, 50};
/* Now up, now down. */
static const double other[] = {102, 99, 100, 99, 103, 99};

static void judge__one_of_ten_metrics_needs_more_blocks(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, 1);
	add_values(&run, "lower", false, flat, 6, half, 6, 0);
	for (int i = 0; i < 9; i++)
		add_values(&run, "lower", false, flat, 6, other, 6, 0);
	judge(&run);
	assert_int_equal(run.summary.n_judged, 10);
	assert_near(run.rows[0].p_adjusted, 0.3125);
	assert_int_equal(run.rows[0].verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(run.rows[0].reason, "too few blocks for 10 comparisons at once");
	/* 2 / 2^12 * 10 <= 0.00625 */
	assert_int_equal(run.rows[0].further_blocks, 6);
	run_deinit(&run);
	/* All ten have changed: then six blocks are enough for each. */
	run_init(&run, 1);
	for (int i = 0; i < 10; i++)
		add_values(&run, "lower", false, flat, 6, half, 6, 0);
	judge(&run);
	for (int i = 0; i < 10; i++)
		assert_int_equal(run.rows[i].verdict, DCB_VERDICT_IMPROVED);
	run_deinit(&run);
}

/* What has no better is not judged, and makes nothing harder for the others. */
static void judge__neither_does_not_count(void **state)
{
	struct run run;

	(void)state;
	run_init(&run, 1);
	add_values(&run, "lower", false, flat, 6, half, 6, 0);
	for (int i = 0; i < 9; i++)
		add_values(&run, "neither", false, flat, 6, other, 6, 0);
	judge(&run);
	assert_int_equal(run.summary.n_judged, 1);
	assert_int_equal(run.rows[0].verdict, DCB_VERDICT_IMPROVED);
	assert_int_equal(run.rows[1].verdict, DCB_VERDICT_NONE);
	assert_null(run.rows[1].reason);
	run_deinit(&run);
}

static void judge__later_looks_demand_more(void **state)
{
	static const double nine[] = {100, 101, 99, 100, 102, 100, 99, 101, 100};
	static const double nine_half[] = {50, 51, 49, 50, 52, 50, 50, 51, 49};
	struct outcome o;
	struct run run;

	(void)state;
	run_init(&run, 2);
	add_values(&run, "lower", false, nine, 8, nine_half, 8, 0);
	o = outcome_of(&run);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "needs at least 9 blocks");
	run_init(&run, 2);
	add_values(&run, "lower", false, nine, 9, nine_half, 9, 0);
	assert_int_equal(outcome_of(&run).c.verdict, DCB_VERDICT_IMPROVED);
}

static bool holds(void *context, const struct dcb_summary *summary,
		  const struct dcb_comparison *comparison)
{
	(void)summary;
	(void)comparison;
	return *(const bool *)context;
}

static void judge__strict_wants_a_calibration(void **state)
{
	bool calibrated = false;
	struct outcome o;
	struct run run;

	(void)state;
	run_init(&run, 1);
	run.options.strict = true;
	add_values(&run, "lower", false, flat, 6, half, 6, 0);
	o = outcome_of(&run);
	assert_int_equal(o.c.verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(o.reason, "not calibrated");
	assert_int_equal(o.c.further_blocks, 0);
	for (int i = 0; i < 2; i++) {
		calibrated = i;
		run_init(&run, 1);
		run.options = (struct dcb_summary_options){
			.strict = true, .calibrated = holds, .calibrated_context = &calibrated};
		add_values(&run, "lower", false, flat, 6, half, 6, 0);
		assert_int_equal(outcome_of(&run).c.verdict,
				 i ? DCB_VERDICT_IMPROVED : DCB_VERDICT_CANNOT_TELL);
	}
	/* Digits need none. */
	run_init(&run, 1);
	run.options.strict = true;
	add_values(&run, "lower", true, flat, 1, half, 1, 0);
	assert_int_equal(outcome_of(&run).c.verdict, DCB_VERDICT_IMPROVED);
}

static void compare__empty_sides_are_not_judged_but_explained(void **state)
{
	struct outcome o = COMPARE("neither", true, VALUES(100), VALUES(50));
	struct run run;

	(void)state;
	assert_true(o.c.change == 0.5);
	assert_int_equal(o.c.verdict, DCB_VERDICT_NONE);
	o = compare_shifted("lower", false, VALUES(100), (const double[]){0}, 0, 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_NONE);
	assert_string_equal(o.reason, "only base has it");
	o = compare_shifted("lower", true, (const double[]){0}, 0, VALUES(100), 0);
	assert_int_equal(o.c.verdict, DCB_VERDICT_NONE);
	assert_string_equal(o.reason, "only fixed has it");
	o = compare_shifted("lower", true, (const double[]){0}, 0, (const double[]){0}, 0, 0);
	assert_string_equal(o.reason, "no value");
	/* The kernel's own word is better. */
	run_init(&run, 1);
	add_values(&run, "lower", false, flat, 6, half, 0, 0);
	run.rows[0].candidate.lacking = (char *)"ENOENT";
	assert_string_equal(outcome_of(&run).reason, "fixed: ENOENT");
}

static void judge__two_clusters_are_said(void **state)
{
	static const double modes[] = {100, 101, 60, 100, 61, 60, 100, 61, 60};
	static const double level[] = {80, 81, 79, 80, 80, 80, 81, 80, 79};
	struct run run;

	(void)state;
	run_init(&run, 1);
	add_values(&run, "lower", false, level, 9, modes, 9, 0);
	run.rows[0].candidate.bimodal = true;
	assert_string_equal(outcome_of(&run).reason, "boots fall into two clusters");
}

/* ---- properties ---- */

struct sides {
	double base[MAX_BOOTS], candidate[MAX_BOOTS];
	size_t n;
};

static void fill(struct sides *sides, struct dcb_random *random)
{
	double change = 1 + 0.1 * random_normal(random);

	sides->n = 2 + dcb_random_below(random, 20);
	for (size_t i = 0; i < sides->n; i++) {
		/* Heavy tails, whole numbers, ties. */
		double block = 50 + 2 * random_normal(random) / random_uniform(random);

		block = fmin(fmax(block, 1), 1e5);
		sides->base[i] = rint(block + 2 * random_normal(random) + 2);
		sides->base[i] = fmax(sides->base[i], 1);
		sides->candidate[i] = fmax(rint(sides->base[i] * change), 1);
	}
}

static struct outcome compare_sides(const double *base, const double *candidate, size_t n)
{
	return compare_shifted("lower", false, base, n, candidate, n, 0);
}

static void property__swap_inverts_the_ratio_and_keeps_p(void **state)
{
	struct dcb_random random = {41};
	struct sides sides;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct outcome a, b;

		fill(&sides, &random);
		a = compare_sides(sides.base, sides.candidate, sides.n);
		b = compare_sides(sides.candidate, sides.base, sides.n);
		assert_true(near(a.c.change * b.c.change, 1));
		assert_true(a.c.p == b.c.p);
		if (a.c.verdict == DCB_VERDICT_IMPROVED)
			assert_int_not_equal(b.c.verdict, DCB_VERDICT_IMPROVED);
	}
}

static void property__unit_changes_nothing(void **state)
{
	struct dcb_random random = {43};
	struct sides sides;

	(void)state;
	for (int i = 0; i < 100; i++) {
		double by = i % 2 ? 1e-9 : 1000 / 7.0;
		struct outcome a, b;

		fill(&sides, &random);
		a = compare_sides(sides.base, sides.candidate, sides.n);
		for (size_t j = 0; j < sides.n; j++) {
			sides.base[j] *= by;
			sides.candidate[j] *= by;
		}
		b = compare_sides(sides.base, sides.candidate, sides.n);
		assert_true(near(a.c.change, b.c.change));
		assert_true(near(a.c.change_lo, b.c.change_lo));
		assert_true(near(a.c.change_hi, b.c.change_hi));
		assert_true(a.c.p == b.c.p);
		assert_int_equal(a.c.verdict, b.c.verdict);
	}
}

static void property__order_of_boots_changes_nothing(void **state)
{
	struct dcb_random random = {47};
	struct sides sides;

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct dcb_boot_figure b[MAX_BOOTS], c[MAX_BOOTS];
		struct dcb_figures left, right;
		struct outcome first;
		struct run run;

		fill(&sides, &random);
		first = compare_sides(sides.base, sides.candidate, sides.n);
		left = figures(sides.base, sides.n, 0, b);
		right = figures(sides.candidate, sides.n, 0, c);
		for (size_t j = 0; j < sides.n / 2; j++) {
			struct dcb_boot_figure swap = c[j];

			c[j] = c[sides.n - 1 - j];
			c[sides.n - 1 - j] = swap;
		}
		run_init(&run, 1);
		add(&run, "lower", false, &left, &right);
		judge(&run);
		assert_true(run.rows[0].change_lo == first.c.change_lo);
		assert_true(run.rows[0].change_hi == first.c.change_hi);
		assert_true(run.rows[0].p == first.c.p);
		run_deinit(&run);
	}
}

static void names__all(void **state)
{
	(void)state;
	assert_string_equal(dcb_verdict_name(DCB_VERDICT_CANNOT_TELL), "cannot-tell");
	assert_string_equal(dcb_verdict_name(DCB_VERDICT_NONE), "none");
	assert_string_equal(dcb_spread_name(DCB_SPREAD_NONE), "none");
	assert_string_equal(dcb_spread_name(DCB_SPREAD_LAYOUT), "layout");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact__same_digits_are_the_same),
		cmocka_unit_test(exact__several_seeds_give_the_interval_of_the_layout),
		cmocka_unit_test(exact__one_boot_is_enough),
		cmocka_unit_test(exact__within_one_percent_is_the_same_in_any_direction),
		cmocka_unit_test(exact__blocks_that_disagree_cannot_tell),
		cmocka_unit_test(exact__one_seed_in_several_blocks_is_judged_by_its_digits),
		cmocka_unit_test(exact__base_of_zero_is_judged_by_the_difference),
		cmocka_unit_test(exact__boots_without_a_partner_are_left_out),
		cmocka_unit_test(exact__without_pairs_boots_are_compared_as_elsewhere),
		cmocka_unit_test(boots__interval_beyond_the_threshold_is_a_change),
		cmocka_unit_test(boots__interval_within_the_threshold_is_the_same),
		cmocka_unit_test(boots__interval_across_the_threshold_cannot_tell),
		cmocka_unit_test(boots__five_blocks_never_show_a_change),
		cmocka_unit_test(boots__without_a_common_block_nothing_is_compared),
		cmocka_unit_test(boots__base_of_zero_is_judged_by_the_difference),
		cmocka_unit_test(boots__all_equal_is_the_same),
		cmocka_unit_test(boots__heavy_tails_do_not_hide_a_change),
		cmocka_unit_test(threshold__decides_what_is_the_same),
		cmocka_unit_test(judge__one_of_ten_metrics_needs_more_blocks),
		cmocka_unit_test(judge__neither_does_not_count),
		cmocka_unit_test(judge__later_looks_demand_more),
		cmocka_unit_test(judge__strict_wants_a_calibration),
		cmocka_unit_test(compare__empty_sides_are_not_judged_but_explained),
		cmocka_unit_test(judge__two_clusters_are_said),
		cmocka_unit_test(property__swap_inverts_the_ratio_and_keeps_p),
		cmocka_unit_test(property__unit_changes_nothing),
		cmocka_unit_test(property__order_of_boots_changes_nothing),
		cmocka_unit_test(names__all),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
