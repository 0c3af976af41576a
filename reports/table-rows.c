// SPDX-License-Identifier: GPL-2.0-only
#include "reports/table-rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/format.h"
#include "reports/text.h"

/* ---- kernels ---- */

/* "6.12.117" of "6.12.117+deb13-cloud-arm64", "7.0-rc3" of "7.0-rc3-amd64". */
static size_t version_length(const char *release)
{
	size_t n = strspn(release, "0123456789.");

	if (strncmp(release + n, "-rc", 3) == 0)
		n += 3 + strspn(release + n + 3, "0123456789");
	return n ? n : strlen(release);
}

char *dcb_table_kernel(const struct dcb_summary *summary, size_t kernel)
{
	const struct dcb_store_run_kernel *row = &summary->kernels[kernel];
	/* Debian's 6.1 calls itself 6.1.0: its package knows better. */
	json_auto_t *origin = json_loads(row->kernel.origin ? row->kernel.origin : "{}", 0, NULL);
	const char *version = json_string_value(json_object_get(origin, "version"));
	const char *release = version ? version : row->kernel.release;
	_cleanup_free_ char *text = dcb_format("%s %.*s", row->name, (int)version_length(release),
					       release);

	return text ? dcb_text_printable(text) : NULL;
}

int dcb_table_add_head(const struct dcb_summary *summary, const struct dcb_table_shape *shape,
		       struct dcb_grid *grid)
{
	int r;

	r = dcb_grid_row(grid);
	if (r < 0)
		return r;
	r = dcb_grid_set(grid, 1, 1, dcb_table_kernel(summary, summary->base), DCB_COLOUR_BOLD);
	for (size_t i = 0; r >= 0 && i < shape->n_candidates; i++) {
		r = dcb_grid_set(grid, 2 + 3 * i, 1,
				 dcb_table_kernel(summary, shape->candidates[i]), DCB_COLOUR_BOLD);
		if (r >= 0)
			r = dcb_grid_set(grid, 3 + 3 * i, 2, strdup("change"), DCB_COLOUR_NONE);
	}
	return r < 0 ? r : 1;
}

/* ---- symptoms ---- */

const struct dcb_summary_symptom *dcb_table_find_symptom(const struct dcb_summary *summary,
							 int64_t workload, const char *name,
							 size_t kernel)
{
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->workload == workload && symptom->kernel == kernel &&
		    strcmp(symptom->name, name) == 0)
			return symptom;
	}
	return NULL;
}

static const char *state_in_words(const struct dcb_summary_symptom *symptom)
{
	static const struct {
		const char *state, *words;
	} words[] = {
		{"spin", "spins"}, {"sleep", "sleeps"}, {"no-wait", "no wait"}, {"miss", "missed"}};

	if (!symptom->state)
		return symptom->present ? "yes" : "no";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(symptom->state, words[i].state) == 0)
			return words[i].words;
	return symptom->state;
}

char *dcb_table_state(const struct dcb_summary_symptom *symptom)
{
	if (!symptom || !symptom->boots)
		return strdup("-");
	return dcb_text_printable(state_in_words(symptom));
}

static char *symptom_text(const struct dcb_summary_symptom *symptom)
{
	_cleanup_free_ char *text = NULL;
	char value[64] = "", boots[64] = "";

	if (!symptom || !symptom->boots)
		return strdup("-");
	if (symptom->boots < symptom->of_boots)
		snprintf(boots, sizeof(boots), " %u/%u boots", symptom->boots, symptom->of_boots);
	if (symptom->workload < 0) {
		if (!symptom->present)
			return strdup("-");
		return dcb_format("%d x%s", symptom->hits, boots);
	}
	if (symptom->has_value)
		dcb_format_value(symptom->value, "ratio", value, sizeof(value));
	text = dcb_format("%s%s%s%s%s", state_in_words(symptom), *value ? " (" : "", value,
			  *value ? ")" : "", boots);
	return text ? dcb_text_printable(text) : NULL;
}

static char *hits_text(const struct dcb_summary_symptom *symptom)
{
	if (!symptom || !symptom->tries)
		return strdup("-");
	return dcb_format("%d of %d", symptom->hits, symptom->tries);
}

static int set_claim(const struct dcb_summary *summary, const struct dcb_summary_symptom *symptom,
		     size_t column, struct dcb_grid *grid)
{
	_cleanup_free_ char *name = NULL;

	if (!symptom)
		return 0;
	name = dcb_text_printable(symptom->name);
	if (!name)
		return -ENOMEM;
	switch (dcb_summary_claim(summary, symptom)) {
	case DCB_CLAIM_GONE:
		return dcb_grid_set(grid, column, 2, dcb_format("%s gone", name), DCB_COLOUR_GOOD);
	case DCB_CLAIM_STAYS:
		return dcb_grid_set(grid, column, 2, dcb_format("%s stays", name), DCB_COLOUR_BAD);
	case DCB_CLAIM_NOT_IN_BASE:
		/* A silent console needs no words. */
		if (symptom->workload < 0 && !symptom->present)
			return 0;
		return dcb_grid_set(grid, column, 2, strdup("no claim: not in base"),
				    DCB_COLOUR_UNSURE);
	case DCB_CLAIM_NONE:
		break;
	}
	return 0;
}

static int add_hits(const struct dcb_summary *summary, const struct dcb_summary_symptom *base,
		    const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	_cleanup_free_ char *name = dcb_text_printable(base->name);
	int r;

	if (!name)
		return -ENOMEM;
	r = dcb_grid_row(grid);
	if (r >= 0)
		r = dcb_grid_set(grid, 0, 1, dcb_format("%s hits", name), DCB_COLOUR_NONE);
	if (r >= 0)
		r = dcb_grid_set(grid, 1, 1, hits_text(base), DCB_COLOUR_NONE);
	for (size_t i = 0; r >= 0 && i < shape->n_candidates; i++)
		r = dcb_grid_set(
			grid, 2 + 3 * i, 1,
			hits_text(dcb_table_find_symptom(summary, base->workload, base->name,
							 shape->candidates[i])),
			DCB_COLOUR_NONE);
	return r;
}

static bool has_tries(const struct dcb_summary *summary, const struct dcb_summary_symptom *base)
{
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->workload == base->workload && symptom->tries &&
		    strcmp(symptom->name, base->name) == 0)
			return true;
	}
	return false;
}

static int add_symptom(const struct dcb_summary *summary, const struct dcb_summary_symptom *base,
		       const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	int r;

	r = dcb_grid_row(grid);
	if (r >= 0)
		r = dcb_grid_set(grid, 0, 1, dcb_text_printable(base->name), DCB_COLOUR_NONE);
	if (r >= 0)
		r = dcb_grid_set(grid, 1, 1, symptom_text(base), DCB_COLOUR_NONE);
	for (size_t i = 0; r >= 0 && i < shape->n_candidates; i++) {
		const struct dcb_summary_symptom *symptom = dcb_table_find_symptom(
			summary, base->workload, base->name, shape->candidates[i]);

		r = dcb_grid_set(grid, 2 + 3 * i, 1, symptom_text(symptom), DCB_COLOUR_NONE);
		if (r >= 0)
			r = set_claim(summary, symptom, 3 + 3 * i, grid);
	}
	if (r >= 0 && has_tries(summary, base))
		r = add_hits(summary, base, shape, grid);
	return r;
}

int dcb_table_add_symptoms(const struct dcb_summary *summary, int64_t workload,
			   const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	int n = 0, r;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->workload != workload || symptom->kernel != summary->base ||
		    dcb_summary_cannot(symptom))
			continue;
		r = add_symptom(summary, symptom, shape, grid);
		if (r < 0)
			return r;
		n++;
	}
	return n;
}

/* ---- metrics ---- */

static char *value_text(const struct dcb_side *side, const char *unit, bool interval)
{
	char value[64], range[128] = "";

	if (!side->n)
		return strdup("-");
	dcb_format_value(side->median, unit, value, sizeof(value));
	if (interval && side->n > 1)
		dcb_format_interval(side->lo, side->hi, unit, value, range, sizeof(range));
	return *range ? dcb_format("%s (%s)", value, range) : strdup(value);
}

static void format_one(const struct dcb_comparison *comparison, double change, char *buffer,
		       size_t size)
{
	if (comparison->has_ratio)
		dcb_format_change(change, buffer, size);
	else
		dcb_format_difference(change, comparison->unit, buffer, size);
}

static char *change_text(const struct dcb_comparison *comparison, bool interval)
{
	char change[64], lo[64], hi[64];

	if (!comparison->base.n || !comparison->candidate.n)
		return strdup("");
	if (comparison->exact && comparison->change_lo == comparison->change_hi &&
	    comparison->change == (comparison->has_ratio ? 1 : 0))
		return strdup("equal");
	format_one(comparison, comparison->change, change, sizeof(change));
	if (!interval || !comparison->has_interval)
		return strdup(change);
	format_one(comparison, comparison->change_lo, lo, sizeof(lo));
	format_one(comparison, comparison->change_hi, hi, sizeof(hi));
	if (strcmp(lo, change) == 0 && strcmp(hi, change) == 0)
		return strdup(change);
	/* One % for the three. */
	if (strchr(lo, '%') && strchr(hi, '%'))
		*strchr(lo, ' ') = *strchr(hi, ' ') = '\0';
	return dcb_format("%s (%s..%s)", change, lo, hi);
}

static enum dcb_colour verdict_colour(enum dcb_verdict verdict)
{
	switch (verdict) {
	case DCB_VERDICT_IMPROVED:
		return DCB_COLOUR_GOOD;
	case DCB_VERDICT_REGRESSED:
		return DCB_COLOUR_BAD;
	case DCB_VERDICT_CANNOT_TELL:
		return DCB_COLOUR_UNSURE;
	default:
		return DCB_COLOUR_NONE;
	}
}

char *dcb_table_verdict(const struct dcb_comparison *comparison, bool brief)
{
	const char *name = dcb_verdict_name(comparison->verdict);
	int64_t further = comparison->further_blocks;

	if (comparison->verdict != DCB_VERDICT_CANNOT_TELL)
		return strdup(name);
	if (brief && further > 0 && further <= DCB_FURTHER_MAX)
		return dcb_format("+%" PRId64 " block%s", further, further == 1 ? "" : "s");
	if (brief)
		return strdup(name);
	if (further > DCB_FURTHER_MAX)
		return dcb_format("%s, >%d blocks", name, DCB_FURTHER_MAX);
	if (further > 0)
		return dcb_format("%s, +%" PRId64 " block%s", name, further,
				  further == 1 ? "" : "s");
	return dcb_format("%s%s%s", name, comparison->reason ? ": " : "",
			  comparison->reason ? comparison->reason : "");
}

/* A metric that one side has not, and no counter's lack explains it. */
static bool is_one_sided(const struct dcb_comparison *comparison)
{
	const struct dcb_side *base = &comparison->base, *candidate = &comparison->candidate;

	return !base->n != !candidate->n && comparison->reason &&
	       !(base->n ? candidate : base)->lacking;
}

static const struct dcb_comparison *
find_candidate(const struct dcb_summary *summary, const struct dcb_comparison *first, size_t kernel)
{
	const struct dcb_comparison *end = summary->comparisons + summary->n_comparisons;

	for (; first < end; first++)
		if (first->candidate.kernel == kernel)
			return first;
	return NULL;
}

static int set_candidate(const struct dcb_comparison *comparison, size_t column,
			 const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	enum dcb_verdict verdict = comparison->verdict;
	int r;

	r = dcb_grid_set(
		grid, column, 1,
		value_text(&comparison->candidate, comparison->unit, shape->value_intervals),
		DCB_COLOUR_NONE);
	if (r >= 0 && is_one_sided(comparison))
		return dcb_grid_set(grid, column + 1, 2, dcb_text_printable(comparison->reason),
				    DCB_COLOUR_UNSURE);
	if (r >= 0)
		r = dcb_grid_set(grid, column + 1, 1,
				 change_text(comparison, shape->change_intervals), DCB_COLOUR_NONE);
	if (r >= 0 && verdict != DCB_VERDICT_NONE)
		r = dcb_grid_set(grid, column + 2, 1, dcb_table_verdict(comparison, shape->brief),
				 verdict_colour(verdict));
	return r;
}

static int add_metric(const struct dcb_summary *summary, const struct dcb_comparison *first,
		      const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	int r;

	r = dcb_grid_row(grid);
	if (r >= 0)
		r = dcb_grid_set(
			grid, 0, 1,
			dcb_format("%s%s%s", first->role, *first->role ? " " : "", first->metric),
			DCB_COLOUR_NONE);
	if (r >= 0)
		r = dcb_grid_set(grid, 1, 1,
				 value_text(&first->base, first->unit, shape->value_intervals),
				 DCB_COLOUR_NONE);
	for (size_t i = 0; r >= 0 && i < shape->n_candidates; i++) {
		const struct dcb_comparison *comparison = find_candidate(summary, first,
									 shape->candidates[i]);

		if (comparison)
			r = set_candidate(comparison, 2 + 3 * i, shape, grid);
	}
	return r;
}

int dcb_table_add_metrics(const struct dcb_summary *summary, size_t workload,
			  const struct dcb_table_shape *shape, struct dcb_grid *grid)
{
	size_t step = summary->n_kernels > 1 ? summary->n_kernels - 1 : 1;
	int n = 0, r;

	for (size_t i = 0; i < summary->n_comparisons; i += step) {
		const struct dcb_comparison *first = &summary->comparisons[i];
		bool counted = first->base.n > 0;

		if (first->workload != workload || (!first->primary && !shape->all))
			continue;
		/* What nobody counted stands in the notes, with its reason. */
		for (size_t j = 0; j < step; j++)
			counted = counted || first[j].candidate.n;
		if (!counted && !shape->all)
			continue;
		r = add_metric(summary, first, shape, grid);
		if (r < 0)
			return r;
		n++;
	}
	return n;
}
