// SPDX-License-Identifier: GPL-2.0-only
#include "reports/judgement-notes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/calibration.h"
#include "reports/summary.h"
#include "reports/text.h"

void dcb_notes_deinit(struct dcb_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->rows[i].text);
	free(notes->rows);
	*notes = (struct dcb_notes)DCB_NOTES_NULL;
}

/* Takes `text` over; NULL is -ENOMEM. */
static int add(struct dcb_notes *notes, const char *label, enum dcb_colour colour, char *text)
{
	_cleanup_free_ char *clean = text ? dcb_text_printable(text) : NULL;
	struct dcb_note *rows;

	free(text);
	rows = clean ? realloc(notes->rows, (notes->n + 1) * sizeof(*rows)) : NULL;
	if (!rows)
		return -ENOMEM;
	notes->rows = rows;
	rows[notes->n++] = (struct dcb_note){label, TAKE_PTR(clean), colour};
	return 0;
}

/* "fixed: 2 of 5 boots failed (panic), base none" */
static int add_findings(const struct dcb_summary *summary, struct dcb_notes *notes)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < summary->n_kernels; i++) {
		const struct dcb_summary_failures *failures = &summary->failures[i];

		if (!failures->only_candidate_fails && !failures->only_base_fails)
			continue;
		r = add(notes, "finding", DCB_COLOUR_BAD,
			dcb_format(
				"%s: %u of %u boots failed (%s), %s none", summary->kernels[i].name,
				failures->failed, failures->ok + failures->failed, failures->state,
				failures->only_base_fails ? "the others"
							  : summary->kernels[summary->base].name));
	}
	return r;
}

struct intervals {
	size_t n[3];     /* comparisons, by enum dcb_spread: of NONE the exact ones */
	size_t least[3]; /* pairs */
	size_t most[3];
};

static struct intervals count_intervals(const struct dcb_summary *summary)
{
	struct intervals intervals = {0};

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		enum dcb_spread spread = comparison->spread;
		size_t n = comparison->n_pairs;

		if (!n || (spread == DCB_SPREAD_NONE && !comparison->exact))
			continue;
		if (!intervals.n[spread]++)
			intervals.least[spread] = intervals.most[spread] = n;
		if (n < intervals.least[spread])
			intervals.least[spread] = n;
		if (n > intervals.most[spread])
			intervals.most[spread] = n;
	}
	return intervals;
}

static int add_intervals(const struct dcb_summary *summary, const struct intervals *intervals,
			 struct dcb_notes *notes)
{
	int r = 0;

	if (intervals->n[DCB_SPREAD_NONE])
		r = add(notes, "intervals", DCB_COLOUR_NONE,
			strdup("none: one seed, compared to the digit"));
	for (enum dcb_spread spread = DCB_SPREAD_BOOTS; r == 0 && spread <= DCB_SPREAD_LAYOUT;
	     spread++) {
		char level[32], pairs[48];

		if (!intervals->n[spread])
			continue;
		dcb_format_value(summary->level, "ratio", level, sizeof(level));
		if (intervals->least[spread] == intervals->most[spread])
			snprintf(pairs, sizeof(pairs), "%zu", intervals->most[spread]);
		else
			snprintf(pairs, sizeof(pairs), "%zu to %zu", intervals->least[spread],
				 intervals->most[spread]);
		r = add(notes, "intervals", DCB_COLOUR_NONE,
			spread == DCB_SPREAD_BOOTS
				? dcb_format("%s, over the noise of %s boots a side", level, pairs)
				: dcb_format("%s, over the code layout of %s seeds, not noise",
					     level, pairs));
	}
	return r;
}

static size_t count_cannot_tell(const struct dcb_summary *summary, bool further)
{
	size_t n = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		n += comparison->verdict == DCB_VERDICT_CANNOT_TELL &&
		     (!further || comparison->further_blocks > 0);
	}
	return n;
}

/* Where digits or all seeds decided, no chance was taken. */
static int add_judged(const struct dcb_summary *summary, const struct intervals *intervals,
		      struct dcb_notes *notes)
{
	char alpha[32];

	if (!summary->n_judged ||
	    (!intervals->n[DCB_SPREAD_BOOTS] && !count_cannot_tell(summary, false)))
		return 0;
	dcb_format_value(summary->alpha, "ratio", alpha, sizeof(alpha));
	return add(notes, "judged", DCB_COLOUR_NONE,
		   dcb_format("%zu comparison%s at once (BH), look %zu: up to %s false alarms",
			      summary->n_judged, summary->n_judged == 1 ? "" : "s",
			      summary->n_looks, alpha));
}

/* "waiter wall (base, fixed), cpu (fixed)"; NULL in *ret_list: none. */
static int list_bimodal(const struct dcb_summary *summary, bool all, char **ret_list)
{
	_cleanup_free_ char *list = NULL;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		bool base = comparison->base.bimodal, candidate = comparison->candidate.bimodal;
		const char *base_name = summary->kernels[summary->base].name;
		const char *name = summary->kernels[comparison->candidate.kernel].name;
		char *longer;

		if ((!base && !candidate) || (!comparison->primary && !all))
			continue;
		longer = dcb_format("%s%s%s%s%s (%s%s%s)", list ? list : "", list ? ", " : "",
				    comparison->role, *comparison->role ? " " : "",
				    comparison->metric, base ? base_name : "",
				    base && candidate ? ", " : "", candidate ? name : "");
		if (!longer)
			return -ENOMEM;
		free(list);
		list = longer;
	}
	*ret_list = TAKE_PTR(list);
	return 0;
}

/* ---- the run ---- */

/* No report of a planted run may read as one of a kernel. */
static int add_planted(const struct dcb_summary *summary, struct dcb_notes *notes)
{
	int r = 0;

	for (size_t kernel = 0; r == 0 && kernel < summary->n_kernels; kernel++) {
		_cleanup_free_ char *text = NULL;

		if (!summary->plants_ppm || !summary->plants_ppm[kernel])
			continue;
		text = dcb_summary_planted(summary, kernel);
		r = text ? add(notes, "planted", DCB_COLOUR_BAD,
			       dcb_format("%s: a known slow-down", text))
			 : -ENOMEM;
	}
	return r;
}

/* What a person cannot see by the plan. */
static int add_stopped(const struct dcb_summary *summary, struct dcb_notes *notes)
{
	const struct dcb_store_run *run = &summary->run;
	json_auto_t *looks = NULL;
	size_t n_looks;

	if (!run->stopped || dcb_json_parse(run->looks, strlen(run->looks), &looks, NULL) < 0)
		return 0;
	n_looks = json_array_size(looks);
	if (strcmp(run->stopped, "fixed") == 0 && n_looks < 2)
		return 0;
	if (run->reason)
		return add(notes, "stopped", DCB_COLOUR_UNSURE,
			   dcb_format("%s: %s", run->stopped, run->reason));
	return add(notes, "stopped", DCB_COLOUR_NONE,
		   dcb_format("%s at look %zu, with %" PRId64 " block%s", run->stopped, n_looks,
			      run->blocks, run->blocks == 1 ? "" : "s"));
}

static int add_calibrations(const struct dcb_summary *summary, struct dcb_notes *notes)
{
	_cleanup_(dcb_calibration_notes_freep) char **lines = NULL;
	int r;

	r = dcb_calibration_notes(summary, &lines);
	for (char **line = lines; r >= 0 && *line; line++)
		r = add(notes, "calibration", DCB_COLOUR_NONE, strdup(*line));
	return r;
}

int dcb_judgement_notes(const struct dcb_summary *summary, bool all, struct dcb_notes *notes)
{
	const struct intervals intervals = count_intervals(summary);
	char *bimodal = NULL;
	int r;

	r = add_planted(summary, notes);
	if (r >= 0)
		r = add_findings(summary, notes);
	if (r >= 0)
		r = add_intervals(summary, &intervals, notes);
	if (r >= 0)
		r = add_judged(summary, &intervals, notes);
	if (r >= 0 && count_cannot_tell(summary, true))
		r = add(notes, "+N blocks", DCB_COLOUR_NONE,
			strdup("so many more would probably settle what cannot be told yet"));
	if (r >= 0)
		r = list_bimodal(summary, all, &bimodal);
	if (r >= 0 && bimodal)
		r = add(notes, "two modes", DCB_COLOUR_UNSURE, bimodal);
	if (r >= 0)
		r = add_calibrations(summary, notes);
	return r < 0 ? r : add_stopped(summary, notes);
}
