// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table. Of several shapes, from the most telling to the narrowest, the first that fits is
 * printed: intervals go before anything else, then words of verdicts, then each candidate gets a
 * block of its own.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/dose.h"
#include "reports/table-rows.h"
#include "reports/text.h"

static const struct {
	bool value_intervals, change_intervals, brief;
} details[] = {
	{true, true, false}, {false, true, false}, {false, false, false}, {false, false, true}};

#define TITLE_WIDTH 100
#define DETAIL_LAST (ARRAY_SIZE(details) - 1)

struct table {
	const struct dcb_summary *summary;
	const struct dcb_table_options *options;
	size_t *candidates;
	size_t n_candidates;
	FILE *file;
};

/* Rows of one workload, or of the console (-1). *ret_n: rows without the head. */
static int build(const struct table *table, int64_t workload, const struct dcb_table_shape *shape,
		 struct dcb_grid **ret_grid, int *ret_n)
{
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
	int n, r;

	r = dcb_grid_new(DCB_TABLE_COLUMNS(shape), &grid);
	if (r >= 0)
		r = dcb_table_add_head(table->summary, shape, grid);
	if (r < 0)
		return r;
	n = dcb_table_add_symptoms(table->summary, workload, shape, grid);
	if (n < 0)
		return n;
	if (workload >= 0) {
		r = dcb_table_add_metrics(table->summary, (size_t)workload, shape, grid);
		if (r < 0)
			return r;
		n += r;
	}
	*ret_grid = TAKE_PTR(grid);
	*ret_n = n;
	return 0;
}

/* 1: printed, or nothing is there to print; 0: does not fit, not even in the narrowest shape
 * (`force`: is cut then). */
static int print_block(const struct table *table, int64_t workload, const size_t *candidates,
		       size_t n_candidates, bool force)
{
	size_t width = (size_t)table->options->width;

	for (size_t detail = 0; detail <= DETAIL_LAST; detail++) {
		_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
		const struct dcb_table_shape shape = {
			.candidates = candidates,
			.n_candidates = n_candidates,
			.value_intervals = details[detail].value_intervals,
			.change_intervals = details[detail].change_intervals,
			.brief = details[detail].brief,
			.all = table->options->all,
		};
		int n, r;

		r = build(table, workload, &shape, &grid, &n);
		if (r < 0)
			return r;
		if (!n) {
			fputs("  no figures\n", table->file);
			return 1;
		}
		if (dcb_grid_width(grid) > width && !(force && detail == DETAIL_LAST))
			continue;
		r = dcb_grid_print(grid, width, table->options->colour, table->file);
		return r < 0 ? r : 1;
	}
	return 0;
}

static int print_blocks(const struct table *table, int64_t workload)
{
	bool one = table->n_candidates <= 1;
	int r;

	r = print_block(table, workload, table->candidates, table->n_candidates, one);
	if (r != 0)
		return r;
	for (size_t i = 0; i < table->n_candidates; i++) {
		if (i > 0)
			fputc('\n', table->file);
		r = print_block(table, workload, &table->candidates[i], 1, true);
		if (r < 0)
			return r;
	}
	return 0;
}

/* `left`, and `right` at the right margin where both fit, else behind the cut left. */
static int print_title(const struct table *table, const char *left, const char *right)
{
	_cleanup_free_ char *l = dcb_text_printable(left), *r = dcb_text_printable(right);
	size_t width = (size_t)table->options->width, n_left, n_right;

	/* On a wide terminal the right margin is too far from what it belongs to. */
	width = width < TITLE_WIDTH ? width : TITLE_WIDTH;
	if (!l || !r)
		return -ENOMEM;
	n_right = dcb_text_width(r);
	dcb_text_cut(l, width > n_right + 2 ? width - n_right - 2 : width);
	n_left = dcb_text_width(l);
	dcb_colour_print(l, DCB_COLOUR_BOLD, table->options->colour, table->file);
	if (n_right && n_left + n_right + 2 <= width)
		fprintf(table->file, "%*s%s", (int)(width - n_left - n_right), "", r);
	fputc('\n', table->file);
	return 0;
}

/* What was found, in the words of the guest: lines of the console, why a workload could not run. */
static int print_details(const struct table *table, int64_t workload)
{
	const struct dcb_summary *summary = table->summary;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		_cleanup_free_ char *line = NULL, *clean = NULL;
		bool cannot = dcb_summary_cannot(symptom);

		if (symptom->workload != workload || !symptom->present || !symptom->detail)
			continue;
		line = dcb_format("  %s: %s%s%s", summary->kernels[symptom->kernel].name,
				  cannot ? symptom->name : "", cannot ? ": " : "", symptom->detail);
		clean = line ? dcb_text_printable(line) : NULL;
		if (!clean)
			return -ENOMEM;
		dcb_text_cut(clean, (size_t)table->options->width);
		fprintf(table->file, "%s\n", clean);
	}
	return 0;
}

static int print_workload(const struct table *table, size_t workload)
{
	const struct dcb_store_run *run = &table->summary->run;
	_cleanup_free_ char *left = dcb_dose_format(&table->summary->workloads[workload],
						    table->options->all, "  ", ", ");
	_cleanup_free_ char *right = dcb_format("%s %s, %" PRId64 " block%s", run->machine,
						run->arch, run->blocks,
						run->blocks == 1 ? "" : "s");
	int r;

	if (!left || !right)
		return -ENOMEM;
	fputc('\n', table->file);
	r = print_title(table, left, right);
	if (r < 0)
		return r;
	r = print_blocks(table, (int64_t)workload);
	return r < 0 ? r : print_details(table, (int64_t)workload);
}

static bool has_console_symptoms(const struct dcb_summary *summary)
{
	for (size_t i = 0; i < summary->n_symptoms; i++)
		if (summary->symptoms[i].workload < 0)
			return true;
	return false;
}

static int print_console(const struct table *table)
{
	int r;

	if (!has_console_symptoms(table->summary))
		return 0;
	fputc('\n', table->file);
	r = print_title(table, "console", "");
	if (r < 0)
		return r;
	r = print_blocks(table, -1);
	return r < 0 ? r : print_details(table, -1);
}

/* "run 7: done", or how to go on with one that is not. */
static int print_run(const struct table *table)
{
	const struct dcb_summary *summary = table->summary;
	const struct dcb_store_run *run = &summary->run;
	_cleanup_free_ char *left = NULL, *right = NULL;
	size_t n_good = 0;

	for (size_t i = 0; i < summary->n_boots; i++)
		n_good += dcb_store_boot_is_good(&summary->boots[i].row);
	if (run->state == DCB_RUN_DONE)
		left = dcb_format("run %" PRId64 ": done", run->id);
	else
		left = dcb_format("run %" PRId64 ": %s%s%s, %zu of %zu boots%s", run->id,
				  dcb_run_state_name(run->state), run->reason ? ": " : "",
				  run->reason ? run->reason : "", n_good,
				  (size_t)run->blocks * summary->n_kernels,
				  run->state == DCB_RUN_RUNNING ? "" : " (resumable)");
	right = dcb_format("seed %" PRId64, run->seed);
	if (!left || !right)
		return -ENOMEM;
	return print_title(table, left, right);
}

static int print_all(const struct table *table)
{
	int r;

	r = print_run(table);
	for (size_t i = 0; r >= 0 && i < table->summary->n_workloads; i++)
		r = print_workload(table, i);
	if (r >= 0)
		r = print_console(table);
	if (r < 0)
		return r;
	fputc('\n', table->file);
	return dcb_table_print_notes(table->summary, table->options, table->file);
}

int dcb_table_print(const struct dcb_summary *summary, const struct dcb_table_options *options,
		    FILE *file)
{
	_cleanup_free_ size_t *candidates = calloc(summary->n_kernels + 1, sizeof(*candidates));
	struct table table = {summary, options, candidates, 0, file};
	int r;

	if (!candidates)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_kernels; i++)
		if (i != summary->base)
			candidates[table.n_candidates++] = i;
	errno = 0;
	r = print_all(&table);
	if (r < 0)
		return r;
	if (fflush(file) != 0 || ferror(file))
		return errno ? -errno : -EIO;
	return 0;
}
