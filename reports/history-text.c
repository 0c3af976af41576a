// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories as text for 80 columns. The bars go from the least point to the greatest, which stand
 * beside them, but for far ones; a mark under a bar is where a level begins.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/dose.h"
#include "reports/format.h"
#include "reports/grid.h"
#include "reports/history.h"
#include "reports/stats/far-values.h"
#include "reports/stats/median.h"
#include "reports/summary.h"
#include "reports/text.h"

#define COLUMNS 80
#define BARS    56

static void format_date(int64_t us, char buffer[16])
{
	time_t seconds = us / 1000000;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(buffer, 16, "%Y-%m-%d", &utc);
}

/* ---- the head ---- */

static const char *direction(const struct dcb_history *history)
{
	if (strcmp(history->better, "lower") == 0)
		return ", lower is better";
	return strcmp(history->better, "higher") == 0 ? ", higher is better" : "";
}

static int print_head(const struct dcb_history *history, bool colour, FILE *file)
{
	const struct dcb_store_run_workload workload = {history->workload, history->params};
	_cleanup_free_ char *dose = dcb_dose_format(&workload, false, " ", " ");
	_cleanup_free_ char *kernel = dcb_text_printable(history->kernel);
	const struct dcb_history_point *first = &history->points[0];
	const struct dcb_history_point *last = &history->points[history->n_points - 1];
	_cleanup_free_ char *title = NULL;
	char from[16], to[16];

	if (!dose || !kernel)
		return -ENOMEM;
	title = dcb_format("%s: %s%s%s", dose, history->role, *history->role ? " " : "",
			   history->metric);
	if (!title)
		return -ENOMEM;
	format_date(first->created_us, from);
	format_date(last->created_us, to);
	dcb_text_cut(title, COLUMNS);
	dcb_text_cut(kernel, 20);
	dcb_colour_print(title, DCB_COLOUR_BOLD, colour, file);
	fprintf(file, "\n  %s %s, %s%s\n  %zu run%s, %s to %s\n", history->machine, history->arch,
		kernel, direction(history), history->n_points, history->n_points == 1 ? "" : "s",
		from, to);
	return 0;
}

/* ---- bars ---- */

/* What the bars span: the points but for far ones, which would flatten the others. */
struct span {
	double least, greatest; /* of the bars */
	size_t n_far;           /* points beyond them */
	double far_least, far_greatest;
};

static int find_span(const struct dcb_history *history, struct span *ret_span)
{
	_cleanup_free_ double *drawn = malloc(history->n_points * sizeof(*drawn));
	struct span span = {INFINITY, -INFINITY, 0, INFINITY, -INFINITY};

	if (!drawn)
		return -ENOMEM;
	for (size_t i = 0; i < history->n_points; i++)
		drawn[i] = history->points[i].median;
	if (dcb_far_values_draw_in(drawn, history->n_points) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < history->n_points; i++) {
		double median = history->points[i].median;

		if (median != drawn[i])
			continue;
		span.least = fmin(span.least, median);
		span.greatest = fmax(span.greatest, median);
	}
	for (size_t i = 0; i < history->n_points; i++) {
		double median = history->points[i].median;

		if (median >= span.least && median <= span.greatest)
			continue;
		span.n_far++;
		span.far_least = fmin(span.far_least, median);
		span.far_greatest = fmax(span.far_greatest, median);
	}
	*ret_span = span;
	return 0;
}

/* Two numbers, in full where they look alike but are not. */
static void format_two(const struct dcb_history *history, double least, double greatest,
		       char low[64], char high[64])
{
	dcb_format_value(least, history->unit, low, 64);
	dcb_format_value(greatest, history->unit, high, 64);
	if (least < greatest && strcmp(low, high) == 0) {
		dcb_format_exact(least, low, 64);
		dcb_format_exact(greatest, high, 64);
	}
}

static void print_far(const struct dcb_history *history, const struct span *span, FILE *file)
{
	char low[64], high[64];

	if (!span->n_far)
		return;
	format_two(history, span->far_least, span->far_greatest, low, high);
	fprintf(file, "  beyond these bars: %zu run%s, %s%s%s\n", span->n_far,
		span->n_far == 1 ? "" : "s", low, strcmp(low, high) == 0 ? "" : "..",
		strcmp(low, high) == 0 ? "" : high);
}

static const char *bar_of(const struct span *span, double value)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	/* Halved first: the range of two large values may overflow. */
	double range = span->greatest / 2 - span->least / 2;
	double share = range > 0 ? (value / 2 - span->least / 2) / range : 0;

	return bars[(size_t)fmax(0, fmin(7, 8 * share))];
}

/* Of what a column stands for: a point, or the median of several. */
static int column_value(const struct dcb_history *history, size_t begin, size_t end,
			double *ret_value)
{
	_cleanup_free_ double *values = malloc((end - begin) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = begin; i < end; i++)
		values[i - begin] = history->points[i].median;
	return dcb_median(values, end - begin, ret_value);
}

static void print_marks(const struct dcb_history *history, size_t indent, size_t columns,
			FILE *file)
{
	char marks[BARS + 1];

	if (!history->n_changes)
		return;
	memset(marks, ' ', columns);
	marks[columns] = '\0';
	for (size_t i = 0; i < history->n_changes; i++)
		marks[history->changes[i].index * columns / history->n_points] = '^';
	for (size_t i = columns; i && marks[i - 1] == ' '; i--)
		marks[i - 1] = '\0';
	fprintf(file, "%*s%s\n", (int)indent, "", marks);
}

static int print_bars(const struct dcb_history *history, FILE *file)
{
	size_t n = history->n_points, labels, columns = n < BARS ? n : BARS;
	char low[64], high[64];
	struct span span;
	int r;

	r = find_span(history, &span);
	if (r < 0)
		return r;
	format_two(history, span.least, span.greatest, low, high);
	labels = dcb_text_width(low) + dcb_text_width(high) + 4;
	if (columns > COLUMNS - labels)
		columns = COLUMNS - labels;
	fprintf(file, "  %s ", low);
	for (size_t i = 0; i < columns; i++) {
		double value;

		r = column_value(history, i * n / columns, (i + 1) * n / columns, &value);
		if (r < 0)
			return r;
		fputs(bar_of(&span, value), file);
	}
	fprintf(file, " %s\n", high);
	print_marks(history, 3 + dcb_text_width(low), columns, file);
	print_far(history, &span, file);
	return 0;
}

/* ---- changes ---- */

/* The kernels on either side of a change: by their releases, by their images where these tell
 * nothing. malloc'd. */
static char *kernels_text(const struct dcb_history_point *before,
			  const struct dcb_history_point *after)
{
	_cleanup_free_ char *old = dcb_text_printable(before->release);
	_cleanup_free_ char *new = dcb_text_printable(after->release);

	if (!old || !new)
		return NULL;
	if (strcmp(before->release, after->release) != 0)
		return dcb_format("%s -> %s", old, new);
	if (strcmp(before->sha256, after->sha256) != 0)
		return dcb_format("%s, image %.12s -> %.12s", new, before->sha256, after->sha256);
	return dcb_format("%s, the same image", new);
}

static void format_one(const struct dcb_history *history, bool ratio, double value, char *buffer,
		       size_t size)
{
	if (ratio)
		dcb_format_change(value, buffer, size);
	else
		dcb_format_difference(value, history->unit, buffer, size);
}

/* "+3.1 % (+3.0..+3.2 %)" */
static void format_step(const struct dcb_history *history, const struct dcb_history_change *change,
			char *buffer, size_t size)
{
	char step[64], lo[64], hi[64];
	char *unit_lo, *unit_hi;

	format_one(history, change->has_ratio, change->change, step, sizeof(step));
	format_one(history, change->has_ratio, change->lo, lo, sizeof(lo));
	format_one(history, change->has_ratio, change->hi, hi, sizeof(hi));
	if (strcmp(lo, hi) == 0) {
		snprintf(buffer, size, "%s", step);
		return;
	}
	unit_lo = strchr(lo, ' ');
	unit_hi = strchr(hi, ' ');
	if (unit_lo && unit_hi && strcmp(unit_lo, unit_hi) == 0)
		*unit_lo = '\0';
	snprintf(buffer, size, "%s (%s..%s)", step, lo, hi);
}

/* The power of ten above it; by integers, so that no locale shows. */
static void format_p(double p, char *buffer, size_t size)
{
	if (p <= 0)
		snprintf(buffer, size, "exact");
	else
		snprintf(buffer, size, "p < 1e-%d", (int)fmin(9, ceil(-log10(p)) - 1));
}

static enum dcb_colour judge(const struct dcb_history *history,
			     const struct dcb_history_change *change, const char **ret_word)
{
	bool higher = change->change > (change->has_ratio ? 1 : 0);

	*ret_word = "";
	if (strcmp(history->better, "lower") != 0 && strcmp(history->better, "higher") != 0)
		return DCB_COLOUR_NONE;
	if (higher == (strcmp(history->better, "higher") == 0)) {
		*ret_word = "improved";
		return DCB_COLOUR_GOOD;
	}
	*ret_word = "regressed";
	return DCB_COLOUR_BAD;
}

static int print_change(const struct dcb_history *history, const struct dcb_history_change *change,
			bool colour, FILE *file)
{
	const struct dcb_history_point *after = &history->points[change->index];
	_cleanup_free_ char *kernels = kernels_text(&history->points[change->index - 1], after);
	char date[16], step[256], p[32];
	const char *word;
	enum dcb_colour which = judge(history, change, &word);

	if (!kernels)
		return -ENOMEM;
	format_date(after->created_us, date);
	format_step(history, change, step, sizeof(step));
	format_p(change->p, p, sizeof(p));
	fprintf(file, "  %s  run %" PRId64 "  %s  %s%s", date, after->run_id, step, p,
		*word ? "  " : "");
	dcb_colour_print(word, which, colour, file);
	dcb_text_cut(kernels, COLUMNS - 4);
	fprintf(file, "\n    %s\n", kernels);
	return 0;
}

/* ---- points ---- */

static int print_point(const struct dcb_history *history, const struct dcb_history_point *point,
		       FILE *file)
{
	_cleanup_free_ char *release = dcb_text_printable(point->release);
	char date[16], median[64], interval[160];

	if (!release)
		return -ENOMEM;
	dcb_text_cut(release, 26);
	format_date(point->created_us, date);
	dcb_format_value(point->median, history->unit, median, sizeof(median));
	dcb_format_interval(point->lo, point->hi, history->unit, median, interval,
			    sizeof(interval));
	fprintf(file, "  %s  run %-5" PRId64 " %s%s%s%s  %zu boot%s  %s\n", date, point->run_id,
		median, *interval ? " (" : "", interval, *interval ? ")" : "", point->n_boots,
		point->n_boots == 1 ? "" : "s", release);
	return 0;
}

/* The points in order, each change before its first. */
static int print_lines(const struct dcb_history *history,
		       const struct dcb_history_text_options *options, FILE *file)
{
	size_t k = 0;
	int r;

	for (size_t i = 0; i < history->n_points; i++) {
		if (k < history->n_changes && history->changes[k].index == i) {
			r = print_change(history, &history->changes[k++], options->colour, file);
			if (r < 0)
				return r;
		}
		if (options->points) {
			r = print_point(history, &history->points[i], file);
			if (r < 0)
				return r;
		}
	}
	if (!history->n_changes)
		fputs("  no change\n", file);
	return 0;
}

int dcb_histories_print(const struct dcb_histories *histories,
			const struct dcb_history_text_options *options, FILE *file)
{
	for (size_t i = 0; i < histories->n; i++) {
		const struct dcb_history *history = &histories->rows[i];
		int r;

		if (i)
			fputc('\n', file);
		r = print_head(history, options->colour, file);
		if (r < 0)
			return r;
		r = print_bars(history, file);
		if (r < 0)
			return r;
		r = print_lines(history, options, file);
		if (r < 0)
			return r;
	}
	return ferror(file) ? -(errno ? errno : EIO) : 0;
}
