// SPDX-License-Identifier: GPL-2.0-only
#include "reports/matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/dose.h"
#include "reports/table-rows.h"
#include "reports/text.h"

struct matrix {
	const struct dcb_summary *summary;
	bool markdown;
	const struct dcb_table_options *options;
	FILE *file;
	struct dcb_grid *grid;
};

static bool cannot(const struct dcb_summary *summary, size_t workload, size_t kernel)
{
	const struct dcb_summary_symptom *unsupported = dcb_table_find_symptom(
		summary, (int64_t)workload, "unsupported", kernel);
	const struct dcb_summary_symptom *failed = dcb_table_find_symptom(
		summary, (int64_t)workload, "failed", kernel);

	return (unsupported && unsupported->present) || (failed && failed->present);
}

static char *cell_text(const struct matrix *matrix, size_t workload, size_t kernel,
		       const char *name)
{
	const struct dcb_summary_symptom *symptom = dcb_table_find_symptom(
		matrix->summary, (int64_t)workload, name, kernel);
	char *state, *text;

	if (!symptom || cannot(matrix->summary, workload, kernel))
		return strdup("-");
	state = dcb_table_state(symptom);
	if (!state || !symptom->tries)
		return state;
	text = dcb_format("%s %d/%d", state, symptom->hits, symptom->tries);
	free(state);
	return text;
}

/* Takes both texts over. symptom NULL: the head. */
static int add_row(struct matrix *matrix, char *dose, char *name, size_t workload,
		   const char *symptom)
{
	int r = dcb_grid_row(matrix->grid);

	r = r < 0 ? r : dcb_grid_set(matrix->grid, 0, 1, dose, DCB_COLOUR_NONE);
	r = r < 0 ? r : dcb_grid_set(matrix->grid, 1, 1, name, DCB_COLOUR_NONE);
	for (size_t i = 0; r >= 0 && i < matrix->summary->n_kernels; i++)
		r = dcb_grid_set(matrix->grid, 2 + i, 1,
				 symptom ? cell_text(matrix, workload, i, symptom)
					 : dcb_table_kernel(matrix->summary, i),
				 symptom ? DCB_COLOUR_NONE : DCB_COLOUR_BOLD);
	return r;
}

/* The names of a workload's symptoms, each once, by the kernel that shows it first. */
static int add_workload(struct matrix *matrix, size_t workload)
{
	const struct dcb_summary *summary = matrix->summary;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		bool seen = false;
		int r;

		if (symptom->workload != (int64_t)workload || dcb_summary_cannot(symptom))
			continue;
		for (size_t j = 0; j < i; j++)
			seen |= summary->symptoms[j].workload == symptom->workload &&
				strcmp(summary->symptoms[j].name, symptom->name) == 0;
		if (seen)
			continue;
		r = add_row(matrix,
			    dcb_dose_format(&summary->workloads[workload], matrix->options->all,
					    ":", ","),
			    dcb_text_printable(symptom->name), workload, symptom->name);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool same_reason(const struct dcb_summary_symptom *a, const struct dcb_summary_symptom *b)
{
	return b->workload >= 0 && b->present && dcb_summary_cannot(b) && a->kernel == b->kernel &&
	       strcmp(a->name, b->name) == 0 &&
	       strcmp(a->detail ? a->detail : "", b->detail ? b->detail : "") == 0;
}

/* "v7.1: unsupported: this kernel has no overlay file system: " and all that it is true of. */
static int print_note(const struct matrix *matrix, size_t first)
{
	const struct dcb_summary *summary = matrix->summary;
	const struct dcb_summary_symptom *reason = &summary->symptoms[first];
	_cleanup_free_ char *head = dcb_format("%s: %s: %s", summary->kernels[reason->kernel].name,
					       reason->name,
					       reason->detail ? reason->detail : "no reason given");
	_cleanup_free_ char *clean = head ? dcb_text_printable(head) : NULL;

	if (!clean)
		return -ENOMEM;
	fprintf(matrix->file, "%s%s:", matrix->markdown ? "- " : "  ", clean);
	for (size_t i = first; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		_cleanup_free_ char *dose = NULL;

		if (!same_reason(reason, symptom))
			continue;
		dose = dcb_dose_format(&summary->workloads[symptom->workload], matrix->options->all,
				       ":", ",");
		if (!dose)
			return -ENOMEM;
		fprintf(matrix->file, "%s %s", i > first ? "," : "", dose);
	}
	fputc('\n', matrix->file);
	return 0;
}

static int print_planted(const struct matrix *matrix)
{
	const struct dcb_summary *summary = matrix->summary;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		_cleanup_free_ char *text = NULL;

		if (!summary->plants_ppm[kernel])
			continue;
		text = dcb_summary_planted(summary, kernel);
		if (!text)
			return -ENOMEM;
		fprintf(matrix->file, "%splanted: %s\n", matrix->markdown ? "- " : "  ", text);
	}
	return 0;
}

static int print_notes(const struct matrix *matrix)
{
	const struct dcb_summary *summary = matrix->summary;
	int r = print_planted(matrix);

	for (size_t i = 0; r == 0 && i < summary->n_symptoms; i++) {
		bool seen = !same_reason(&summary->symptoms[i], &summary->symptoms[i]);

		for (size_t j = 0; j < i && !seen; j++)
			seen = same_reason(&summary->symptoms[i], &summary->symptoms[j]);
		if (!seen)
			r = print_note(matrix, i);
	}
	return r;
}

int dcb_matrix_print(const struct dcb_summary *summary, bool markdown,
		     const struct dcb_table_options *options, FILE *file)
{
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
	struct matrix matrix = {summary, markdown, options, file, NULL};
	int r = dcb_grid_new(2 + summary->n_kernels, &grid);

	if (r < 0)
		return r;
	matrix.grid = grid;
	r = add_row(&matrix, strdup("workload"), strdup("symptom"), 0, NULL);
	for (size_t i = 0; r >= 0 && i < summary->n_workloads; i++)
		r = add_workload(&matrix, i);
	if (r < 0)
		return r;
	/* A line that is too long for a terminal still tells more than one that is cut. */
	if (markdown)
		r = dcb_grid_print_markdown(grid, file);
	else
		r = dcb_grid_print(grid, dcb_grid_width(grid), options->colour, file);
	if (r < 0)
		return r;
	fputc('\n', file);
	r = print_notes(&matrix);
	if (r < 0)
		return r;
	errno = 0;
	if (fflush(file) != 0 || ferror(file))
		return errno ? -errno : -EIO;
	return 0;
}
