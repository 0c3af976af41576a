// SPDX-License-Identifier: GPL-2.0-only
/* Rows of figures, grouped by verdict, a table a workload. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/format.h"
#include "reports/mail-parts.h"
#include "reports/text.h"

/* Rows of one verdict and workload beyond this, but for regressions, are told as a count: the
 * smallest changes go first. */
#define MOST_ROWS 16
#define MOST_NAME 12

struct group {
	const struct dcb_summary *summary;
	size_t candidate;
	enum dcb_verdict verdict;
	const char *title;
	enum dcb_colour colour;
	struct dcb_page *page;
};

bool dcb_mail_is_compared(const struct dcb_comparison *comparison)
{
	return comparison->base.n && comparison->candidate.n;
}

bool dcb_mail_is_unchanged(const struct dcb_comparison *comparison)
{
	return comparison->change == (comparison->has_ratio ? 1 : 0) &&
	       (!comparison->has_interval || comparison->change_lo == comparison->change_hi);
}

static bool is_in(const struct group *group, const struct dcb_comparison *comparison)
{
	if (comparison->candidate.kernel != group->candidate || !dcb_mail_is_compared(comparison) ||
	    comparison->verdict != group->verdict)
		return false;
	if (group->verdict == DCB_VERDICT_NONE && dcb_mail_is_unchanged(comparison))
		return false;
	/* Of lesser metrics only what got worse. */
	return comparison->primary || group->verdict == DCB_VERDICT_REGRESSED;
}

/* ---- cells ---- */

char *dcb_mail_side_text(const struct dcb_side *side, const char *unit, bool interval)
{
	struct dcb_format_text text;

	if (!side->n)
		return strdup("-");
	dcb_format_measured(side->median, side->lo, side->hi, unit, &text);
	if (!interval || !*text.interval)
		return strdup(text.value);
	return dcb_format("%s (%s)", text.value, text.interval);
}

static char *change_text(const struct dcb_comparison *comparison)
{
	double lo = comparison->has_interval ? comparison->change_lo : comparison->change;
	double hi = comparison->has_interval ? comparison->change_hi : comparison->change;
	struct dcb_format_text text;

	if (comparison->exact && dcb_mail_is_unchanged(comparison))
		return strdup("equal");
	if (comparison->has_ratio)
		dcb_format_measured_change(comparison->change, lo, hi, &text);
	else
		dcb_format_measured_difference(comparison->change, lo, hi, comparison->unit, &text);
	if (!*text.interval)
		return strdup(text.value);
	return dcb_format("%s (%s)", text.value, text.interval);
}

/* What would settle it. */
static char *note_text(const struct dcb_comparison *comparison)
{
	if (comparison->verdict != DCB_VERDICT_CANNOT_TELL)
		return strdup("");
	if (comparison->further_blocks > DCB_FURTHER_MAX)
		return strdup("too noisy");
	if (comparison->further_blocks > 0)
		return dcb_format("+%" PRId64 " block%s", comparison->further_blocks,
				  comparison->further_blocks == 1 ? "" : "s");
	return dcb_text_printable(comparison->reason);
}

char *dcb_mail_metric_text(const struct dcb_comparison *comparison)
{
	return dcb_format("%s%s%s", comparison->role, *comparison->role ? " " : "",
			  comparison->metric);
}

/* ---- tables ---- */

enum { METRIC, BASE, CANDIDATE, CHANGE, NOTE, N_COLUMNS };

static int set(struct dcb_grid *grid, size_t column, char *text, enum dcb_colour colour)
{
	return dcb_grid_set(grid, column, 1, text, colour);
}

/* Long names stand in the title. */
static char *head_text(const struct group *group, size_t kernel)
{
	char *name = strdup(group->summary->kernels[kernel].name);

	if (name && !group->page->markdown)
		dcb_text_cut(name, MOST_NAME);
	return name;
}

static int add_head(const struct group *group, struct dcb_grid *grid, bool notes)
{
	int r = dcb_grid_row(grid);

	dcb_grid_align_right(grid, BASE);
	dcb_grid_align_right(grid, CANDIDATE);
	r = r < 0 ? r : set(grid, METRIC, strdup("metric"), DCB_COLOUR_NONE);
	r = r < 0 ? r : set(grid, BASE, head_text(group, group->summary->base), DCB_COLOUR_NONE);
	r = r < 0 ? r : set(grid, CANDIDATE, head_text(group, group->candidate), DCB_COLOUR_NONE);
	r = r < 0 ? r : set(grid, CHANGE, strdup("change"), DCB_COLOUR_NONE);
	if (notes && r >= 0)
		r = set(grid, NOTE, strdup("settled by"), DCB_COLOUR_NONE);
	return r;
}

static int add_row(const struct group *group, const struct dcb_comparison *comparison,
		   struct dcb_grid *grid, bool notes)
{
	int r = dcb_grid_row(grid);

	r = r < 0 ? r : set(grid, METRIC, dcb_mail_metric_text(comparison), DCB_COLOUR_NONE);
	r = r < 0 ? r
		  : set(grid, BASE, dcb_mail_side_text(&comparison->base, comparison->unit, false),
			DCB_COLOUR_NONE);
	r = r < 0 ? r
		  : set(grid, CANDIDATE,
			dcb_mail_side_text(&comparison->candidate, comparison->unit, false),
			DCB_COLOUR_NONE);
	r = r < 0 ? r : set(grid, CHANGE, change_text(comparison), group->colour);
	if (notes && r >= 0)
		r = set(grid, NOTE, note_text(comparison), DCB_COLOUR_NONE);
	return r;
}

static double size_of(const struct dcb_comparison *comparison)
{
	if (!comparison->has_ratio)
		return INFINITY; /* not to be compared with others: kept */
	return comparison->change > 0 ? fabs(log(comparison->change)) : INFINITY;
}

/* How many rows of the group and workload have larger changes, or as large ones and come before. */
static size_t rank_of(const struct group *group, const struct dcb_comparison *comparison)
{
	const struct dcb_summary *summary = group->summary;
	size_t rank = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *other = &summary->comparisons[i];

		if (other->workload == comparison->workload && is_in(group, other) &&
		    (size_of(other) > size_of(comparison) ||
		     (size_of(other) == size_of(comparison) && other < comparison)))
			rank++;
	}
	return rank;
}

static size_t count(const struct group *group, int64_t workload)
{
	size_t n = 0;

	for (size_t i = 0; i < group->summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &group->summary->comparisons[i];

		n += is_in(group, comparison) &&
		     (workload < 0 || comparison->workload == (size_t)workload);
	}
	return n;
}

static bool is_shown(const struct group *group, const struct dcb_comparison *comparison,
		     size_t workload, size_t most)
{
	return comparison->workload == workload && is_in(group, comparison) &&
	       rank_of(group, comparison) < most;
}

static bool has_notes(const struct group *group, size_t workload, size_t most)
{
	const struct dcb_summary *summary = group->summary;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->verdict == DCB_VERDICT_CANNOT_TELL &&
		    (comparison->further_blocks > 0 || comparison->reason) &&
		    is_shown(group, comparison, workload, most))
			return true;
	}
	return false;
}

static int build(const struct group *group, size_t workload, size_t most, bool notes,
		 struct dcb_grid **ret_grid)
{
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
	int r = dcb_grid_new(notes ? N_COLUMNS : NOTE, &grid);

	r = r < 0 ? r : add_head(group, grid, notes);
	/* What was asked for first. */
	for (size_t i = 0; r >= 0 && i < 2 * group->summary->n_comparisons; i++) {
		size_t n = group->summary->n_comparisons;
		const struct dcb_comparison *comparison = &group->summary->comparisons[i % n];

		if (comparison->primary == (i < n) && is_shown(group, comparison, workload, most))
			r = add_row(group, comparison, grid, notes);
	}
	if (r < 0)
		return r;
	*ret_grid = TAKE_PTR(grid);
	return 0;
}

/* "waiter wall, closer wall: +12 blocks": the first row's note and all rows that share it. Nothing
 * where an earlier row has told it. */
static int add_note_below(const struct group *group, size_t first, size_t workload, size_t most)
{
	const struct dcb_comparison *rows = group->summary->comparisons;
	_cleanup_free_ char *note = note_text(&rows[first]), *list = strdup("");

	for (size_t i = 0; note && list && *note && i < group->summary->n_comparisons; i++) {
		_cleanup_free_ char *other = NULL;

		if (!is_shown(group, &rows[i], workload, most))
			continue;
		other = note_text(&rows[i]);
		if (!other || strcmp(other, note) != 0)
			continue;
		if (i < first)
			return 0;
		list = dcb_mail_append(list, dcb_mail_metric_text(&rows[i]));
	}
	if (!note || !list)
		return -ENOMEM;
	if (!*list)
		return 0;
	return dcb_page_item(group->page, dcb_format("%s: %s", list, note), DCB_COLOUR_NONE);
}

static int add_notes_below(const struct group *group, size_t workload, size_t most)
{
	const struct dcb_summary *summary = group->summary;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < summary->n_comparisons; i++)
		if (is_shown(group, &summary->comparisons[i], workload, most))
			r = add_note_below(group, i, workload, most);
	return r;
}

static int write_workload(const struct group *group, size_t workload, size_t n)
{
	size_t most = group->verdict == DCB_VERDICT_REGRESSED ? n : MOST_ROWS;
	bool notes = has_notes(group, workload, most), below = false;
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
	int r = build(group, workload, most, notes, &grid);

	if (r >= 0 && notes && !group->page->markdown &&
	    dcb_grid_width(grid) > group->page->width) {
		dcb_grid_free(TAKE_PTR(grid));
		below = true;
		r = build(group, workload, most, false, &grid);
	}
	if (r >= 0)
		r = dcb_page_table(group->page, dcb_mail_dose(group->summary, workload), grid);
	if (r >= 0 && below)
		r = add_notes_below(group, workload, most);
	if (r >= 0 && n > most)
		r = dcb_page_item(group->page,
				  dcb_format("and %zu more, with smaller changes", n - most),
				  DCB_COLOUR_NONE);
	return r;
}

static int write_group(const struct group *group)
{
	size_t n = count(group, -1);
	int r;

	if (!n)
		return 0;
	r = dcb_page_heading(group->page, 3, dcb_format("%s: %zu", group->title, n), group->colour);
	for (size_t i = 0; r >= 0 && i < group->summary->n_workloads; i++) {
		size_t of_workload = count(group, (int64_t)i);

		if (of_workload)
			r = write_workload(group, i, of_workload);
	}
	return r;
}

int dcb_mail_verdicts(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page)
{
	const struct group groups[] = {
		{summary, candidate, DCB_VERDICT_REGRESSED, "Regressed", DCB_COLOUR_BAD, page},
		{summary, candidate, DCB_VERDICT_IMPROVED, "Improved", DCB_COLOUR_GOOD, page},
		{summary, candidate, DCB_VERDICT_CANNOT_TELL, "Cannot tell", DCB_COLOUR_UNSURE,
		 page},
		{summary, candidate, DCB_VERDICT_NONE, "Changed, neither better nor worse",
		 DCB_COLOUR_NONE, page},
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(groups); i++)
		r = write_group(&groups[i]);
	return r < 0 ? r : dcb_mail_rest(summary, candidate, page);
}
