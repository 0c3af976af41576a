// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/format.h"
#include "reports/judgement-notes.h"
#include "reports/stats/median.h"
#include "reports/table-rows.h"
#include "reports/text.h"

/* One line, cut to the width. Takes `text` over; NULL is -ENOMEM. */
static int print_line(char *text, enum dcb_colour which, const struct dcb_table_options *options,
		      FILE *file)
{
	_cleanup_free_ char *line = text ? dcb_text_printable(text) : NULL;

	free(text);
	if (!line)
		return -ENOMEM;
	dcb_text_cut(line, (size_t)options->width);
	dcb_colour_print(line, which, options->colour, file);
	fputc('\n', file);
	return 0;
}

/* "  boots        base 3 ok, fixed 2 ok 1 failed" */
static int print_boots(const struct dcb_summary *summary, const struct dcb_table_options *options,
		       FILE *file)
{
	_cleanup_free_ char *line = strdup("  boots        ");

	for (size_t kernel = 0; line && kernel < summary->n_kernels; kernel++) {
		unsigned n_good = 0, n_failed = 0;
		char failed[32] = "";
		char *longer;

		for (size_t i = 0; i < summary->n_boots; i++) {
			const struct dcb_store_boot *boot = &summary->boots[i].row;

			if (boot->kernel == kernel)
				*(dcb_store_boot_is_good(boot) ? &n_good : &n_failed) += 1;
		}
		if (n_failed)
			snprintf(failed, sizeof(failed), " %u failed", n_failed);
		longer = dcb_format("%s%s%s %u ok%s", line, kernel ? ", " : "",
				    summary->kernels[kernel].name, n_good, failed);
		free(line);
		line = longer;
	}
	return print_line(TAKE_PTR(line), DCB_COLOUR_NONE, options, file);
}

/* Findings, and how the verdicts came about. */
static int print_judgement(const struct dcb_summary *summary,
			   const struct dcb_table_options *options, FILE *file)
{
	_cleanup_(dcb_notes_deinit) struct dcb_notes notes = DCB_NOTES_NULL;
	int r;

	r = dcb_judgement_notes(summary, options->all, &notes);
	for (size_t i = 0; r >= 0 && i < notes.n; i++)
		r = print_line(dcb_format("  %-13s%s", notes.rows[i].label, notes.rows[i].text),
			       notes.rows[i].colour, options, file);
	return r;
}

static int print_failed(const struct dcb_summary *summary, const struct dcb_table_options *options,
			FILE *file)
{
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;
		char *line;
		int r;

		if (dcb_store_boot_is_good(boot))
			continue;
		line = dcb_format("  failed       %s block %" PRId64 ": %s%s%s",
				  summary->kernels[boot->kernel].name, boot->block, boot->state,
				  boot->reason ? ": " : "", boot->reason ? boot->reason : "");
		r = print_line(line, DCB_COLOUR_BAD, options, file);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Counters of one reason share a line. */
static int print_lacking(const struct dcb_summary *summary, const struct dcb_table_options *options,
			 FILE *file)
{
	for (size_t i = 0; i < summary->n_counters; i++) {
		const char *reason = summary->counters[i].value;
		_cleanup_free_ char *line = NULL;
		bool told = !reason;
		int r;

		for (size_t j = 0; !told && j < i; j++)
			told = summary->counters[j].value &&
			       strcmp(summary->counters[j].value, reason) == 0;
		if (told)
			continue;
		line = dcb_format("  not counted  %s", summary->counters[i].name);
		for (size_t j = i + 1; line && j < summary->n_counters; j++) {
			const struct dcb_store_pair *other = &summary->counters[j];
			char *longer;

			if (!other->value || strcmp(other->value, reason) != 0)
				continue;
			longer = dcb_format("%s, %s", line, other->name);
			free(line);
			line = longer;
		}
		r = line ? print_line(dcb_format("%s: %s", line, reason), DCB_COLOUR_NONE, options,
				      file)
			 : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

/* What could not be set alike: a difference that is not the patch's. */
static int print_differing(const struct dcb_summary *summary,
			   const struct dcb_table_options *options, FILE *file)
{
	for (size_t i = 0; i < summary->n_settings; i++) {
		const struct dcb_summary_setting *first = &summary->settings[i];
		_cleanup_free_ char *line = NULL;
		bool differs = false;
		int r;

		if (first->kernel != summary->settings[0].kernel)
			break;
		line = dcb_format("  differs      %s: %s %s", first->name,
				  summary->kernels[first->kernel].name, first->value);
		for (size_t j = i + 1; line && j < summary->n_settings; j++) {
			const struct dcb_summary_setting *other = &summary->settings[j];
			char *longer;

			if (strcmp(other->name, first->name) != 0)
				continue;
			differs = differs || strcmp(other->value, first->value) != 0;
			longer = dcb_format("%s, %s %s", line, summary->kernels[other->kernel].name,
					    other->value);
			free(line);
			line = longer;
		}
		if (line && !differs)
			continue;
		r = print_line(TAKE_PTR(line), DCB_COLOUR_UNSURE, options, file);
		if (r < 0)
			return r;
	}
	return 0;
}

/* "  not exact    base, fixed: a disk instead of loop devices, which they lack" */
static int print_disks(const struct dcb_summary *summary, const struct dcb_table_options *options,
		       FILE *file)
{
	_cleanup_free_ char *line = strdup("  not exact   ");
	size_t n = 0;

	for (size_t kernel = 0; line && kernel < summary->n_kernels; kernel++) {
		char *longer;

		if (!dcb_summary_has_disk(summary, kernel))
			continue;
		longer = dcb_format("%s%s %s", line, n++ ? "," : "", summary->kernels[kernel].name);
		free(line);
		line = longer;
	}
	if (line && !n)
		return 0;
	return line ? print_line(dcb_format("%s: a disk, as the kernel has no loop devices", line),
				 DCB_COLOUR_UNSURE, options, file)
		    : -ENOMEM;
}

int dcb_table_first_record(const struct dcb_summary *summary, double *ret_seconds)
{
	_cleanup_free_ double *seconds = malloc((summary->n_boots + 1) * sizeof(*seconds));
	size_t n = 0;
	int r;

	if (!seconds)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_boots; i++)
		if (summary->boots[i].row.first_record_s >= 0)
			seconds[n++] = summary->boots[i].row.first_record_s;
	if (!n)
		return 0;
	r = dcb_median(seconds, n, ret_seconds);
	return r < 0 ? r : 1;
}

static int print_overhead(const struct dcb_summary *summary,
			  const struct dcb_table_options *options, FILE *file)
{
	char ratio[64], wall[64], record[64], tail[128] = "";
	double seconds;
	int r;

	r = dcb_table_first_record(summary, &seconds);
	if (r < 0)
		return r;
	if (r > 0) {
		dcb_format_value(seconds, "s", record, sizeof(record));
		snprintf(tail, sizeof(tail), "; first record after %s", record);
	}
	if (summary->overhead < 0)
		return r > 0 ? print_line(dcb_format("  overhead     not known%s", tail),
					  DCB_COLOUR_NONE, options, file)
			     : 0;
	dcb_format_value(summary->overhead, "ratio", ratio, sizeof(ratio));
	dcb_format_value(summary->run.wall_s, "s", wall, sizeof(wall));
	return print_line(dcb_format("  overhead     %s of %s%s", ratio, wall, tail),
			  DCB_COLOUR_NONE, options, file);
}

int dcb_table_print_notes(const struct dcb_summary *summary,
			  const struct dcb_table_options *options, FILE *file)
{
	int r;

	r = print_judgement(summary, options, file);
	if (r >= 0)
		r = print_boots(summary, options, file);
	if (r >= 0)
		r = print_failed(summary, options, file);
	if (r >= 0)
		r = print_lacking(summary, options, file);
	if (r >= 0)
		r = print_differing(summary, options, file);
	if (r >= 0)
		r = print_disks(summary, options, file);
	if (r >= 0)
		r = print_overhead(summary, options, file);
	return r;
}
