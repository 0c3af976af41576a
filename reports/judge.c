// SPDX-License-Identifier: GPL-2.0-only
#include "reports/judge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/stats/fdr.h"
#include "reports/stats/further.h"
#include "reports/stats/looks.h"

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

struct judge {
	struct dcb_summary *summary;
	const struct dcb_summary_options *options;
	double *p; /* of those that are judged together */
};

static bool is_judged(const struct dcb_comparison *comparison)
{
	return strcmp(comparison->better, "lower") == 0 ||
	       strcmp(comparison->better, "higher") == 0;
}

/* ---- p's ---- */

static int adjust(struct judge *judge)
{
	struct dcb_summary *summary = judge->summary;
	_cleanup_free_ double *adjusted = NULL;
	size_t n = 0;
	int r;

	judge->p = malloc((summary->n_comparisons + 1) * sizeof(*judge->p));
	adjusted = malloc((summary->n_comparisons + 1) * sizeof(*adjusted));
	if (!judge->p || !adjusted)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_comparisons; i++)
		if (is_judged(&summary->comparisons[i]) && summary->comparisons[i].has_p)
			judge->p[n++] = summary->comparisons[i].p;
	r = dcb_fdr_adjust(judge->p, n, adjusted);
	if (r < 0)
		return r;
	summary->n_judged = n;
	n = 0;
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		struct dcb_comparison *comparison = &summary->comparisons[i];

		/* One that is not judged is adjusted by no other. */
		if (comparison->has_p)
			comparison->p_adjusted = is_judged(comparison) ? adjusted[n++]
								       : comparison->p;
	}
	return 0;
}

/* ---- verdicts ---- */

/* where: 1 above, -1 below. */
static enum dcb_verdict direction(const struct dcb_comparison *comparison, int where)
{
	bool higher = strcmp(comparison->better, "higher") == 0;

	return (where > 0) == higher ? DCB_VERDICT_IMPROVED : DCB_VERDICT_REGRESSED;
}

/* 1: wholly above the threshold, -1: wholly below. */
static int beyond(const struct dcb_evidence *evidence)
{
	return evidence->lo > evidence->high ? 1 : evidence->hi < evidence->low ? -1 : 0;
}

static bool is_within(const struct dcb_evidence *evidence)
{
	return evidence->lo >= evidence->low && evidence->hi <= evidence->high;
}

static enum dcb_verdict judge_digits(const struct dcb_comparison *comparison,
				     const struct dcb_evidence *evidence)
{
	int where = evidence->change > evidence->high  ? 1
		    : evidence->change < evidence->low ? -1
						       : 0;

	if (evidence->all_same)
		return DCB_VERDICT_SAME;
	if (where && where == evidence->direction &&
	    (!comparison->has_interval || beyond(evidence) == where))
		return direction(comparison, where);
	return DCB_VERDICT_CANNOT_TELL;
}

static enum dcb_verdict judge_noisy(const struct dcb_comparison *comparison,
				    const struct dcb_evidence *evidence, double alpha)
{
	int where = beyond(evidence);

	if (where && comparison->p_adjusted <= alpha)
		return direction(comparison, where);
	if (is_within(evidence) && evidence->p_same <= alpha)
		return DCB_VERDICT_SAME;
	return DCB_VERDICT_CANNOT_TELL;
}

static enum dcb_verdict judge_one(const struct judge *judge,
				  const struct dcb_comparison *comparison,
				  const struct dcb_evidence *evidence)
{
	enum dcb_verdict verdict = DCB_VERDICT_CANNOT_TELL;

	if (comparison->exact)
		verdict = judge_digits(comparison, evidence);
	if (verdict != DCB_VERDICT_CANNOT_TELL || !comparison->has_interval)
		return verdict;
	return judge_noisy(comparison, evidence, judge->summary->alpha);
}

/* ---- what is missing ---- */

static size_t rank_of(const struct judge *judge, double p)
{
	size_t rank = 0;

	for (size_t i = 0; i < judge->summary->n_judged; i++)
		rank += judge->p[i] <= p;
	return rank;
}

static void forecast(const struct judge *judge, struct dcb_comparison *comparison,
		     const struct dcb_evidence *evidence)
{
	const struct dcb_summary *summary = judge->summary;
	const struct dcb_further further = {
		.n = comparison->n_pairs,
		.has_interval = comparison->has_interval,
		.change = evidence->change,
		.lo = evidence->lo,
		.hi = evidence->hi,
		.low = evidence->low,
		.high = evidence->high,
		.alpha = summary->alpha,
		.next_alpha = dcb_look_alpha(summary->n_looks + 1),
		.n_judged = comparison->has_p ? summary->n_judged : 1,
		.rank = comparison->has_p ? rank_of(judge, comparison->p) : 1,
	};
	double more = dcb_further_total(&further) - (double)comparison->n_pairs;

	/* Nothing but all of them equal is the same as nothing. */
	if (evidence->low == 0 && evidence->high == 0 && evidence->change == 0 &&
	    !evidence->all_equal)
		return;
	comparison->further_blocks = more > DCB_FURTHER_MAX ? DCB_FURTHER_MAX + 1
				     : more < 1             ? 1
							    : (int64_t)more;
}

/* malloc'd; NULL on lack of memory. */
static char *why_not(const struct judge *judge, const struct dcb_comparison *comparison,
		     const struct dcb_evidence *evidence)
{
	const struct dcb_summary *summary = judge->summary;
	size_t n = comparison->n_pairs;
	size_t least = dcb_further_least(summary->alpha, !evidence->all_same);

	if (n == 1)
		return strdup("one block only");
	if (!comparison->has_interval)
		return strdup("boots of one seed differ");
	if (n < least && evidence->all_equal)
		return dcb_format("all equal: needs at least %zu blocks", least);
	if (n < least)
		return dcb_format("needs at least %zu blocks", least);
	if (comparison->base.bimodal || comparison->candidate.bimodal)
		return strdup("boots fall into two clusters");
	if (!comparison->further_blocks)
		return strdup("base is 0: only equal is the same");
	if (comparison->further_blocks > DCB_FURTHER_MAX)
		return strdup("too near the threshold");
	if (beyond(evidence))
		return dcb_format("too few blocks for %zu comparisons at once", summary->n_judged);
	if (is_within(evidence))
		return strdup("too few blocks to call it the same");
	return strdup("the interval reaches across the threshold");
}

/* NULL in *ret_reason where there is no reason. */
static int why_none(const struct judge *judge, const struct dcb_comparison *comparison,
		    char **ret_reason)
{
	const struct dcb_summary *summary = judge->summary;
	const struct dcb_side *base = &comparison->base, *candidate = &comparison->candidate;
	const struct dcb_side *lacking = base->n ? candidate : base;
	size_t has = base->n ? base->kernel : candidate->kernel;
	bool none = !base->n && !candidate->n;

	if (candidate->kernel == summary->base || (base->n && candidate->n))
		return 0;
	if (lacking->lacking)
		*ret_reason = dcb_format("%s%s%s",
					 none ? "" : summary->kernels[lacking->kernel].name,
					 none ? "" : ": ", lacking->lacking);
	else if (none)
		*ret_reason = strdup("no value");
	else
		*ret_reason = dcb_format("only %s has it", summary->kernels[has].name);
	return *ret_reason ? 0 : -ENOMEM;
}

static bool is_calibrated(const struct judge *judge, const struct dcb_comparison *comparison)
{
	const struct dcb_summary_options *options = judge->options;

	if (!options->strict || comparison->exact)
		return true;
	return options->calibrated ? options->calibrated(options->calibrated_context,
							 judge->summary, comparison)
				   : dcb_summary_is_calibrated(judge->summary, comparison);
}

static int judge_comparison(const struct judge *judge, struct dcb_comparison *comparison,
			    const struct dcb_evidence *evidence)
{
	if (!comparison->base.n || !comparison->candidate.n)
		return why_none(judge, comparison, &comparison->reason);
	if (!is_judged(comparison))
		return 0;
	comparison->verdict = DCB_VERDICT_CANNOT_TELL;
	if (!is_calibrated(judge, comparison)) {
		comparison->reason = strdup("not calibrated");
	} else if (!comparison->n_pairs) {
		comparison->reason = strdup("no block with both kernels");
	} else {
		comparison->verdict = judge_one(judge, comparison, evidence);
		if (comparison->verdict != DCB_VERDICT_CANNOT_TELL)
			return 0;
		forecast(judge, comparison, evidence);
		comparison->reason = why_not(judge, comparison, evidence);
	}
	return comparison->reason ? 0 : -ENOMEM;
}

int dcb_judge(struct dcb_summary *summary, const struct dcb_evidence *evidence,
	      const struct dcb_summary_options *options)
{
	struct judge judge = {summary, options, NULL};
	int r;

	r = adjust(&judge);
	for (size_t i = 0; r == 0 && i < summary->n_comparisons; i++)
		r = judge_comparison(&judge, &summary->comparisons[i], &evidence[i]);
	free(judge.p);
	return r;
}
