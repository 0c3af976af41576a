// SPDX-License-Identifier: GPL-2.0-only
/* What was found, in words: symptoms with what may be claimed of them, then counts of verdicts. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/formats/html.h"
#include "reports/mail-parts.h"
#include "reports/table-rows.h"

/* Metrics named behind a count; the others stand in the table. */
#define NAMED_MAX 8
/* Of so many each says what would settle it; of more, their numbers do. */
#define EXPLAINED_MAX 4

/* ---- symptoms ---- */

/* "3 times in 2 of 6 boots" */
static void put_console(struct dcb_html *html, const struct dcb_summary_symptom *symptom)
{
	if (!symptom->present)
		dcb_markup_put(&html->out, "silent in all boots");
	else
		dcb_markup_put(&html->out, "%d time%s in %u of %u boots", symptom->hits,
			       symptom->hits == 1 ? "" : "s", symptom->boots, symptom->of_boots);
}

static void put_shown(struct dcb_html *html, const struct dcb_summary_symptom *symptom)
{
	_cleanup_free_ char *text = dcb_table_symptom(symptom);

	if (!text) {
		html->out.error = -ENOMEM;
		return;
	}
	dcb_markup_put(&html->out, "%s: ", html->summary->kernels[symptom->kernel].name);
	if (symptom->workload < 0)
		put_console(html, symptom);
	else
		dcb_markup_put(&html->out, "%s", strcmp(text, "-") == 0 ? "no boot tells" : text);
	if (symptom->workload >= 0 && symptom->tries)
		dcb_markup_put(&html->out, ", met in %d of %d tries", symptom->hits,
			       symptom->tries);
}

static const char *place_of(const struct dcb_summary *summary,
			    const struct dcb_summary_symptom *symptom)
{
	return symptom->workload < 0 ? "console" : summary->workloads[symptom->workload].name;
}

static void put_claim(struct dcb_html *html, const struct dcb_summary_symptom *symptom)
{
	static const struct {
		const char *class, *words;
	} claims[] = {
		[DCB_CLAIM_NONE] = {"none", ""},
		[DCB_CLAIM_GONE] = {"improved", " gone"},
		[DCB_CLAIM_STAYS] = {"regressed", " stays"},
		[DCB_CLAIM_NOT_IN_BASE] = {"unsure", ", not in base"},
	};
	const struct dcb_summary *summary = html->summary;
	enum dcb_claim claim = dcb_summary_claim(summary, symptom);
	const struct dcb_summary_symptom *base = dcb_table_find_symptom(
		summary, symptom->workload, symptom->name, summary->base);

	dcb_markup_put(&html->out,
		       "<li class=\"%s\"><strong>%s%s</strong> on %s <span class=\"soft\">(%s)"
		       "</span><br>",
		       claims[claim].class, symptom->name, claims[claim].words,
		       summary->kernels[symptom->kernel].name, place_of(summary, symptom));
	if (base && base != symptom) {
		put_shown(html, base);
		dcb_markup_put(&html->out, "; ");
	}
	put_shown(html, symptom);
	if (claim == DCB_CLAIM_NOT_IN_BASE)
		dcb_markup_put(&html->out, ". Base does not show it: no claim");
	dcb_markup_put(&html->out, ".");
	if (symptom->workload < 0 && symptom->present && symptom->detail)
		dcb_markup_put(&html->out, "<br><code>%s</code>", symptom->detail);
	dcb_markup_put(&html->out, "</li>\n");
}

/* Candidates' rows; those of a base that is alone. A console that is silent on both sides needs no
 * words. */
static bool is_told(const struct dcb_summary *summary, const struct dcb_summary_symptom *symptom)
{
	enum dcb_claim claim = dcb_summary_claim(summary, symptom);

	if (dcb_summary_cannot(symptom) || !symptom->boots)
		return false;
	if (summary->n_kernels == 1)
		return symptom->workload >= 0 || symptom->present;
	if (claim == DCB_CLAIM_NOT_IN_BASE && symptom->workload < 0)
		return symptom->present;
	return claim != DCB_CLAIM_NONE;
}

/* Those of workloads first: they are what the run is about. */
static void put_symptoms(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	size_t n = 0;

	for (int console = 0; console < 2; console++) {
		for (size_t i = 0; i < summary->n_symptoms; i++) {
			const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

			if ((symptom->workload < 0) != console || !is_told(summary, symptom))
				continue;
			if (n++ == 0)
				dcb_markup_put(&html->out, "<ul class=\"claims\">\n");
			put_claim(html, symptom);
		}
	}
	if (n)
		dcb_markup_put(&html->out, "</ul>\n");
}

/* ---- verdicts ---- */

static size_t count(const struct dcb_summary *summary, size_t kernel, bool primary,
		    enum dcb_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		n += comparison->candidate.kernel == kernel && comparison->primary == primary &&
		     comparison->verdict == verdict && dcb_html_is_judged(comparison);
	}
	return n;
}

/* What would settle it, behind a metric that has no verdict. */
static void put_further(struct dcb_html *html, const struct dcb_comparison *comparison)
{
	const char *between = "";

	if (!comparison->further_blocks && !comparison->reason)
		return;
	dcb_markup_put(&html->out, " (");
	if (comparison->further_blocks > DCB_FURTHER_MAX)
		dcb_markup_put(&html->out, "more than %d further blocks", DCB_FURTHER_MAX);
	else if (comparison->further_blocks > 0)
		dcb_markup_put(&html->out, "about %ld further block%s",
			       (long)comparison->further_blocks,
			       comparison->further_blocks == 1 ? "" : "s");
	if (comparison->further_blocks)
		between = ": ";
	if (comparison->reason)
		dcb_markup_put(&html->out, "%s%s", between, comparison->reason);
	dcb_markup_put(&html->out, ")");
}

static bool is_named(const struct dcb_comparison *comparison, size_t kernel,
		     enum dcb_verdict verdict)
{
	return comparison->candidate.kernel == kernel && comparison->primary &&
	       comparison->verdict == verdict && dcb_html_is_judged(comparison);
}

/* The same of many: "Probably settled by about 10 further blocks: 12 of them; by 100: 30". */
static void put_all_further(struct dcb_html *html, size_t kernel)
{
	const struct dcb_summary *summary = html->summary;
	size_t before = 0;

	for (int64_t blocks = 10; blocks <= DCB_FURTHER_MAX; blocks *= 10) {
		size_t n = 0;

		for (size_t i = 0; i < summary->n_comparisons; i++) {
			const struct dcb_comparison *row = &summary->comparisons[i];

			n += is_named(row, kernel, DCB_VERDICT_CANNOT_TELL) &&
			     row->further_blocks > 0 && row->further_blocks <= blocks;
		}
		if (n == before)
			continue;
		dcb_markup_put(&html->out,
			       before ? "; by %ld: %zu"
				      : ". Probably settled by about %ld further blocks: %zu of "
					"them",
			       (long)blocks, n);
		before = n;
	}
}

static int put_named(struct dcb_html *html, const struct dcb_comparison *comparison, bool further)
{
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	_cleanup_free_ char *change = dcb_mail_change_text(comparison, false);

	if (!metric || !change)
		return -ENOMEM;
	dcb_markup_put(&html->out, "%s\u00a0<span class=\"figure\">%s</span>", metric, change);
	if (further)
		put_further(html, comparison);
	return 0;
}

/* "dying-dentry: closer cpu +30.7 %, closer wall +3 %; null: wall +2 %; and 3 more" */
static int put_names(struct dcb_html *html, size_t kernel, enum dcb_verdict verdict)
{
	const struct dcb_summary *summary = html->summary;
	bool few = count(summary, kernel, true, verdict) <= EXPLAINED_MAX;
	size_t n = 0, workload = SIZE_MAX;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		int r;

		if (!is_named(comparison, kernel, verdict) || n++ >= NAMED_MAX)
			continue;
		if (comparison->workload != workload)
			dcb_markup_put(&html->out, "%s<i>%s</i> ", n > 1 ? "; " : "",
				       summary->workloads[comparison->workload].name);
		else
			dcb_markup_put(&html->out, ", ");
		workload = comparison->workload;
		r = put_named(html, comparison, few && verdict == DCB_VERDICT_CANNOT_TELL);
		if (r < 0)
			return r;
	}
	if (n > NAMED_MAX)
		dcb_markup_put(&html->out, "; and %zu more", n - NAMED_MAX);
	if (verdict == DCB_VERDICT_CANNOT_TELL && !few)
		put_all_further(html, kernel);
	return 0;
}

/* Bad news first; what stayed the same is only counted. */
static const enum dcb_verdict order[] = {DCB_VERDICT_REGRESSED, DCB_VERDICT_IMPROVED,
					 DCB_VERDICT_CANNOT_TELL, DCB_VERDICT_SAME};

static int put_counts(struct dcb_html *html, size_t kernel)
{
	const struct dcb_summary *summary = html->summary;
	size_t others = 0;
	int r;

	dcb_markup_put(&html->out, "<dl class=\"counts\">\n");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		size_t n = count(summary, kernel, true, order[i]);

		if (!n)
			continue;
		dcb_markup_put(&html->out, "<dt>");
		dcb_html_put_verdict(&html->out, order[i]);
		dcb_markup_put(&html->out, "</dt><dd><b>%zu</b>", n);
		if (order[i] != DCB_VERDICT_SAME) {
			dcb_markup_put(&html->out, ": ");
			r = put_names(html, kernel, order[i]);
			if (r < 0)
				return r;
		}
		dcb_markup_put(&html->out, "</dd>\n");
	}
	dcb_markup_put(&html->out, "</dl>\n");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		others += count(summary, kernel, false, order[i]);
	if (others)
		dcb_markup_put(&html->out,
			       "<p class=\"soft\">Of %zu metrics beside these, %zu regressed, %zu "
			       "improved, %zu stayed the same; of %zu nothing can be told.</p>\n",
			       others, count(summary, kernel, false, DCB_VERDICT_REGRESSED),
			       count(summary, kernel, false, DCB_VERDICT_IMPROVED),
			       count(summary, kernel, false, DCB_VERDICT_SAME),
			       count(summary, kernel, false, DCB_VERDICT_CANNOT_TELL));
	return 0;
}

static int put_candidate(struct dcb_html *html, size_t kernel)
{
	_cleanup_free_ char *name = dcb_table_kernel(html->summary, kernel);
	size_t judged = 0;

	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		judged += count(html->summary, kernel, true, order[i]);
	dcb_markup_put(&html->out, "<h3>%s: %zu primary metric%s judged</h3>\n", name, judged,
		       judged == 1 ? "" : "s");
	if (!judged)
		dcb_markup_put(&html->out, "<p>No metric has a value on both sides.</p>\n");
	return put_counts(html, kernel);
}

int dcb_html_verdicts(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;

	dcb_markup_put(&html->out, "<section id=\"verdict\">\n<h2>Verdict</h2>\n");
	put_symptoms(html);
	if (summary->n_kernels == 1)
		dcb_markup_put(&html->out, "<p>One kernel was booted: there is nothing to compare "
					   "it with, so no change is judged.</p>\n");
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		int r = kernel == summary->base ? 0 : put_candidate(html, kernel);

		if (r < 0)
			return r;
	}
	return 0;
}
