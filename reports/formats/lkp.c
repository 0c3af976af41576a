// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the mails of Intel's 0-day robot (LKP), for those who grep it: a subject, the keys
 * of the test, both kernels, then a row a metric of value, deviation, change, value, deviation,
 * name; and a row a symptom of "fails:runs". Widths as in its mails: 16 columns for base, 11 and 17
 * for a candidate. LKP leaves out what deviates or changes little; here everything stands that both
 * sides counted. Deviations are over boots, of their medians.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "reports/format.h"
#include "reports/formats/registry.h"
#include "reports/summary.h"
#include "reports/table-rows.h"
#include "reports/text.h"

/* ---- figures ---- */

/* "1.145e+08" from nine digits on and below 0.05, two decimals below 1000, none between. */
static void format_figure(double value, char *buffer, size_t size)
{
	double magnitude = fabs(value), exponent;
	char digits[48];

	if (magnitude == 0 || (magnitude >= 0.05 && magnitude < 1000)) {
		dcb_format_fixed(value, 2, buffer, size);
		return;
	}
	if (magnitude >= 1000 && magnitude < 99999999.5) {
		dcb_format_fixed(value, 0, buffer, size);
		return;
	}
	exponent = floor(log10(magnitude));
	/* 9.9996 would be 10.000. */
	if (magnitude / pow(10, exponent) >= 9.9995)
		exponent++;
	dcb_format_fixed(value / pow(10, exponent), 3, digits, sizeof(digits));
	snprintf(buffer, size, "%se%c%02d", digits, exponent < 0 ? '-' : '+', abs((int)exponent));
}

/* Relative, in whole percent; 0 where one boot or a median of 0 tells none. */
static int deviation_percent(const struct dcb_side *side)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < side->n; i++)
		mean += side->boots[i] / (double)side->n;
	for (size_t i = 0; i < side->n; i++)
		squares += (side->boots[i] - mean) * (side->boots[i] - mean);
	if (side->n < 2 || mean == 0)
		return 0;
	return (int)lround(fmin(100 * sqrt(squares / (double)(side->n - 1)) / fabs(mean), 999));
}

/* Value and deviation: `width` columns and six. */
static void print_side(const struct dcb_side *side, int width, FILE *file)
{
	int deviation = deviation_percent(side);
	char figure[64];

	format_figure(side->median, figure, sizeof(figure));
	fprintf(file, "%*s", width, figure);
	if (deviation)
		fprintf(file, " \u00b1%3d%%", deviation);
	else
		fputs("      ", file);
}

/* "     +33.4%", or of a difference "       +1.5 ". */
static void print_change(const struct dcb_comparison *comparison, FILE *file)
{
	double change = comparison->has_ratio ? (comparison->change - 1) * 100 : comparison->change;
	char digits[64];

	if (fabs(change) >= 99999.95)
		format_figure(fabs(change), digits, sizeof(digits));
	else
		dcb_format_fixed(fabs(change), 1, digits, sizeof(digits));
	fprintf(file, "%*s%c%s%s", (int)(9 - strlen(digits)) > 0 ? (int)(9 - strlen(digits)) : 0,
		"", change < 0 ? '-' : '+', digits, comparison->has_ratio ? "%" : " ");
}

static void print_metric(const char *workload, const struct dcb_comparison *comparison, FILE *file)
{
	print_side(&comparison->base, 10, file);
	print_change(comparison, file);
	print_side(&comparison->candidate, 11, file);
	fprintf(file, "  %s.%s%s%s\n", workload, comparison->role, *comparison->role ? "." : "",
		comparison->metric);
}

/* ---- symptoms ---- */

static unsigned count_showing(const struct dcb_summary_symptom *symptom)
{
	return symptom->present ? symptom->boots : symptom->of_boots - symptom->boots;
}

static void print_fails(unsigned fails, unsigned runs, int width, FILE *file)
{
	char text[16] = "";

	if (fails)
		snprintf(text, sizeof(text), "%u", fails);
	fprintf(file, "%*s:%-4u", width, text, runs);
}

static int print_symptom(const struct dcb_summary *summary,
			 const struct dcb_summary_symptom *candidate, const char *workload,
			 FILE *file)
{
	const struct dcb_summary_symptom *base = dcb_table_find_symptom(
		summary, candidate->workload, candidate->name, summary->base);
	_cleanup_free_ char *name = dcb_text_printable(candidate->name);
	unsigned was = count_showing(base), is = count_showing(candidate);
	double share = 100 * ((double)is / candidate->of_boots - (double)was / base->of_boots);
	char digits[32];

	if (!name)
		return -ENOMEM;
	dcb_format_fixed(share, 0, digits, sizeof(digits));
	print_fails(was, base->of_boots, 11, file);
	fprintf(file, "%10s%%", digits);
	print_fails(is, candidate->of_boots, 12, file);
	fprintf(file, "  %s.%s\n", workload, name);
	return 0;
}

static int print_symptoms(const struct dcb_summary *summary, size_t candidate, int64_t workload,
			  FILE *file)
{
	bool begun = false;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		const struct dcb_summary_symptom *base = dcb_table_find_symptom(
			summary, workload, symptom->name, summary->base);
		int r;

		if (symptom->workload != workload || symptom->kernel != candidate || !base ||
		    !base->of_boots || !symptom->of_boots)
			continue;
		if (!begun)
			fputs("       fail:runs  %reproduction    fail:runs\n"
			      "           |             |             |    \n",
			      file);
		begun = true;
		r = print_symptom(summary, symptom,
				  workload < 0 ? "dmesg" : summary->workloads[workload].name, file);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- heads ---- */

/* The largest change that was judged; NULL where none was. */
static const struct dcb_comparison *find_largest(const struct dcb_summary *summary,
						 size_t candidate)
{
	const struct dcb_comparison *largest = NULL;
	double most = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		double by = comparison->change > 0 ? fabs(log(comparison->change)) : INFINITY;

		if (comparison->candidate.kernel != candidate || !comparison->primary ||
		    !comparison->has_ratio || by <= most ||
		    (comparison->verdict != DCB_VERDICT_IMPROVED &&
		     comparison->verdict != DCB_VERDICT_REGRESSED))
			continue;
		largest = comparison;
		most = by;
	}
	return largest;
}

/* "Subject: [base..fixed] dying-dentry: waiter.cycles -99.9% improvement" */
static void print_subject(const struct dcb_summary *summary, size_t candidate, FILE *file)
{
	const struct dcb_comparison *largest = find_largest(summary, candidate);
	char digits[64];

	fprintf(file, "Subject: [%s..%s] ", summary->kernels[summary->base].name,
		summary->kernels[candidate].name);
	if (!largest) {
		fputs("no change that was judged\n\n", file);
		return;
	}
	dcb_format_fixed(fabs(largest->change - 1) * 100, 1, digits, sizeof(digits));
	fprintf(file, "%s: %s%s%s %c%s%% %s\n\n", summary->workloads[largest->workload].name,
		largest->role, *largest->role ? "." : "", largest->metric,
		largest->change < 1 ? '-' : '+', digits,
		largest->verdict == DCB_VERDICT_IMPROVED ? "improvement" : "regression");
}

struct key {
	char *name, *value;
};

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->name, ((const struct key *)b)->name);
}

static void free_keys(struct key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(keys[i].name);
		free(keys[i].value);
	}
	free(keys);
}

static void print_keys(const struct key *keys, size_t n, FILE *file)
{
	for (size_t i = 0; i < n; i++)
		fprintf(file, "%s%s", i ? "/" : "", keys[i].name);
	fputs(":\n  ", file);
	for (size_t i = 0; i < n; i++)
		fprintf(file, "%s%s", i ? "/" : "", keys[i].value);
	fputs("\n\n", file);
}

/* "arch/blocks/machine/op/.../testcase:" in the order of the alphabet, and their values. */
static int print_test(const struct dcb_summary *summary, size_t workload, FILE *file)
{
	const struct dcb_store_run_workload *row = &summary->workloads[workload];
	_cleanup_free_ char *params = strdup(row->params);
	size_t n = 4, most = 5;
	char *rest = params, *pair;
	struct key *keys;
	bool whole = true;

	for (const char *c = row->params; *c; c++)
		most += *c == ',';
	keys = calloc(most, sizeof(*keys));
	if (!params || !keys) {
		free(keys);
		return -ENOMEM;
	}
	keys[0] = (struct key){strdup("arch"), strdup(summary->run.arch)};
	keys[1] = (struct key){strdup("nr_blocks"), dcb_format("%" PRId64, summary->run.blocks)};
	keys[2] = (struct key){strdup("machine"), strdup(summary->run.machine)};
	keys[3] = (struct key){strdup("testcase"), strdup(row->name)};
	while ((pair = strsep(&rest, ","))) {
		char *value = strchr(pair, '=');

		if (!value)
			continue;
		*value = '\0';
		keys[n++] = (struct key){dcb_text_printable(pair), dcb_text_printable(value + 1)};
	}
	for (size_t i = 0; i < n; i++)
		whole = whole && keys[i].name && keys[i].value;
	if (whole) {
		qsort(keys, n, sizeof(*keys), compare_keys);
		print_keys(keys, n, file);
	}
	free_keys(keys, n);
	return whole ? 0 : -ENOMEM;
}

static int print_kernels(const struct dcb_summary *summary, size_t candidate, FILE *file)
{
	const struct dcb_store_run_kernel *base = &summary->kernels[summary->base];
	const struct dcb_store_run_kernel *other = &summary->kernels[candidate];
	_cleanup_free_ char *base_release = dcb_text_printable(base->kernel.release);
	_cleanup_free_ char *other_release = dcb_text_printable(other->kernel.release);
	_cleanup_free_ char *base_spec = dcb_text_printable(base->spec);
	_cleanup_free_ char *other_spec = dcb_text_printable(other->spec);

	if (!base_release || !other_release || !base_spec || !other_spec)
		return -ENOMEM;
	fprintf(file, "commit: \n  %s (\"%s %s\")\n  %s (\"%s %s\")\n\n", base->name, base_release,
		base_spec, other->name, other_release, other_spec);
	fprintf(file,
		"%-16.16s %-27.27s \n"
		"---------------- --------------------------- \n",
		base->name, other->name);
	return 0;
}

/* ---- the whole ---- */

static const char line[] =
	"=========================================================================="
	"===============\n";

static int print_workload(const struct dcb_summary *summary, size_t candidate, size_t workload,
			  FILE *file)
{
	bool begun = false;
	int r;

	fputs(line, file);
	r = print_test(summary, workload, file);
	if (r == 0)
		r = print_kernels(summary, candidate, file);
	if (r == 0)
		r = print_symptoms(summary, candidate, (int64_t)workload, file);
	for (size_t i = 0; r == 0 && i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->workload != workload || comparison->candidate.kernel != candidate ||
		    !comparison->base.n || !comparison->candidate.n)
			continue;
		if (!begun)
			fputs("         %stddev     %change         %stddev\n"
			      "             \\          |                \\  \n",
			      file);
		begun = true;
		print_metric(summary->workloads[workload].name, comparison, file);
	}
	fputc('\n', file);
	return r;
}

static int print_candidate(const struct dcb_summary *summary, size_t candidate, FILE *file)
{
	int r = 0;

	print_subject(summary, candidate, file);
	for (size_t i = 0; r == 0 && i < summary->n_workloads; i++)
		r = print_workload(summary, candidate, i, file);
	return r < 0 ? r : print_symptoms(summary, candidate, -1, file);
}

static int write_lkp(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	const struct dcb_summary *summary = report->summary;
	bool begun = false;

	if (summary->n_kernels < 2)
		return dcb_error_usage(err,
				       "run %" PRId64 " has one kernel, and lkp compares two: give "
				       "another format, text for example",
				       summary->run.id);
	for (size_t i = 0; i < summary->n_kernels; i++) {
		if (i == summary->base)
			continue;
		if (begun)
			fputc('\n', file);
		begun = true;
		if (print_candidate(summary, i, file) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

const struct dcb_report_format dcb_report_lkp = {
	.name = "lkp",
	.summary = "the table of LKP's mails, for those who grep it",
	.content_type = "text/plain; charset=utf-8",
	.write = write_lkp,
};
